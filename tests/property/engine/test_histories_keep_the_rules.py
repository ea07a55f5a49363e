"""Whatever deciders, workers, callers and the clock do, histories keep SWF's rules."""

from copy import deepcopy
from typing import Any

from history_rules import broken_rules
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from world_play import DOMAIN, FLOW, Play, schedule

from flowy.engine.core import commands
from flowy.engine.core.deadlines import current
from flowy.engine.core.decide.settings import Given
from flowy.engine.core.execution import Execution
from flowy.engine.core.faults import Refused
from flowy.engine.core.fold import fold, open_execution
from flowy.engine.core.tasks import RunningActivity
from flowy.engine.core.world import World
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.events import Event
from flowy.swf.values import TaskList

NAMES = st.sampled_from(["a", "b", "c"])
TIMEOUTS = st.sampled_from(["NONE", "0", "1", "3"])
ACTIVITIES = st.builds(
    schedule,
    NAMES,
    heartbeat_timeout=TIMEOUTS,
    schedule_to_close_timeout=TIMEOUTS,
    schedule_to_start_timeout=TIMEOUTS,
    start_to_close_timeout=TIMEOUTS,
    task_priority=st.none() | st.sampled_from(["-1", "5"]),
)
DECISIONS = st.one_of(
    ACTIVITIES,
    st.builds(d.RequestCancelActivityTask, NAMES),
    st.builds(d.StartTimer, st.sampled_from(["0", "1", "5"]), NAMES),
    st.builds(d.CancelTimer, NAMES),
    st.builds(d.RecordMarker, NAMES),
    st.builds(
        d.StartChildWorkflowExecution,
        NAMES,
        st.just(FLOW),
        child_policy=st.sampled_from(["TERMINATE", "REQUEST_CANCEL", "ABANDON"]),
        execution_start_to_close_timeout=st.sampled_from(["2", "50"]),
    ),
    st.builds(d.SignalExternalWorkflowExecution, NAMES, NAMES),
    st.builds(d.RequestCancelExternalWorkflowExecution, NAMES),
)
CLOSES = st.one_of(
    st.builds(d.CompleteWorkflowExecution),
    st.builds(d.FailWorkflowExecution),
    st.builds(d.CancelWorkflowExecution),
    st.builds(d.ContinueAsNewWorkflowExecution),
)
BATCHES = st.builds(
    lambda decisions, close: [*decisions, *close],
    st.lists(DECISIONS, max_size=4),
    st.lists(CLOSES, max_size=1),
)


def _standing(world: World) -> set[Any]:
    """What the heap will let happen, and when."""
    found = set()
    for deadline in world.deadlines._heap:
        run = world.runs.get(deadline.run_id)
        at = current(run, deadline.kind, deadline.ref) if run else None
        if at is not None:
            found.add((deadline.run_id, deadline.kind, deadline.ref, at))
    return found


class Anything(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.play = Play(history_events=60)
        self.seen: dict[int, Execution] = {}
        self.deciding: list[Execution] = []
        self.working: list[tuple[Execution, RunningActivity]] = []

    @rule(name=NAMES, policy=st.sampled_from(["TERMINATE", "REQUEST_CANCEL"]))
    def start(self, name: str, policy: str) -> None:
        if self.play.world.find(DOMAIN, name) is None:
            given = Given(child_policy=policy, execution_start_to_close_timeout="30")
            self.play.start(name, given)

    @rule(sticky=st.booleans())
    def poll_decision(self, sticky: bool) -> None:
        run = self.play.poll_decision("sticky" if sticky else "decisions")
        if run is not None:
            self.deciding.append(run)

    @precondition(lambda self: self.deciding)
    @rule(decisions=BATCHES, sticky=st.booleans(), data=st.data())
    def answer(self, decisions: list[d.Decision], sticky: bool, data: Any) -> None:
        run = self.deciding.pop(data.draw(st.integers(0, len(self.deciding) - 1)))
        if run.is_open and run.running is not None:
            override = {
                "task_list": TaskList("sticky"),
                "task_list_schedule_to_start_timeout": "2",
            }
            self.play.answer(run, decisions, **(override if sticky else {}))

    @rule()
    def poll_activity(self) -> None:
        task = self.play.poll_activity()
        if task is not None:
            self.working.append(task)

    @precondition(lambda self: self.working)
    @rule(data=st.data(), how=st.sampled_from(["complete", "beat", "fail"]))
    def work(self, data: Any, how: str) -> None:
        number = data.draw(st.integers(0, len(self.working) - 1))
        run, activity = self.working[number]
        ids = (activity.scheduled_id, activity.started_id)
        try:
            current = commands.running_activity(run, *ids)
        except Refused:
            del self.working[number]
            return
        if not run.is_open:
            del self.working[number]
        elif how == "beat":
            commands.heartbeat(self.play.world, run, current, "details", self.play.now)
        elif how == "complete":
            self.play.complete(run, activity)
        else:
            failed = e.ActivityTaskFailed(*ids, reason="r")
            commands.report(self.play.world, run, failed, self.play.now)

    @rule(name=NAMES)
    def signal(self, name: str) -> None:
        run = self.play.world.find(DOMAIN, name)
        if run is not None:
            self.play.signal(run)

    @rule(name=NAMES)
    def terminate(self, name: str) -> None:
        run = self.play.world.find(DOMAIN, name)
        if run is not None:
            self.play.terminate(run)

    @rule(milliseconds=st.integers(0, 4_000))
    def wait(self, milliseconds: int) -> None:
        self.play.wait(milliseconds)

    def _histories(self) -> list[tuple[Execution, list[Event]]]:
        for run in [*self.play.world.changes.opened, *self.play.world.changes.closed]:
            self.seen[run.key] = run
        return [(run, self.play.history(run)) for run in self.seen.values()]

    @invariant()
    def histories_keep_the_rules(self) -> None:
        for _, events in self._histories():
            assert broken_rules(events) == []

    @invariant()
    def a_history_tells_the_whole_state(self) -> None:
        """What a restart folds together is what was there, but for the heartbeats."""
        for run, events in self._histories():
            started = events[0].attributes
            assert isinstance(started, e.WorkflowExecutionStarted)
            again = open_execution(run.key, run.domain, run.id, events[0].at, started)
            for event in events:
                fold(again, event)
            for number, activity in list(run.activities.items()):
                if isinstance(activity, RunningActivity):
                    again.activities[number] = activity
            assert again == run

    @rule()
    def a_restart_finds_the_same_tasks_and_deadlines(self) -> None:
        world = self.play.world
        again = World(world.settings, world.new_run_id)
        for run in world.runs.values():
            again.restore(deepcopy(run))
        again.offer_all()
        assert again.lists._places == world.lists._places
        assert _standing(again) == _standing(world)

    @invariant()
    def open_ids_and_open_runs_agree(self) -> None:
        world = self.play.world
        assert {run.id.run_id for run in world.runs.values()} == set(world.open_ids.values())
        assert all(run.is_open for run in world.runs.values())
        assert world.open_counts[DOMAIN] == len(world.runs)

    def teardown(self) -> None:
        """In the end every execution times out: nothing waits for ever."""
        self.play.wait(10_000_000)
        assert not self.play.world.runs
        self.histories_keep_the_rules()


TestAnything = Anything.TestCase
TestAnything.settings = settings(
    max_examples=150,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
