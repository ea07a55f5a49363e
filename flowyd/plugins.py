"""Verdicts on what was loaded, against the pools of this host. Loading is `flowy.plugins`."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Protocol

from flowy.errors import Fault, OptionError
from flowy.names import NO_NAMES, Names
from flowy.options import UNSET
from flowy.proxies import ActivityProxy
from flowy.registry import ActivityDefinition, LambdaDefinition, Registry, WorkflowDefinition
from flowy.swf.naming import named_list
from flowy.workflow_proxy import WorkflowProxy


class Serves(Protocol):
    """What a verdict needs of a pool."""

    @property
    def name(self) -> str:
        """The pool's name."""

    @property
    def kind(self) -> str:
        """`decider`, `activity` or `lambda`."""

    @property
    def task_list(self) -> str:
        """The task list that it serves."""

    @property
    def where(self) -> str:
        """Where the configuration says so."""


Definitions = Iterable[ActivityDefinition | WorkflowDefinition]


def verdicts(
    registry: Registry,
    pools: Sequence[Serves],
    names: Names = NO_NAMES,
    *,
    strict: bool,
    embedded: bool = True,
) -> list[Fault]:
    """What is odd, though it may be meant.

    Another host may serve a list that no pool here does; with `strict` that is an error. Where the
    engine is not `embedded`, AWS Lambda runs the Lambda functions, and nobody here misses a pool.
    `names` are what `{hostname}` and `{instance}` stand for.
    """
    functions = registry.lambdas.values() if embedded else ()
    activities, workflows = registry.activities.values(), registry.workflows.values()
    return [
        *nameless([*activities, *workflows], names),
        *unserved("activity", activities, pools, names, strict=strict),
        *unserved("decider", workflows, pools, names, strict=strict),
        *idle("activity", lists_of(activities) | proxied(workflows, ActivityProxy), pools, names),
        *idle("decider", lists_of(workflows) | proxied(workflows, WorkflowProxy), pools, names),
        *unserved_functions(functions, pools, strict=strict),
        *idle_functions(functions, pools),
    ]


def nameless(definitions: Definitions, names: Names) -> Iterator[Fault]:
    """Each type whose task list holds a name that stands for nothing here."""
    for definition in definitions:
        try:
            named_list(str(definition.options.task_list), names)
        except OptionError as error:
            yield Fault(definition.origin, f"{definition.type}: {error.message}", error.hint)


def known(task_list: str, names: Names) -> str:
    """A task list as SWF gets it; as it was written, where that cannot be."""
    try:
        return named_list(task_list, names)
    except OptionError:
        return task_list


def unserved(
    kind: str, definitions: Definitions, pools: Sequence[Serves], names: Names, *, strict: bool
) -> Iterator[Fault]:
    """Each type whose task list no pool of that kind serves."""
    served = {pool.task_list for pool in pools if pool.kind == kind}
    word = "workflow" if kind == "decider" else "activity"
    for definition in definitions:
        wanted = known(str(definition.options.task_list), names)
        if wanted not in served:
            yield Fault(
                definition.origin,
                f"no {kind} pool of this host serves the task list {wanted!r}"
                f" of the {word} type {definition.type}",
                f'add a pool with kind = "{kind}" and task_list = "{wanted}"',
                "error" if strict else "warning",
            )


def lists_of(definitions: Definitions) -> set[str]:
    """The task lists that decorators name."""
    return {str(definition.options.task_list) for definition in definitions}


def proxied(
    workflows: Collection[WorkflowDefinition],
    kind: type[ActivityProxy[..., Any] | WorkflowProxy[..., Any]],
) -> set[str]:
    """The task lists that the proxies of workflow classes name."""
    classes = [owner for known in workflows for owner in getattr(known.target, "__mro__", ())]
    proxies = [thing for owner in classes for thing in vars(owner).values()]
    said = [proxy.options.task_list for proxy in proxies if isinstance(proxy, kind)]
    return {task_list for task_list in said if task_list is not UNSET}


def idle(kind: str, written: set[str], pools: Sequence[Serves], names: Names) -> Iterator[Fault]:
    """Each pool of that kind whose task list nothing here names; code inside may name it still."""
    named = {known(task_list, names) for task_list in written}
    for pool in pools:
        if pool.kind == kind and pool.task_list not in named:
            what = f"the task list {pool.task_list!r} of [pools.{pool.name}]"
            hint = f"named: {', '.join(sorted(named)) or 'none'}"
            yield Fault(pool.where, f"no loaded type names {what}", hint, "warning")


def unserved_functions(
    functions: Collection[LambdaDefinition], pools: Sequence[Serves], *, strict: bool
) -> Iterator[Fault]:
    """Each Lambda function, where no pool here runs any."""
    if not any(pool.kind == "lambda" for pool in pools):
        for function in functions:
            yield Fault(
                function.origin,
                f"no pool of this host runs the Lambda function {function.name}",
                'add a pool with kind = "lambda"',
                "error" if strict else "warning",
            )


def idle_functions(
    functions: Collection[LambdaDefinition], pools: Sequence[Serves]
) -> Iterator[Fault]:
    """A pool for Lambda functions where there are none: it fails all that deciders ask for."""
    for pool in pools:
        if pool.kind == "lambda" and not functions:
            message = f"no loaded plugin defines a Lambda function for [pools.{pool.name}]"
            yield Fault(pool.where, message, "decorate one with @lambda_function(...)", "warning")
