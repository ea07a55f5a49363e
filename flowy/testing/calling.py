"""`call`: a workflow's code with plain functions in place of its proxies, like any other function.

It runs in the decider's own branches and placeholders; but each thing it asks for is answered on
the spot, so there is no service, no history and no replay.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from heapq import heappop, heappush
from inspect import isclass
from typing import Any, assert_never

from msgspec import structs

from flowy import forms
from flowy._workflow import Workflow
from flowy._workflow import workflow as decorated
from flowy.converter import Converter
from flowy.decider import news
from flowy.decider.answers import Answer, Broken, Decided, NonDeterminism, Stale
from flowy.decider.asked import Ask, Asked, Call
from flowy.decider.branches import Branch, Ending, Raised
from flowy.decider.execution import Execution
from flowy.decider.opening import Wants
from flowy.decider.running import RunningCode
from flowy.decider.turns import Turn
from flowy.errors import ExecutionFailed, FlowyError, NonDeterminismError, OptionError
from flowy.options import UNSET, WorkflowOptions
from flowy.registry import Registry, WorkflowDefinition, definition
from flowy.swf.decisions import (
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    ContinueAsNewWorkflowExecution,
    Decision,
    FailWorkflowExecution,
    StartTimer,
)
from flowy.swf.events import (
    Attributes,
    DecisionTaskScheduled,
    DecisionTaskStarted,
    Event,
    WorkflowExecutionStarted,
)
from flowy.swf.values import ExecutionId, TaskList, TypeId
from flowy.testing.clock import START, VirtualClock
from flowy.testing.stand_ins import NoStandIn, Proxy, StandIns, proxies_of

ANY_LENGTH = 2**31
TASK_LIST = "flowy.testing"
BEGINNING = 3
"""Events of the first turn; those that answer a decision have the ids after them."""
RUN = ExecutionId("flowy.testing.call", "run")
Signal = str | tuple[str, Any]


class Restarted(FlowyError):
    """The workflow asked for a new run: with `arguments` and `keywords`."""

    def __init__(self, arguments: list[Any], keywords: dict[str, Any]) -> None:
        super().__init__("the workflow restarts", hint="call it again with these arguments")
        self.arguments = arguments
        self.keywords = keywords


def call(
    workflow: type[Workflow],
    /,
    *args: Any,
    signals: Iterable[Signal] = (),
    tags: Iterable[str] = (),
    now: datetime = START,
    **named: Any,
) -> Any:
    """Run a workflow's code with plain functions in place of its proxies; what `run` returns.

        assert call(Upload, "in.mov", transcode=lambda path: path + ".mp4") == "in.mov.mp4"

    A named argument that is a proxy's attribute takes this proxy's place; all others are `run`'s.
    A proxy that has its activity's code (or its child's class) and no function runs that. Each call
    runs at once and gives a settled placeholder; what it raises is a `TaskFailed`, tried again as
    the options say. A function may raise `TaskTimedOut` or `Canceled` too. Sleeps take no time:
    when all of the code waits, `self.now()` moves on to the next timer. Arguments and results go
    through JSON, as they do on their way over the service.

    Args:
        workflow: the class, decorated or not.
        *args: those of `run`.
        signals: those that are there from the beginning: names, or (name, value). Methods that
            handle some run before `run`.
        tags: the execution's tags.
        now: when it begins, in UTC unless it says otherwise.
        **named: functions by proxy, and the named arguments of `run`.

    Raises:
        Exception: what `run` raises, as it is.
        Restarted: if it asks for a new run.
        ExecutionFailed: if it closes CANCELED, or its result has no JSON form.
        TimeoutError: if it waits for what never comes: a signal that was not given.
        FlowyError: for a proxy that has neither a function nor code.
    """
    known, proxies = defined(workflow), proxies_of(workflow)
    registry = registry_of(known, proxies)
    converter = registry.converter
    stand_ins = StandIns(proxies, functions_in(named, proxies), call_child, converter)
    kwargs = {name: value for name, value in named.items() if name not in proxies}
    meta = forms.Meta(signals=tuple(written(signal, converter) for signal in signals))
    arguments = forms.write_arguments(args, kwargs, converter)
    text = forms.write_input(arguments, meta, converter.longest)
    running = Called(handlers_first(known), registry, stand_ins)
    try:
        started = first_event(text, known.options, tuple(tags))
        answer = running.activate(first_turn(started, VirtualClock(now).now()))
        return result_of(running, answer)
    finally:
        running.evict()


def call_child(workflow: type, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Run a child's class, whose own proxies have code."""
    return call(workflow, *args, **kwargs)


