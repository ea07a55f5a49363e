"""What a decider says at one decision task, as one text: the decisions' own wire form."""

import msgspec

from flowy import forms
from flowy.decider import Decided, Verdict
from flowy.decider.answers import Answer
from flowy.decider.decide import CORE
from flowy.decider.opening import Wants
from flowy.swf.wire import decision_to_wire


def context_of(answer: Decided) -> str:
    """The executionContext that goes with an answer."""
    context = forms.Context(core=CORE, kept_back=answer.kept_back, held=dict(answer.held))
    return forms.write_context(context, answer.context)


def told(answer: Answer | Wants) -> str:
    """All of an answer: decisions and context byte for byte, warnings and lines of the log.

    Of anything else what it is.
    """
    if not isinstance(answer, Decided):
        return f"no decisions: {answer}"
    return written(answer, context_of(answer))


def told_by_worker(verdict: Verdict) -> str:
    """The same of what a worker is about to send."""
    if verdict.parked:
        return f"parked: {verdict.parked}"
    return written(verdict, verdict.context)


def written(answer: Decided | Verdict, context: str | None) -> str:
    decisions = [decision_to_wire(decision) for decision in answer.decisions]
    notes = [*answer.warnings, *map(repr, answer.lines)]
    return msgspec.json.encode([decisions, context, notes]).decode()
