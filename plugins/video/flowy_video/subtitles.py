"""Subtitles: SubRip text to WebVTT, the form that browsers show. Pure."""

import re

_TIME = re.compile(r"(\d\d?):(\d\d):(\d\d)[,.](\d{1,3})")
_ARROW = re.compile(rf"^\s*{_TIME.pattern}\s*-->\s*{_TIME.pattern}")


def webvtt(subrip: str) -> str:
    """The WebVTT text of SubRip subtitles; blocks without a time line are left out."""
    text = subrip.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    blocks = (cue(block.split("\n")) for block in re.split(r"\n\s*\n", text))
    return "\n\n".join(["WEBVTT", *filter(None, blocks)]) + "\n"


def cue(lines: list[str]) -> str:
    """One cue, or nothing."""
    for number, line in enumerate(lines):
        if found := _ARROW.match(line):
            begin, end = found.groups()[:4], found.groups()[4:]
            said = "\n".join(lines[number + 1 :]).strip().replace("-->", "->")
            return f"{stamp(*begin)} --> {stamp(*end)}\n{said}" if said else ""
    return ""


def stamp(hours: str, minutes: str, seconds: str, thousandths: str) -> str:
    """A time as WebVTT writes it."""
    return f"{int(hours):02}:{minutes}:{seconds}.{thousandths:0<3}"
