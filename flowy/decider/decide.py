"""One decision task in, one answer out: replay the history and say what follows."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import assert_never

from flowy import forms
from flowy.decider.answers import Answer, Broken, Decided, NonDeterminism, Stale
from flowy.decider.execution import Execution
from flowy.decider.opening import Wants
from flowy.decider.parking import park
from flowy.decider.room import ROOM, Limits
from flowy.decider.verdict import Verdict
from flowy.errors import PayloadError, ServiceError, UnknownType
from flowy.references import Reference
from flowy.registry import Registry
from flowy.slices import workflow_of
from flowy.swf.events import Event
from flowy.swf.values import ExecutionId, TypeId

CORE = 1
"""The number of the rules in this package; an execution stays on the rules it began with."""


Load = Callable[[Sequence[Reference]], Mapping[str, str]]
"""Loads the texts of references, by hash; raises a FlowyError where that is not to be done."""


def no_store(wanted: Sequence[Reference]) -> Mapping[str, str]:
    """Load nothing.

    Raises:
        PayloadError: always.
    """
    told = f"the payload {wanted[0]} is wanted, and there is no payload store"
    raise PayloadError(told, hint="configure the store that it was put into")


def decide(
    registry: Registry,
    execution: ExecutionId,
    type: TypeId,
    events: Sequence[Event],
    load: Load = no_store,
) -> Verdict:
    """Answer a decision task from its whole history; `load` brings what lies in a payload store.

    What cannot be decided here and now (an unknown type, non-determinism, an unreadable input, a
    bug of ours) is parked; an exception of the workflow's code fails the execution.
    """
    try:
        running = begin(registry, execution, type)
    except UnknownType as error:
        return park(events, str(error))
    try:
        verdict = go_on(running, events, load)
    finally:
        running.evict()
    return unreplayable(verdict, events) if isinstance(verdict, Stale) else verdict


def begin(registry: Registry, execution: ExecutionId, type: TypeId) -> Execution:
    """An execution that has seen nothing yet; evict it in the end.

    Raises:
        UnknownType: if no plugin defines its workflow.
    """
    room = Limits(int(ROOM / registry.vocabulary.expansion))
    return Execution(workflow_of(registry, type), execution, registry, room)


def go_on(running: Execution, events: Sequence[Event], load: Load = no_store) -> Verdict | Stale:
    """The verdict once an execution has seen these events; Stale: they do not fit it."""
    try:
        return answer(running, events, load)
    except (PayloadError, ServiceError) as error:
        return park(events, str(error))
    except Exception as error:  # noqa: BLE001  # task execution: a bug of ours must not kill the loop
        return park(events, f"bug in flowy: {explain(error)}")


def unreplayable(stale: Stale, events: Sequence[Event]) -> Verdict:
    """The verdict on a whole history that not even a fresh execution fits."""
    return park(events, f"the history cannot be replayed: {stale.why}")


def answer(running: Execution, events: Sequence[Event], load: Load) -> Verdict | Stale:
    """The verdict of one activation."""
    match supplied(running, running.activate(events), load):
        case Decided() as decided:
            left = forms.Context(core=CORE, kept_back=decided.kept_back, held=dict(decided.held))
            context = forms.write_context(left, decided.context)
            return Verdict(
                decided.decisions, context, warnings=decided.warnings, lines=decided.lines
            )
        case NonDeterminism(message):
            return park(events, f"non-deterministic workflow code: {message}")
        case Broken(error):
            return park(events, f"the workflow's code could not run: {explain(error)}")
        case Stale() as stale:
            return stale
        case other:
            assert_never(other)


def supplied(running: Execution, found: Answer | Wants, load: Load) -> Answer:
    """The answer of an execution once it has had all the texts that it wanted."""
    while isinstance(found, Wants):
        found = running.supply(load(found.references))
    return found


def explain(error: BaseException) -> str:
    """The error with its traceback, innermost part last."""
    return "".join(traceback.format_exception(error)).strip()
