"""Steps that reach beyond their execution: children, other executions, Lambda functions."""

from typing import Any

from simulator.flow import Drawn, Line, Program, step

from flowy import ChildPlaceholder


@step("child")
def child(flow: Drawn, line: Line, number: int, inner: Program) -> None:
    proxies = (
        flow.child,
        flow.again,
        flow.alone,
        flow.alone,
        flow.alone,
        flow.child,
        flow.brief,
        flow.awaiting,
    )
    proxy = proxies[number % len(proxies)] if number % 8 else flow.stranger
    policy = ("TERMINATE", "TERMINATE", "REQUEST_CANCEL", "ABANDON")[number % 4]
    with flow.options(child_policy=policy):
        line.calls.append(proxy(inner))


@step("twins")
def twins(flow: Drawn, line: Line, number: int, _: Program) -> None:
    """Two children of one workflowId: one of them is there already."""
    line.calls.extend((flow.alone([["call", number, []]]), flow.alone([])))


@step("cancel child")
def cancel_child(flow: Drawn, line: Line, number: int, _: Program) -> None:
    """A child that waits, and is asked to cancel itself before or after it has started."""
    started = flow.child([["clean up", number, [["signal", 0, []], ["wait", 0, []]]]])

    def cancel_then() -> None:
        if number % 4:
            flow.outcome(flow.sleep(number % 4))
        started.cancel()

    line.calls.extend((started, flow.spawn(cancel_then)))


@step("child failed")
def child_failed(flow: Drawn, line: Line, number: int, _: Program) -> None:
    """A child that fails at once, or cancels itself, or starts itself anew."""
    how = ("fail", "restart", "cancel me")[number % 3]
    line.calls.append((flow.again if number % 2 else flow.child)([[how, 1, []], ["fail", 0, []]]))


@step("cancel me")
def cancel_me(flow: Drawn, line: Line, number: int, _: Program) -> None:
    line.calls.append(flow.external(flow.execution.id.workflow_id).cancel())


@step("signal child")
def signal_child(flow: Drawn, line: Line, number: int, _: Program) -> Any:
    children = [call for call in line.calls if isinstance(call, ChildPlaceholder)]
    if not children:
        return False
    found = children[number % len(children)]
    line.calls.append(found.signal("abgo"[number % 2], {"id": found.workflow_id}))
    return True


@step("lambda")
def lambda_(flow: Drawn, line: Line, number: int, _: Program) -> None:
    payload = {"number": number, "from": line.pick(number)} if number % 2 else number
    line.calls.append(flow.function(payload))


@step("external signal")
def external_signal(flow: Drawn, line: Line, number: int, _: Program) -> None:
    to = ("root", "nobody", "the only one")[number % 3]
    line.calls.append(flow.external(to).signal("b", number))


@step("external cancel")
def external_cancel(flow: Drawn, line: Line, number: int, _: Program) -> None:
    to = ("nobody", "the only one", "root", "nobody")[number % 4]
    line.calls.append(flow.external(to).cancel())
