import pytest

from flowy.errors import (
    AlreadyExists,
    ServiceError,
    ServiceUnreachable,
    Throttled,
    UnknownResource,
)
from flowy.swf.faults import error_of


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("UnknownResourceFault", 400, UnknownResource),
        ("DomainAlreadyExistsFault", 400, AlreadyExists),
        ("TypeAlreadyExistsFault", 400, AlreadyExists),
        ("WorkflowExecutionAlreadyStartedFault", 400, AlreadyExists),
        ("ThrottlingException", 400, Throttled),
        ("InternalFailure", 500, ServiceUnreachable),
        ("ServiceUnavailable", 503, ServiceUnreachable),
        ("OperationNotPermittedFault", 400, ServiceError),
        ("LimitExceededFault", 400, ServiceError),
        ("ValidationException", 400, ServiceError),
    ],
)
def test_each_fault_is_the_error_that_says_what_to_do(code, status, kind):
    error = error_of(code, "what happened", status)
    assert type(error) is kind
    assert error.code == code
    assert "what happened" in str(error)


def test_a_throttle_with_a_server_error_stays_a_throttle():
    assert type(error_of("ThrottlingException", "", 503)) is Throttled


def test_a_page_of_html_is_cut_to_its_first_line():
    assert error_of("502", "<html>\n<body>\n", 502).message == "502: <html>"
