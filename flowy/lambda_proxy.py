"""AWS Lambda functions as attributes of a workflow class."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol, TypedDict, Unpack, overload

from flowy.errors import OptionError
from flowy.options import Options, Retry, check_seconds, seconds
from flowy.placeholders import Line, Placeholder
from flowy.proxies import BoundProxy
from flowy.registry import bare_name
from flowy.swf import limits


class LambdaOptions(TypedDict, total=False):
    """The options of a Lambda function, by name."""

    start_to_close: int | float | timedelta  # how long an attempt may take; SWF allows 900 s
    retry: int | Retry  # how often a failed or timed-out function is called again
    delay: int | float | timedelta  # the wait before that
    error_handling: bool  # False: its failure fails the execution, though nobody looks
    compare_input: bool  # False: replay takes another payload than the recorded one


class LambdaCaller(Line, Protocol):
    """What can call a Lambda function: the running execution."""

    def call_lambda(self, proxy: "LambdaProxy", payload: tuple[Any, ...]) -> Placeholder[Any]:
        """Ask for the function of this proxy with this payload."""


class LambdaProxy:
    """An AWS Lambda function as an attribute of a workflow class; calling it schedules it.

    `function` is its name or ARN. It takes one JSON value (without one: `{}`) and gives one. The
    execution must have a `lambda_role`: SWF calls the function in that role. A scope's
    `start_to_close` holds up to SWF's 900 seconds. `.cancel()` settles the placeholder at once: SWF
    cannot cancel a function, it runs to its end and its result is ignored.

    Raises:
        OptionError: for a name or option that SWF would refuse.
    """

    def __init__(self, function: str, **said: Unpack[LambdaOptions]) -> None:
        if not 0 < len(bare_name(function)) <= limits.FUNCTION_NAME:
            hint = f"1 to {limits.FUNCTION_NAME} characters, or an ARN"
            raise OptionError(f"{function!r} is no name of a Lambda function", hint=hint)
        check_time_out(said.get("start_to_close", 1))
        self.function = function
        self.name = bare_name(function)
        self.options = Options(**said)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, workflow: None, owner: type) -> "LambdaProxy": ...
    @overload
    def __get__(self, workflow: Any, owner: type) -> Callable[..., Placeholder[Any]]: ...
    def __get__(self, workflow: Any, owner: type) -> Any:
        if workflow is None:
            return self
        caller: LambdaCaller = workflow.execution

        def call(payload: tuple[Any, ...], named: dict[str, Any]) -> Placeholder[Any]:
            if named or len(payload) > 1:
                raise TypeError(f"{self.name} takes one value, without a name")
            return caller.call_lambda(self, payload)

        return BoundProxy(self, caller, call)


def check_time_out(value: object) -> None:
    """Refuse what SWF takes for no time-out of a Lambda function.

    Raises:
        OptionError: with the value and SWF's longest one.
    """
    check_seconds("start_to_close", value, none=False)
    if not 0 < seconds(value) <= limits.LAMBDA_SECONDS:  # type: ignore[arg-type]  # checked above
        hint = f"SWF takes 1 to {limits.LAMBDA_SECONDS} seconds for a Lambda function"
        raise OptionError(f"start_to_close={value!r} is too long or too short", hint=hint)
