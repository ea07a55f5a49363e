"""Starting and watching executions from any program."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event as Signal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from flowy import forms
from flowy.converter import PLAIN, Converter
from flowy.ends import Completed, Continued, End, end_of
from flowy.errors import (
    ExecutionFailed,
    OptionError,
    ServiceUnreachable,
    Throttled,
)
from flowy.options import UNSET, WORKFLOW_DEFAULTS, Seconds, Unset, WorkflowOptions
from flowy.payloads import Payloads
from flowy.registry import WorkflowDefinition, annotated_types, definition
from flowy.swf.descriptions import ExecutionInfo
from flowy.swf.events import Event
from flowy.swf.values import ExecutionId, TypeId
from flowy.vocabulary import Vocabulary

if TYPE_CHECKING:
    from flowy.swf.client import SWFClient

FIRST_LOOK = 0.05
"""Seconds between the first looks at an execution; each wait is half as long again."""
LONGEST_LOOK = 5.0
LONGEST_LOCAL_LOOK = 0.5
"""The same for a server on this host, where a look costs little."""
PATIENCE = 60.0
"""Seconds that a server may be out of reach while somebody waits for a result."""

WorkflowLike = type | Callable[..., Any] | tuple[str, str | int]
"""A decorated workflow class, or the name and version of one that lives elsewhere."""


class Client:
    """A door to one domain: start executions, find them again.

    Connects like `flowy.swf.client.SWFClient`; an `endpoint_url` on this host needs nothing else.
    `payloads` are the store and codecs that the workers use too, `converter` knows more types than
    those that a workflow's annotations name.
    """

    def __init__(  # noqa: PLR0913  # what a program may want, each by name
        self,
        domain: str,
        *,
        endpoint_url: str | None = None,
        region: str | None = None,
        profile: str | None = None,
        credentials: tuple[str, str] | None = None,
        payloads: Payloads | None = None,
        converter: Converter = PLAIN,
    ) -> None:
        from flowy.swf.client import SWFClient  # importing boto3 is slow: only who connects pays

        self.swf = SWFClient(
            domain,
            endpoint_url=endpoint_url,
            region=region,
            profile=profile,
            credentials=credentials,
            payloads=payloads,
        )
        self.converter = converter

    def start(  # noqa: PLR0913  # SWF has that many options, each by name
        self,
        workflow: WorkflowLike,
        *args: Any,
        id: str | None = None,
        task_list: str | Unset = UNSET,
        tags: tuple[str, ...] | list[str] | Unset = UNSET,
        execution_start_to_close: Seconds | Unset = UNSET,
        task_start_to_close: Seconds | Unset = UNSET,
        child_policy: str | Unset = UNSET,
        priority: int | Unset = UNSET,
        lambda_role: str | Unset = UNSET,
        trace: str = "",
        **kwargs: Any,
    ) -> "Handle":
        """Start an execution with these arguments; `id` is its workflowId, else a random one.

        `trace` is a text that its activities find in their `task.trace`.

        Raises:
            AlreadyExists: if an execution with this workflowId is open.
            UnknownResource: if the type or the domain is not registered.
            SerializationError: for an argument without a JSON form.
        """
        options = WorkflowOptions(
            task_list=task_list,
            tags=UNSET if tags is UNSET else tuple(tags),
            execution_start_to_close=execution_start_to_close,
            task_start_to_close=task_start_to_close,
            child_policy=child_policy,
            priority=priority,
            lambda_role=lambda_role,
        )
        return self.launch(workflow, args, kwargs, id=id, options=options, trace=trace)

    def launch(
        self,
        workflow: WorkflowLike,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        id: str | None = None,
        options: WorkflowOptions | None = None,
        trace: str = "",
    ) -> "Handle":
        """`start`, for arguments whose names are not known beforehand."""
        kind, defaults = target(workflow)
        writer = self._converter_of(workflow)
        arguments = forms.write_arguments(args, kwargs, writer)
        text = forms.write_input(arguments, forms.Meta(trace=trace), writer.longest)
        workflow_id = id or str(uuid4())
        said = (options or WorkflowOptions()).over(defaults)
        run_id = self.swf.start(workflow_id, kind, text, said)
        return Handle(self.swf, ExecutionId(workflow_id, run_id), writer)

    def _converter_of(self, workflow: WorkflowLike | None = None) -> Converter:
        """The converter for a workflow's values: those of its own types come first."""
        found = None if isinstance(workflow, tuple) else definition(workflow)
        known = Vocabulary()
        if isinstance(found, WorkflowDefinition):
            known.learn(found.forms, annotated_types(found))
        known.add(self.converter.forms)
        known.allow(self.swf.payloads.longest)
        return known.converter

    def handle(self, id: str, run_id: str | None = None) -> "Handle":
        """A run that somebody started; without `run_id` the open one, else the latest.

        Raises:
            UnknownResource: if there is none.
        """
        execution = ExecutionId(id, run_id) if run_id else self.swf.latest_run(id)
        return Handle(self.swf, execution, self._converter_of())

    def complete(self, token: str, value: Any = None) -> None:
        """Answer an activity that said `self.defer()` with its result.

        Raises:
            SerializationError: for a value without a JSON form, or one that is too long.
            UnknownResource: if the task was answered, has timed out, or its execution closed.
        """
        self.swf.complete_activity(token, forms.write_result(value, self._converter_of()))

    def fail(self, token: str, reason: str, message: str = "") -> None:
        """Answer such an activity with a failure: a `TaskFailed` of this type in the workflow.

        Raises:
            UnknownResource: if the task was answered, has timed out, or its execution closed.
        """
        failure = forms.write_failure(reason, message)
        self.swf.fail_activity(token, failure.reason, failure.details)


