"""Activity tasks that workflow code asks for: scheduled, tried again, settled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from flowy import forms
from flowy.converter import PLAIN, Converter
from flowy.decider.asked import Ask, Asked
from flowy.decider.attempts import after_failure, compared, numbered
from flowy.decider.lines import Lines
from flowy.decider.memory import Memory
from flowy.decider.origin import Origin
from flowy.decider.places import Place, caller
from flowy.decider.readiness import once_there
from flowy.decider.terms import Terms, terms
from flowy.errors import (
    TaskCanceled,
    TaskError,
    TaskLost,
    TaskNotScheduled,
    TaskTimedOut,
)
from flowy.options import Options, duration
from flowy.placeholders import Error, Placeholder, Value, copy, fill, find
from flowy.proxies import ActivityProxy
from flowy.registry import ActivityDefinition
from flowy.retry import NOTHING, Again, GiveUp, Spent, is_limit
from flowy.swf.decisions import (
    CancelTimer,
    Decision,
    RequestCancelActivityTask,
    ScheduleActivityTask,
    StartTimer,
)
from flowy.swf.values import TypeId


@dataclass(eq=False, slots=True)
class ActivityCall:
    """An activity that was asked for, over all its attempts."""

    kind: ClassVar[type[Decision]] = ScheduleActivityTask

    id: str
    type: TypeId
    terms: Terms
    placeholder: Placeholder[Any]
    place: Place | None
    arguments: str = ""
    scheduled: int = 0
    spent: Spent = NOTHING
    canceling: bool = False
    asked: bool = False
    resting: bool = False
    details: str | None = None

    @property
    def options(self) -> Options:
        """The options that hold for it."""
        return self.terms.options

    @property
    def attempt(self) -> str:
        """The id of the attempt that runs now: the call's id, from the second on with a number."""
        return numbered(self.id, self.spent)


