"""The errors of flowy, sorted by what the reader should do.

Each error says what happened and, in `hint`, what to do about it. What workflow code may want to
catch is a `TaskError`; everything else below `FlowyError` is for the person who runs the code.
"""

from dataclasses import dataclass, field


class FlowyError(Exception):
    """The root of the tree. `hint` is one sentence that says what to do, or empty."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class TaskError(FlowyError):
    """A task that a workflow asked for did not end with a result."""


class TaskFailed(TaskError):
    """The task ran and failed.

    `remote_type` is the name of the exception that the other side raised, `traceback` its text,
    `remote_message` what it said; `details` are those of the last heartbeat, or None.
    """

    def __init__(
        self, remote_type: str, message: str = "", traceback: str = "", details: object = None
    ) -> None:
        super().__init__(f"{remote_type}: {message}" if message else remote_type)
        self.remote_type = remote_type
        self.remote_message = message
        self.traceback = traceback
        self.details = details


class TaskTimedOut(TaskError):
    """The task was not started, not finished or gave no sign in time.

    `kind` is SWF's timeout type (SCHEDULE_TO_START, START_TO_CLOSE, SCHEDULE_TO_CLOSE, HEARTBEAT),
    `details` are those of the last heartbeat, or None.
    """

    def __init__(self, kind: str, details: object = None) -> None:
        super().__init__(f"the task's {kind} time-out ran out")
        self.kind = kind
        self.details = details


class TaskCanceled(TaskError):
    """The task was cancelled. `details` are what the activity answered, or None."""

    def __init__(self, details: object = None) -> None:
        super().__init__("the task was canceled")
        self.details = details


class TaskLost(TaskError):
    """The worker that ran the task died or was stopped before it could answer.

    `details` are those of the last heartbeat, or None.
    """

    def __init__(self, reason: str, details: object = None) -> None:
        super().__init__(f"the worker was lost while it ran the task: {reason}")
        self.reason = reason
        self.details = details


class TaskNotScheduled(TaskError):
    """SWF refused to schedule the task; `cause` is SWF's word for why."""

    def __init__(self, cause: str, what: str = "the task") -> None:
        super().__init__(f"SWF did not schedule {what}: {cause}")
        self.cause = cause


class Canceled(BaseException):
    """Cancellation of an execution, a branch or an activity; raised where the code waits.

    A BaseException, so that `except Exception` does not swallow it. Raise it yourself to close as
    cancelled; `details`, a JSON value, are recorded with the close.
    """

    def __init__(self, details: object = None) -> None:
        super().__init__() if details is None else super().__init__(details)
        self.details = details


class SerializationError(FlowyError):
    """A value cannot be written or read. `where` is its place, such as `args[0]['size']`."""

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message, hint=hint)
        self.where = where


class OptionError(FlowyError):
    """An option of a decorator, a proxy or a scope has a value that SWF would refuse."""


class RegistrationError(FlowyError):
    """A type cannot be registered, or two definitions claim one name and version."""


class UnknownType(FlowyError):
    """No loaded plugin defines the activity or workflow type that was asked for."""


class NonDeterminismError(FlowyError):
    """Workflow code asked for something else than what its history records."""


class UnreadableHistory(FlowyError):
    """An event, input or payload in a history is not of a form that flowy knows."""


class PayloadError(UnreadableHistory):
    """A payload is not in its store, is not what its reference says, or cannot be decoded."""


class ServiceError(FlowyError):
    """SWF, or the engine in its place, did not do what it was asked. `code` is SWF's fault name."""

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code, hint=hint)
        self.code = code


class UnknownResource(ServiceError):
    """The domain, type, execution or task does not exist, or is closed already."""


class AlreadyExists(ServiceError):
    """The domain or type is registered, or an execution with this workflowId is open."""


class Throttled(ServiceError):
    """SWF's rate limit was exceeded: slow down and try again."""


class ServiceUnreachable(ServiceError):
    """No answer came: refused, reset, timed out, or a 5xx. The call may have been carried out."""


class ExecutionFailed(FlowyError):
    """An execution that somebody waits for from outside did not complete.

    `status` is SWF's close status (FAILED, TIMED_OUT, CANCELED, TERMINATED).
    """

    def __init__(self, status: str, reason: str = "", details: str = "") -> None:
        super().__init__(f"the execution closed {status}" + (f": {reason}" if reason else ""))
        self.status = status
        self.reason = reason
        self.details = details


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with what a person wrote, found by a check: a value, so that all are told.

    `where` is a file with its line, an entry point or a key; `hint` says what to do.
    `severity` is "error" or "warning".
    """

    where: str
    message: str
    hint: str = ""
    severity: str = field(default="error")

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" + (f"\n    hint: {self.hint}" if self.hint else "")
