"""The forms that annotations ask for: `def run(self, order: Order) -> list[Item]` registers both.

Dataclasses and enums only, and only those that the code itself names: nothing that stands in data
ever decides what is made.
"""

import dataclasses
import inspect
import typing
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cache
from typing import Any

from flowy.tags import Form


@cache
def annotated(target: Callable[..., Any]) -> tuple[Form, ...]:
    """The forms of what the arguments and the result of some code are annotated with.

    Inside of dataclasses, too. Annotations that cannot be resolved say nothing.
    """
    code = getattr(target, "run", target) if inspect.isclass(target) else target
    found: dict[type, None] = {}
    for hint in hints(code).values():
        for kind in types_in(hint):
            collect(kind, found)
    return tuple(Form.of(kind) for kind in found)


def collect(kind: type, found: dict[type, None]) -> None:
    """Note a dataclass or an enum, and what a dataclass's fields are annotated with."""
    wanted = dataclasses.is_dataclass(kind) or issubclass(kind, Enum)
    if not wanted or kind in found:
        return
    found[kind] = None
    if dataclasses.is_dataclass(kind):
        for hint in hints(kind).values():
            for inner in types_in(hint):
                collect(inner, found)


def hints(thing: Any) -> dict[str, Any]:
    """The resolved annotations of a function or a class; none where that fails."""
    try:
        return typing.get_type_hints(thing)
    except (NameError, TypeError, AttributeError, SyntaxError):
        return {}


def types_in(hint: Any) -> Iterator[type]:
    """The classes in a hint: `list[Order] | None` holds Order."""
    if inspect.isclass(hint) and not typing.get_args(hint):
        yield hint
    for inner in typing.get_args(hint):
        yield from types_in(inner)
