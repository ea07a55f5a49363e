"""A world in which anything may happen, and what holds in it at any time."""

from contextlib import nullcontext
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
from history_rules import broken_rules
from world_play import DOMAIN, FLOW, WORK, Play

from flowy.engine.core import commands
from flowy.engine.core.deadlines import current
from flowy.engine.core.decide.settings import Given
from flowy.engine.core.execution import Execution
from flowy.engine.core.faults import Refused
from flowy.engine.core.fold import fold, open_execution
from flowy.engine.core.registry import ACTIVITY, WORKFLOW
from flowy.engine.core.settings import Rate
from flowy.engine.core.task_lists import Place, TaskKey, lambda_place
from flowy.engine.core.tasks import RunningActivity, StartedChild, WaitingActivity, WaitingLambda
from flowy.engine.core.world import World
from flowy.swf import events as e
from flowy.swf.decisions import Decision
from flowy.swf.events import Event

EVENTS = 60
OPEN = 4


class Token(NamedTuple):
    """What a worker or decider remembers of its task."""

    run_id: str
    scheduled_id: int
    started_id: int


def standing(world: World) -> set[Any]:
    """What the heap will let happen, and when."""
    found = set()
    for deadline in world.deadlines._heap:
        run = world.runs.get(deadline.run_id)
        at = current(run, deadline.kind, deadline.ref) if run else None
        if at is not None:
            found.add((deadline.run_id, deadline.kind, deadline.ref, at))
    return found


def refold(run: Execution, events: list[Event]) -> Execution:
    """What a restart makes of a history; heartbeats are kept beside it."""
    started = events[0].attributes
    assert isinstance(started, e.WorkflowExecutionStarted)
    again = open_execution(run.key, run.domain, run.id, events[0].at, started)
    for event in events:
        fold(again, event)
    for number, activity in run.activities.items():
        if isinstance(activity, RunningActivity):
            again.activities[number] = activity
    return again


