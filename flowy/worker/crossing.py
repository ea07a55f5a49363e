"""What a worker does about payloads: it opens what it gets, and readies what it answers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flowy.decider.parking import park
from flowy.decider.verdict import Verdict
from flowy.errors import FlowyError, PayloadError
from flowy.swf.decisions import CancelWorkflowExecution, Decision
from flowy.swf.naming import named_decision
from flowy.swf.tasks import DecisionTask
from flowy.worker.post import Post, Service
from flowy.worker.responding import respond


def opened(post: Post, text: str | None, deadline: float) -> str | None:
    """An activity's input with all its references opened; a store that is down is asked again.

    Raises:
        PayloadError: for what is missing, changed or encrypted with another key.
        ServiceUnreachable: if the store is still down at the deadline.
    """
    found: list[str | None] = []
    told, error = respond(
        lambda: found.append(post.client.payloads.open(text)),
        deadline=deadline,
        loopback=post.client.loopback,
        time=post.time,
    )
    if told != "answered":
        raise error or PayloadError("the input was not opened in time")
    return found[0]


def readied(client: Service, verdict: Verdict, task: DecisionTask) -> Verdict:
    """A verdict with its texts and task lists as they are sent.

    One that cannot be sent is parked: its store is down, or it is too long without one, or a name
    in a task list stands for nothing here. An execution that was kept has then asked what nobody
    sent: evict it.
    """
    payloads = client.payloads
    try:
        named = [named_decision(decision, client.names) for decision in verdict.decisions]
        decisions = tuple(map(payloads.write_decision, named))
    except FlowyError as error:
        parked = park(task.events, str(error))
        return replace(parked, context=payloads.write_context(parked.context))
    context = payloads.write_context(verdict.context)
    warnings = (*verdict.warnings, *left_out(verdict, decisions, payloads.read(context)))
    return replace(verdict, decisions=decisions, context=context, warnings=warnings)


def left_out(verdict: Verdict, sent: Sequence[Decision], context: str | None) -> Iterator[str]:
    """What is not sent of a verdict, since it is too long once coded and goes to no store."""
    for asked, decision in zip(verdict.decisions, sent, strict=True):
        match decision:
            case CancelWorkflowExecution(details=None) if asked != decision:
                yield "the details of the cancellation are left out: too long once coded"
    if context != verdict.context:
        yield "self.context is left out of the execution's context: too long once coded"
