"""Lambda tasks."""

from flowy.swf.events.event import Attributes


class LambdaFunctionScheduled(Attributes, frozen=True):
    decision_task_completed_event_id: int
    id: str
    name: str
    control: str | None = None
    input: str | None = None
    start_to_close_timeout: str | None = None


class ScheduleLambdaFunctionFailed(Attributes, frozen=True):
    cause: str
    decision_task_completed_event_id: int
    id: str
    name: str


class LambdaFunctionStarted(Attributes, frozen=True):
    scheduled_event_id: int


class StartLambdaFunctionFailed(Attributes, frozen=True):
    cause: str | None = None
    message: str | None = None
    scheduled_event_id: int | None = None


class LambdaFunctionCompleted(Attributes, frozen=True):
    scheduled_event_id: int
    started_event_id: int
    result: str | None = None


class LambdaFunctionFailed(Attributes, frozen=True):
    scheduled_event_id: int
    started_event_id: int
    details: str | None = None
    reason: str | None = None


class LambdaFunctionTimedOut(Attributes, frozen=True):
    scheduled_event_id: int
    started_event_id: int
    timeout_type: str | None = None
