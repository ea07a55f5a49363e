"""The names of the older Flowy tutorials, mapped on the same objects; nothing else is decided here.

Classes get what they worked with as their first argument: `run(self, heartbeat, …)` of an activity,
`run(self, remote, …)` of a workflow. Everything else is `flowy`'s own.
"""

import os
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any, TypeVar, Unpack

from flowy import forms
from flowy._activity import Activity, activity, type_id
from flowy._workflow import Workflow, workflow
from flowy.client import Client, Handle
from flowy.errors import OptionError, RegistrationError
from flowy.options import (
    ACTIVITY_DEFAULTS,
    WORKFLOW_DEFAULTS,
    ActivityOptions,
    ExecutionOptions,
    Options,
    WorkflowOptions,
)
from flowy.placeholders import Placeholder
from flowy.registry import ATTRIBUTE, Registry, description_of, origin_of
from flowy.swf import client
from flowy.swf.naming import named_list, named_options
from flowy.worker.activities import serve_activities
from flowy.worker.decisions import serve_decisions
from flowy.worker.foreground import serve_in_foreground
from flowy.worker.post import Post
from flowy.worker.registration import register_types

A = TypeVar("A", bound="type[Activity]")
W = TypeVar("W", bound="type[Workflow]")


def activity_config(
    name: str,
    version: str | int,
    task_list: str,
    descr: str | None = None,
    **said: Unpack[ActivityOptions],
) -> Callable[[A], A]:
    """Make a class the activity type `name`, `version`; its `run` gets the heartbeat first.

    The options are those of `flowy.activity`; `descr` describes the type to SWF.

    Raises:
        OptionError, RegistrationError: as `flowy.activity` does.
    """

    def decorate(target: A) -> A:
        check_class(target)

        class Adapted(target, SerializesResults):  # type: ignore[misc, valid-type]  # a class given at run time
            def run(self, *args: Any, **kwargs: Any) -> Any:
                value = target.run(self, self.heartbeat, *args, **kwargs)
                own = type(self).serialize_activity_result
                plain = own is SerializesResults.serialize_activity_result or value is None
                return value if plain else self.serialize_activity_result(value)

        redefine(target, activity(name, version, task_list, **said)(Adapted), descr)
        return target

    return decorate


def workflow_config(
    name: str,
    version: str | int,
    task_list: str,
    descr: str | None = None,
    **said: Unpack[ExecutionOptions],
) -> Callable[[W], W]:
    """Make a class the workflow type `name`, `version`; its `run` gets the workflow as `remote`.

    The options are those of `flowy.workflow`; `descr` describes the type to SWF.

    Raises:
        OptionError, RegistrationError: as `flowy.workflow` does.
    """

    def decorate(target: W) -> W:
        check_class(target)

        class Adapted(target, ReadsResults):  # type: ignore[misc, valid-type]  # a class given at run time
            def __init__(self, execution: Any) -> None:
                own = type(self).deserialize_activity_result
                plain = own is ReadsResults.deserialize_activity_result
                read = self.deserialize_activity_result
                super().__init__(execution if plain else Deserializing(execution, read))

            def run(self, *args: Any, **kwargs: Any) -> Any:
                return target.run(self, self, *args, **kwargs)

        redefine(target, workflow(name, version, task_list, **said)(Adapted), descr)
        return target

    return decorate


activity_client = activity_config
workflow_client = workflow_config


class SerializesResults:
    """What an activity class may override to record its results in another form than JSON."""

    def serialize_activity_result(self, result: Any) -> str:
        """The text to record for a result.

        Raises:
            SerializationError: for a value without a JSON form.
        """
        return forms.write_result(result)


class ReadsResults:
    """The inverse, for the workflow classes that use such activities."""

    def deserialize_activity_result(self, result: str) -> Any:
        """The value that a recorded text means."""
        return forms.read_result(result)


class Deserializing:
    """A running execution whose activities' results are read by the workflow's own code."""

    def __init__(self, execution: Any, read: Callable[[str], Any]) -> None:
        self._execution = execution
        self._read = read

    def __getattr__(self, name: str) -> Any:
        return getattr(self._execution, name)

    def call_activity(self, *call: Any) -> Placeholder[Any]:
        """Ask for an activity; a branch reads its result, so that it can be passed on as well."""
        recorded = self._execution.call_activity(*call)
        read: Placeholder[Any] = self._execution.spawn(
            lambda: self._read(recorded.result()), (), {}
        )
        return read


