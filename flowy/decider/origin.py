"""What an execution was started with, beside its arguments: handed on to its tasks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """`trace` is the text that the starter gave, `tags` are the execution's own."""

    trace: str = ""
    tags: tuple[str, ...] = ()
