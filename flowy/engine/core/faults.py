"""The faults that the service answers, with their recorded texts.

Body and texts: SWF's own where a recording or a test against the live service holds one.
"""

from flowy.errors import FlowyError
from flowy.swf.values import ExecutionId, TypeId

_SWF = "com.amazonaws.swf.base.model"


class Refused(FlowyError):
    """A call is answered with a fault, and nothing has changed.

    `name` is SWF's fault name, `namespace` what stands before the `#` of `__type`.
    """

    def __init__(
        self, name: str, message: str = "", *, namespace: str = _SWF, status: int = 400
    ) -> None:
        super().__init__(message)
        self.name = name
        self.namespace = namespace
        self.status = status


def describe_type(kind: str, type_id: TypeId) -> str:
    """Write a type as the faults do; `kind` is ActivityType or WorkflowType."""
    return f"{kind}=[name={type_id.name}, version={type_id.version}]"


def unknown_domain(name: str) -> Refused:
    return Refused("UnknownResourceFault", f"Unknown domain: {name}")


def unknown_type(kind: str, type_id: TypeId) -> Refused:
    return Refused("UnknownResourceFault", f"Unknown type: {describe_type(kind, type_id)}")


def unknown_execution(execution: ExecutionId) -> Refused:
    text = f"WorkflowExecution=[workflowId={execution.workflow_id}, runId={execution.run_id}]"
    return Refused("UnknownResourceFault", f"Unknown execution: {text}")


def unknown_workflow_id(workflow_id: str) -> Refused:
    return Refused("UnknownResourceFault", f"Unknown execution, workflowId = {workflow_id}")


def unknown_activity(scheduled_id: int) -> Refused:
    return Refused("UnknownResourceFault", f"Unknown activity, scheduledEventId = {scheduled_id}")


def unknown_decision_task(scheduled_id: int) -> Refused:
    return Refused(
        "UnknownResourceFault", f"Unknown decision task, scheduledEventId = {scheduled_id}"
    )


def unknown_lambda(scheduled_id: int) -> Refused:
    text = f"Unknown lambda function, scheduledEventId = {scheduled_id}"
    return Refused("UnknownResourceFault", text)


def domain_exists(name: str) -> Refused:
    return Refused("DomainAlreadyExistsFault", name)


def domain_deprecated(name: str) -> Refused:
    return Refused("DomainDeprecatedFault", name)


def type_exists(kind: str, type_id: TypeId) -> Refused:
    return Refused("TypeAlreadyExistsFault", describe_type(kind, type_id))


def type_deprecated(kind: str, type_id: TypeId) -> Refused:
    return Refused("TypeDeprecatedFault", describe_type(kind, type_id))


def type_not_deprecated() -> Refused:
    return Refused(
        "TypeNotDeprecatedFault",
        "The type is currently registered and cannot be deleted in its current state",
    )


def default_undefined(member: str) -> Refused:
    return Refused("DefaultUndefinedFault", member)


def already_started() -> Refused:
    return Refused("WorkflowExecutionAlreadyStartedFault", "Already Started")


def limit_exceeded(text: str) -> Refused:
    return Refused("LimitExceededFault", text)


def too_many_tags(limit: int) -> Refused:
    return Refused("TooManyTagsFault", f"A domain has at most {limit} tags")


def not_permitted(text: str) -> Refused:
    return Refused("OperationNotPermittedFault", text)


def invalid(text: str) -> Refused:
    return Refused("ValidationException", text, namespace="com.amazon.coral.validate")


def invalid_token() -> Refused:
    return invalid("Invalid token")


def unreadable(text: str) -> Refused:
    return Refused("SerializationException", text, namespace="com.amazon.coral.service")


def unknown_operation(text: str = "") -> Refused:
    return Refused("UnknownOperationException", text, namespace="com.amazon.coral.service")


def throttled() -> Refused:
    return Refused(
        "ThrottlingException", "Rate exceeded", namespace="com.amazon.coral.availability"
    )


def internal_failure() -> Refused:
    return Refused("InternalFailure", namespace="com.amazon.coral.service", status=500)
