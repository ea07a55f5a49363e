"""A pool: the workers it has against those it wants, and how patient it is with them. Pure.

A slot whose only worker drains or retires counts as vacant: the replacement starts while the old
one finishes. One that retires takes tasks until the replacement is ready. In every other state a
slot is taken until the kernel says that its worker is gone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from flowyd.supervisor import machine, policy
from flowyd.supervisor.pacing import Pace
from flowyd.supervisor.policy import PROBE_MS, Restarts
from flowyd.supervisor.silence import LATE_MS, Heard, Patience, is_hung, is_quiet
from flowyd.supervisor.states import (
    Aborting,
    Action,
    Birth,
    Busy,
    Cutting,
    Drain,
    Draining,
    Event,
    Exit,
    ExitClass,
    Gone,
    Hang,
    Killing,
    Polling,
    Recalled,
    Retire,
    Retiring,
    Spawning,
    Starting,
    State,
    Task,
    Tick,
)


class Key(NamedTuple):
    """A worker within its pool: the slot, and which process of that slot it is."""

    slot: int
    spawn: int


Steps = tuple["Pool", tuple[tuple[Key, Action], ...]]


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a pool gave up, and when one worker is tried again; None: not before a reload."""

    why: str
    since: int
    probe_at: int | None


@dataclass(frozen=True, slots=True)
class LastExit:
    """The newest exit of a pool."""

    slot: int
    pid: int | None
    exit: Exit
    at: int


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool. `served` says whether all its workers have been ready at once.

    A `paused` one has no workers until an operator resumes it.
    """

    name: str
    wanted: int
    workers: Mapping[Key, State] = field(default_factory=dict)
    spawns: Mapping[int, int] = field(default_factory=dict)
    restarts: Restarts = field(default_factory=Restarts)
    respawn_at: int = 0
    hold: Hold | None = None
    served: bool = False
    paused: bool = False
    exits: Mapping[ExitClass, int] = field(default_factory=dict)
    last_exit: LastExit | None = None
    patience: Patience = Patience()  # noqa: RUF009 — a frozen value
    heard: Mapping[Key, Heard] = field(default_factory=dict)
    ticked_at: int = 0
    pace: Pace = field(default_factory=Pace)

    @property
    def ready(self) -> int:
        """How many workers take tasks."""
        return sum(isinstance(state, Polling | Busy | Retiring) for state in self.workers.values())

    @property
    def busy(self) -> int:
        """How many workers work on a task."""
        return sum(task_of(state) is not None for state in self.workers.values())


def hear(pool: Pool, key: Key, event: Event, now: int, roll: float) -> Steps:
    """Something happened to one worker. News of one that is gone already changes nothing."""
    before = pool.workers.get(key)
    if before is None:
        return pool, ()
    after, actions = machine.step(before, event, now)
    marked = tuple((key, action) for action in actions)
    if after is before:  # nearly every tick: fifty workers are not copied fifty times a second
        return pool, marked
    match after:
        case Gone():
            return bury(pool, key, before, after, now, roll), marked
        case Polling() if isinstance(before, Starting):
            known = replace(pool, workers={**pool.workers, key: after})
            relieved, more = relieve(known, key.slot, after.birth.generation, now, roll)
            return greet(relieved), marked + more
        case _:
            return replace(pool, workers={**pool.workers, key: after}), marked


def note_sign(pool: Pool, key: Key, still_ms: int, now: int) -> Pool:
    """A worker gave a sign of life, and said how long it stands still."""
    if key not in pool.workers:
        return pool
    return replace(pool, heard={**pool.heard, key: Heard(now, still_ms)})


def greet(pool: Pool) -> Pool:
    """Note what a worker's first sign of readiness means for the whole pool."""
    served = pool.served or pool.ready >= pool.wanted
    return replace(pool, restarts=policy.ready(pool.restarts), hold=None, served=served)