class Activities:
    """The activities of one execution."""

    def __init__(
        self,
        lines: Lines,
        asked: Asked,
        known: Mapping[TypeId, ActivityDefinition],
        fail: Callable[[Exception], None],
        converter: Converter = PLAIN,
    ) -> None:
        self._fail = fail
        self._converter = converter
        self._lines = lines
        self._asked = asked
        self._known = known
        self.origin = Origin()

    def call(
        self,
        placeholder: Placeholder[Any],
        proxy: ActivityProxy[..., Any],
        scope: Options,
        values: tuple[tuple[Any, ...], dict[str, Any]],
    ) -> ActivityCall:
        """Ask for an activity, once all placeholders among its arguments have their results.

        Id, options and a copy of the containers are taken now, when the call is made.

        Raises:
            SerializationError: naming the argument that has no JSON form.
        """
        known = proxy.definition or self._known.get(proxy.type)
        call = ActivityCall(
            id=placeholder.name,
            type=proxy.type,
            terms=terms(scope, proxy.options, known and known.options),
            placeholder=placeholder,
            place=caller(),
        )
        needed = find([*values[0], values[1]])
        if needed:
            given = (copy(values[0]), copy(values[1]))
            once_there(self._lines, placeholder, needed, partial(self._fill, call, given))
        else:  # nearly always: what is written at once needs no copy
            self._begin(call, *values)
        return call

    def completed(self, call: ActivityCall, result: str | None) -> None:
        """Settle it with its result.

        Raises:
            SerializationError: for one that cannot be read here: that is not the work's fault.
        """
        self._lines.settle(call.placeholder, Value(forms.read_result(result, self._converter)))

    def failed(
        self, call: ActivityCall, reason: str | None, details: str | None, memory: Memory
    ) -> None:
        """Try again or settle; the details of the last heartbeat go on to the next attempt."""
        call.details = forms.failure_parts(details).get("heartbeat", call.details)
        self._end_attempt(call, forms.read_failure(reason, details), memory)

    def timed_out(self, call: ActivityCall, kind: str, details: str | None, memory: Memory) -> None:
        """Try again or settle; no automatic heartbeat means that worker or host is gone."""
        call.details = details if details is not None else call.details
        read = forms.read_result(details)
        gone = kind == "HEARTBEAT" and call.options.auto_heartbeat is True
        error = TaskLost("its heartbeats stopped", read) if gone else TaskTimedOut(kind, read)
        self._end_attempt(call, error, memory)

    def _end_attempt(self, call: ActivityCall, error: TaskError, memory: Memory) -> None:
        """Try again, or settle with the error."""
        is_recorded = partial(self._is_recorded, call, memory)
        step = after_failure(call, error, memory, self._asked, is_recorded)
        match step:
            case Again(delay) if delay > 0:
                timer = StartTimer(start_to_fire_timeout=duration(delay), timer_id=call.attempt)
                self._asked.ask(Ask(timer, call, place=call.place))
                call.resting = True
            case Again():
                self._schedule(call)
            case GiveUp():
                self._give_up(call, error)

    def canceled(self, call: ActivityCall, details: str | None) -> None:
        """Settle it as cancelled."""
        self._lines.settle(call.placeholder, Error(TaskCanceled(forms.read_result(details))))

    def refused(self, call: ActivityCall, cause: str, memory: Memory) -> None:
        """Settle it with SWF's cause; after one of its limits ask again later."""
        error = TaskNotScheduled(cause, f"the activity {call.id} of {call.type}")
        if is_limit(cause):
            self._end_attempt(call, error, memory)
        else:
            self._give_up(call, error)

    def fired(self, call: ActivityCall) -> None:
        """The wait between two attempts is over."""
        if call.placeholder.outcome is None:
            self._schedule(call)

    def cancel(self, call: ActivityCall) -> None:
        """Ask for its cancellation; how it ends is up to the activity."""
        if call.canceling or call.placeholder.outcome is not None:
            return
        call.canceling = True
        if call.asked and not call.resting:
            request = RequestCancelActivityTask(activity_id=call.attempt)
            self._asked.ask(Ask(request, place=caller()), after=call)
        else:
            if call.resting:
                timer = CancelTimer(timer_id=call.attempt)
                self._asked.ask(Ask(timer, place=caller()), after=call)
            self._lines.settle(call.placeholder, Error(TaskCanceled()))

    def _give_up(self, call: ActivityCall, error: Exception) -> None:
        self._lines.settle(call.placeholder, Error(error))
        if call.options.error_handling is False:
            self._fail(error)

    def _is_recorded(self, call: ActivityCall, memory: Memory) -> bool:
        return memory.has_activity(call.attempt, call.type)

    def _fill(self, call: ActivityCall, values: tuple[list[Any], dict[str, Any]]) -> None:
        self._begin(call, tuple(fill(values[0])), fill(values[1]))

    def _begin(self, call: ActivityCall, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        call.arguments = forms.write_arguments(args, kwargs, self._converter)
        self._schedule(call)

    def _schedule(self, call: ActivityCall) -> None:
        told = call.terms
        # What is too long is refused here, at the call.
        written = forms.write_input(
            call.arguments, meta(call, self.origin), self._converter.longest
        )
        call.asked, call.resting = True, False
        task = ScheduleActivityTask(
            activity_id=call.attempt,
            activity_type=call.type,
            heartbeat_timeout=told.heartbeat,
            input=written,
            schedule_to_close_timeout=told.schedule_to_close,
            schedule_to_start_timeout=told.schedule_to_start,
            start_to_close_timeout=told.start_to_close,
            task_list=told.task_list,
            task_priority=told.priority,
        )
        self._asked.ask(Ask(task, call, compared(call.arguments, told.options), call.place))


def meta(call: ActivityCall, origin: Origin) -> forms.Meta:
    """What the worker is told of its attempt."""
    return forms.Meta(
        heartbeat=call.terms.meta_heartbeat,
        start_to_close=call.terms.meta_start_to_close,
        attempt=call.spent.attempts + 1,
        details=call.details,
        trace=origin.trace,
        tags=origin.tags,
    )
