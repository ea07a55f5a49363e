"""The one workflow class that runs programs drawn as data.

A program is a list of steps `[name, number, inner program]`. A step's number chooses among what
there is; a step that finds nothing to work on does nothing.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from simulator.outside import OUTSIDE

from flowy import ActivityProxy, LambdaProxy, Retry, TaskError, Workflow, WorkflowProxy, on_signal

Program = list[list[Any]]


class Line:
    """What one line of a program has so far: its open calls and the values that it saw."""

    def __init__(self, calls: list[Any]) -> None:
        self.calls = calls
        self.seen: list[Any] = []

    def pick(self, number: int) -> Any:
        """One of the calls, or None if there is none yet."""
        return self.calls[number % len(self.calls)] if self.calls else None

    def pick_open(self, number: int) -> Any:
        """One of the calls that have not ended."""
        found = [call for call in self.calls if not call.done()]
        return found[number % len(found)] if found else None


POLICY = Retry(
    attempts=3, delay=2, factor=3, maximum=10, jitter=0.7, never=("KeyError",), heartbeat=1, lost=1
)


class Drawn(Workflow):
    """Runs a program; what it saw is its result, so that another order of things shows."""

    work = ActivityProxy("Work", 1, retry=1, delay=1)
    once = ActivityProxy("Once", 1, lost=0)
    often = ActivityProxy("Work", 1, retry=3, lost=1, start_to_close=40)
    careful = ActivityProxy("Work", 1, retry=POLICY, heartbeat=30)
    unknown = ActivityProxy("Unknown", 1)
    child = WorkflowProxy("Drawn", 1, lambda_role="role")
    again = WorkflowProxy("Drawn", 1, retry=1, delay=2, lambda_role="role")
    brief = WorkflowProxy("Drawn", 1, execution_start_to_close=25, lambda_role="role")
    alone = WorkflowProxy("Drawn", 1, workflow_id="the only one", lambda_role="role")
    stranger = WorkflowProxy("Stranger", 1)
    awaiting = WorkflowProxy("Drawn", 2, lambda_role="role")
    function = LambdaProxy("function", start_to_close=15, retry=1)

    def run(self, program: Program, *rest: Any) -> Any:
        return self.play(program, [])

    def play(self, program: Program, calls: list[Any]) -> list[Any]:
        """Run the steps, then wait for what they began."""
        line = Line(list(calls))
        self.steps(program, line)
        return [*line.seen, *(self.outcome(call) for call in line.calls[len(calls) :])]

    def steps(self, program: Program, line: Line) -> None:
        for name, number, inner in program:
            OUTSIDE.done[name] += 1
            if STEPS[name](self, line, number, inner) is False:
                OUTSIDE.done[name] -= 1

    @on_signal("go")
    def go(self, value: Any) -> None:
        OUTSIDE.done["handler"] += 1
        self.outcome(self.once({"go": value}))

    def outcome(self, call: Any) -> Any:
        """The result of a call, or the name of its error."""
        try:
            return call.result()
        except TaskError as error:
            return type(error).__name__

    def proxies(self) -> tuple[Callable[..., Any], ...]:
        return (self.work, self.once, self.often, self.careful, self.often, self.once, self.unknown)


class Awaiting(Drawn):
    """The same as a coroutine."""

    async def run(self, program: Program, *rest: Any) -> Any:
        try:
            await self.once("await")
        except TaskError:
            OUTSIDE.done["await"] += 1
        return await self.spawn(self.play, program, [])


Step = Callable[[Any, Line, int, Program], Any]
STEPS: dict[str, Step] = {}
F = TypeVar("F", bound=Step)


def step(name: str) -> Callable[[F], F]:
    """Make a function the step of that name. It returns False if it did nothing."""

    def enter(function: F) -> F:
        STEPS[name] = function
        return function

    return enter
