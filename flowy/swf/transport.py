"""Operations that botocore does not know, since they are the engine's own: signed raw HTTP.

`flowy.swf.client` is who sends them; the faults of both ways become our errors here.
"""

import json
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
)
from botocore.exceptions import (
    ConnectionError as NoConnection,
)
from botocore.httpsession import URLLib3Session

from flowy.errors import ServiceError, ServiceUnreachable
from flowy.swf.faults import error_of

CONNECT_SECONDS = 10


def send(
    session: boto3.Session, endpoint_url: str | None, operation: str, read: float, **wanted: Any
) -> dict[str, Any]:
    """Carry out one operation, once; `read` is how many seconds its answer may take.

    Parameters that are None are left out. A connection is opened for each: polls are rare.

    Raises:
        ServiceError: for every way in which it did not work; at once where no endpoint is named,
            for Amazon SWF has none of these operations.
    """
    if endpoint_url is None:
        hint = 'use backend = "engine", or name the endpoint of an engine'
        raise ServiceError("UnknownOperationException", f"Amazon SWF has no {operation}", hint=hint)
    given = {name: value for name, value in wanted.items() if value is not None}
    timeout: Any = (CONNECT_SECONDS, read)  # to connect, to read; its stubs know one number only
    http = URLLib3Session(timeout=timeout)
    try:
        request = signed(session, endpoint_url, operation, json.dumps(given).encode())
        answer = http.send(request)
        return body_of(answer.status_code, answer.content)
    except BotoCoreError as error:
        raise translated(error) from error
    finally:
        http.close()


def signed(
    session: boto3.Session, endpoint_url: str, operation: str, body: bytes
) -> AWSPreparedRequest:
    """The request, signed with the session's credentials.

    Raises:
        NoCredentialsError: botocore's, where there are none.
    """
    chain = session.get_credentials()
    credentials = chain.get_frozen_credentials() if chain else None
    if credentials is None:
        raise NoCredentialsError
    headers = {
        "X-Amz-Target": f"SimpleWorkflowService.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
    }
    request = AWSRequest("POST", endpoint_url, headers=headers, data=body)
    SigV4Auth(credentials, "swf", session.region_name).add_auth(request)
    return request.prepare()


def body_of(status: int, content: bytes) -> dict[str, Any]:
    """What an answer holds; `status` is HTTP's number.

    Raises:
        ServiceError: for an answer that is a fault.
    """
    try:
        told = json.loads(content or b"{}")
    except ValueError:  # a proxy in between answers whole pages
        told = None
    body: dict[str, Any] = told if isinstance(told, dict) else {}
    if status == 200 and told is not None:
        return body
    code = str(body.get("__type", "")).rpartition("#")[2]
    message = body.get("message") or body.get("Message")
    raise error_of(code or str(status), str(message or content.decode(errors="replace")), status)


def translated(error: ClientError | BotoCoreError) -> ServiceError:
    """The error of ours that one of botocore means."""
    if isinstance(error, ClientError):
        told: Any = error.response
        status = told.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        return error_of(told["Error"].get("Code", ""), told["Error"].get("Message", ""), status)
    if isinstance(error, NoConnection | HTTPClientError):
        return ServiceUnreachable(type(error).__name__, str(error), hint="is the endpoint right?")
    if isinstance(error, NoCredentialsError | NoRegionError):
        hint = "set AWS_REGION and AWS_PROFILE or keys, or name an endpoint on this host"
        return ServiceError(type(error).__name__, str(error), hint=hint)
    return ServiceError(type(error).__name__, str(error))
