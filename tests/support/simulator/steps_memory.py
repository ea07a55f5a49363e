"""Steps that ask for what replay must repeat: time, chance, news, and what was noted."""

from typing import Any

from simulator.flow import Drawn, Line, Program, step
from simulator.outside import OUTSIDE

from flowy import TaskFailed


@step("now")
def now(flow: Drawn, line: Line, number: int, _: Program) -> None:
    line.calls.append(flow.once(flow.now().isoformat()))


@step("random")
def random(flow: Drawn, line: Line, number: int, _: Program) -> None:
    line.calls.append(flow.once(flow.random.random()))


@step("uuid4")
def uuid4(flow: Drawn, line: Line, number: int, _: Program) -> None:
    line.calls.append(flow.once(str(flow.uuid4())))


@step("signal")
def signal(flow: Drawn, line: Line, number: int, _: Program) -> None:
    line.calls.append(flow.signal("ab"[number % 2]))


@step("side effect")
def side_effect(flow: Any, line: Line, number: int, _: Program) -> None:
    """It gives another value at each attempt at a decision, and fails at some.

    Only the id of the turn that it runs in does both: what an answer kept back runs again, too.
    """

    def look() -> int:
        turn = flow.execution._parts.memory.turn.started
        if number % 4 == 0:
            raise ValueError(turn)
        return turn

    try:
        value: Any = flow.side_effect(look)
    except TaskFailed as error:
        value = error.remote_message
    line.calls.append(flow.once({"outside": value}))


@step("marker")
def marker(flow: Drawn, line: Line, number: int, _: Program) -> None:
    flow.marker(f"drawn {number}", {"calls": len(line.calls)} if number % 2 else None)


@step("patched")
def patched(flow: Drawn, line: Line, number: int, inner: Program) -> None:
    """The next release does something else here, in executions that are not beyond it."""
    if OUTSIDE.deployed and flow.patched(f"patch {number % 3}"):
        OUTSIDE.done["patched: new"] += 1
        flow.steps(inner, line)
    else:
        OUTSIDE.done["patched: old"] += 1
        line.calls.append(flow.work("old"))


@step("log")
def log(flow: Drawn, line: Line, number: int, _: Program) -> None:
    flow.log.info("drawn", number=number, calls=len(line.calls))


@step("context")
def context(flow: Drawn, line: Line, number: int, _: Program) -> None:
    """It is the code's own to read back, and goes out with each decision."""
    before = flow.context or {"was": 0}
    flow.context = {"was": before["was"] + number}
    line.calls.append(flow.once(flow.context))
