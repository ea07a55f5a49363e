"""Running the code of one activity task: the outcome is a value, whatever the code does."""

import inspect
import json
from dataclasses import dataclass
from typing import Any

from flowy import forms
from flowy._activity import RUNNING, Activity, Link, TaskInfo
from flowy.converter import PLAIN, Converter
from flowy.errors import Canceled as CanceledError
from flowy.errors import SerializationError
from flowy.registry import ActivityDefinition
from flowy.swf import limits
from flowy.swf.tasks import ActivityTask


@dataclass(frozen=True, slots=True)
class Completed:
    """It ended with a result, as text."""

    result: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It failed, in the failure form."""

    reason: str
    details: str


@dataclass(frozen=True, slots=True)
class Canceled:
    """It gave up because SWF passed on a request to cancel it."""

    details: str | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nobody waits for an answer any more."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Somebody else answers, who has the token."""


Outcome = Completed | Failed | Canceled | Unanswered | Deferred


@dataclass(slots=True)
class Witness:
    """A link that remembers what passed over it.

    `told` is whether the code ever saw a reason to stop: a None is no result then, while a flag
    that it never saw is no excuse. `deferred` is whether it handed the task on, `details` are the
    newest heartbeat's.
    """

    link: Link
    told: bool = False
    deferred: bool = False
    details: str | None = None

    @property
    def canceled(self) -> bool:
        return self._tell(self.link.canceled)

    @property
    def stopping(self) -> bool:
        return self._tell(self.link.stopping)

    @property
    def gone(self) -> bool:
        return self._tell(self.link.gone)

    def beat(self, details: str | None) -> None:
        self.link.beat(details)
        self.details = self.details if details is None else details

    def defer(self) -> str:
        token = self.link.defer()
        self.deferred = True
        return token

    def _tell(self, flag: bool) -> bool:
        self.told = self.told or flag
        return flag


def run(
    definition: ActivityDefinition, task: ActivityTask, link: Link, converter: Converter = PLAIN
) -> Outcome:
    """Run an activity's code with the task's arguments."""
    witness = Witness(link)
    try:
        read = forms.read_input(task.input, converter)
        value = call(definition, Activity(info_of(task, read.meta), witness), read)
        if witness.deferred:
            return Deferred()
        if value is None and witness.told:
            return withdrawn(witness)
        return completed(value, witness, converter)
    except CanceledError as error:
        return withdrawn(witness, why(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001  # task execution: a failure of the task, never of the worker
        return failed(forms.failure_of(error), witness.details)


def call(definition: ActivityDefinition, activity: Activity, read: forms.Input) -> Any:
    """The value that the code returns; `current_task()` finds its activity meanwhile."""
    target = definition.target
    if definition.is_class:
        activity = target(activity.task, activity._link)  # noqa: SLF001  # ours
    token = RUNNING.set(activity)
    try:
        code = activity.run if inspect.isclass(target) else target
        return code(*read.args, **read.kwargs)
    finally:
        RUNNING.reset(token)


def completed(value: Any, witness: Witness, converter: Converter) -> Outcome:
    """A value as the result; one that cannot be written is a failure that names it."""
    try:
        return Completed(forms.write_result(value, converter))
    except SerializationError as error:
        return failed(forms.failure_of(error), witness.details)


def withdrawn(witness: Witness, details: str | None = None) -> Outcome:
    """The outcome of code that gave up: because of what it was told, or by itself."""
    link = witness.link
    if link.gone:
        return Unanswered()
    if link.canceled or not link.stopping:
        return Canceled(details)
    message = "the worker was stopped while it ran the task"
    return failed(forms.write_failure(forms.WORKER_SHUTDOWN, message), witness.details)


def why(error: CanceledError) -> str | None:
    """The details in `raise Canceled(details)`, as JSON; a value without that form as its text."""
    if not error.args:
        return None
    try:
        return forms.write_result(error.args[0])
    except SerializationError:
        return PLAIN.dumps(f"{error.args[0]!r:.{limits.HEARTBEAT_DETAILS}}")


def failed(failure: forms.Failure, heartbeat: str | None = None) -> Failed:
    """A failure form as an outcome, with the details of the last heartbeat for the next attempt."""
    if heartbeat is not None:
        told = json.loads(failure.details)
        message, trace = told.get("message", ""), told.get("traceback", "")
        failure = forms.write_failure(failure.reason, message, trace, heartbeat)
    return Failed(failure.reason, failure.details)


def info_of(task: ActivityTask, meta: forms.Meta) -> TaskInfo:
    """What the code may know of its task."""
    return TaskInfo(
        task.execution,
        task.type,
        task.id,
        meta.attempt,
        last_details(meta.details),
        meta.tags,
        meta.trace,
    )


def last_details(text: str | None) -> Any:
    """The details of the attempt before; those that are no JSON are themselves."""
    try:
        return None if text is None else PLAIN.loads(text)
    except SerializationError:
        return text