class Answered(Asked):
    """A queue that nothing waits in: each decision is answered as it is made."""

    execution: "Called"

    def ask(self, ask: Ask, after: Call | None = None) -> None:
        """Answer a decision; markers, closes and the like are kept as they are."""
        if not self.execution.answered(ask):
            super().ask(ask, after)


class Called(Execution):
    """An execution that has no history."""

    queue = Answered

    def __init__(
        self, definition: WorkflowDefinition, registry: Registry, stand_ins: StandIns
    ) -> None:
        super().__init__(definition, RUN, registry)
        assert isinstance(self.asked, Answered)  # noqa: S101  # the attribute above said so
        self.asked.execution = self
        self.ending: Ending | None = None
        self._stand_ins = stand_ins
        self._events = BEGINNING
        self._calls: dict[int, Any] = {}
        self._timers: list[tuple[int, int, Attributes]] = []

    def answered(self, ask: Ask) -> bool:
        """Deliver the events that follow upon a decision; whether any do."""
        self._events += 1
        number = self._events
        answers = self._stand_ins.answers(ask.decision, ask.call, number)
        if answers is None:
            return False
        self._calls[number] = ask.call
        for attributes in answers:
            if isinstance(ask.decision, StartTimer):
                due = self.memory.turn.at + int(ask.decision.start_to_fire_timeout) * 1000
                heappush(self._timers, (due, number, attributes))
            else:
                news.deliver(Event(number, self.memory.turn.at, attributes), self)
        return True

    def find(self, scheduled: int) -> Any:
        """The open call behind an event's id, or None."""
        return self._calls.get(scheduled)

    def take(self, scheduled: int) -> Any:
        """The same; it is open no longer."""
        return self._calls.pop(scheduled, None)

    def ended(self, branch: Branch, ending: Ending) -> None:
        """Keep how the main line ended: its exception is the caller's."""
        if branch is self._root:
            self.ending = ending
        super().ended(branch, ending)

    @property
    def failure(self) -> Exception | None:
        """What failed the execution although nobody looked (`error_handling=False`)."""
        return self._failure

    def _see(self, turn: Turn) -> None:
        """Run the code; when all of it waits the clock goes on to the next timer."""
        super()._see(turn)
        while self._timers and not self._is_over():
            due, number, fired = heappop(self._timers)
            self.memory.turn = structs.replace(self.memory.turn, at=due)
            news.deliver(Event(number, due, fired), self)
            self.lines.drain(self._check)


def functions_in(named: dict[str, Any], proxies: dict[str, Proxy]) -> dict[str, Any]:
    """The named arguments that take a proxy's place.

    Raises:
        OptionError: for one that cannot be called.
    """
    found = {name: code for name, code in named.items() if name in proxies}
    for name, code in found.items():
        if not callable(code):
            hint = "it takes a proxy's place; give an argument of run by its position"
            raise OptionError(f"{name}={code!r} is no function", hint=hint)
    return found


def defined(workflow: type[Workflow]) -> WorkflowDefinition:
    """What the decorator said; a class without one is a workflow too, here.

    Raises:
        OptionError: for something that is no Workflow class.
    """
    found = definition(workflow)
    if isinstance(found, WorkflowDefinition):
        return found
    given: object = workflow  # what the annotation promises is what is checked here
    if not (isclass(given) and issubclass(given, Workflow)):
        raise OptionError(f"{workflow!r} is no workflow", hint="give a Workflow class")
    made = decorated(workflow.__name__, 0, TASK_LIST)(type(workflow.__name__, (workflow,), {}))
    return defined(made)


