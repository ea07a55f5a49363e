"""Plain functions in the place of a workflow's proxies: each decision is answered with events."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flowy import forms, slices
from flowy._activity import Activity, TaskInfo
from flowy.converter import Converter
from flowy.errors import Canceled, FlowyError, TaskTimedOut
from flowy.lambda_proxy import LambdaProxy
from flowy.options import Options
from flowy.proxies import ActivityProxy
from flowy.registry import ActivityDefinition
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.decisions import Decision
from flowy.swf.events import Attributes
from flowy.swf.values import ExecutionId, TypeId
from flowy.testing.activity_environment import RUN, ActivityEnvironment
from flowy.worker import execution
from flowy.workflow_proxy import WorkflowProxy

Proxy = ActivityProxy[..., Any] | WorkflowProxy[..., Any] | LambdaProxy
PROXIES = (ActivityProxy, WorkflowProxy, LambdaProxy)
Code = Callable[..., Any]


class NoStandIn(BaseException):
    """A proxy has neither a function in its place nor code. Not an outcome of the workflow."""

    def __init__(self, told: FlowyError) -> None:
        super().__init__(str(told))
        self.told = told


def proxies_of(workflow: type) -> dict[str, Proxy]:
    """The proxies of a class and of its parents, by attribute."""
    names = {name for owner in workflow.__mro__ for name in vars(owner)}
    found = {name: getattr(workflow, name, None) for name in sorted(names)}
    return {name: proxy for name, proxy in found.items() if isinstance(proxy, PROXIES)}


class Plays(Protocol):
    """Runs a child's class, for a proxy that has it."""

    def __call__(self, workflow: type, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """The child's result."""


@dataclass(frozen=True, slots=True)
class StandIns:
    """Answers what a workflow asks for: `functions` by attribute, else the proxies' own code."""

    proxies: Mapping[str, Proxy]
    functions: Mapping[str, Code]
    child: Plays
    converter: Converter

    def answers(self, decision: Decision, call: Any, id: int) -> Iterator[Attributes] | None:
        """The events that follow upon a decision, all at once; None for one that has none.

        `id` is that of the event which would record it.
        """
        match decision:
            case d.ScheduleActivityTask():
                return self._activity(decision, attribute(call), id)
            case d.StartChildWorkflowExecution():
                return self._child(decision, attribute(call), id)
            case d.ScheduleLambdaFunction():
                return self._lambda(decision, attribute(call), id)
            case d.StartTimer(timer_id=timer):
                return iter([e.TimerFired(started_event_id=id, timer_id=timer)])
            case _:
                return sent(decision, id)

    def _activity(self, asked: d.ScheduleActivityTask, name: str, id: int) -> Iterator[Attributes]:
        code = self._code(name, str(asked.activity_type))
        given = forms.read_input(asked.input, self.converter)
        meta, link = given.meta, ActivityEnvironment()
        details = forms.read_result(meta.details, self.converter)
        info = TaskInfo(RUN, asked.activity_type, asked.activity_id, meta.attempt, details)
        known = ActivityDefinition(asked.activity_type, Options(), code, "")
        try:
            value = execution.call(known, Activity(info, link), given)
            result = forms.write_result(value, self.converter)
        except Canceled as error:
            text = None if error.details is None else forms.write_result(error.details)
            yield e.ActivityTaskCanceled(id, 0, details=text)
        except TaskTimedOut as error:
            text = None if error.details is None else forms.write_result(error.details)
            yield e.ActivityTaskTimedOut(id, 0, timeout_type=error.kind, details=text)
        except Exception as error:  # noqa: BLE001  # task execution: it fails the task
            failure = failure_of(error)
            yield e.ActivityTaskFailed(id, 0, details=failure.details, reason=failure.reason)
        else:
            yield e.ActivityTaskCompleted(id, 0, result=result)

    def _child(
        self, asked: d.StartChildWorkflowExecution, name: str, id: int
    ) -> Iterator[Attributes]:
        kind, run = asked.workflow_type, ExecutionId(asked.workflow_id, RUN.run_id)
        given = forms.read_input(asked.input, self.converter)
        code = self._slice if kind == slices.TYPE else self._code(name, str(kind))
        yield e.ChildWorkflowExecutionStarted(id, run, kind)
        try:
            if isinstance(code, type):
                value = self.child(code, given.args, given.kwargs)
            else:
                value = code(*given.args, **given.kwargs)
            result = forms.write_result(value, self.converter)
        except TaskTimedOut as error:
            yield e.ChildWorkflowExecutionTimedOut(id, 0, error.kind, run, kind)
        except Canceled:
            yield e.ChildWorkflowExecutionCanceled(id, 0, run, kind)
        except Exception as error:  # noqa: BLE001  # task execution: it fails the child
            failure = failure_of(error)
            yield e.ChildWorkflowExecutionFailed(
                id, 0, run, kind, details=failure.details, reason=failure.reason
            )
        else:
            yield e.ChildWorkflowExecutionCompleted(id, 0, run, kind, result=result)

    def _slice(
        self, name: str, version: str, _said: dict[str, Any], items: list[Any], _at_once: int
    ) -> list[Any]:
        """What `self.map(..., per_child=N)` has a child do: the activity for each item."""
        kind = TypeId(name, version)
        held = (label for label, proxy in self.proxies.items() if is_of(proxy, kind))
        known = ActivityDefinition(kind, Options(), self._code(next(held, name), str(kind)), "")
        run = Activity(TaskInfo(RUN, kind, name), ActivityEnvironment())
        texts = [forms.write_arguments((item,), {}, self.converter) for item in items]
        given = [forms.read_input(forms.write_input(text), self.converter) for text in texts]
        return [execution.call(known, run, one) for one in given]

    def _lambda(self, asked: d.ScheduleLambdaFunction, name: str, id: int) -> Iterator[Attributes]:
        code = self._code(name, asked.name)
        payload = [] if asked.input is None else [forms.read_result(asked.input, self.converter)]
        try:
            result = forms.write_result(code(*payload), self.converter)
        except TaskTimedOut as error:
            yield e.LambdaFunctionTimedOut(id, 0, timeout_type=error.kind)
        except Exception as error:  # noqa: BLE001  # task execution: it fails the function
            failure = failure_of(error)
            yield e.LambdaFunctionFailed(id, 0, details=failure.details, reason=failure.reason)
        else:
            yield e.LambdaFunctionCompleted(id, 0, result=result)

    def _code(self, name: str, type: str) -> Code:
        """What runs in the place of a proxy.

        Raises:
            NoStandIn: if there is nothing.
        """
        if name in self.functions:
            return self.functions[name]
        known = getattr(self.proxies.get(name), "definition", None)
        if known is None:
            hint = f"give one: call(…, {name}=lambda …: …)"
            raise NoStandIn(FlowyError(f"the proxy {name} of {type} has no function", hint=hint))
        code: Code = known.target
        return code


def is_of(proxy: Proxy, type: TypeId) -> bool:
    """Whether a proxy is that of an activity of this type."""
    return isinstance(proxy, ActivityProxy) and proxy.type == type


def sent(decision: Decision, id: int) -> Iterator[Attributes] | None:
    """The event that follows upon a message to another execution: it has arrived."""
    match decision:
        case d.SignalExternalWorkflowExecution(workflow_id=to, run_id=run):
            reached = ExecutionId(to, run or RUN.run_id)
            return iter([e.ExternalWorkflowExecutionSignaled(id, reached)])
        case d.RequestCancelExternalWorkflowExecution(workflow_id=to, run_id=run):
            reached = ExecutionId(to, run or RUN.run_id)
            return iter([e.ExternalWorkflowExecutionCancelRequested(id, reached)])
        case _:
            return None


def failure_of(error: Exception) -> forms.Failure:
    """The failure form; a `TaskLost` that a function raises is one."""
    reason = getattr(error, "reason", None)
    if reason in (forms.WORKER_LOST, forms.WORKER_SHUTDOWN):
        return forms.write_failure(reason, str(error))
    return forms.failure_of(error)


def attribute(call: Any) -> str:
    """The name of the proxy that made a call: its id is branch path, name, number."""
    own: str = call.placeholder.name.rpartition(".")[2]
    return own.rpartition("-")[0]
