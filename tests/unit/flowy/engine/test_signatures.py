"""Signature Version 4, against botocore's own signer."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from flowy.engine.core.faults import Refused
from flowy.engine.requests import Request
from flowy.engine.signatures import check_signature

SECRETS = {"KEY": "secret"}
MINUTE = 60_000


def signed(
    secret: str = "secret",
    key: str = "KEY",
    service: str = "swf",
    url: str = "http://engine:7878/",
    token: str | None = None,
) -> Request:
    """What a boto3 client would send at this moment."""
    fields = {
        "Host": "engine:7878",
        "X-Amz-Target": "SimpleWorkflowService.ListDomains",
        "Content-Type": "application/x-amz-json-1.0",
        "amz-sdk-request": "attempt=1",
        "X-Spaces": "a  b ",
    }
    sent = AWSRequest("POST", url, fields, b'{"a": "\xc3\xa4"}')
    SigV4Auth(Credentials(key, secret, token), service, "eu-west-1").add_auth(sent)
    headers = [(k.encode(), str(v).encode()) for k, v in sent.headers.items()]
    path = url.partition("7878")[2]
    return Request(
        "POST", path, headers, authorization=sent.headers["Authorization"], body=sent.body
    )


def now() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


def refusal(request: Request, secrets: dict[str, str] = SECRETS, later: int = 0) -> Refused:
    with pytest.raises(Refused) as caught:
        check_signature(request, secrets, now() + later)
    assert caught.value.namespace == "com.amazon.coral.service"
    assert caught.value.status == 400
    return caught.value


@pytest.mark.parametrize(
    "options", [{}, {"url": "http://engine:7878/?b=2&a=1%20&c"}, {"token": "session"}]
)
def test_signed_with_the_right_secret_goes_through(options: dict[str, Any]) -> None:
    check_signature(signed(**options), SECRETS, now())


def test_unsigned_is_refused() -> None:
    assert refusal(Request()).name == "MissingAuthenticationTokenException"


@pytest.mark.parametrize("text", ["AWS3 x", "AWS4-HMAC-SHA256 Credential=KEY/x", "Basic eA=="])
def test_signed_in_another_way_is_refused(text: str) -> None:
    assert refusal(Request(authorization=text)).name == "IncompleteSignatureException"


def test_unknown_key_is_refused() -> None:
    assert refusal(signed(key="OTHER")).name == "UnrecognizedClientException"


def test_wrong_secret_is_refused() -> None:
    fault = refusal(signed(secret="guessed"))
    assert fault.name == "InvalidSignatureException"
    assert fault.message.startswith("The request signature we calculated does not match")


@pytest.mark.parametrize("change", ["body", "url", "target", "method"])
def test_whatever_was_changed_on_the_way_is_refused(change: str) -> None:
    request = signed()
    if change == "body":
        request.body = bytearray(b"{}")
    elif change == "url":
        request.url = "/?x"
    elif change == "method":
        request.method = "PUT"
    else:
        request.headers = [
            (name, value.replace(b"ListDomains", b"RegisterDomain"))
            for name, value in request.headers
        ]
    assert refusal(request).name == "InvalidSignatureException"


def test_header_of_amazon_that_is_not_signed_is_refused() -> None:
    request = signed()
    request.headers.append((b"X-Amz-Security-Token", b"added"))
    assert "'x-amz-security-token' must be" in refusal(request).message


@pytest.mark.parametrize("minutes", [-5, 5])
def test_clocks_may_be_five_minutes_apart(minutes: int) -> None:
    request = signed()
    check_signature(request, SECRETS, now() + minutes * (MINUTE - 1_000))


def test_older_signature_has_expired() -> None:
    assert refusal(signed(), later=5 * MINUTE + 2_000).message.startswith("Signature expired: ")


def test_signature_from_the_future_is_refused() -> None:
    fault = refusal(signed(), later=-5 * MINUTE - 2_000)
    assert fault.message.startswith("Signature not yet current: ")
    assert fault.name == "InvalidSignatureException"


def test_signature_for_another_service_is_refused() -> None:
    fault = refusal(signed(service="s3"))
    assert fault.message == "Credential should be scoped to correct service: 'swf'."


def test_broken_date_is_refused() -> None:
    request = signed()
    scope = next(v for k, v in request.headers if k.lower() == b"x-amz-date")[:8]
    request.headers = [
        (name, scope + b"Tnoon" if name.lower() == b"x-amz-date" else value)
        for name, value in request.headers
    ]
    assert refusal(request).name == "IncompleteSignatureException"
