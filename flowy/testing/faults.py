"""Fault injection: what goes wrong between the workers and the service, and when. Pure.

The engine has no part in it: a test says what it wants lost, and the environment's workers meet
just that, in virtual time.
"""

from dataclasses import dataclass, field
from random import Random

RESPONSES = "Respond"
"""The beginning of the names of all operations that answer a task."""


@dataclass(frozen=True, slots=True)
class Lose:
    """The call is carried out; its answer never arrives."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The call never arrives."""


@dataclass(frozen=True, slots=True)
class Throttle:
    """The call is refused: too many of them."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """The call arrives twice; the caller hears the first answer."""


@dataclass(frozen=True, slots=True)
class Delay:
    """The call arrives so many seconds late."""

    seconds: float


Effect = Lose | Drop | Throttle | Repeat | Delay
CHAOS: tuple[Effect, ...] = (Lose(), Drop(), Throttle(), Repeat())


@dataclass(slots=True)
class _Rule:
    """The `nth` match of what it applies to, and the `times - 1` after it."""

    wanted: str
    nth: int
    times: int
    seen: int = 0

    def strikes(self, name: str) -> bool:
        if not name.startswith(self.wanted):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


@dataclass(frozen=True, slots=True)
class Happened:
    """One fault that happened: the operation and the effect, or what died of which kill."""

    what: str
    effect: Effect | str


@dataclass(slots=True)
class Faults:
    """What is to go wrong. Counts begin at 1, with the moment at which the fault is asked for.

    `operation` is the beginning of SWF's name of an operation: "RespondActivityTaskCompleted",
    "Poll" for both polls, "" for everything that the workers call. `happened` tells what did.
    """

    random: Random
    happened: list[Happened] = field(default_factory=list)
    _effects: list[tuple[_Rule, Effect]] = field(default_factory=list)
    _decisions: list[_Rule] = field(default_factory=list)
    _kills: list[tuple[_Rule, int]] = field(default_factory=list)
    _rate: float = 0.0

    def lose(self, operation: str = RESPONSES, nth: int = 1, times: int = 1) -> None:
        """Carry the nth call out and lose its answer on the way back."""
        self._add(operation, nth, times, Lose())

    def drop(self, operation: str = RESPONSES, nth: int = 1, times: int = 1) -> None:
        """Lose the nth call on its way there: it is not carried out."""
        self._add(operation, nth, times, Drop())

    def throttle(self, operation: str = "", nth: int = 1, times: int = 1) -> None:
        """Answer the nth call and the `times - 1` after it with ThrottlingException."""
        self._add(operation, nth, times, Throttle())

    def repeat(self, operation: str = RESPONSES, nth: int = 1, times: int = 1) -> None:
        """Carry the nth call out twice, as a network or a retry of a proxy may."""
        self._add(operation, nth, times, Repeat())

    def delay(
        self, seconds: float, operation: str = RESPONSES, nth: int = 1, times: int = 1
    ) -> None:
        """Let the nth call arrive so many seconds late: past its task's time-out, perhaps."""
        self._add(operation, nth, times, Delay(seconds))

    def time_out_decision(self, nth: int = 1, times: int = 1) -> None:
        """Let the nth decision task be decided by a decider that never answers."""
        self._decisions.append(_Rule("", nth, times))

    def kill_worker(self, activity: str = "", nth: int = 1, heartbeats: int = 0) -> None:
        """Kill the worker of the nth activity task whose type's name begins with `activity`.

        It dies in the middle of the code: instead of the heartbeat after so many, or when time is
        to pass (`env.advance`) after them; code that does neither dies before its answer. Nothing
        is heard of it any more, so the task's heartbeat time-out ends it.
        """
        self._kills.append((_Rule(activity, nth, 1), heartbeats))

    def chaos(self, rate: float) -> None:
        """Let each call of the workers fail with this probability: lost, dropped, throttled, twice.

        The environment's seed decides which, so that a failing test fails again.
        """
        self._rate = rate

    def effect_on(self, operation: str) -> Effect | None:
        """What happens to this call; each rule counts it."""
        struck = [effect for rule, effect in self._effects if rule.strikes(operation)]
        if not struck and self._rate and self.random.random() < self._rate:
            struck = [self.random.choice(CHAOS)]
        if not struck:
            return None
        self.note(operation, struck[0])
        return struck[0]

    def loses_decision(self, type: str) -> bool:
        """Whether the decider of this decision task dies before it answers."""
        struck = [rule for rule in self._decisions if rule.strikes(type)]
        if struck:
            self.note(type, "decision timed out")
        return bool(struck)

    def doom_of(self, activity: str) -> int | None:
        """After how many heartbeats the worker of this activity task dies; None: it lives."""
        struck = [heartbeats for rule, heartbeats in self._kills if rule.strikes(activity)]
        if struck:
            self.note(activity, "worker killed")
        return struck[0] if struck else None

    def note(self, what: str, effect: Effect | str) -> None:
        """Write down what happened."""
        self.happened.append(Happened(what, effect))

    def _add(self, operation: str, nth: int, times: int, effect: Effect) -> None:
        self._effects.append((_Rule(operation, nth, times), effect))
