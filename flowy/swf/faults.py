"""SWF's fault names, sorted into our errors: the only place that knows them."""

from flowy.errors import (
    AlreadyExists,
    ServiceError,
    ServiceUnreachable,
    Throttled,
    UnknownResource,
)

_KINDS: dict[str, type[ServiceError]] = {
    "UnknownResourceFault": UnknownResource,
    "DomainAlreadyExistsFault": AlreadyExists,
    "TypeAlreadyExistsFault": AlreadyExists,
    "WorkflowExecutionAlreadyStartedFault": AlreadyExists,
    "ThrottlingException": Throttled,
    "Throttling": Throttled,
    "RequestLimitExceeded": Throttled,
    "TooManyRequestsException": Throttled,
    "PriorRequestNotComplete": Throttled,
}

_HINTS: dict[str, str] = {
    "UnknownResourceFault": "check the domain, the ids and whether it is still open",
    "WorkflowExecutionAlreadyStartedFault": "wait for the open execution or choose another id",
    "DefaultUndefinedFault": "register the type with defaults, or give each option at the start",
    "UnrecognizedClientException": "check the credentials",
    "InvalidSignatureException": "check the credentials and this host's clock",
    "ExpiredTokenException": "renew the credentials",
    "OperationNotPermittedFault": "check the permissions of these credentials",
}


def error_of(code: str, message: str, status: int = 400) -> ServiceError:
    """The error that a fault of SWF means; `status` is HTTP's number.

    A 5xx is `ServiceUnreachable`: as after a lost connection, the call may have been carried out.
    """
    line = message.strip().partition("\n")[0]  # a proxy in between answers whole pages
    kind = _KINDS.get(code)
    if kind is None:
        kind = ServiceUnreachable if status >= 500 else ServiceError
    return kind(code, line, hint=_HINTS.get(code, ""))
