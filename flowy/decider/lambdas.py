"""Lambda functions that workflow code asks for: scheduled, tried again, settled."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from flowy import forms
from flowy.decider.asked import Ask, Asked
from flowy.decider.attempts import after_failure, compared, numbered
from flowy.decider.lines import Lines
from flowy.decider.memory import Memory
from flowy.decider.places import Place, caller
from flowy.decider.readiness import once_there
from flowy.errors import TaskCanceled, TaskError, TaskFailed, TaskNotScheduled
from flowy.lambda_proxy import LambdaProxy
from flowy.options import ACTIVITY_DEFAULTS, UNSET, Options, Seconds, Unset, duration, seconds
from flowy.placeholders import Error, Placeholder, Value, copy, fill
from flowy.retry import NOTHING, Again, GiveUp, Spent, is_limit
from flowy.swf import limits
from flowy.swf.decisions import CancelTimer, Decision, ScheduleLambdaFunction, StartTimer


@dataclass(eq=False, slots=True)
class LambdaCall:
    """A Lambda function that was asked for, over all its attempts.

    `payload` is the argument in a list, empty where none was given, `input` its JSON text.
    """

    kind: ClassVar[type[Decision]] = ScheduleLambdaFunction

    id: str
    name: str
    options: Options
    time_out: str | None
    placeholder: Placeholder[Any]
    payload: list[Any]
    place: Place | None
    input: str | None = None
    scheduled: int = 0
    spent: Spent = NOTHING
    canceling: bool = False
    resting: bool = False

    @property
    def attempt(self) -> str:
        """The id of the attempt that runs now."""
        return numbered(self.id, self.spent)


class Lambdas:
    """The Lambda functions of one execution."""

    def __init__(
        self,
        lines: Lines,
        asked: Asked,
        fail: Callable[[Exception], None],
        plain: Callable[[Any], str],
    ) -> None:
        self._lines = lines
        self._asked = asked
        self._fail = fail
        self._plain = plain

    def call(
        self, placeholder: Placeholder[Any], proxy: LambdaProxy, said: Options, payload: list[Any]
    ) -> LambdaCall:
        """Ask for a function, once all placeholders in its payload have their results.

        Raises:
            SerializationError: for a payload without a JSON form.
        """
        call = LambdaCall(
            id=placeholder.name,
            name=proxy.function,
            options=said.over(ACTIVITY_DEFAULTS),
            time_out=time_out(said.start_to_close),
            placeholder=placeholder,
            payload=copy(payload),
            place=caller(),
        )
        once_there(self._lines, placeholder, payload, partial(self._begin, call))
        return call

    def completed(self, call: LambdaCall, result: str | None) -> None:
        """Settle it with what the function returned.

        Raises:
            SerializationError: for a value that is tagged as one of ours and is none.
        """
        self._lines.settle(call.placeholder, Value(forms.read_result(result)))

    def failed(self, call: LambdaCall, error: TaskError, memory: Memory) -> None:
        """Try again or settle: the function failed or timed out."""
        is_recorded = partial(self._is_recorded, call, memory)
        match after_failure(call, error, memory, self._asked, is_recorded):
            case Again(delay) if delay > 0:
                timer = StartTimer(start_to_fire_timeout=duration(delay), timer_id=call.attempt)
                self._asked.ask(Ask(timer, call, place=call.place))
                call.resting = True
            case Again():
                self._schedule(call)
            case GiveUp():
                self._give_up(call, error)

    def refused(self, call: LambdaCall, cause: str, memory: Memory) -> None:
        """Settle it with SWF's cause; after one of its limits ask again later."""
        error = TaskNotScheduled(cause, f"the Lambda function {call.id} of {call.name}")
        if is_limit(cause):
            self.failed(call, error, memory)
        else:
            self._give_up(call, error)

    def not_started(self, call: LambdaCall, cause: str, message: str | None) -> None:
        """Settle it with SWF's cause: it was scheduled, but could not be started."""
        what = f"the Lambda function {call.id} of {call.name}"
        error = TaskNotScheduled(f"{cause}: {message}" if message else cause, what)
        error.cause = cause
        self._give_up(call, error)

    def fired(self, call: LambdaCall) -> None:
        """The wait between two attempts is over."""
        if call.placeholder.outcome is None:
            self._schedule(call)

    def cancel(self, call: LambdaCall) -> None:
        """Settle it as cancelled at once: SWF cannot cancel a function, it runs to its end."""
        if call.canceling or call.placeholder.outcome is not None:
            return
        call.canceling = True
        if call.resting:
            self._asked.ask(Ask(CancelTimer(timer_id=call.attempt), place=caller()), after=call)
        self._lines.settle(call.placeholder, Error(TaskCanceled()))

    def _is_recorded(self, call: LambdaCall, memory: Memory) -> bool:
        return memory.has_lambda(call.attempt, call.name)

    def _begin(self, call: LambdaCall) -> None:
        for payload in fill(call.payload):
            # SWF's limit, whatever the payload store takes: AWS Lambda knows nothing of that.
            call.input = forms.fitting(self._plain(payload), "the payload")
        call.payload = []
        self._schedule(call)

    def _schedule(self, call: LambdaCall) -> None:
        call.resting = False
        task = ScheduleLambdaFunction(
            id=call.attempt,
            name=call.name,
            input=call.input,
            start_to_close_timeout=call.time_out,
        )
        self._asked.ask(Ask(task, call, compared(call.input or "", call.options), call.place))

    def _give_up(self, call: LambdaCall, error: TaskError) -> None:
        self._lines.settle(call.placeholder, Error(error))
        if call.options.error_handling is False:
            self._fail(error)


def time_out(said: Seconds | Unset) -> str | None:
    """How long the function may take, at most what SWF allows; None: nobody said, SWF decides."""
    if said is UNSET:
        return None
    return duration(
        limits.LAMBDA_SECONDS if said is None else min(seconds(said), limits.LAMBDA_SECONDS)
    )


def failure(reason: str | None, details: str | None) -> TaskFailed:
    """The error in a failure as AWS Lambda writes it: `errorType`, `errorMessage`, `stackTrace`."""
    try:
        told = json.loads(details or "{}")
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return TaskFailed(reason or "Failed", details or "")
    trace = told.get("stackTrace")
    frames = "".join(map(str, trace)) if isinstance(trace, list) else str(trace or "")
    return TaskFailed(reason or "Failed", str(told.get("errorMessage", "")), frames)
