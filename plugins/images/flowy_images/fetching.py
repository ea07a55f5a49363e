"""The network edge: the bytes behind a URL, or one clear error."""

import time
from http.client import HTTPException, HTTPResponse
from typing import cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from flowy_images.errors import DownloadFailed

SILENCE = 10.0
"""Seconds that a server may say nothing."""

PATIENCE = 45.0
"""Seconds that a whole download may take: less than its activity's start-to-close."""

LIMIT = 50 * 1024 * 1024
"""Bytes that a picture may have."""

CHUNK = 64 * 1024


def fetch(url: str, *, limit: int = LIMIT, patience: float = PATIENCE) -> bytes:
    """The bytes behind an http or https URL.

    Raises:
        DownloadFailed: with the URL and what went wrong.
    """
    # urlopen would read files of this host as well: file:///etc/passwd is no picture to share.
    if urlsplit(url).scheme not in ("http", "https"):
        raise DownloadFailed(f"{url}: only http and https URLs are downloaded")
    try:
        request = Request(url, headers={"User-Agent": "flowy-images"})  # noqa: S310  # checked above
        with urlopen(request, timeout=SILENCE) as response:  # noqa: S310  # checked above
            return whole(url, cast(HTTPResponse, response), limit, time.monotonic() + patience)
    except HTTPError as error:
        with error:
            raise DownloadFailed(f"{url}: HTTP {error.code} {error.reason}") from error
    except URLError as error:
        raise DownloadFailed(f"{url}: {error.reason}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise DownloadFailed(f"{url}: {type(error).__name__}: {error}") from error


def whole(url: str, response: HTTPResponse, limit: int, deadline: float) -> bytes:
    """All that the server sends.

    Raises:
        DownloadFailed: if it is too large, too slow, or less than the server promised.
    """
    promised = response.length
    body = bytearray()
    while chunk := response.read1(CHUNK):
        body += chunk
        if len(body) > limit:
            raise DownloadFailed(f"{url}: larger than {limit} bytes")
        if time.monotonic() > deadline:
            raise DownloadFailed(f"{url}: too slow, {len(body)} bytes came in time")
    if promised is not None and len(body) < promised:
        raise DownloadFailed(f"{url}: ended after {len(body)} of {promised} bytes")
    return bytes(body)
