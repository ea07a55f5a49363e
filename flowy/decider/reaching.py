"""What workflow code may ask of others: children, Lambda functions, other executions, a new run."""

from typing import Any, NoReturn, Protocol

from flowy import slices, written_options
from flowy.converter import Converter
from flowy.decider.children import ChildCall, Children
from flowy.decider.externals import Externals, Message, Target
from flowy.decider.lambdas import Lambdas
from flowy.decider.lines import Lines
from flowy.decider.restarting import Restart, write_arguments
from flowy.errors import OptionError
from flowy.externals import ChildPlaceholder, Sender
from flowy.lambda_proxy import LambdaProxy
from flowy.options import UNSET, Unset
from flowy.placeholders import Placeholder
from flowy.proxies import ActivityProxy
from flowy.scopes import AllOptions
from flowy.swf.events import WorkflowExecutionStarted
from flowy.workflow_proxy import WorkflowProxy

SLICE: WorkflowProxy[..., Any] = WorkflowProxy(slices.TYPE.name, slices.TYPE.version)


class Reach(Protocol):
    """What an execution reaches others with."""

    lines: Lines
    children: Children
    lambdas: Lambdas
    externals: Externals
    started: WorkflowExecutionStarted
    converter: Converter


class Reaching(Sender, Protocol):
    """The part of the running code's door that leads outside."""

    _parts: Reach

    def call_child(
        self, proxy: WorkflowProxy[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> ChildPlaceholder[Any]:
        """Ask for a child execution."""
        branch = self._parts.lines.current()
        placeholder: ChildPlaceholder[Any] = ChildPlaceholder(self, branch.number(proxy.name))
        said = branch.options.over(proxy.options)
        self._parts.children.call(placeholder, proxy, said, (args, kwargs))
        return placeholder

    def call_slice(
        self, proxy: ActivityProxy[..., Any], at_once: int, items: list[Any]
    ) -> ChildPlaceholder[Any]:
        """Ask for a child execution that calls an activity for each item.

        It has the settings of this execution; what is said here of calls holds for its calls.
        """
        branch = self._parts.lines.current()
        said = written_options.write(branch.options.over(proxy.options))
        values = (proxy.type.name, proxy.type.version, said, items, at_once)
        placeholder: ChildPlaceholder[Any] = ChildPlaceholder(self, branch.number("slice"))
        own = own_settings(self._parts.started)
        self._parts.children.call(placeholder, SLICE, own, (values, {}))
        return placeholder

    def child_id(self, child: ChildPlaceholder[Any]) -> str:
        """The workflowId of the child's attempt that runs now."""
        return child_of(child).workflow_id

    def call_lambda(self, proxy: LambdaProxy, payload: tuple[Any, ...]) -> Placeholder[Any]:
        """Ask for a Lambda function.

        Raises:
            OptionError: in an execution without a Lambda role: SWF would refuse each of them.
        """
        branch = self._parts.lines.current()
        if self._parts.started.lambda_role is None:
            raise OptionError(
                f"the execution has no lambda_role to call {proxy.function} in",
                hint="give lambda_role to @workflow(...), to who starts it, or to its proxy",
            )
        placeholder: Placeholder[Any] = Placeholder(self, branch.number(proxy.name))
        said = branch.options.over(proxy.options)
        placeholder.source = self._parts.lambdas.call(placeholder, proxy, said, list(payload))
        return placeholder

    def signal_child(
        self, child: ChildPlaceholder[Any], name: str, value: Any
    ) -> Placeholder[None]:
        """Send a signal to a child."""
        placeholder = self._numbered("sent")
        message = Message(name, [value])
        target = child_of(child)
        placeholder.source = self._parts.externals.signal_child(placeholder, target, message)
        return placeholder

    def signal_external(
        self, workflow_id: str, run_id: str | None, name: str, value: Any
    ) -> Placeholder[None]:
        """Send a signal to any execution of the domain."""
        placeholder = self._numbered("sent")
        target, message = Target(workflow_id, run_id), Message(name, [value])
        placeholder.source = self._parts.externals.signal(placeholder, target, message)
        return placeholder

    def cancel_external(self, workflow_id: str, run_id: str | None) -> Placeholder[None]:
        """Ask any execution of the domain to cancel itself."""
        placeholder = self._numbered("sent")
        target = Target(workflow_id, run_id)
        placeholder.source = self._parts.externals.request_cancel(placeholder, target)
        return placeholder

    def restart(
        self, version: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> NoReturn:
        """Unwind the code; the run closes with a new one."""
        said = self._parts.lines.current().options
        raise Restart(write_arguments(args, kwargs, self._parts.converter), version, said)

    def _numbered(self, name: str) -> Placeholder[None]:
        return Placeholder(self, self._parts.lines.current().number(name))


def child_of(placeholder: ChildPlaceholder[Any]) -> ChildCall:
    """The call behind a child's placeholder."""
    call = placeholder.source
    assert isinstance(call, ChildCall)  # noqa: S101  # call_child made it so
    return call


def own_settings(started: WorkflowExecutionStarted) -> AllOptions:
    """The settings of an execution, for a child that does a part of its work."""
    limit = time_of(started.execution_start_to_close_timeout)
    return AllOptions(
        task_list=started.task_list.name,
        execution_start_to_close=UNSET if limit is None else limit,
        task_start_to_close=time_of(started.task_start_to_close_timeout),
        child_policy=started.child_policy,
        priority=UNSET if started.task_priority is None else int(started.task_priority),
        lambda_role=UNSET if started.lambda_role is None else started.lambda_role,
    )


def time_of(text: str | None) -> int | Unset | None:
    """A time-out as it is recorded: None is never, UNSET where nothing is recorded."""
    if text is None:
        return UNSET
    return None if text == "NONE" else int(text)
