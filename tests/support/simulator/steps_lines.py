"""Steps that make lines of code, end them, and clean up after them."""

from typing import Any

from simulator.flow import Drawn, Line, Program, step
from simulator.outside import OUTSIDE

from flowy import Canceled


@step("spawn")
def spawn(flow: Drawn, line: Line, number: int, inner: Program) -> None:
    line.calls.append(flow.spawn(flow.play, inner, line.calls[: number % 4]))


@step("finally")
def finally_(flow: Drawn, line: Line, number: int, inner: Program) -> None:
    try:
        line.seen.append(flow.outcome(flow.once("inside")))
        flow.steps(inner, line)
    finally:
        line.seen.append(flow.outcome(flow.work("finally")))


@step("clean up")
def clean_up(flow: Drawn, line: Line, number: int, inner: Program) -> None:
    """Clean-up after a cancellation waits for activities of its own."""
    try:
        flow.steps(inner, line)
        line.seen.append(flow.outcome(flow.sleep(3)))
    except Canceled:
        OUTSIDE.done["canceled"] += 1
        if number % 2:
            with flow.shielded():
                line.seen.append(flow.outcome(flow.once("clean")))
        else:
            line.seen.append(flow.outcome(flow.once("clean")))
        if number % 3:
            raise


@step("if")
def if_(flow: Drawn, line: Line, number: int, inner: Program) -> Any:
    if not line.calls:
        return False
    if flow.outcome(line.pick(number)) in (None, 1, 3, "text"):
        flow.steps(inner, line)
    return True


@step("shield")
def shield(flow: Drawn, line: Line, number: int, inner: Program) -> None:
    """What is cancelled meanwhile is so at the first wait after the block."""
    with flow.shielded():
        line.seen.append(flow.outcome(flow.sleep(2) if number % 2 else flow.once("shielded")))
        flow.steps(inner, line)
    line.seen.append(flow.outcome(flow.once("after")))


@step("restart")
def restart(flow: Drawn, line: Line, number: int, inner: Program) -> Any:
    if number % 3 == 0:
        return False
    if number % 3 == 1:
        flow.restart(inner)
    flow.restart_as_version(number % 2 + 1, inner)
    return True
