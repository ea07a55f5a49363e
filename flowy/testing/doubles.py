"""A registry in which a test puts other code in the place of activities and Lambda functions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flowy.errors import UnknownType
from flowy.lambda_proxy import LambdaProxy
from flowy.options import Options
from flowy.proxies import ActivityProxy
from flowy.registry import ActivityDefinition, LambdaDefinition, Registry, bare_name, definition
from flowy.swf.values import TypeId
from flowy.workflow_proxy import WorkflowProxy

TASK_LIST = "flowy.testing"
"""The task list of an activity that only a stand-in defines."""

Named = str | tuple[str, str | int] | Callable[..., Any]
"""An activity: its type's name, name and version, or the decorated code."""


class Doubles(Registry):
    """The types of one environment, and the stand-ins that are in force."""

    def __init__(self) -> None:
        super().__init__()
        self._instead: dict[TypeId | str, Callable[..., Any]] = {}
        self._proxied: dict[TypeId, None] = {}
        self._functions: dict[str, None] = {}

    def learn(self, workflow: Any) -> None:
        """Add a workflow class, and the activities and children whose code its proxies hold.

        Raises:
            RegistrationError: if it is no workflow, or another one has its type.
        """
        self.add(workflow)
        for owner in workflow.__mro__:
            for proxy in vars(owner).values():
                self._learn_proxy(proxy)

    def _learn_proxy(self, proxy: object) -> None:
        match proxy:
            case ActivityProxy(type=type, definition=known):
                self._proxied[type] = None
                if known is not None:
                    self.add(known.target)
            case WorkflowProxy(type=type, definition=known):
                if known is not None and type not in self.workflows:
                    self.learn(known.target)
            case LambdaProxy(function=name):
                self._functions[bare_name(name)] = None

    def lambda_function(self, name: str) -> LambdaDefinition:
        """The Lambda function of that name or ARN, with its stand-in's code if it has one.

        Raises:
            UnknownType: if nothing defines it.
        """
        bare = bare_name(name)
        code = self._instead.get(bare)
        if code is None:
            return super().lambda_function(name)
        return LambdaDefinition(bare, code, "a stand-in")

    def activity(self, type: TypeId) -> ActivityDefinition:
        """The activity of that type, with its stand-in's code if it has one.

        Raises:
            UnknownType: if nothing defines it.
        """
        found = super().activity(type)
        code = self._code(type)
        return found if code is None else replace(found, target=code)

    def define_missing(self) -> None:
        """Define the types that have a stand-in and no code of their own."""
        for proxied in self._proxied:
            code = self._code(proxied)
            if code is not None and proxied not in self.activities:
                options = Options(task_list=TASK_LIST)
                self.activities[proxied] = ActivityDefinition(proxied, options, code, "a stand-in")

    @contextmanager
    def replaced(self, activity: Named, code: Callable[..., Any]) -> Iterator[None]:
        """While inside, an activity or a Lambda function runs this code.

        Raises:
            UnknownType: at the end, if there was no such activity: a stand-in for nobody is a slip.
        """
        key = key_of(activity)
        if isinstance(key, TypeId):
            self._proxied[key] = None
        before = self._instead.get(key)
        self._instead[key] = code
        try:
            yield
            self._check(key)
        finally:
            del self._instead[key]
            if before is not None:
                self._instead[key] = before

    def _code(self, type: TypeId) -> Callable[..., Any] | None:
        return self._instead.get(type) or self._instead.get(type.name)

    def _check(self, key: TypeId | str) -> None:
        types = {each.name for each in (*self.activities, *self._proxied)}
        known = sorted({*types, *self.lambdas, *self._functions})
        if isinstance(key, str) and key not in known:
            hint = f"known: {', '.join(known) or 'none'}"
            raise UnknownType(f"no activity or Lambda function is named {key!r}", hint=hint)


def key_of(activity: Named) -> TypeId | str:
    """How a stand-in is looked up: by its type, or by the name of all its versions."""
    if isinstance(activity, str):
        return activity
    if isinstance(activity, tuple):
        name, version = activity
        return TypeId(name, str(version))
    found = definition(activity)
    if isinstance(found, LambdaDefinition):
        return found.name
    if not isinstance(found, ActivityDefinition):
        raise UnknownType(f"{activity!r} is no activity", hint="give its name, or (name, version)")
    return found.type
