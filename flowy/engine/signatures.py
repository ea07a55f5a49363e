"""Signature Version 4, verified: whether who sent a request holds the secret of its key. Pure."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import parse_qsl, quote

from flowy.engine.core.faults import Refused
from flowy.engine.requests import Request

SKEW = timedelta(minutes=5)
"""How far the clocks of caller and service may be apart; AWS's own figure."""
_ALGORITHM = "AWS4-HMAC-SHA256"
_PARTS = ("Credential", "SignedHeaders", "Signature")
_SPACES = re.compile(" +")
_STAMP = "%Y%m%dT%H%M%SZ"


def _refused(name: str, text: str) -> Refused:
    return Refused(name, text, namespace="com.amazon.coral.service")


def _mismatch(text: str) -> Refused:
    return _refused("InvalidSignatureException", text)


def check_signature(request: Request, secrets: Mapping[str, str], now: int) -> None:
    """Let a request through that is signed with one of the keys; `now` is the wall clock in ms.

    `secrets` holds the secret of each access key.

    Raises:
        Refused: under AWS's names, if it is not signed, by nobody known, badly or long ago.
    """
    parts = _read_authorization(request.authorization)
    key, _, scope = parts["Credential"].partition("/")
    secret = secrets.get(key)
    if secret is None:
        text = "The security token included in the request is invalid."
        raise _refused("UnrecognizedClientException", text)
    fields = _join(request.headers)
    stamp = fields.get("x-amz-date", "")
    _check_scope(scope, stamp)
    _check_time(stamp, datetime.fromtimestamp(now / 1000, UTC))
    names = parts["SignedHeaders"].split(";")
    _check_names(names, fields)
    signed = f"{_ALGORITHM}\n{stamp}\n{scope}\n{_digest(_canonical(request, names, fields))}"
    expected = hmac.new(_signing_key(secret, scope), signed.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), parts["Signature"].encode()):
        raise _mismatch(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method. "
            "Consult the service documentation for details."
        )


def _read_authorization(text: str) -> dict[str, str]:
    if not text:
        raise _refused("MissingAuthenticationTokenException", "Missing Authentication Token")
    algorithm, _, rest = text.partition(" ")
    pairs = (part.strip().partition("=") for part in rest.split(","))
    parts = {name: value for name, _, value in pairs}
    missing = [name for name in _PARTS if not parts.get(name)]
    if algorithm != _ALGORITHM or missing:
        wanted = [f"Authorization header requires '{name}' parameter." for name in missing]
        text = " ".join(wanted) or f"Authorization header requires the algorithm {_ALGORITHM}."
        raise _refused("IncompleteSignatureException", text)
    return parts


def _join(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers as they are signed: those that came twice joined, runs of spaces made one."""
    fields: dict[str, str] = {}
    for raw, value in headers:
        name = raw.decode("latin-1").lower()
        text = _SPACES.sub(" ", value.decode("latin-1").strip())
        fields[name] = f"{fields[name]},{text}" if name in fields else text
    return fields


def _check_scope(scope: str, stamp: str) -> None:
    parts = scope.split("/")
    if len(parts) != 4 or parts[3] != "aws4_request":
        raise _mismatch("Credential should be KEY/DATE/REGION/swf/aws4_request.")
    if parts[2] != "swf":
        raise _mismatch("Credential should be scoped to correct service: 'swf'.")
    if parts[0] != stamp[:8]:
        raise _mismatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{parts[0]}' != '{stamp[:8]}', from '{stamp}'."
        )


def _check_time(stamp: str, now: datetime) -> None:
    try:
        then = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        text = f"Date must be in ISO-8601 'basic format'. Got '{stamp}'."
        raise _refused("IncompleteSignatureException", text) from None
    early, late = now - SKEW, now + SKEW
    if then < early:
        raise _mismatch(
            f"Signature expired: {stamp} is now earlier than {early:{_STAMP}} "
            f"({now:{_STAMP}} - 5 min.)"
        )
    if then > late:
        raise _mismatch(
            f"Signature not yet current: {stamp} is still later than {late:{_STAMP}} "
            f"({now:{_STAMP}} + 5 min.)"
        )


def _check_names(names: list[str], fields: dict[str, str]) -> None:
    """What decides about the call must be signed: the host, and every header of Amazon's."""
    needed = [name for name in fields if name == "host" or name.startswith("x-amz-")]
    for name in needed:
        if name not in names:
            raise _mismatch(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")


def _canonical(request: Request, names: list[str], fields: dict[str, str]) -> bytes:
    path, _, query = request.url.partition("?")
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(query, keep_blank_values=True)
    )
    lines = [
        request.method,
        path or "/",
        "&".join(f"{name}={value}" for name, value in pairs),
        *(f"{name}:{fields.get(name, '')}" for name in names),
        "",
        ";".join(names),
        hashlib.sha256(request.body).hexdigest(),
    ]
    return "\n".join(lines).encode("latin-1")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@lru_cache(maxsize=64)
def _signing_key(secret: str, scope: str) -> bytes:
    """Derive the day's key; remembered, since it is the same for all requests of a day."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
