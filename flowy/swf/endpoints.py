"""What the text of an endpoint tells."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(endpoint_url: str | None) -> bool:
    """Whether an endpoint is on this host."""
    host = urlsplit(endpoint_url or "").hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
