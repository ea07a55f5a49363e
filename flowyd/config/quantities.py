"""Reads single values: names, numbers, durations, sizes, addresses. Says what it wants instead.

Each function takes what TOML (or, as text, the environment) gave and returns the value, or raises
`ValueError` with a message that fits after "`key` ".
"""

import re
from collections.abc import Callable

UNITS_OF_TIME = {"ms": 1, "s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
UNITS_OF_SIZE = {
    "B": 1,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
}
QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")
ADDRESS = re.compile(r"(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):(\d{1,5})")

Parse = Callable[[object], object]


def text(value: object) -> str:
    """Any string that is not empty."""
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError("must be a string that is not empty")


def swf_name(value: object) -> str:
    """A name as SWF takes it (the limits of its domains and task lists)."""
    name = text(value)
    if len(name) > 256 or re.search(r"[:/|\x00-\x1f\x7f-\x9f]", name) or name == "arn":
        raise ValueError("must be 1 to 256 characters without ':', '/', '|' (SWF's own limit)")
    return name


def one_of(*words: str) -> Parse:
    """One of a few words."""

    def parse(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise ValueError("must be one of " + ", ".join(f'"{word}"' for word in words))

    return parse


def boolean(value: object) -> bool:
    """True or false; from the environment as a word."""
    words: dict[object, bool] = {"true": True, "false": False}
    found = words.get(value) if isinstance(value, str) else value
    if isinstance(found, bool):
        return found
    raise ValueError("must be true or false")


def count(low: int, high: int) -> Parse:
    """A whole number from `low` to `high`."""

    def parse(value: object) -> int:
        number = int(value) if isinstance(value, str) and value.isdecimal() else value
        if isinstance(number, int) and not isinstance(number, bool) and low <= number <= high:
            return number
        raise ValueError(f"must be a whole number from {low} to {high}")

    return parse


def store(value: object) -> str:
    """The URI of a payload store."""
    uri = text(value)
    if uri.startswith("dir:///") or (uri.startswith("s3://") and uri != "s3://"):
        return uri
    raise ValueError('must be "dir:///PATH" or "s3://BUCKET/PREFIX"')


def texts(value: object) -> tuple[str, ...]:
    """A list of strings; from the environment, separated by commas."""
    items = [item.strip() for item in value.split(",")] if isinstance(value, str) else value
    if isinstance(items, list) and all(isinstance(item, str) and item for item in items):
        return tuple(items)
    raise ValueError("must be a list of strings")


def duration(value: object) -> int:
    """A time such as "240 s" or "4 min", in milliseconds; at least one."""
    found = measure(value, UNITS_OF_TIME)
    if not found:
        raise ValueError(
            f'must be a time with its unit, such as "240 s" ({", ".join(UNITS_OF_TIME)})'
        )
    return found


def patience(value: object) -> int:
    """A time of at least a second, in milliseconds: less would end what merely is slow."""
    found = duration(value)
    if found < UNITS_OF_TIME["s"]:
        raise ValueError('must be at least "1 s"')
    return found


def days(value: object) -> int:
    """A time such as "30 d" in whole days, 1 to 90: SWF keeps closed executions no longer."""
    found = measure(value, UNITS_OF_TIME)
    if found and found % UNITS_OF_TIME["d"] == 0 and found // UNITS_OF_TIME["d"] <= 90:
        return found // UNITS_OF_TIME["d"]
    raise ValueError('must be whole days from "1 d" to "90 d"')


def size(value: object) -> int:
    """A size such as "512 MiB", in bytes; at least one."""
    found = measure(value, UNITS_OF_SIZE)
    if not found:
        raise ValueError(
            f'must be a size with its unit, such as "512 MiB" ({", ".join(UNITS_OF_SIZE)})'
        )
    return found


def measure(value: object, units: dict[str, int]) -> int | None:
    """Number times unit, or None where it is not such a text. A bare number is refused: of what?"""
    match = QUANTITY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or match[2] not in units:
        return None
    return round(float(match[1]) * units[match[2]])


def address(value: object) -> str:
    """HOST:PORT; an IPv6 host stands in brackets."""
    match = ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1]) > 65535:
        raise ValueError('must be HOST:PORT, such as "127.0.0.1:9464" (port 0: the kernel chooses)')
    return match[0]
