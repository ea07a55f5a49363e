"""All open executions of an engine, in memory: commands go in, events and offered tasks come out.

Closed executions are not here. The world knows no clock: every command brings its time.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flowy.engine.core import faults
from flowy.engine.core.changes import Changes
from flowy.engine.core.deadlines import (
    Deadline,
    Deadlines,
    Kind,
    activity_deadlines,
    all_deadlines,
    current,
    decision_deadlines,
    lambda_due,
)
from flowy.engine.core.execution import Execution
from flowy.engine.core.families import FollowUp, StartNext, follow_ups
from flowy.engine.core.fold import open_execution
from flowy.engine.core.rates import Buckets
from flowy.engine.core.registry import Registry
from flowy.engine.core.settings import Settings
from flowy.engine.core.task_lists import Place, TaskKey, TaskLists, lambda_place
from flowy.engine.core.tasks import (
    Activity,
    Lambda,
    RunningLambda,
    WaitingActivity,
    WaitingLambda,
)
from flowy.engine.core.timeouts import expire
from flowy.engine.core.transaction import Transaction
from flowy.swf.events import (
    ActivityTaskCanceled,
    ActivityTaskCompleted,
    ActivityTaskFailed,
    ActivityTaskScheduled,
    ActivityTaskStarted,
    ActivityTaskTimedOut,
    Attributes,
    DecisionTaskCompleted,
    DecisionTaskScheduled,
    DecisionTaskStarted,
    DecisionTaskTimedOut,
    Event,
    LambdaFunctionScheduled,
    LambdaFunctionStarted,
    TimerStarted,
    WorkflowExecutionStarted,
)
from flowy.swf.values import ExecutionId

_DECISION_TASKS = (
    DecisionTaskScheduled,
    DecisionTaskStarted,
    DecisionTaskCompleted,
    DecisionTaskTimedOut,
)
_ACTIVITY_CLOSES = (
    ActivityTaskCompleted,
    ActivityTaskFailed,
    ActivityTaskTimedOut,
    ActivityTaskCanceled,
)


class World:
    """The engine's state. `new_run_id` makes the ids of new runs, `next_key` numbers them."""

    def __init__(self, settings: Settings, new_run_id: Callable[[], str]) -> None:
        self.settings = settings
        self.new_run_id = new_run_id
        self.next_key = 1
        self.registry = Registry(settings)
        self.runs: dict[str, Execution] = {}
        self.open_ids: dict[tuple[str, str], str] = {}
        self.open_counts: Counter[str] = Counter()
        self.lists = TaskLists()
        self.buckets = Buckets(settings)
        self.deadlines = Deadlines()
        self.changes = Changes()
        self.follow_ups: deque[FollowUp] = deque()
        self.heard: set[tuple[int, int]] = set()

    # -- finding ---------------------------------------------------------------------------

    def find(self, domain: str, workflow_id: str) -> Execution | None:
        """The open run of a workflowId, if there is one."""
        run_id = self.open_ids.get((domain, workflow_id))
        return self.runs[run_id] if run_id else None

    def open_run(self, domain: str, workflow_id: str, run_id: str | None) -> Execution:
        """The open run that a caller names.

        Raises:
            Refused: UnknownResourceFault, if it is not open or another run is.
        """
        self.registry.domain(domain)
        run = self.find(domain, workflow_id)
        if run is None or (run_id and run.id.run_id != run_id):
            if run_id:
                raise faults.unknown_execution(ExecutionId(workflow_id, run_id))
            raise faults.unknown_workflow_id(workflow_id)
        return run

    # -- changing --------------------------------------------------------------------------

    @contextmanager
    def transaction(self, run: Execution, now: int) -> Iterator[Transaction]:
        """Collect the events of one cause; when it ends their consequences are drawn."""
        transaction = Transaction(run, now, self.settings)
        yield transaction
        self._settle(run, transaction.events)

    def tell(self, run: Execution, attributes: Attributes, now: int) -> None:
        """Report an event to a decider, unless its execution has closed."""
        if run.is_open:
            with self.transaction(run, now) as transaction:
                transaction.report(attributes)

    def start(
        self, domain: str, id: ExecutionId, started: WorkflowExecutionStarted, now: int
    ) -> Execution:
        """Open a run: event 1 and its first decision task. The workflowId must be free."""
        run = open_execution(self.next_key, domain, id, now, started)
        self.next_key += 1
        self._admit(run)
        self.changes.opened.append(run)
        with self.transaction(run, now) as transaction:
            transaction.report(started)
        return run

    def restore(self, run: Execution) -> None:
        """Take an open execution over from the store: its deadlines and its tasks with it."""
        self._admit(run)
        for deadline in all_deadlines(run):
            self.deadlines.add(deadline)

    def offer_all(self) -> None:
        """Put the waiting tasks of all restored executions on their lists, oldest first."""
        waiting: list[tuple[tuple[int, int, int], Execution, Activity | Lambda | None]] = []
        for run in self.runs.values():
            if run.waiting is not None:
                order = (run.waiting.offered_at, run.key, run.waiting.scheduled_id)
                waiting.append((order, run, None))
            for task in (*run.activities.values(), *run.lambdas.values()):
                order = (task.scheduled_at, run.key, task.scheduled_id)
                waiting.append((order, run, task))
        for _, run, offered in sorted(waiting, key=lambda entry: entry[0]):
            if offered is None:
                self._offer_decision(run)
            elif isinstance(offered, WaitingActivity):
                self._offer_activity(run, offered)
            elif isinstance(offered, WaitingLambda):
                self._offer_lambda(run, offered)

    def fire_due(self, now: int) -> bool:
        """Let the earliest deadline that is due happen. False when none is left."""
        deadline = self.deadlines.pop_due(now)
        if deadline is None:
            return False
        run = self.runs.get(deadline.run_id)
        at = current(run, deadline.kind, deadline.ref) if run else None
        if run is not None and at is not None:
            if at > now:
                self._bound(run, deadline.kind, at, deadline.ref)
            else:
                with self.transaction(run, now) as transaction:
                    expire(transaction, deadline)
        return True

    # -- consequences ----------------------------------------------------------------------

    def _admit(self, run: Execution) -> None:
        self.runs[run.id.run_id] = run
        self.open_ids[run.domain, run.id.workflow_id] = run.id.run_id
        self.open_counts[run.domain] += 1

    def _dismiss(self, run: Execution) -> None:
        for scheduled_id in run.activities:
            self._silence(run, scheduled_id)
        for scheduled_id in run.lambdas:
            self.lists.withdraw(TaskKey(run.id.run_id, scheduled_id))
        if run.waiting is not None:
            self.lists.withdraw(TaskKey(run.id.run_id, run.waiting.scheduled_id))
        del self.runs[run.id.run_id]
        del self.open_ids[run.domain, run.id.workflow_id]
        self.open_counts[run.domain] -= 1
        self.changes.closed.append(run)
        self.deadlines.sweep(self.runs)

    def _settle(self, run: Execution, events: list[Event]) -> None:
        for event in events:
            self.changes.events.append((run.key, event))
            for step in follow_ups(run, event):
                # A continued run goes first, so that its workflowId is free for nobody else.
                first = isinstance(step, StartNext)
                (self.follow_ups.appendleft if first else self.follow_ups.append)(step)
            self._draw(run, event)
        if not run.is_open:
            self._dismiss(run)
        elif any(isinstance(event.attributes, _DECISION_TASKS) for event in events):
            self._offer_decision(run)
            for kind, at, ref in decision_deadlines(run):
                self._bound(run, kind, at, ref)

    def _draw(self, run: Execution, event: Event) -> None:
        attributes = event.attributes
        if isinstance(attributes, _ACTIVITY_CLOSES):
            self._silence(run, attributes.scheduled_event_id)
        elif isinstance(attributes, ActivityTaskScheduled):
            self._draw_activity(run, event.id)
        elif isinstance(attributes, ActivityTaskStarted):
            self._draw_activity(run, attributes.scheduled_event_id)
        elif isinstance(attributes, DecisionTaskTimedOut):
            self.lists.withdraw(TaskKey(run.id.run_id, attributes.scheduled_event_id))
        elif isinstance(attributes, LambdaFunctionScheduled):
            self._draw_lambda(run, event.id)
        elif isinstance(attributes, LambdaFunctionStarted):
            self._draw_lambda(run, attributes.scheduled_event_id)
        elif isinstance(attributes, TimerStarted):
            self._bound(run, Kind.TIMER, current(run, Kind.TIMER, event.id), event.id)
        elif isinstance(attributes, WorkflowExecutionStarted):
            self._bound(run, Kind.EXECUTION, current(run, Kind.EXECUTION, 1), 1)

    def _draw_activity(self, run: Execution, scheduled_id: int) -> None:
        # One that was scheduled and canceled in the same batch is gone already.
        activity = run.activities.get(scheduled_id)
        if activity is None:
            return
        if isinstance(activity, WaitingActivity):
            self._offer_activity(run, activity)
        for kind, at in activity_deadlines(activity):
            self._bound(run, kind, at, scheduled_id)

    def _draw_lambda(self, run: Execution, scheduled_id: int) -> None:
        task = run.lambdas[scheduled_id]
        if isinstance(task, RunningLambda):
            self._bound(run, Kind.LAMBDA_START_TO_CLOSE, lambda_due(task), scheduled_id)
        else:
            self._offer_lambda(run, task)

    def _bound(self, run: Execution, kind: Kind, at: int | None, ref: int) -> None:
        if at is not None:
            self.deadlines.add(Deadline(at, kind, run.id.run_id, ref))

    def _offer_activity(self, run: Execution, activity: WaitingActivity) -> None:
        place = Place("activity", run.domain, activity.task.task_list.name)
        key = TaskKey(run.id.run_id, activity.scheduled_id)
        self.lists.offer(place, key, activity.task.task_priority)

    def _offer_lambda(self, run: Execution, task: WaitingLambda) -> None:
        # Without a role it cannot be started; what follows says so.
        if run.started.lambda_role is not None:
            key = TaskKey(run.id.run_id, task.scheduled_id)
            self.lists.offer(lambda_place(run.domain), key, None)

    def _offer_decision(self, run: Execution) -> None:
        if run.waiting is not None and run.running is None:
            place = Place("decision", run.domain, run.waiting.task_list.name)
            key = TaskKey(run.id.run_id, run.waiting.scheduled_id)
            self.lists.offer(place, key, run.waiting.priority)

    def _silence(self, run: Execution, scheduled_id: int) -> None:
        self.lists.withdraw(TaskKey(run.id.run_id, scheduled_id))
        if (run.key, scheduled_id) in self.heard:
            self.heard.discard((run.key, scheduled_id))
            self.changes.heard[run.key, scheduled_id] = None
