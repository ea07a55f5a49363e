"""A world with a clock in the test's hand."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flowy.engine.core import commands
from flowy.engine.core.commands import Start
from flowy.engine.core.decide.settings import Given
from flowy.engine.core.execution import Execution
from flowy.engine.core.registry import ACTIVITY, WORKFLOW, Domain, RegisteredType
from flowy.engine.core.settings import Settings
from flowy.engine.core.task_lists import Place
from flowy.engine.core.tasks import RunningActivity
from flowy.engine.core.world import World
from flowy.engine.run_ids import RunIds
from flowy.swf import events as e
from flowy.swf.decisions import Decision, ScheduleActivityTask
from flowy.swf.events import Attributes, Event
from flowy.swf.values import TaskList, TypeId

DOMAIN = "d"
FLOW = TypeId("Flow", "1")
WORK = TypeId("Work", "1")
FLOW_DEFAULTS = {
    "defaultChildPolicy": "TERMINATE",
    "defaultExecutionStartToCloseTimeout": "1000",
    "defaultTaskList": {"name": "decisions"},
    "defaultTaskStartToCloseTimeout": "10",
}
WORK_DEFAULTS = {
    "defaultTaskHeartbeatTimeout": "NONE",
    "defaultTaskList": {"name": "work"},
    "defaultTaskScheduleToCloseTimeout": "NONE",
    "defaultTaskScheduleToStartTimeout": "NONE",
    "defaultTaskStartToCloseTimeout": "NONE",
}


def schedule(activity_id: str, **options: Any) -> ScheduleActivityTask:
    return ScheduleActivityTask(activity_id, WORK, **options)


class Play:
    """One domain, one workflow type, one activity type; `now` is moved by the test."""

    def __init__(self, **settings: Any) -> None:
        self.world = World(Settings(**settings), RunIds(b"test"))
        self.now = 1_000_000_000_000
        self._histories: dict[int, list[Event]] = defaultdict(list)
        self.world.registry.register_domain(Domain(DOMAIN, "1"))
        self.register(WORKFLOW, FLOW, FLOW_DEFAULTS)
        self.register(ACTIVITY, WORK, WORK_DEFAULTS)

    def register(self, kind: str, type_id: TypeId, defaults: dict[str, Any]) -> None:
        self.world.registry.register_type(RegisteredType(kind, DOMAIN, type_id, self.now, defaults))

    def start(self, workflow_id: str = "w", given: Given | None = None) -> Execution:
        asked = Start(DOMAIN, workflow_id, FLOW, given or Given())
        return commands.start_execution(self.world, asked, self.now)

    def history(self, run: Execution) -> list[Event]:
        """All events of a run so far."""
        for key, event in self.world.changes.events:
            self._histories[key].append(event)
        self.world.changes.events.clear()
        return self._histories[run.key]

    def types(self, run: Execution) -> list[str]:
        return [event.type for event in self.history(run)]

    def last(self, run: Execution) -> Attributes:
        return self.history(run)[-1].attributes

    def find(self, run: Execution, kind: type[Attributes]) -> list[Any]:
        return [v.attributes for v in self.history(run) if isinstance(v.attributes, kind)]

    # -- deciders ----------------------------------------------------------------------------

    def poll_decision(self, task_list: str = "decisions") -> Execution | None:
        key = self.world.lists.take(Place("decision", DOMAIN, task_list))
        return commands.start_decision(self.world, key, None, self.now) if key else None

    def answer(self, run: Execution, decisions: Sequence[Decision] = (), **completed: Any) -> None:
        """Answer the running decision task."""
        assert run.running is not None
        ids = (run.running.scheduled_id, run.running.started_id)
        event = e.DecisionTaskCompleted(*ids, **completed)
        commands.complete_decision(self.world, run, event, decisions, self.now)

    def decide(self, *decisions: Decision, task_list: str = "decisions") -> Execution:
        """Poll for a decision task and answer it."""
        run = self.poll_decision(task_list)
        assert run is not None
        self.answer(run, decisions)
        return run

    # -- workers -----------------------------------------------------------------------------

    def poll_activity(self, task_list: str = "work") -> tuple[Execution, RunningActivity] | None:
        key = self.world.lists.take(Place("activity", DOMAIN, task_list))
        if key is None:
            return None
        activity = commands.start_activity(self.world, key, None, self.now)
        assert activity is not None
        return self.world.runs[key.run_id], activity

    def complete(self, run: Execution, activity: RunningActivity, result: str = "done") -> None:
        ids = (activity.scheduled_id, activity.started_id)
        commands.report(self.world, run, e.ActivityTaskCompleted(*ids, result), self.now)

    def work(self) -> None:
        """Do the next activity."""
        task = self.poll_activity()
        assert task is not None
        self.complete(*task)

    # -- callers and time --------------------------------------------------------------------

    def signal(self, run: Execution, name: str = "s") -> None:
        commands.report(self.world, run, e.WorkflowExecutionSignaled(name, 0), self.now)

    def terminate(self, run: Execution) -> None:
        policy = run.started.child_policy
        event = e.WorkflowExecutionTerminated(policy, "OPERATOR_INITIATED")
        commands.close(self.world, run, event, self.now)

    def wait(self, milliseconds: int) -> None:
        """Let time pass; each deadline fires at its own time."""
        end = self.now + milliseconds
        while (at := self.world.deadlines.next_at()) is not None and at <= end:
            self.now = max(self.now, at)
            commands.fire_due(self.world, self.now)
        self.now = end


LIST = TaskList("decisions")
