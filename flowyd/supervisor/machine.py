# ruff: noqa: PLR0911 — a return for each pair of state and event is the form of the house
"""The life of one worker: `step(state, event, now) -> (state, actions)`. Pure.

One function per state. What comes too late for its state (a message read after a signal was sent)
changes nothing. Only `Exited` ends a worker that has a pid: a closed channel or a sent SIGKILL do
not, since a slot whose process may still poll must not be filled again.
"""

from dataclasses import replace
from typing import assert_never

from flowyd.supervisor.policy import ABORT_MS, CUT_MS, HANG_MS, START_MS, classify
from flowyd.supervisor.states import (
    Aborting,
    Action,
    Began,
    Birth,
    Born,
    Busy,
    Cut,
    Cutting,
    Drain,
    Draining,
    Event,
    Exit,
    ExitClass,
    Exited,
    Forget,
    Gone,
    Hang,
    Kill,
    Killing,
    Leaves,
    Lost,
    Mark,
    Polling,
    Recalled,
    Retire,
    Retiring,
    Send,
    Sign,
    Spawning,
    Starting,
    State,
    Step,
    Task,
    Tick,
    Waits,
)


def step(state: State, event: Event, now: int) -> Step:  # noqa: C901 — one line a state
    """What becomes of a worker by an event, and what is to be done."""
    match state:
        case Spawning():
            return step_spawning(state, event, now)
        case Recalled():
            return step_recalled(state, event, now)
        case Starting():
            return step_starting(state, event, now)
        case Polling():
            return step_polling(state, event, now)
        case Busy():
            return step_busy(state, event, now)
        case Retiring():
            return step_retiring(state, event, now)
        case Draining():
            return step_draining(state, event, now)
        case Cutting():
            return step_cutting(state, event, now)
        case Aborting():
            return step_aborting(state, event, now)
        case Killing():
            return step_killing(state, event)
        case Gone():
            return state, ()
        case _:
            assert_never(state)


def step_spawning(state: Spawning, event: Event, now: int) -> Step:
    """Asked for, no pid yet."""
    match event:
        case Born(pid):
            return Starting(state.birth, pid), ()
        case Lost() | Cut() | Kill():
            return never_born(state, ExitClass.UNBORN)
        case Drain(cut_at):
            return Recalled(state.birth, cut_at), ()
        case Tick() if now >= state.birth.at + START_MS:
            return never_born(state, ExitClass.START_FAILURE)
        case Tick() | Waits() | Began() | Leaves() | Retire() | Exited() | Hang():
            return state, ()
        case _:
            assert_never(event)


def step_recalled(state: Recalled, event: Event, now: int) -> Step:
    """Told to leave before it had a pid."""
    match event:
        case Born(pid):
            return drain(state.birth, pid, None, state.cut_at, now)
        case Lost() | Cut() | Kill():
            return never_born(state, ExitClass.UNBORN)
        case Tick() if now >= state.birth.at + START_MS:
            return never_born(state, ExitClass.START_FAILURE)
        case Tick() | Waits() | Began() | Leaves() | Retire() | Exited() | Drain() | Hang():
            return state, ()
        case _:
            assert_never(event)


def step_starting(state: Starting, event: Event, now: int) -> Step:
    """It has until START_MS to say that it is ready."""
    match event:
        case Waits():
            return Polling(state.birth, state.pid, now), ()
        case Leaves():
            return Draining(state.birth, state.pid, now, None, None, recycled=False), ()
        case Exited(code):
            return gone(state, code)
        case Drain(cut_at):
            return drain(state.birth, state.pid, None, cut_at, now)
        case Cut():
            return abort(state, now)
        case Kill():
            return kill(state, now, ExitClass.START_FAILURE)
        case Tick() if now >= state.birth.at + START_MS:
            return kill(state, now, ExitClass.START_FAILURE)
        case Tick() | Born() | Began() | Retire() | Lost() | Hang():
            return state, ()
        case _:
            assert_never(event)


