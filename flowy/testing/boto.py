"""A boto3 client whose requests are answered in this process: no socket, the same state."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config

Answer = Callable[[str, bytes, str], tuple[int, bytes]]
"""Operation, body and region in, status and body out."""


class _Body:
    """A response's body, as botocore reads it from urllib3."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._text


def client(answer: Answer, region: str) -> Any:
    """A boto3 client for SWF whose calls `answer` answers.

    botocore's documented event `before-send` takes a response in place of the network's: requests
    are validated, signed and written, and answers parsed, as they always are.
    """
    made = boto3.client(
        "swf",
        region_name=region,
        aws_access_key_id="flowy",
        aws_secret_access_key="flowy",  # noqa: S106 — nobody checks it
        config=Config(retries={"total_max_attempts": 1}),
    )

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        text = request.body if isinstance(request.body, bytes) else b""
        status, body = answer(operation, text, region)
        headers = HTTPHeaders.from_dict({"Content-Type": "application/x-amz-json-1.0"})
        return AWSResponse(request.url, status, headers, _Body(body))

    made.meta.events.register("before-send.swf", send)
    return made