@dataclass(frozen=True, slots=True)
class Handle:
    """One run of a workflow."""

    swf: "SWFClient"
    execution: ExecutionId
    converter: Converter = field(default=PLAIN, repr=False)

    @property
    def id(self) -> str:
        """The workflowId."""
        return self.execution.workflow_id

    @property
    def run_id(self) -> str:
        """The runId."""
        return self.execution.run_id

    def result(self, timeout: float | None = None) -> Any:
        """Wait until the execution closes, through continued runs; its result.

        `timeout` is in seconds; None waits as long as it takes.

        Raises:
            ExecutionFailed: if it closed otherwise, with the status, reason and details.
            TimeoutError: if it is still open.
            ServiceUnreachable: if the server was out of reach for a minute.
        """
        return forms.read_result(self.result_text(timeout), self.converter)

    def result_text(self, timeout: float | None = None) -> str | None:
        """What `result` reads: the JSON text, out of the payload store if it was long.

        Raises:
            PayloadError: if it is not to be had there; all that `result` raises, too.
        """
        deadline = math.inf if timeout is None else time.monotonic() + timeout
        end = wait(self.swf, self.execution, deadline)
        if isinstance(end, ExecutionFailed):
            raise end
        return self.swf.payloads.open(end.result)

    def signal(self, name: str, value: Any = None) -> None:
        """Send a signal; `value` goes as JSON.

        Raises:
            SerializationError: for a value without a JSON form.
        """
        self.swf.signal(self.id, name, forms.write_signal(value, self.converter), self.run_id)

    def cancel(self) -> None:
        """Ask the execution to cancel itself."""
        self.swf.request_cancel(self.id, self.run_id)

    def terminate(self, reason: str = "") -> None:
        """Close the execution at once; its code gets no say."""
        self.swf.terminate(self.id, reason or None, self.run_id)

    def history(self) -> Iterator[Event]:
        """The events of this run, oldest first."""
        return self.swf.history(self.execution)

    def context(self) -> Any:
        """What the execution's code last assigned to `self.context`; None if it never did.

        Raises:
            SerializationError: for a value that cannot be read.
        """
        return forms.read_user_context(self.describe().context, self.converter)

    def describe(self) -> ExecutionInfo:
        """The type, status and times of this run."""
        return self.swf.describe(self.execution)


def target(workflow: WorkflowLike) -> tuple[TypeId, WorkflowOptions]:
    """The type of a workflow, and the options that its decorator and our defaults say.

    Of a type that is only named nothing is known here: its registered defaults hold.

    Raises:
        OptionError: for something that is no workflow.
    """
    if isinstance(workflow, tuple):
        name, version = workflow
        return TypeId(name, str(version)), WorkflowOptions()
    found = definition(workflow)
    if not isinstance(found, WorkflowDefinition):
        hint = "give a class decorated with @workflow, or (name, version)"
        raise OptionError(f"{workflow!r} is no workflow", hint=hint)
    return found.type, found.options.over(WORKFLOW_DEFAULTS)


def wait(swf: "SWFClient", execution: ExecutionId, deadline: float) -> Completed | ExecutionFailed:
    """Look at an execution until it closed; `deadline` is in seconds of `time.monotonic`."""
    pause, delay, seen = Signal(), FIRST_LOOK, time.monotonic()
    longest = LONGEST_LOCAL_LOOK if swf.loopback else LONGEST_LOOK
    while True:
        try:
            end = look(swf, execution)
            seen = time.monotonic()
        except (Throttled, ServiceUnreachable):
            if time.monotonic() - seen > PATIENCE:
                raise
            end = None
        if isinstance(end, Completed | ExecutionFailed):
            return end
        if isinstance(end, Continued):
            execution = ExecutionId(execution.workflow_id, end.run_id)
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"the execution {execution.workflow_id!r} is still open")
        pause.wait(min(delay, left))
        delay = min(delay * 1.5, longest)


def look(swf: "SWFClient", execution: ExecutionId) -> End | None:
    """The end of a run, None while it is open: a closed history ends with how it closed."""
    last = next(swf.history(execution, newest_first=True, page=1), None)
    return None if last is None else end_of(last)
