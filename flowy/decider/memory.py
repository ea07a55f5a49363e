"""What history records beyond the turn that runs, so that replay follows it and not the policy."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Protocol

from flowy.decider import identity
from flowy.decider.identity import Lane
from flowy.decider.tails import Tail, tails
from flowy.decider.turns import Turn
from flowy.swf.decisions import (
    Decision,
    RecordMarker,
    ScheduleActivityTask,
    ScheduleLambdaFunction,
    StartTimer,
)
from flowy.swf.events import (
    Attributes,
    MarkerRecorded,
    StartChildWorkflowExecutionFailed,
    StartChildWorkflowExecutionInitiated,
)
from flowy.swf.values import TypeId


class Positions(Protocol):
    """How much was asked for."""

    def position(self, lane: Lane) -> int:
        """How many decisions of that type were asked for before the next one."""


class Memory:
    """The recorded turns of one activation, and where in them the execution stands."""

    def __init__(self, run_id: str, turns: Sequence[Turn], confirmed: Mapping[Lane, int]) -> None:
        self.run_id = run_id
        self.turn = turns[0]
        self._turns = turns
        self._confirmed = dict(confirmed)

    def is_live(self, kind: type[Decision], asked: Positions) -> bool:
        """Whether a decision of that type, asked now, lies beyond all that is recorded.

        The tail that a recorded answer held or kept back was never recorded: it is asked anew. One
        that was kept back goes out before all that was asked after it, one that is held before all
        of its own type; and one that was kept back may be held later on.
        """
        turn = self.turn
        if not turn.completed:
            return True
        if not (turn.context.kept_back or kind.__name__ in turn.context.held):
            return False
        tail, place = self._tails[turn.started], asked.position(kind)
        if tail.asked is not None:
            return self._recorded[kind] <= place < tail.asked.get(kind.__name__, 0)
        if kind.__name__ in tail.overtaken:
            return place >= self._recorded[kind]
        return all(asked.position(lane) >= count for lane, count in self._recorded.items())

    def has_timer(self, id: str) -> bool:
        """Whether a timer of that id is recorded, started or refused."""
        return (StartTimer.__name__, id) in self._identities

    def has_activity(self, id: str, type: TypeId) -> bool:
        """Whether an activity task of that id and type is recorded, scheduled or refused."""
        return (ScheduleActivityTask.__name__, id, str(type)) in self._identities

    def has_marker(self, name: str) -> bool:
        """Whether a marker of that name was asked for, recorded or refused."""
        return (RecordMarker.__name__, name) in self._identities

    def has_child(self, attempt: str) -> bool:
        """Whether that attempt at a child is recorded, initiated or refused.

        Its `control` tells: several calls may say one workflowId, one after the other.
        """
        return attempt in self._children

    def has_lambda(self, id: str, name: str) -> bool:
        """Whether a Lambda function of that id and name is recorded, scheduled or refused."""
        return (ScheduleLambdaFunction.__name__, id, name) in self._identities

    def rest(self) -> None:
        """Let go of all events: between two activations an execution keeps none of its history."""
        turn = self.turn  # made anew: `replace` takes longer, and each decision comes by here
        self.turn = Turn(turn.started, turn.at, (), turn.completed, (), turn.context)
        self._turns = ()
        for walked in ("markers", "_batches", "_children", "_identities", "_recorded", "_tails"):
            self.__dict__.pop(walked, None)

    # These walk over all that the activation holds: each at most once, and only if it is needed.

    @cached_property
    def markers(self) -> dict[str, str | None]:
        """The details of the recorded markers by name."""
        return {
            attributes.marker_name: attributes.details
            for attributes in self._batches
            if isinstance(attributes, MarkerRecorded)
        }

    @cached_property
    def _batches(self) -> list[Attributes]:
        return [event.attributes for turn in self._turns for event in turn.batch]

    @cached_property
    def _identities(self) -> set[identity.Identity]:
        return {identity.of_event(attributes) for attributes in self._batches}

    @cached_property
    def _children(self) -> set[str | None]:
        kinds = (StartChildWorkflowExecutionInitiated, StartChildWorkflowExecutionFailed)
        return {each.control for each in self._batches if isinstance(each, kinds)}

    @cached_property
    def _recorded(self) -> Counter[Lane]:
        """How much of each type is recorded; but no patches, which no replay asks for again."""
        recorded = Counter(self._confirmed)
        recorded.update(
            identity.lane_of_event(attributes)
            for attributes in self._batches
            if identity.records_decision(attributes)
        )
        del recorded[identity.Patch]
        return recorded

    @cached_property
    def _tails(self) -> dict[int, Tail]:
        return tails(self._turns, self._confirmed)
