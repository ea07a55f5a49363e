"""Where in a TOML text a key stands: tomllib does not say."""

import re

Path = tuple[str, ...]
HEADER = re.compile(r"\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(?:#.*)?")
ASSIGNMENT = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"))*)\s*="""
)
PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def key_lines(source: str) -> dict[Path, int]:
    """The line number of each table and key that is written plainly.

    A key inside an inline table or a multi-line string is not found (or found where it only looks
    like one): good enough to point a reader at the place, and never used for anything else.
    """
    found: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(source.splitlines(), start=1):
        if header := HEADER.fullmatch(line):
            table = parts(header[1])
            found.setdefault(table, number)
        elif assignment := ASSIGNMENT.match(line):
            found.setdefault(table + parts(assignment[1]), number)
    return found


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a key, else of the first one in it, else of the nearest table around it."""
    while path:
        inside = [line for key, line in lines.items() if key[: len(path)] == path]
        if inside:
            return lines.get(path, min(inside))
        path = path[:-1]
    return 1


def parts(dotted: str) -> Path:
    """The parts of a dotted key, without their quotes."""
    return tuple(part.strip("\"'") for part in PART.findall(dotted))
