"""Child executions that workflow code asks for: started, tried again, cancelled, settled.

A child that continues as new stays one child: SWF tells its parent of the last run's end only.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any, ClassVar

from flowy import forms
from flowy.decider.asked import Ask, Asked
from flowy.decider.attempts import after_failure, compared, numbered
from flowy.decider.lines import Lines
from flowy.decider.memory import Memory
from flowy.decider.origin import Origin
from flowy.decider.places import Place, caller
from flowy.decider.readiness import once_there
from flowy.errors import TaskCanceled, TaskError, TaskFailed, TaskNotScheduled
from flowy.options import (
    ACTIVITY_DEFAULTS,
    UNSET,
    WORKFLOW_DEFAULTS,
    Options,
    WorkflowOptions,
    duration,
)
from flowy.placeholders import Error, Placeholder, Value, copy, fill
from flowy.registry import Registry
from flowy.retry import NOTHING, Again, GiveUp, Spent, is_limit
from flowy.scopes import AllOptions
from flowy.swf.decisions import (
    CancelTimer,
    Decision,
    RequestCancelExternalWorkflowExecution,
    StartChildWorkflowExecution,
    StartTimer,
)
from flowy.swf.values import TaskList, TypeId
from flowy.workflow_proxy import WorkflowProxy

LONGEST_NAME = 200
"""Characters of a call's id in a workflowId; SWF's ids have 256, hash and attempt follow."""
UNKNOWN = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
"""SWF's cause for a signal to an execution that is not open."""


@dataclass(eq=False, slots=True)
class ChildCall:
    """A child that was asked for, over all its attempts.

    `options` are those of the call (its retries), `execution` those of the child. `asked` is
    whether it was ever asked for, `resting` whether it waits for its next attempt, `running`
    whether this one has started; `after_start` waits for that, and learns whether it came.
    """

    kind: ClassVar[type[Decision]] = StartChildWorkflowExecution

    id: str
    type: TypeId
    options: Options
    execution: WorkflowOptions
    first_id: str
    placeholder: Placeholder[Any]
    values: tuple[Any, dict[str, Any]]
    place: Place | None
    arguments: str = ""
    scheduled: int = 0
    spent: Spent = NOTHING
    canceling: bool = False
    asked: bool = False
    resting: bool = False
    running: bool = False
    after_start: list[Callable[[bool], None]] = field(default_factory=list)

    @property
    def attempt(self) -> str:
        """The id of the attempt that runs now."""
        return numbered(self.id, self.spent)

    @property
    def workflow_id(self) -> str:
        """The workflowId of the attempt that runs now: a new one for each, as SWF demands."""
        return numbered(self.first_id, self.spent)


