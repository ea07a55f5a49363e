"""What history records beyond the turn that runs, so that replay follows it and not the policy."""

from collections.abc import Sequence

from flowy.decider import identity
from flowy.decider.turns import Turn
from flowy.swf.decisions import (
    RecordMarker,
    ScheduleActivityTask,
    ScheduleLambdaFunction,
    StartChildWorkflowExecution,
    StartTimer,
)
from flowy.swf.events import MarkerRecorded
from flowy.swf.values import TypeId


class Memory:
    """The recorded turns of one activation, and where in them the execution stands."""

    def __init__(self, turns: Sequence[Turn], confirmed: int) -> None:
        self.turn = turns[0]
        recorded = [event.attributes for turn in turns for event in turn.batch]
        self._identities = {identity.of_event(attributes) for attributes in recorded}
        self.markers = {
            attributes.marker_name: attributes.details
            for attributes in recorded
            if isinstance(attributes, MarkerRecorded)
        }
        # The zero-second timer of an answer that kept a tail back was never asked for, and a patch
        # is not asked for again.
        patches = sum(map(identity.is_patch, recorded))
        timers = sum(bool(turn.context.kept_back) for turn in turns)
        self._recorded = confirmed + len(recorded) - patches - timers

    def is_live(self, asked: int) -> bool:
        """Whether the next thing asked lies beyond all that is recorded; `asked` came before it.

        The tail that a recorded answer kept back was never recorded: it is asked anew.
        """
        if not self.turn.completed:
            return True
        return bool(self.turn.context.kept_back) and asked >= self._recorded

    def has_timer(self, id: str) -> bool:
        """Whether a timer of that id is recorded, started or refused."""
        return (StartTimer.__name__, id) in self._identities

    def has_activity(self, id: str, type: TypeId) -> bool:
        """Whether an activity task of that id and type is recorded, scheduled or refused."""
        return (ScheduleActivityTask.__name__, id, str(type)) in self._identities

    def has_marker(self, name: str) -> bool:
        """Whether a marker of that name was asked for, recorded or refused."""
        return (RecordMarker.__name__, name) in self._identities

    def has_child(self, workflow_id: str, type: TypeId) -> bool:
        """Whether a child of that workflowId and type is recorded, initiated or refused."""
        return (StartChildWorkflowExecution.__name__, workflow_id, str(type)) in self._identities

    def has_lambda(self, id: str, name: str) -> bool:
        """Whether a Lambda function of that id and name is recorded, scheduled or refused."""
        return (ScheduleLambdaFunction.__name__, id, name) in self._identities
