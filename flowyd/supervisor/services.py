# ruff: noqa: PLR0911 — a return for each case is the form of the house
"""The life of an exec'd child that is always wanted: the engine, the web child, the zygote. Pure.

Never held: without the engine nothing works, so giving up would help nobody. What differs is the
longest delay before a restart.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from flowyd.supervisor.policy import COOL_MS, LONGEST_MS, START_MS, delay
from flowyd.supervisor.states import Exited, Kill, Send, Sign, Tick

CLOSE_MS = 10_000
"""After SIGTERM; then SIGKILL."""
ENGINE = "engine"
WEB = "web"
COURIER = "courier"
ZYGOTE = "zygote"
LONGEST = {ENGINE: 1_000, COURIER: 1_000}
"""The engine's workers wait for nothing but it, so it comes back within a second; the courier's
heartbeats must not be missed."""
SILENCE_MS = 3_000
"""A courier that says nothing for so long is stopped or stuck, and another one takes its boards."""


# States.


@dataclass(frozen=True, slots=True)
class Down:
    """Not there; to be launched at `retry_at`, after `failures` in a row."""

    retry_at: int
    failures: int


@dataclass(frozen=True, slots=True)
class Launching:
    """The edge was told to launch it and has not said its pid yet."""

    failures: int


@dataclass(frozen=True, slots=True)
class Opening:
    """It runs and does not serve yet."""

    pid: int
    since: int
    failures: int


@dataclass(frozen=True, slots=True)
class Serving:
    """It serves, at an address if it has one."""

    pid: int
    since: int
    failures: int
    address: str
    heard: int | None = None
    """When it last gave a sign of life; None: it never does."""


@dataclass(frozen=True, slots=True)
class Doomed:
    """It did not serve in time and got SIGKILL; it will be launched again."""

    pid: int
    failures: int


@dataclass(frozen=True, slots=True)
class Closing:
    """It was told to stop."""

    pid: int
    kill_at: int


@dataclass(frozen=True, slots=True)
class Closed:
    """It is gone and not wanted any more."""


State = Down | Launching | Opening | Serving | Doomed | Closing | Closed


# Events beside Exited, Kill and Tick, and the action beside Send.


@dataclass(frozen=True, slots=True)
class Launched:
    """The edge started the process."""

    pid: int


@dataclass(frozen=True, slots=True)
class Announced:
    """It said that it serves, and where."""

    address: str


@dataclass(frozen=True, slots=True)
class Heard:
    """It gave a sign of life, which it will do again."""


@dataclass(frozen=True, slots=True)
class Close:
    """It is not wanted any more."""


@dataclass(frozen=True, slots=True)
class Launch:
    """Start the process."""


Event = Launched | Announced | Heard | Exited | Close | Kill | Tick
Step = tuple[State, tuple[Send | Launch, ...]]


@dataclass(frozen=True, slots=True)
class Service:
    """One such child, with what the status tells of it."""

    name: str
    state: State
    restarts: int = 0
    last_code: int | None = None

    def hear(
        self, event: Event, now: int, roll: float
    ) -> tuple["Service", tuple[Send | Launch, ...]]:
        """Apply an event."""
        state, actions = step(self.state, event, now, delay_of(self, now, roll))
        heard = replace(self, state=state)
        match event:
            case Exited(code) if not isinstance(state, Closed):
                heard = replace(heard, last_code=code, restarts=heard.restarts + 1)
            case _:
                pass
        return heard, actions


def zygote_of(generation: int) -> str:
    """The name of the zygote of a generation."""
    return f"{ZYGOTE}.{generation}"


def generation_of(name: str) -> int | None:
    """The generation whose zygote has that name; None: it is no zygote."""
    kind, _, number = name.partition(".")
    return int(number) if kind == ZYGOTE else None


def delay_of(service: Service, now: int, roll: float) -> tuple[int, int]:
    """If it ended now: the count of its failures in a row, and the delay that they earn."""
    match service.state:
        case Serving(since=since, failures=failures):
            count = 1 if now - since >= COOL_MS else failures + 1
        case Launching(failures) | Opening(failures=failures) | Doomed(failures=failures):
            count = failures + 1
        case Down() | Closing() | Closed():
            count = 0
        case _:
            assert_never(service.state)
    return count, delay(count, roll, LONGEST.get(service.name, LONGEST_MS))


def step(state: State, event: Event, now: int, restart: tuple[int, int]) -> Step:
    """What becomes of the child. `restart` is the failure count and delay if it ended now."""
    failures, wait = restart
    match event:
        case Launched(pid):
            return step_launched(state, pid, now)
        case Announced(address):
            match state:
                case Opening():
                    return Serving(state.pid, now, state.failures, address), ()
                case _:
                    return state, ()
        case Heard():
            match state:
                case Serving():
                    return replace(state, heard=now), ()
                case _:
                    return state, ()
        case Exited():
            closed = isinstance(state, Closing | Closed)
            return (Closed() if closed else Down(now + wait, failures)), ()
        case Close():
            return step_close(state, now)
        case Kill():
            return step_kill(state)
        case Tick():
            return step_tick(state, now)
        case _:
            assert_never(event)


def step_launched(state: State, pid: int, now: int) -> Step:
    """It has a pid."""
    match state:
        case Launching():
            return Opening(pid, now, state.failures), ()
        case _:
            return state, ()


def step_close(state: State, now: int) -> Step:
    """Tell it to stop."""
    match state:
        case Opening() | Serving() | Doomed():
            return Closing(state.pid, now + CLOSE_MS), (Send(state.pid, Sign.TERM),)
        case Down():
            return Closed(), ()
        case Launching() | Closing() | Closed():
            # One that is being launched has no pid yet: it is told again once it has.
            return state, ()
        case _:
            assert_never(state)


def step_kill(state: State) -> Step:
    """End it at once, if it was told to stop."""
    match state:
        case Closing():
            return state, (Send(state.pid, Sign.KILL),)
        case _:
            return state, ()


def step_tick(state: State, now: int) -> Step:
    """Whatever its deadlines say."""
    match state:
        case Down() if now >= state.retry_at:
            return Launching(state.failures), (Launch(),)
        case Opening() if now >= state.since + START_MS:
            return Doomed(state.pid, state.failures), (Send(state.pid, Sign.KILL),)
        case Serving(heard=int(heard)) if now >= heard + SILENCE_MS:
            return Doomed(state.pid, state.failures), (Send(state.pid, Sign.KILL),)
        case Closing() if now >= state.kill_at:
            return replace(state, kill_at=now + CLOSE_MS), (Send(state.pid, Sign.KILL),)
        case _:
            return state, ()


def deadline(state: State) -> int | None:
    """When the state changes by time alone."""
    match state:
        case Down():
            return state.retry_at
        case Opening():
            return state.since + START_MS
        case Closing():
            return state.kill_at
        case Serving(heard=int(heard)):
            return heard + SILENCE_MS
        case _:
            return None


def is_up(service: Service | None) -> bool:
    """Whether it serves; one that does not exist is never missed."""
    return service is None or isinstance(service.state, Serving)
