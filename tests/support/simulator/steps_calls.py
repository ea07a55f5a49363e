"""Steps that ask for tasks and timers, and look at what came of them."""

from typing import Any

from simulator.flow import Drawn, Line, Program, step
from simulator.outside import OUTSIDE


@step("call")
def call(flow: Drawn, line: Line, number: int, _: Program) -> None:
    proxies = flow.proxies()
    line.calls.append(proxies[number % len(proxies)](number))


@step("pass on")
def pass_on(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    """Placeholders as arguments, nested: the call waits for them by itself."""
    if not line.calls:
        return False
    nested = [line.pick(number), {"all": line.calls[:2]}]
    line.calls.append(flow.proxies()[number % 4](nested))
    return True


@step("sleep")
def sleep(flow: Drawn, line: Line, number: int, _: Program) -> None:
    line.calls.append(flow.sleep(number % 8))


@step("wait")
def wait(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    if not line.calls:
        return False
    line.seen.append(flow.outcome(line.pick(number)))
    return True


@step("use")
def use(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    """A result decides what is asked next."""
    if not line.calls:
        return False
    value = flow.outcome(line.pick(number))
    proxy = flow.work if value in (1, 2, 3) else flow.once
    line.calls.append(proxy({"from": value}))
    return True


@step("done")
def done(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    """Looking whether something has ended does not wait, and depends on the turn alone."""
    if not line.calls:
        return False
    line.calls.append(flow.once([found.done() for found in line.calls[:8]]))
    return True


@step("cancel")
def cancel(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    found = line.pick_open(number)
    if found is None:
        return False
    found.cancel()
    return True


@step("cancel later")
def cancel_later(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    """A branch that cancels it in a later turn, if it is still open then."""
    found = line.pick_open(number)
    if found is None:
        return False

    def cancel_then() -> str:
        flow.outcome(flow.once("cancel") if number % 2 else flow.sleep(1))
        if found.done():
            return "over"
        found.cancel()
        return "canceled"

    line.calls.append(flow.spawn(cancel_then))
    return True


@step("options")
def options(flow: Drawn, line: Line, number: int, inner: Program) -> None:
    said: tuple[dict[str, Any], ...] = (
        {"start_to_close": 5},
        {"schedule_to_start": 3},
        {"schedule_to_start": 1, "heartbeat": None},
        {"schedule_to_close": 9, "retry": 2},
        {"heartbeat": 10, "lost": 1},
        {"task_list": "fast", "priority": number},
        {"retry": 2, "delay": 4},
    )
    with flow.options(**said[number % len(said)]):
        line.calls.append(flow.work("options"))
        flow.steps(inner, line)


@step("edited policy")
def edited_policy(flow: Drawn, line: Line, number: int, _: Program) -> None:
    """A call whose retry policy the next release edits."""
    before, after = ((0, 0), (2, 3)) if number % 2 else ((2, number % 3), (0, 0))
    retry, delay = after if OUTSIDE.deployed else before
    with flow.options(retry=retry, delay=delay):
        line.calls.append(flow.once(number))


@step("edited input")
def edited_input(flow: Drawn, line: Line, number: int, _: Program) -> None:
    """A call whose arguments the next release edits, and whose comparison is off."""
    with flow.options(compare_input=False):
        line.calls.append(flow.work({"release": OUTSIDE.deployed}))


@step("fatal")
def fatal(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    """A call whose failure fails the execution, though nobody looks."""
    if number % 2:
        return False
    with flow.options(error_handling=False, retry=2):
        flow.work("fatal")
    return True


@step("unhandled")
def unhandled(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    """An error that nobody handles: it ends the line."""
    if not line.calls:
        return False
    line.seen.append(line.pick(number).result())
    return True


@step("fail")
def fail(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    if number % 3:
        return False
    raise ValueError(f"drawn: {number}")
