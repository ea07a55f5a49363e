"""SWF's vocabulary. All of it is pure but `client`, the boto3 edge."""

from typing import Any


def __getattr__(name: str) -> Any:
    """`SWFClient`, by its older name: loaded when somebody asks, since boto3 takes its time."""
    if name == "SWFClient":
        from importlib import import_module

        return import_module("flowy.config").SWFClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
