"""What history records beyond the turn that runs, so that replay follows it and not the policy."""

from collections.abc import Sequence

from flowy.decider import identity
from flowy.decider.turns import Turn
from flowy.swf.decisions import ScheduleActivityTask, StartTimer
from flowy.swf.values import TypeId


class Memory:
    """The recorded turns of one activation, and where in them the execution stands."""

    def __init__(self, turns: Sequence[Turn], confirmed: int) -> None:
        self.turn = turns[0]
        self._identities = {
            identity.of_event(event.attributes) for turn in turns for event in turn.batch
        }
        # The zero-second timer of an answer that kept a tail back was never asked for.
        self._recorded = confirmed + sum(
            len(turn.batch) - bool(turn.context.kept_back) for turn in turns
        )

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
