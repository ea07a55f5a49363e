"""The boto3 edge: a session, its clients, and one call of one of them.

Every fault of botocore becomes a `ServiceError` here, and in the transport of what boto3 cannot
send.
"""

from collections.abc import Iterator
from typing import Any

import boto3
import botocore.session
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError

from flowy.swf.chain import LateChain
from flowy.swf.parsing import PlainParsers
from flowy.swf.transport import CONNECT_SECONDS, translated

NOBODY = ("flowy", "flowy")
"""Credentials for a server on this host that asks for none."""
CONNECTIONS = 32
"""As many as flowyd's courier has requests on their way; only what is used is opened."""


def open_session(
    region: str | None,
    profile: str | None,
    credentials: tuple[str, str] | None,
    *,
    loopback: bool,
) -> boto3.Session:
    """A session whose times are numbers; for a server on `loopback` any credentials will do.

    Raises:
        ServiceError: for a profile that is not there, or a configuration that cannot be read.
    """
    try:
        core = botocore.session.Session(profile=profile)
        core.register_component("response_parser_factory", PlainParsers())
        if loopback:
            region = region or core.get_config_variable("region") or "us-east-1"
            for source in ("container-role", "iam-role"):  # no cloud is asked about this host
                core.get_component("credential_provider").remove(source)
        load = core.get_component("credential_provider").load_credentials
        late = LateChain(load, Credentials(*NOBODY) if loopback else None)
        core.register_component("credential_provider", late)
        key, secret = credentials or (None, None)
        return boto3.Session(key, secret, region_name=region, botocore_session=core)
    except BotoCoreError as error:
        raise translated(error) from error


def connect(session: boto3.Session, endpoint_url: str | None, read: float, attempts: int) -> Any:
    """A client of boto3 for one kind of call.

    Raises:
        ServiceError: without a region, or for an address that is none.
    """
    config = Config(
        read_timeout=read,
        connect_timeout=CONNECT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
        tcp_keepalive=True,
        max_pool_connections=CONNECTIONS,
    )
    try:
        return session.client("swf", endpoint_url=endpoint_url, config=config)
    except BotoCoreError as error:
        raise translated(error) from error


def call(client: Any, operation: str, **wanted: Any) -> dict[str, Any]:
    """Carry out one operation; parameters that are None are left out.

    Raises:
        ServiceError: for every way in which it did not work.
    """
    given = {name: value for name, value in wanted.items() if value is not None}
    try:
        answer: dict[str, Any] = getattr(client, operation)(**given)
    except (ClientError, BotoCoreError) as error:
        raise translated(error) from error
    return answer


def warm(client: Any, operation: str, **wanted: Any) -> None:
    """Carry out one operation on nobody: unsigned, without a socket.

    What botocore works out at a first call is then there for every process forked from this one.
    """
    events, mine = client.meta.events, {"before-send.swf": nobody, "choose-signer.swf": unsigned}
    for name, handler in mine.items():
        events.register_first(name, handler)
    try:
        call(client, operation, **wanted)
    finally:
        for name, handler in mine.items():
            events.unregister(name, handler)


class Empty:
    """An answer without members."""

    def stream(self) -> Iterator[bytes]:
        """Its bytes."""
        yield b"{}"


def nobody(request: Any, **_: Any) -> AWSResponse:
    """The empty answer of a server that is not there."""
    return AWSResponse(request.url, 200, HTTPHeaders(), Empty())


def unsigned(**_: Any) -> object:
    """No signer: nobody looks for credentials."""
    return UNSIGNED
