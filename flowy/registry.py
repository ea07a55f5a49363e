"""What the loaded plugins define: type or name -> definition. An object, never a global."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

from flowy.annotated import annotated
from flowy.converter import Converter
from flowy.errors import RegistrationError, UnknownType
from flowy.options import Options, WorkflowOptions
from flowy.swf import limits
from flowy.swf.values import TypeId
from flowy.tags import Form
from flowy.vocabulary import Vocabulary

ATTRIBUTE = "__flowy__"
"""Where a decorator leaves its definition on the class or function."""


@dataclass(frozen=True, slots=True)
class ActivityDefinition:
    """An activity type and the code that runs it. `origin` is `file:line`.

    `description` is what SWF's consoles show: the first paragraph of the code's docstring. `forms`
    are those of its own converter.
    """

    type: TypeId
    options: Options
    target: Callable[..., Any]
    origin: str
    description: str = ""
    forms: tuple[Form, ...] = ()

    @property
    def is_class(self) -> bool:
        """Whether the code is an `Activity` class (else a plain function)."""
        return inspect.isclass(self.target)


@dataclass(frozen=True, slots=True)
class WorkflowDefinition:
    """A workflow type and the class that runs it. `origin` is `file:line`.

    `handlers` are the names of the methods that handle signals, by the signal's name.
    """

    type: TypeId
    options: WorkflowOptions
    target: Callable[..., Any]
    origin: str
    description: str = ""
    handlers: Mapping[str, str] = field(default_factory=dict, compare=False)
    forms: tuple[Form, ...] = ()


@dataclass(frozen=True, slots=True)
class LambdaDefinition:
    """A function in the place of an AWS Lambda function. `origin` is `file:line`."""

    name: str
    target: Callable[[Any], Any]
    origin: str


Definition = ActivityDefinition | WorkflowDefinition | LambdaDefinition
D = TypeVar("D", ActivityDefinition, WorkflowDefinition, LambdaDefinition)
K = TypeVar("K", TypeId, str)


class Registry:
    """The activity and workflow types and Lambda functions of one generation of plugins."""

    def __init__(self) -> None:
        self.activities: dict[TypeId, ActivityDefinition] = {}
        self.workflows: dict[TypeId, WorkflowDefinition] = {}
        self.lambdas: dict[str, LambdaDefinition] = {}
        self.vocabulary = Vocabulary()

    @property
    def converter(self) -> Converter:
        """Writes and reads the values of all types."""
        return self.vocabulary.converter

    @property
    def size(self) -> int:
        """How many definitions it holds."""
        return len(self.activities) + len(self.workflows) + len(self.lambdas)

    def add(self, thing: Any) -> None:
        """Add a decorated class or function; adding the same one again changes nothing.

        Raises:
            RegistrationError: if it is not decorated, or another one has its name and version.
        """
        found = definition(thing)
        if found is None:
            raise RegistrationError(
                f"{thing!r} is neither an activity, nor a workflow, nor a Lambda function",
                hint="decorate it with @activity(...), @workflow(...) or @lambda_function(...)",
            )
        if not isinstance(found, LambdaDefinition):
            self.vocabulary.learn(found.forms, annotated_types(found))
        match found:
            case ActivityDefinition():
                claim("activity type", self.activities, found.type, found)
            case WorkflowDefinition():
                claim("workflow type", self.workflows, found.type, found)
            case LambdaDefinition():
                claim("Lambda function", self.lambdas, found.name, found)

    def add_module(self, module: ModuleType) -> Iterator[RegistrationError]:
        """Add each decorated object that a module's namespace holds; yields what is refused."""
        for thing in list(vars(module).values()):
            if definition(thing) is not None:
                try:
                    self.add(thing)
                except RegistrationError as error:
                    yield error

    def activity(self, type: TypeId) -> ActivityDefinition:
        """The activity of that type.

        Raises:
            UnknownType: if no loaded plugin defines it.
        """
        return look_up("activity type", self.activities, type)

    def workflow(self, type: TypeId) -> WorkflowDefinition:
        """The workflow of that type.

        Raises:
            UnknownType: if no loaded plugin defines it.
        """
        return look_up("workflow type", self.workflows, type)

    def lambda_function(self, name: str) -> LambdaDefinition:
        """The function of that name, or of that ARN, as a decider wrote it.

        Raises:
            UnknownType: if no loaded plugin defines it.
        """
        return look_up("Lambda function", self.lambdas, bare_name(name))


def definition(thing: Any) -> Definition | None:
    """What a decorator said of a class or function. Subclasses do not inherit it."""
    own = vars(thing).get(ATTRIBUTE) if hasattr(thing, "__dict__") else None
    return own if isinstance(own, Definition) else None


def annotated_types(found: ActivityDefinition | WorkflowDefinition) -> tuple[Form, ...]:
    """The forms of what some code is annotated with; of a workflow, also what its proxies' is."""
    own = annotated(found.target)
    if isinstance(found, ActivityDefinition):
        return own
    proxies = (value for owner in mro(found.target) for value in vars(owner).values())
    called = (getattr(proxy, "definition", None) for proxy in proxies)
    others = (each for each in called if isinstance(each, ActivityDefinition))
    inside = (form for each in others for form in (*each.forms, *annotated(each.target)))
    return tuple(dict.fromkeys((*own, *inside)))


def mro(target: Any) -> tuple[type, ...]:
    """A class and those that it inherits from."""
    return target.__mro__ if inspect.isclass(target) else ()


def bare_name(name: str) -> str:
    """The function's own name in any form that AWS Lambda takes.

    `NAME`, `NAME:QUALIFIER`, `ACCOUNT:function:NAME` and `arn:aws:lambda:R:A:function:NAME[:Q]`.
    """
    return name.rpartition(":function:")[2].partition(":")[0]


def claim(kind: str, known: dict[K, D], key: K, found: D) -> None:
    """Enter a definition under its type or name.

    Raises:
        RegistrationError: with both origins, if another definition has it.
    """
    other = known.setdefault(key, found)
    if other.target is not found.target:
        raise RegistrationError(
            f"two definitions of the {kind} {key}: {other.origin} and {found.origin}",
            hint="give one of them another name or version",
        )


def look_up(kind: str, known: dict[K, D], key: K) -> D:
    """The definition of a type or name.

    Raises:
        UnknownType: with those that are known.
    """
    if key in known:
        return known[key]
    names = ", ".join(sorted(map(str, known))) or "none"
    raise UnknownType(f"no loaded plugin defines the {kind} {key}", hint=f"loaded: {names}")


def description_of(thing: Any) -> str:
    """The first paragraph of a docstring, cut to SWF's length. Subclasses do not inherit it."""
    first = inspect.cleandoc(thing.__doc__ or "").split("\n\n")[0]
    return " ".join(first.split())[: limits.DESCRIPTION]


def origin_of(thing: Any) -> str:
    """`file:line` of a class or function, or its module where the source is not to be had."""
    try:
        return f"{inspect.getsourcefile(thing)}:{inspect.getsourcelines(thing)[1]}"
    except (OSError, TypeError):
        return str(getattr(thing, "__module__", "?"))
