"""What happens to a simulated service besides decisions: workers, callers and time, as drawn."""

import json
from collections.abc import Callable
from functools import partial
from random import Random

from simulator.service import Service

from flowy import forms
from flowy.decider.parking import WAKE
from flowy.engine.core import commands
from flowy.engine.core.execution import Execution
from flowy.engine.core.tasks import RunningActivity, RunningLambda
from flowy.swf import events as e
from flowy.swf.events import Attributes

Happening = Callable[[], None]
SIGNALS = ("a", "b", "go")
REASONS = (
    "ValueError",
    "ValueError",
    "KeyError",
    forms.WORKER_LOST,
    forms.WORKER_SHUTDOWN,
    forms.NOT_BEGUN,
    forms.UNKNOWN_TYPE,
)


class Chances:
    """Chance over one service. `calm`: from now on whatever runs succeeds, so that it ends."""

    def __init__(self, service: Service, luck: Random) -> None:
        self.service = service
        self.luck = luck
        self.calm = False
        self.canceled: set[str] = set()

    def happen(self) -> bool:
        """Something happens; False if nothing can but what comes from outside."""
        possible = self.possible()
        if possible and (self.calm or self.luck.random() < 0.7):
            self.luck.choice(possible)()
            self.service.collect()
            return True
        if not self.calm and self.luck.random() < 0.1:
            self.service.wait(self.luck.choice((0.1, 1, 7)))
            return True
        return self.service.skip() or bool(possible)

    def meanwhile(self) -> None:
        """A few things happen at once, such as while a decision runs."""
        for _ in range(self.luck.randint(1, 3)):
            if possible := self.possible():
                self.luck.choice(possible)()
                self.service.collect()
        if self.luck.random() < 0.15:
            self.call()

    def possible(self) -> list[Happening]:
        """What could happen now."""
        service = self.service
        found: list[Happening] = []
        for place in service.waiting("activity"):
            found += [partial(self.start_activity, place)]
        for place in service.waiting("lambda"):
            found += [partial(self.start_lambda, place)]
        for run in service.runs:
            running = [a for a in run.activities.values() if isinstance(a, RunningActivity)]
            found += [partial(self.end_activity, run, activity) for activity in running]
            started = [a for a in run.lambdas.values() if isinstance(a, RunningLambda)]
            found += [partial(self.end_lambda, run, task) for task in started]
        return found

    # -- workers -----------------------------------------------------------------------------

    def start_activity(self, place) -> None:
        commands.start_activity(
            self.service.world, self.service.take(place), None, self.service.now
        )

    def end_activity(self, run: Execution, activity: RunningActivity) -> None:
        """A worker answers, or beats its heart, or does neither."""
        ids = (activity.scheduled_id, activity.started_id)
        chance = 0.0 if self.calm else self.luck.random()
        if activity.cancel_id is not None and self.luck.random() < 0.6:
            details = self.luck.choice((None, '"half done"'))
            self.report(run, e.ActivityTaskCanceled(*ids, details, activity.cancel_id))
        elif chance < 0.55:
            self.report(run, e.ActivityTaskCompleted(*ids, self.result()))
        elif chance < 0.85:
            heartbeat = self.luck.choice((None, activity.details, '"77 %"'))
            failure = forms.write_failure(self.luck.choice(REASONS), "no", heartbeat=heartbeat)
            self.report(run, e.ActivityTaskFailed(*ids, failure.details, failure.reason))
        elif chance < 0.9:
            world, now = self.service.world, self.service.now
            commands.heartbeat(world, run, activity, f'"{chance:.3} done"', now)
        else:
            self.service.skip()

    def result(self) -> str | None:
        value = self.luck.choice((None, 1, 2, 3, "text", [1, {"two": 2}], 0.5, True))
        return None if value is None else json.dumps(value)

    def start_lambda(self, place) -> None:
        commands.start_lambda(self.service.world, self.service.take(place), self.service.now)

    def end_lambda(self, run: Execution, task: RunningLambda) -> None:
        ids = (task.scheduled_id, task.started_id)
        chance = 0.0 if self.calm else self.luck.random()
        if chance < 0.5:
            self.report(run, e.LambdaFunctionCompleted(*ids, self.result()))
        elif chance < 0.85:
            self.report(run, e.LambdaFunctionFailed(*ids, '{"errorMessage":"no"}', "Unhandled"))
        else:
            self.service.skip()

    # -- callers -----------------------------------------------------------------------------

    def call(self) -> None:
        """Somebody signals an execution, or asks it to cancel itself; seldom it is ended."""
        if not self.service.runs:
            return
        relatives = [
            r for r in self.service.runs if r.children or r.started.parent_initiated_event_id
        ]
        run = self.luck.choice(relatives or self.service.runs)
        chance = self.luck.random()
        if chance < 0.6:
            self.signal(run, self.luck.choice((*SIGNALS, WAKE)))
        elif chance < 0.75:
            self.cancel(run)
        else:
            parents = [parent for parent in self.service.runs if parent.children]
            children = [r for r in self.service.runs if r.started.parent_initiated_event_id]
            self.terminate(self.luck.choice(self.luck.choice((parents, children)) or [run]))

    def signal(self, run: Execution, name: str) -> None:
        self.report(run, e.WorkflowExecutionSignaled(name, 0, input=self.result()))

    def cancel(self, run: Execution) -> None:
        self.canceled.add(run.id.run_id)
        self.report(run, e.WorkflowExecutionCancelRequested(external_initiated_event_id=0))

    def terminate(self, run: Execution) -> None:
        policy = run.started.child_policy
        event = e.WorkflowExecutionTerminated(policy, "OPERATOR_INITIATED")
        commands.close(self.service.world, run, event, self.service.now)
        self.service.collect()

    def help_along(self) -> None:
        """Nothing can happen by itself: send what executions may wait for, at last end them."""
        for run in self.service.runs:
            sent = sum(
                isinstance(v.attributes, e.WorkflowExecutionSignaled)
                for v in self.service.history(run)
            )
            if sent < 6:
                for name in SIGNALS:
                    self.signal(run, name)
            elif run.id.run_id not in self.canceled:
                self.cancel(run)
            else:
                self.terminate(run)

    def report(self, run: Execution, attributes: Attributes) -> None:
        if run.is_open:
            commands.report(self.service.world, run, attributes, self.service.now)
            self.service.collect()