def relieve(pool: Pool, slot: int, generation: int, now: int, roll: float) -> Steps:
    """The replacement is ready: who retires in its slot may leave."""

    def relieved(key: Key, state: State) -> bool:
        same = key.slot == slot and state.birth.generation == generation
        return same and isinstance(state, Retiring)

    return some(pool, relieved, Drain(None), now, roll)


def keep_patience(before: Pool, after: Pool) -> Pool:
    """What a worker of another generation does says nothing of the pool's own patience."""
    return replace(
        after,
        restarts=before.restarts,
        respawn_at=before.respawn_at,
        hold=before.hold,
        served=before.served,
    )


def pause(pool: Pool, now: int, roll: float) -> Steps:
    """Let all workers leave after their tasks, and take no more."""
    return everyone(replace(pool, paused=True), Drain(None), now, roll)


def resume(pool: Pool) -> Pool:
    """Take tasks again; a pool that gave up tries anew, at once."""
    return replace(pool, paused=False, hold=None, respawn_at=0, restarts=Restarts())


def scale(pool: Pool, wanted: int, now: int, roll: float) -> Steps:
    """Want another number of workers; those in slots beyond it leave after their tasks."""
    scaled = replace(pool, wanted=wanted, served=pool.served and wanted <= pool.wanted)
    return some(scaled, lambda key, _: key.slot >= wanted, Drain(None), now, roll)


def restart(pool: Pool, slot: int | None, now: int, roll: float) -> Steps:
    """Replace one worker, or all: each replacement is ready before its predecessor leaves."""
    fresh = resume(pool) if pool.hold is not None else pool
    return some(fresh, lambda key, _: slot in {None, key.slot}, Retire(recycled=False), now, roll)


def bury(pool: Pool, key: Key, before: State, after: Gone, now: int, roll: float) -> Pool:
    """Take a worker that is gone out of the pool, and decide when the next one may come."""
    kind = after.exit.kind
    workers = {other: state for other, state in pool.workers.items() if other != key}
    heard = {other: sign for other, sign in pool.heard.items() if other != key}
    exits = {**pool.exits, kind: pool.exits.get(kind, 0) + 1}
    smaller = replace(pool, workers=workers, heard=heard, exits=exits)
    if kind is ExitClass.UNBORN:
        return replace(smaller, respawn_at=max(pool.respawn_at, now + policy.UNBORN_MS))
    last = LastExit(key.slot, pid_of(before), after.exit, now)
    smaller = replace(smaller, last_exit=last, restarts=policy.fail(pool.restarts, kind, now))
    if kind not in policy.FAILURES:
        return smaller
    wait = policy.delay(smaller.restarts.failures, roll)
    hold = hold_for(smaller, kind, now)
    return replace(smaller, respawn_at=max(pool.respawn_at, now + wait), hold=hold)


def hold_for(pool: Pool, kind: ExitClass, now: int) -> Hold | None:
    """The hold after a failure; one that stands gets its next probe."""
    if not policy.hopeless(pool.restarts, kind, pool.ready > 0) and pool.hold is None:
        return None
    if kind is ExitClass.CONFIG:
        return Hold("a worker said that it cannot work as configured; see its log", now, None)
    since = pool.hold.since if pool.hold else now
    why = f"{policy.HOLD_FAILURES} workers failed to start, and none is ready; see their logs"
    return Hold(pool.hold.why if pool.hold else why, since, now + PROBE_MS)


def tick(pool: Pool, now: int, roll: float) -> Steps:
    """Time has passed for the pool and each of its workers."""
    cooled = policy.cool(pool.restarts, now, pool.ready > 0)
    heard = pool.heard
    if now - pool.ticked_at > LATE_MS:
        heard = {key: Heard(now) for key in heard}
    fresh = replace(pool, restarts=cooled, heard=heard, ticked_at=now)
    ticked, actions = everyone(fresh, Tick(), now, roll)
    hung, more = some(ticked, lambda key, state: hangs(ticked, key, state, now), Hang(), now, roll)
    return hung, actions + more