def check_class(target: object) -> None:
    """Refuse what is no class.

    Raises:
        RegistrationError: with what it is.
    """
    if not isinstance(target, type):
        raise RegistrationError(f"{target!r} is no class", hint="decorate a class")


def redefine(target: type, made: type, descr: str | None) -> None:
    """Let the class that a person wrote stand for what was made of it."""
    made.__name__, made.__qualname__ = target.__name__, target.__qualname__
    told = description_of(target) if descr is None else descr
    own = replace(vars(made)[ATTRIBUTE], origin=origin_of(target), description=told)
    setattr(made, ATTRIBUTE, own)
    setattr(target, ATTRIBUTE, own)


class SWFClient(client.SWFClient):
    """SWF's operations on one domain, with the older names for registering types by hand."""

    def register_activity(
        self,
        name: str,
        version: str | int,
        task_list: str,
        descr: str = "",
        **said: Unpack[ActivityOptions],
    ) -> None:
        """Register an activity type; what is not said has the defaults of `flowy.activity`.

        Raises:
            AlreadyExists: if it is registered.
        """
        options = Options(task_list=task_list, **said).over(ACTIVITY_DEFAULTS)
        named = named_options(options, self.names)
        self.register_activity_type(type_id(name, version), named, descr)

    def register_workflow(
        self,
        name: str,
        version: str | int,
        task_list: str,
        descr: str = "",
        **said: Unpack[ExecutionOptions],
    ) -> None:
        """Register a workflow type, as `register_activity` does."""
        options = WorkflowOptions(task_list=task_list, **said).over(WORKFLOW_DEFAULTS)
        named = named_options(options, self.names)
        self.register_workflow_type(type_id(name, version), named, descr)


def make_config(domain: str, **connection: Any) -> "ClientConfig":
    """The configuration of one domain; `connection` is what `flowy.Client` takes.

    Without an `endpoint_url`, $FLOWY_ENDPOINT_URL is where SWF is, as for the `flowy` command.
    Nothing is asked of it before `scan`.
    """
    connection.setdefault("endpoint_url", os.environ.get("FLOWY_ENDPOINT_URL"))
    return ClientConfig(Client(domain, **connection))


class ClientConfig:
    """A domain, the types that were scanned, and the loops that serve them."""

    def __init__(self, door: Client) -> None:
        self.client = door
        self.registry = Registry()

    def scan(self, *modules: ModuleType) -> None:
        """Take the decorated classes of these modules (else the caller's) and register their types.

        Raises:
            RegistrationError: for a class or a type that is refused, or if SWF does not answer.
        """
        here = sys.modules[sys._getframe(1).f_globals["__name__"]]  # noqa: SLF001  # the caller's module
        refused = [
            error for module in modules or (here,) for error in self.registry.add_module(module)
        ]
        for error in refused:
            raise error
        for fault in register_types(self.client.swf, self.registry):
            if fault.severity == "error":
                raise RegistrationError(f"{fault.where}: {fault.message}", hint=fault.hint)

    def start_activity_loop(self, task_list: str | None = None) -> None:
        """Run activities until the process is interrupted; the task that runs then is finished.

        Without `task_list`, all lists that the scanned activities name, each in a thread.

        Raises:
            OptionError: if there is no list to serve.
        """
        lists = {str(found.options.task_list) for found in self.registry.activities.values()}
        self._serve(serve_activities, task_list, lists)

    def start_workflow_loop(self, task_list: str | None = None) -> None:
        """Decide executions until the process is interrupted, as `start_activity_loop` does."""
        lists = {str(found.options.task_list) for found in self.registry.workflows.values()}
        self._serve(serve_decisions, task_list, lists)

    def workflow_starter(self, name: str, version: str | int) -> Callable[..., Handle]:
        """A callable that starts executions of a type with the arguments that it gets."""
        return partial(self.client.start, (name, version))

    def _serve(self, loop: Callable[..., None], task_list: str | None, lists: set[str]) -> None:
        asked = [task_list] if task_list else sorted(lists)
        wanted = [named_list(each, self.client.swf.names) for each in asked]
        if not wanted:
            raise OptionError("no task list to serve", hint="scan() a module that defines some")
        swf, host = self.client.swf, f"{socket.gethostname()}:{os.getpid()}"
        posts = [Post(swf, self.registry, name, f"{host}:{name}") for name in wanted]
        serve_in_foreground({post.task_list: partial(loop, post) for post in posts})