def step_polling(state: Polling, event: Event, now: int) -> Step:
    """It waits for a task."""
    match event:
        case Began(task):
            return Busy(state.birth, state.pid, now, task), ()
        case Retire(recycled):
            return Retiring(state.birth, state.pid, now, None, recycled), ()
        case Leaves():
            return Draining(state.birth, state.pid, now, None, None, recycled=False), ()
        case Exited(code):
            return gone(state, code)
        case Drain(cut_at):
            return drain(state.birth, state.pid, None, cut_at, now)
        case Cut():
            return cut(state, None, now)
        case Kill():
            return kill(state, now, ExitClass.CUT)
        case Hang():
            return hang(state, now)
        case Tick() | Born() | Waits() | Lost():
            return state, ()
        case _:
            assert_never(event)


def step_busy(state: Busy, event: Event, now: int) -> Step:  # noqa: C901 — one case an event
    """It works on a task. How long it may is the task's own start-to-close, not ours."""
    match event:
        case Waits():
            return Polling(state.birth, state.pid, now), ()
        case Began(task) if task != state.task:
            return Busy(state.birth, state.pid, now, task), ()
        case Retire(recycled):
            return Retiring(state.birth, state.pid, now, state.task, recycled), ()
        case Leaves():
            return Draining(state.birth, state.pid, now, None, None, recycled=False), ()
        case Exited(code):
            return gone(state, code)
        case Drain(cut_at):
            return drain(state.birth, state.pid, state.task, cut_at, now)
        case Cut():
            return cut(state, state.task, now)
        case Kill():
            return kill(state, now, ExitClass.CUT)
        case Hang():
            return hang(state, now)
        case Tick() | Born() | Began() | Lost():
            return state, ()
        case _:
            assert_never(event)


def step_retiring(state: Retiring, event: Event, now: int) -> Step:
    """It takes tasks as before, until its replacement is ready: then it is told to drain."""
    match event:
        case Began(task):
            return replace(state, task=task), ()
        case Waits():
            return replace(state, task=None), ()
        case Leaves():
            return Draining(state.birth, state.pid, now, None, None, state.recycled), ()
        case Exited(code):
            return gone(state, code)
        case Drain(cut_at):
            drained, actions = drain(state.birth, state.pid, state.task, cut_at, now)
            return replace(drained, recycled=state.recycled), actions
        case Cut():
            return cut(state, state.task, now)
        case Kill():
            return kill(state, now, ExitClass.CUT)
        case Hang():
            return hang(state, now)
        case Tick() | Born() | Retire() | Lost():
            return state, ()
        case _:
            assert_never(event)


def step_draining(state: Draining, event: Event, now: int) -> Step:
    """It finishes what it has. A poll in flight may still bring it one more task.

    A task may have ignored SIGTERM while it came: it is sent again with each task that begins or
    ends, when the worker has its handlers back.
    """
    match event:
        case Exited(code):
            return gone(state, code)
        case Began(task):
            return redrain(state, task, state.cut_at), remind(state, task)
        case Waits() | Leaves():
            return redrain(state, None, state.cut_at), remind(state, None)
        case Drain(cut_at):
            mark = Mark(cut_at, cut=False)
            return redrain(state, state.task, cut_at), (mark, Send(state.pid, Sign.TERM))
        case Cut():
            return cut(state, state.task, now)
        case Kill():
            return kill(state, now, ExitClass.CUT)
        case Tick() if state.cut_at is not None and now >= state.cut_at:
            return cut(state, state.task, now)
        case Hang():
            return hang(state, now)
        case Tick() | Born() | Retire() | Lost():
            return state, ()
        case _:
            assert_never(event)