def registry_of(known: WorkflowDefinition, proxies: Mapping[str, Proxy]) -> Registry:
    """The workflow, with all whose code its proxies hold: their types of values are known then.

    Texts may be of any length: whether there is a payload store is not this test's business.
    """
    registry = Registry()
    registry.add(known.target)
    for proxy in proxies.values():
        held = getattr(proxy, "definition", None)
        if held is not None:
            registry.add(held.target)
    registry.vocabulary.allow(ANY_LENGTH)
    return registry


def handlers_first(known: WorkflowDefinition) -> WorkflowDefinition:
    """The same workflow, whose `run` begins after the methods that handle the given signals.

    Where calls are settled at once the code may never wait, and its handlers would never run.
    """
    if not known.handlers:
        return known

    def made(door: RunningCode) -> Workflow:
        code: Workflow = known.target(door)
        run = code.run

        def begin(*args: Any, **kwargs: Any) -> Any:
            door.spawn(lambda: None, (), {}).result()  # it stands in line behind the handlers
            return run(*args, **kwargs)

        code.run = begin  # type: ignore[method-assign]  # of this one object
        return code

    return replace(known, target=made)


def first_event(input: str, options: WorkflowOptions, tags: tuple[str, ...]) -> Attributes:
    """How the execution begins; its Lambda functions have a role."""
    task_list = TaskList("" if options.task_list is UNSET else options.task_list)
    return WorkflowExecutionStarted(
        child_policy="TERMINATE",
        task_list=task_list,
        workflow_type=TypeId("", ""),
        input=input,
        lambda_role="flowy.testing",
        tag_list=tags,
    )


def first_turn(started: Attributes, at: int) -> list[Event]:
    """A history that has nothing but a beginning and a decision task."""
    parts = (
        started,
        DecisionTaskScheduled(task_list=TaskList(TASK_LIST)),
        DecisionTaskStarted(scheduled_event_id=2),
    )
    return [Event(number, at, attributes) for number, attributes in enumerate(parts, 1)]


def written(signal: Signal, converter: Converter) -> tuple[str, str | None]:
    """A signal as it is recorded."""
    name, value = (signal, None) if isinstance(signal, str) else signal
    return name, forms.write_signal(value, converter)


def result_of(running: Called, answer: Answer | Wants) -> Any:
    """What the code returned.

    Raises:
        Exception: what it raised, or why it did not end.
    """
    match answer:
        case Broken(NoStandIn(told=told)):
            raise told
        case Broken(error):
            raise error
        case NonDeterminism(message) | Stale(message):
            raise NonDeterminismError(message)
        case Decided(decisions):
            return closed(running, decisions)
        case Wants():
            raise FlowyError("the workflow opens a payload reference, and there is no store here")
        case _:
            assert_never(answer)


def closed(running: Called, decisions: tuple[Decision, ...]) -> Any:
    """What the close means to the caller.

    Raises:
        Exception: if it is no result.
    """
    if running.ending is None or running.lines.live:
        waits = ", ".join(repr(branch.waiting) for branch in running.lines.live)
        raise TimeoutError(f"the workflow waits for {waits}, which never comes: give its signals")
    if running.failure is not None:
        raise running.failure
    match decisions[-1]:
        case CompleteWorkflowExecution(result=result):
            return forms.read_result(result, running.converter)
        case CancelWorkflowExecution(details=details):
            raise ExecutionFailed("CANCELED", details=details or "")
        case ContinueAsNewWorkflowExecution(input=input):
            given = forms.read_input(input, running.converter)
            raise Restarted(given.args, given.kwargs)
        case FailWorkflowExecution(reason=reason, details=details):
            if isinstance(running.ending, Raised):
                raise running.ending.error
            message = forms.failure_parts(details).get("message", "")
            raise ExecutionFailed("FAILED", f"{reason}: {message}", details or "")
        case other:
            raise FlowyError(f"the workflow closed with {other!r}")
