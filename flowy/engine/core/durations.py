"""SWF's durations: strings of seconds, or NONE."""


def milliseconds(duration: str | None) -> int | None:
    """Read a duration; None and "NONE" never end."""
    return None if duration is None or duration == "NONE" else int(duration) * 1000


def due(start: int, duration: str | None) -> int | None:
    """When a clock that started at `start` (ms) runs out, or None for never."""
    length = milliseconds(duration)
    return None if length is None else start + length