def step_cutting(state: Cutting, event: Event, now: int) -> Step:
    """It may still give its task up in order."""
    match event:
        case Exited(code):
            return gone(state, code)
        case Kill():
            return kill(state, now, ExitClass.CUT)
        case Tick() if now >= state.abort_at:
            return abort(state, now)
        case Tick() | Born() | Waits() | Began() | Leaves() | Retire() | Lost():
            return state, ()
        case Drain() | Cut() | Hang():
            return state, ()
        case _:
            assert_never(event)


def step_aborting(state: Aborting, event: Event, now: int) -> Step:
    """It writes its stacks, then dies; if it cannot, it is killed."""
    match event:
        case Exited(code):
            return gone(state, code)
        case Kill():
            return kill(state, now, state.kind)
        case Tick() if now >= state.kill_at:
            return kill(state, now, state.kind)
        case Tick() | Born() | Waits() | Began() | Leaves() | Retire() | Lost():
            return state, ()
        case Drain() | Cut() | Hang():
            return state, ()
        case _:
            assert_never(event)


def step_killing(state: Killing, event: Event) -> Step:
    """Nothing can be done but wait."""
    match event:
        case Exited(code):
            return gone(state, code)
        case Born() | Waits() | Began() | Leaves() | Retire() | Lost() | Drain() | Cut():
            return state, ()
        case Kill() | Tick() | Hang():
            return state, ()
        case _:
            assert_never(event)


def drain(
    birth: Birth, pid: int, task: Task | None, cut_at: int | None, now: int
) -> tuple[Draining, tuple[Action, ...]]:
    """Tell it to leave after its task."""
    actions = (Mark(cut_at, cut=False), Send(pid, Sign.TERM))
    return Draining(birth, pid, now, task, cut_at, recycled=False), actions


def redrain(state: Draining, task: Task | None, cut_at: int | None) -> Draining:
    """The same drain with what is known now."""
    return Draining(state.birth, state.pid, state.since, task, cut_at, state.recycled)


def remind(state: Draining, task: Task | None) -> tuple[Action, ...]:
    """Tell it to leave once more, if it went on to something else."""
    return (Send(state.pid, Sign.TERM),) if task != state.task else ()


def cut(state: Polling | Busy | Retiring | Draining, task: Task | None, now: int) -> Step:
    """Its time is over: it shall give up what it has."""
    cutting = Cutting(state.birth, state.pid, now, task, now + CUT_MS)
    return cutting, (Mark(now, cut=True), Send(state.pid, Sign.CUT))


def abort(state: Starting | Cutting, now: int) -> Step:
    """Ask for its stacks; it dies of that."""
    kill_at = now + ABORT_MS
    return Aborting(state.birth, state.pid, now, kill_at), (Send(state.pid, Sign.ABORT),)


def hang(state: Polling | Busy | Retiring | Draining, now: int) -> Step:
    """Ask for its stacks, also if it is stopped; it dies of that, or is killed."""
    aborting = Aborting(state.birth, state.pid, now, now + HANG_MS, ExitClass.HUNG)
    return aborting, (Send(state.pid, Sign.ABORT), Send(state.pid, Sign.CONTINUE))


def kill(
    state: Starting | Polling | Busy | Retiring | Draining | Cutting | Aborting,
    now: int,
    kind: ExitClass,
) -> Step:
    """No more asking."""
    return Killing(state.birth, state.pid, now, kind), (Send(state.pid, Sign.KILL),)


def never_born(state: Spawning | Recalled, kind: ExitClass) -> Step:
    """Give it up; if the zygote makes it yet, the closed channel ends it."""
    exit_ = Exit(kind, None)
    return Gone(state.birth, exit_), (Forget(exit_),)


def gone(
    state: Starting | Polling | Busy | Retiring | Draining | Cutting | Aborting | Killing, code: int
) -> Step:
    """The end, with its class."""
    exit_ = Exit(classify(state, code), code)
    return Gone(state.birth, exit_), (Forget(exit_),)
