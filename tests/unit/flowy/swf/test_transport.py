"""Answers to the operations that botocore does not know: values, or errors of ours."""

import boto3
import botocore.session
import pytest

from flowy.errors import ServiceError, ServiceUnreachable, Throttled, UnknownResource
from flowy.swf.transport import body_of, send

FAULT = b'{"__type":"com.amazonaws.swf.base.model#UnknownResourceFault","message":"Unknown lambda"}'


def test_an_answer_is_its_json_and_no_body_is_an_empty_one():
    assert body_of(200, b'{"name": "f"}') == {"name": "f"}
    assert body_of(200, b"") == {}


@pytest.mark.parametrize(
    ("status", "content", "kind", "text"),
    [
        (400, FAULT, UnknownResource, "UnknownResourceFault: Unknown lambda"),
        (400, b'{"__type":"x#ThrottlingException","Message":"Slow"}', Throttled, "Slow"),
        (400, b'{"__type":"ValidationException"}', ServiceError, "ValidationException"),
        (502, b"<html>bad\ngateway</html>", ServiceUnreachable, "502: <html>bad"),
        (200, b"<html>a portal</html>", ServiceError, "a portal"),
        (500, b"[]", ServiceUnreachable, "500"),
        (500, b"\xff", ServiceUnreachable, "500"),
    ],
)
def test_every_other_answer_is_an_error_that_says_what_came(status, content, kind, text):
    with pytest.raises(ServiceError) as caught:
        body_of(status, content)
    assert type(caught.value) is kind
    assert text in str(caught.value)


def test_without_credentials_nothing_is_sent_and_the_error_is_ours():
    core = botocore.session.Session()
    core.get_component("credential_provider").providers.clear()
    session = boto3.Session(region_name="eu-west-1", botocore_session=core)
    with pytest.raises(ServiceError, match="NoCredentialsError"):
        send(session, "http://127.0.0.1:1", "PollForLambdaTask", 1)