def hangs(pool: Pool, key: Key, state: State, now: int) -> bool:
    """Whether a worker is to be ended for its silence; one never heard of has yet to start."""
    heard = pool.heard.get(key)
    return heard is not None and is_hung(state, heard, pool.patience, now)


def silence(pool: Pool, key: Key, state: State, now: int) -> int | None:
    """For how many milliseconds a worker has given no sign, if that is worth a word."""
    heard = pool.heard.get(key)
    quiet = heard is not None and is_quiet(state, heard, pool.patience, now)
    return now - heard.at if heard is not None and quiet else None


def everyone(pool: Pool, event: Event, now: int, roll: float) -> Steps:
    """One event for all workers."""
    return some(pool, lambda *_: True, event, now, roll)


def some(
    pool: Pool, chosen: Callable[[Key, State], bool], event: Event, now: int, roll: float
) -> Steps:
    """One event for the workers that are chosen."""
    actions: tuple[tuple[Key, Action], ...] = ()
    for key in [key for key, state in pool.workers.items() if chosen(key, state)]:
        pool, more = hear(pool, key, event, now, roll)
        actions += more
    return pool, actions


def fill(pool: Pool, generation: int, now: int) -> tuple[Pool, tuple[Key, ...]]:
    """Spawn what is wanted and missing, as far as the pool's patience goes; the new workers."""
    vacant = [] if pool.paused else vacancies(pool, generation, pool.wanted)
    return spawn(pool, generation, vacant[: allowance(pool, now)], now)


def spawn(
    pool: Pool, generation: int, slots: Sequence[int], now: int
) -> tuple[Pool, tuple[Key, ...]]:
    """A new worker of a generation in each of these slots."""
    keys = tuple(Key(slot, pool.spawns.get(slot, -1) + 1) for slot in slots)
    born: dict[Key, State] = {key: Spawning(Birth(key.spawn, generation, now)) for key in keys}
    spawns = {**pool.spawns, **dict(keys)}
    return (replace(pool, workers={**pool.workers, **born}, spawns=spawns) if keys else pool), keys


def vacancies(pool: Pool, generation: int, wanted: int) -> list[int]:
    """The slots that want a worker of a generation."""
    taken = {
        key.slot
        for key, state in pool.workers.items()
        if state.birth.generation == generation and not isinstance(state, Draining | Retiring)
    }
    return [slot for slot in range(wanted) if slot not in taken]


def allowance(pool: Pool, now: int) -> int:
    """How many workers may be spawned now: a held pool gets a single probe, when it is due."""
    if now < pool.respawn_at:
        return 0
    if pool.hold is not None:
        probe_at = pool.hold.probe_at
        due = probe_at is not None and now >= probe_at
        return 1 if due and not any(map(is_young, pool.workers.values())) else 0
    return pool.wanted


def is_young(state: State) -> bool:
    """Whether a worker has yet to become ready."""
    return isinstance(state, Spawning | Recalled | Starting)


def pid_of(state: State) -> int | None:
    """A worker's pid, once it has one."""
    match state:
        case Spawning() | Recalled() | Gone():
            return None
        case _:
            return state.pid


def task_of(state: State) -> Task | None:
    """What a worker works on, if it said."""
    match state:
        case Busy() | Retiring() | Draining() | Cutting():
            return state.task
        case _:
            return None


def deadlines(pool: Pool) -> Iterator[int]:
    """The times at which something in the pool is due."""
    yield pool.respawn_at
    if pool.hold and pool.hold.probe_at is not None:
        yield pool.hold.probe_at
    for state in pool.workers.values():
        match state:
            case Spawning() | Recalled() | Starting():
                yield state.birth.at + policy.START_MS
            case Draining(cut_at=int(cut_at)):
                yield cut_at
            case Cutting():
                yield state.abort_at
            case Aborting():
                yield state.kill_at
            case Draining() | Polling() | Busy() | Retiring() | Killing() | Gone():
                pass
