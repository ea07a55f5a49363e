"""Options of activities as JSON: how a slice of a map is told what was said of its calls."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

from flowy import errors, forms
from flowy.options import UNSET, Options, Retry


def write(options: Options) -> dict[str, Any]:
    """What was said, by name: times in seconds, a `Retry` as an object of its fields."""
    said = {field.name: getattr(options, field.name) for field in fields(Options)}
    return {name: plain(value) for name, value in said.items() if value is not UNSET}


def read(said: dict[str, Any]) -> Options:
    """The options that `write` wrote. Names that a later release added are left out."""
    known = {field.name for field in fields(Options)}
    given = {name: value for name, value in said.items() if name in known}
    if isinstance(retry := given.get("retry"), dict):
        given["retry"] = read_retry(retry)
    return Options(**given)


def plain(value: Any) -> Any:
    """One option as JSON."""
    match value:
        case timedelta():
            return value.total_seconds()
        case Retry():
            return {field.name: plain(getattr(value, field.name)) for field in fields(Retry)}
        case tuple():
            return [forms.type_name(one) if isinstance(one, type) else one for one in value]
        case _:
            return value


def read_retry(said: dict[str, Any]) -> Retry:
    """A policy; the classes of ours that it never tries again are classes once more."""
    known = {field.name for field in fields(Retry)}
    given = {name: value for name, value in said.items() if name in known}
    never = tuple(own_class(name) for name in given.pop("never", ()))
    return Retry(**given, never=never)


def own_class(name: str) -> str | type[BaseException]:
    """The class of ours that has this name, or the name."""
    module, _, bare = name.rpartition(".")
    found = getattr(errors, bare, None) if module == errors.__name__ else None
    return found if isinstance(found, type) and issubclass(found, BaseException) else name
