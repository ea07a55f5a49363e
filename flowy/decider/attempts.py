"""Whether a failed call is tried again: by its policy when live, by history in replay."""

from collections.abc import Callable
from typing import ClassVar, Protocol

from flowy.decider.asked import Asked
from flowy.decider.chance import stream
from flowy.decider.memory import Memory
from flowy.errors import TaskError
from flowy.options import Options
from flowy.retry import Again, GiveUp, Spent, charge, next_attempt, policy
from flowy.swf.decisions import Decision, StartTimer


class Attempted(Protocol):
    """A call that may be tried again; `kind` is the decision that asks for an attempt."""

    kind: ClassVar[type[Decision]]
    spent: Spent
    canceling: bool

    @property
    def options(self) -> Options:
        """The options that hold for it."""

    @property
    def attempt(self) -> str:
        """The id of the attempt that runs now."""


def numbered(id: str, spent: Spent) -> str:
    """The id of the attempt after those: the call's own, from the second on with a number."""
    number = spent.attempts + 1
    return id if number == 1 else f"{id}~{number}"


def after_failure(
    call: Attempted, error: TaskError, memory: Memory, asked: Asked, is_recorded: Callable[[], bool]
) -> Again | GiveUp:
    """What follows a failed attempt, which is counted here; `is_recorded`: history has the next.

    In a recorded turn history says whether there was another attempt: then an edited policy
    never breaks a running execution.
    """
    spent = call.spent = charge(call.spent, error)
    luck = stream(memory.run_id, call.attempt).random()
    step = GiveUp() if call.canceling else next_attempt(policy(call.options), spent, error, luck)
    if memory.turn.completed and memory.has_timer(call.attempt):
        return Again(1)  # how long it really took is in the recorded timer
    if memory.turn.completed and is_recorded():
        return Again(0)
    kind = StartTimer if isinstance(step, Again) and step.delay > 0 else call.kind
    return step if memory.is_live(kind, asked) else GiveUp()


def compared(arguments: str, options: Options) -> str | None:
    """What replay compares of the arguments: None with the option `compare_input=False`."""
    return None if options.compare_input is False else arguments