class Life:
    """The verbs of callers, deciders, workers and the clock, and the checks after each."""

    def __init__(self) -> None:
        self.play = Play(
            history_events=EVENTS,
            open_activities=2,
            open_timers=2,
            open_children=2,
            open_lambdas=1,
            open_executions=OPEN,
            rates={"SignalExternalWorkflowExecution": Rate(2, 1)},
        )
        self.seen: dict[int, Execution] = {}
        self.checked: set[int] = set()
        self.deciding: list[Token] = []
        self.working: list[Token] = []
        self.computing: list[Token] = []

    @property
    def world(self) -> World:
        return self.play.world

    # -- callers -----------------------------------------------------------------------------

    def open(self, name: str, given: Given) -> Execution | None:
        """The open execution of that name, started now if there is none and it may be."""
        found = self.world.find(DOMAIN, name)
        if found is not None:
            return found
        flow = self.world.registry.type(WORKFLOW, DOMAIN, FLOW)
        refused = flow.deprecated or len(self.world.runs) >= OPEN
        with pytest.raises(Refused) if refused else nullcontext():
            self.play.start(name, given)
        return self.world.find(DOMAIN, name)

    def signal(self, name: str, given: Given, asks_to_cancel: bool) -> None:
        run = self.open(name, given)
        if run is not None and asks_to_cancel:
            asked = e.WorkflowExecutionCancelRequested(external_initiated_event_id=0)
            commands.report(self.world, run, asked, self.play.now)
        elif run is not None:
            self.play.signal(run)

    def terminate(self, name: str) -> None:
        run = self.world.find(DOMAIN, name)
        if run is not None:
            self.play.terminate(run)

    def deprecate_or_revive(self, kind: str) -> None:
        type_id = WORK if kind == ACTIVITY else FLOW
        registry = self.world.registry
        if registry.type(kind, DOMAIN, type_id).deprecated:
            registry.undeprecate_type(kind, DOMAIN, type_id)
        else:
            registry.deprecate_type(kind, DOMAIN, type_id, self.play.now)

    # -- deciders ----------------------------------------------------------------------------

    def poll_decision(self, task_list: str) -> bool:
        run = self.play.poll_decision(task_list)
        if run is None or run.running is None:
            return False
        running = run.running
        self.deciding.append(Token(run.id.run_id, running.scheduled_id, running.started_id))
        return True

    def decide(self, batch: list[Decision]) -> None:
        """A quick decider: it polls both lists and answers at once."""
        if self.poll_decision("sticky") or self.poll_decision("decisions"):
            self.answer(self.deciding.pop(), batch)

    def answer(self, token: Token, decisions: list[Decision], *override: Any) -> None:
        """Answer, perhaps too late: then it is refused, and nothing has changed."""
        run = self.world.runs.get(token.run_id)
        if run is None:
            return
        completed = e.DecisionTaskCompleted(*token[1:], None, *override)
        stands = run.running is not None and run.running.started_id == token.started_id
        before = run.last_event
        late = pytest.raises(Refused, match="Unknown decision task")
        with nullcontext() if stands else late:
            commands.complete_decision(self.world, run, completed, decisions, self.play.now)
        assert (run.last_event > before) == stands

    # -- workers -----------------------------------------------------------------------------

    def poll_activity(self) -> None:
        key = self.world.lists.take(Place("activity", DOMAIN, "work"))
        if key is not None:
            task = commands.start_activity(self.world, key, None, self.play.now)
            if task is not None:
                self.working.append(Token(key.run_id, task.scheduled_id, task.started_id))

    def poll_lambda(self) -> None:
        key = self.world.lists.take(lambda_place(DOMAIN))
        if key is not None:
            task = commands.start_lambda(self.world, key, self.play.now)
            if task is not None:
                self.computing.append(Token(key.run_id, task.scheduled_id, task.started_id))

    def work(self, token: Token, how: str) -> None:
        """Answer an activity that still counts; forget one that does not."""
        run, ids = self.world.runs.get(token.run_id), token[1:]
        activity = run.activities.get(token.scheduled_id) if run else None
        if run is None or not isinstance(activity, RunningActivity):
            self.working.remove(token)
            return
        if how == "beat":
            commands.heartbeat(self.world, run, activity, "details", self.play.now)
            return
        answers = {
            "complete": e.ActivityTaskCompleted(*ids, "done"),
            "fail": e.ActivityTaskFailed(*ids, reason="r"),
            "cancel": e.ActivityTaskCanceled(*ids, None, activity.cancel_id),
        }
        commands.report(self.world, run, answers[how], self.play.now)

    def compute(self, token: Token, fails: bool) -> None:
        self.computing.remove(token)
        run, ids = self.world.runs.get(token.run_id), token[1:]
        if run is None or token.scheduled_id not in run.lambdas:
            return
        answer = e.LambdaFunctionFailed(*ids) if fails else e.LambdaFunctionCompleted(*ids)
        commands.report(self.world, run, answer, self.play.now)

    # -- time and restarts -------------------------------------------------------------------

    def fire_late(self, milliseconds: int) -> None:
        """All that fell due while nobody looked happens at once, in its order."""
        self.play.now += milliseconds
        while commands.fire_due(self.world, self.play.now):
            pass

    def histories(self) -> list[tuple[Execution, list[Event]]]:
        changes = self.world.changes
        for run in [*changes.opened, *changes.closed]:
            self.seen[run.key] = run
        return [(run, self.play.history(run)) for run in self.seen.values()]

    def restart(self, milliseconds: int) -> None:
        """A new engine folds what was written, and nobody can tell."""
        old = self.world
        histories = {run.id.run_id: events for run, events in self.histories()}
        again = World(old.settings, old.new_run_id)
        again.registry, again.next_key = old.registry, old.next_key
        for run_id, run in old.runs.items():
            folded = refold(run, histories[run_id])
            again.restore(folded)
            self.seen[run.key] = folded
        again.offer_all()
        assert again.lists._places == old.lists._places
        assert standing(again) == standing(old)
        self.play.world = again
        self.fire_late(milliseconds)

    # -- what always holds -------------------------------------------------------------------

    def check(self) -> None:
        for run, events in self.histories():
            if not run.is_open and run.key in self.checked:
                continue
            if not run.is_open:
                self.checked.add(run.key)
            assert broken_rules(events) == []
            assert len(events) <= EVENTS
            # What a restart folds together is what was there, but for the heartbeats.
            assert refold(deepcopy(run), events) == run
        self._check_indexes()
        self._check_lists()
        for run in self.world.runs.values():
            self._check_family(run)
            sizes = [len(run.activities), len(run.timers), len(run.children), len(run.lambdas)]
            assert all(size <= most for size, most in zip(sizes, [2, 2, 2, 1], strict=True))

    def _check_indexes(self) -> None:
        world = self.world
        assert {run.id.run_id for run in world.runs.values()} == set(world.open_ids.values())
        assert all(run.is_open for run in world.runs.values())
        assert world.open_counts[DOMAIN] == len(world.runs)

    def _check_lists(self) -> None:
        """Every task that waits is on its list, and nothing else is."""
        expected: dict[TaskKey, Place] = {}
        for run_id, run in self.world.runs.items():
            if run.waiting is not None and run.running is None:
                key = TaskKey(run_id, run.waiting.scheduled_id)
                expected[key] = Place("decision", DOMAIN, run.waiting.task_list.name)
            for task in (*run.activities.values(), *run.lambdas.values()):
                key = TaskKey(run_id, task.scheduled_id)
                if isinstance(task, WaitingActivity):
                    expected[key] = Place("activity", DOMAIN, task.task.task_list.name)
                elif isinstance(task, WaitingLambda):
                    expected[key] = lambda_place(DOMAIN)
        assert self.world.lists._places == expected

    def _check_family(self, run: Execution) -> None:
        """What an execution asked of others has its answer; its children are there."""
        assert not run.externals
        for child in run.children.values():
            assert isinstance(child, StartedChild)
            found = self.world.find(DOMAIN, child.request.workflow_id)
            assert found is not None
            assert found.started.parent_workflow_execution == run.id
            assert found.started.parent_initiated_event_id == child.initiated_id

    def end(self) -> None:
        """In the end every execution times out: nothing waits for ever."""
        self.play.wait(366 * 86_400_000)
        assert not self.world.runs
        assert not self.world.lists._places
        self.check()