class Children:
    """The children of one execution; `run_id` is the parent's."""

    def __init__(
        self,
        lines: Lines,
        asked: Asked,
        known: Registry,
        run_id: str,
        fail: Callable[[Exception], None],
    ) -> None:
        self._lines = lines
        self._asked = asked
        self._known = known
        self._run_id = run_id
        self._converter = known.converter
        self._fail = fail
        self.origin = Origin()

    def call(
        self,
        placeholder: Placeholder[Any],
        proxy: WorkflowProxy[..., Any],
        said: AllOptions,
        values: tuple[tuple[Any, ...], dict[str, Any]],
    ) -> ChildCall:
        """Ask for a child, once all placeholders among its arguments have their results.

        Raises:
            SerializationError: naming the argument that has no JSON form.
        """
        call = ChildCall(
            id=placeholder.name,
            type=proxy.type,
            options=said.over(ACTIVITY_DEFAULTS),
            execution=self._resolve(proxy, said),
            first_id=self._name(placeholder.name, said),
            placeholder=placeholder,
            values=(copy(values[0]), copy(values[1])),
            place=caller(),
        )
        placeholder.source = call
        once_there(self._lines, placeholder, [*values[0], values[1]], partial(self._begin, call))
        return call

    def started(self, call: ChildCall) -> None:
        """The attempt runs: it can be signaled and cancelled from now on."""
        call.running = True
        if call.canceling:
            self._request_cancel(call)
        for reach in told(call):
            reach(True)

    def completed(self, call: ChildCall, result: str | None) -> None:
        """Settle it with its result.

        Raises:
            SerializationError: for one that cannot be read here: that is not the work's fault.
        """
        self._lines.settle(call.placeholder, Value(forms.read_result(result, self._converter)))

    def failed(self, call: ChildCall, error: TaskError, memory: Memory) -> None:
        """Try again or settle: the child failed or timed out."""
        is_recorded = partial(self._is_recorded, call, memory)
        step = after_failure(call, error, memory, self._asked, is_recorded)
        call.running = False
        match step:
            case Again(delay) if delay > 0:
                timer = StartTimer(start_to_fire_timeout=duration(delay), timer_id=call.attempt)
                self._asked.ask(Ask(timer, call, place=call.place))
                call.resting = True
            case Again():
                self._start(call)
            case GiveUp():
                self._give_up(call, error)

    def terminated(self, call: ChildCall) -> None:
        """Settle it as failed. Somebody ended it on purpose: it is never started again."""
        self._give_up(call, TaskFailed(forms.TERMINATED, f"somebody terminated {call.workflow_id}"))

    def canceled(self, call: ChildCall, details: str | None) -> None:
        """Settle it as cancelled."""
        self._lines.settle(call.placeholder, Error(TaskCanceled(forms.read_result(details))))

    def refused(self, call: ChildCall, cause: str, memory: Memory) -> None:
        """Settle it with SWF's cause, be it of the start or of the wait before it.

        After one of SWF's limits ask again later.
        """
        error = TaskNotScheduled(cause, f"the child {call.id} of {call.type}")
        if is_limit(cause):
            self.failed(call, error, memory)
        else:
            self._give_up(call, error)

    def fired(self, call: ChildCall) -> None:
        """The wait between two attempts is over."""
        if call.placeholder.outcome is None:
            self._start(call)

    def cancel(self, call: ChildCall) -> None:
        """Ask for its cancellation; how it ends is up to the child, and `.result()` waits for it.

        SWF cannot cancel what has not started: then the request follows the start. A child that
        was not asked for yet never is, and is cancelled at once.
        """
        if call.canceling or call.placeholder.outcome is not None:
            return
        call.canceling = True
        if call.running:
            self._request_cancel(call)
        elif call.resting or not call.asked:
            if call.resting:
                self._asked.ask(Ask(CancelTimer(timer_id=call.attempt), place=caller()), after=call)
            self._settle_unstarted(call, TaskCanceled())

    def _resolve(self, proxy: WorkflowProxy[..., Any], said: AllOptions) -> WorkflowOptions:
        """What was said, then the decorator, then our defaults.

        Of a type that only other hosts know nothing is added: its registered defaults hold.
        """
        known = proxy.definition or self._known.workflows.get(proxy.type)
        if known is None:
            return said.over(WorkflowOptions())
        return said.over(known.options).over(WORKFLOW_DEFAULTS)

    def _name(self, id: str, said: AllOptions) -> str:
        """Its workflowId: unique in the domain, and the same in each replay.

        The runId is in it, not the workflowId: children outlive a run that continues as new, and
        those of the next run must not meet them.
        """
        if said.workflow_id is not UNSET:
            return said.workflow_id
        digest = sha256(f"{self._run_id}/{id}".encode()).hexdigest()[:32]
        return f"{id}.{digest}" if len(id) <= LONGEST_NAME else digest

    def _is_recorded(self, call: ChildCall, memory: Memory) -> bool:
        return memory.has_child(call.attempt)

    def _begin(self, call: ChildCall) -> None:
        args, kwargs = call.values
        call.arguments = forms.write_arguments(tuple(fill(args)), fill(kwargs), self._converter)
        self._input(call)  # refuses what is too long for SWF, here
        call.values = ((), {})
        self._start(call)

    def _input(self, call: ChildCall) -> str:
        meta = forms.Meta(attempt=call.spent.attempts + 1, trace=self.origin.trace)
        return forms.write_input(call.arguments, meta, self._converter.longest)

    def _start(self, call: ChildCall) -> None:
        call.asked, call.resting = True, False
        arguments = compared(call.arguments, call.options)
        self._asked.ask(Ask(decision(call, self._input(call)), call, arguments, call.place))

    def _request_cancel(self, call: ChildCall) -> None:
        # Without the runId: the child may have continued as new meanwhile.
        request = RequestCancelExternalWorkflowExecution(workflow_id=call.workflow_id)
        self._asked.ask(Ask(request, place=call.place))

    def _give_up(self, call: ChildCall, error: TaskError) -> None:
        self._settle_unstarted(call, error)
        if call.options.error_handling is False:
            self._fail(error)

    def _settle_unstarted(self, call: ChildCall, error: TaskError) -> None:
        self._lines.settle(call.placeholder, Error(error))
        for reach in told(call):
            reach(False)


def told(call: ChildCall) -> list[Callable[[bool], None]]:
    """Those who waited for the start; they wait no longer."""
    waiting, call.after_start = call.after_start, []
    return waiting


def decision(call: ChildCall, input: str) -> StartChildWorkflowExecution:
    """The decision that starts the attempt, with all that was said of it."""
    said = call.execution
    run, task = said.execution_start_to_close, said.task_start_to_close
    return StartChildWorkflowExecution(
        workflow_id=call.workflow_id,
        workflow_type=call.type,
        child_policy=None if said.child_policy is UNSET else said.child_policy,
        control=call.attempt,  # whose attempt it is: two calls may have one workflowId
        execution_start_to_close_timeout=None if run is UNSET else duration(run),
        input=input,
        lambda_role=None if said.lambda_role is UNSET else said.lambda_role,
        tag_list=None if said.tags is UNSET else tuple(said.tags),
        task_list=None if said.task_list is UNSET else TaskList(said.task_list),
        task_priority=None if said.priority is UNSET else str(said.priority),
        task_start_to_close_timeout=None if task is UNSET else duration(task),
    )
