"""The workers of an environment: as many as there are tasks, over the code that real ones run."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, assert_never

from flowy import decider
from flowy.decider.verdict import Verdict
from flowy.engine.core.task_lists import Place
from flowy.errors import ServiceError, ServiceUnreachable
from flowy.registry import Registry
from flowy.swf.events import Event
from flowy.swf.faults import error_of
from flowy.swf.tasks import ActivityTask, DecisionTask
from flowy.swf.values import ExecutionId, TypeId
from flowy.testing.faults import RESPONSES, Delay, Drop, Faults, Lose, Repeat, Throttle
from flowy.testing.heartbeats import LoopHeartbeats
from flowy.testing.loop import Loop
from flowy.testing.memory import MemoryEngine
from flowy.testing.swf import MemorySWF
from flowy.worker import activities, decisions
from flowy.worker.backoff import EMPTY_SECONDS, poll_delay
from flowy.worker.post import Post, Silent

IDENTITY = "flowy.testing"

Poll = Callable[[str, str], DecisionTask | ActivityTask | None]


class Crew:
    """Polls for a task wherever one waits, runs it and answers it: `flowy.worker`'s own code.

    `parked` says why executions that cannot be decided are parked, `decided` keeps those that a
    decision was made for, `left` are task lists that others serve.
    """

    def __init__(
        self, domain: str, engine: MemoryEngine, loop: Loop, registry: Registry, faults: Faults
    ) -> None:
        self.parked: dict[ExecutionId, str] = {}
        self.decided: dict[ExecutionId, None] = {}
        self.left: set[str] = set()
        self._domain = domain
        self._engine = engine
        self._loop = loop
        self._registry = registry
        self._faults = faults
        self._swf = MemorySWF(domain, self._send)
        self._heartbeats = LoopHeartbeats(self._swf, loop)
        self._polling: set[Place] = set()

    def hire(self) -> bool:
        """Have a worker poll each list on which a task waits; whether there was one.

        Activities first: what ends at one moment is decided together, which saves replays.
        """
        served = [p for p in self._engine.waiting(self._domain) if self._serves(p)]
        places = [place for place in served if place not in self._polling]
        activities_first = [p for p in places if p.space == "activity"] or places
        for place in activities_first:
            self._polling.add(place)
            self._loop.spawn(partial(self._work, place))
        return bool(places)

    def _serves(self, place: Place) -> bool:
        return place.space != "lambda" and place.name not in self.left

    def _work(self, place: Place) -> None:
        try:
            task = self._poll(place)
        finally:
            self._polling.discard(place)
        post = Post(self._swf, self._registry, place.name, IDENTITY, time=self._loop)
        if isinstance(task, DecisionTask):
            self._doom(0 if self._faults.loses_decision(str(task.type)) else None)
            decisions.serve(post, task, Silent(), self._decide)
        elif task is not None:
            self._doom(self._faults.doom_of(str(task.type)))
            activities.serve(post, task, self._heartbeats, None, Silent())

    def _poll(self, place: Place) -> DecisionTask | ActivityTask | None:
        """Poll until there is an answer, or no task any more."""
        failures, decides = 0, place.space == "decision"
        poll: Poll = self._swf.poll_decision if decides else self._swf.poll_activity
        while place in self._engine.waiting(self._domain):
            try:
                task = poll(place.name, IDENTITY)
            except ServiceError as error:
                failures += 1
                jitter = self._loop.jitter()
                self._loop.pause(poll_delay(error, failures, loopback=True, jitter=jitter))
            else:
                if task is not None:
                    return task
                self._loop.pause(EMPTY_SECONDS)  # as a worker does: never ask in circles
        return None

    def _doom(self, heartbeats: int | None) -> None:
        task = self._loop.current()
        if task is not None:
            task.doom = heartbeats

    def _decide(
        self, registry: Registry, execution: ExecutionId, type: TypeId, events: Sequence[Event]
    ) -> Verdict:
        verdict = decider.decide(registry, execution, type, events)
        self.decided[execution] = None
        self.parked.pop(execution, None)
        if verdict.parked:
            self.parked[execution] = verdict.parked
        return verdict

    def _send(self, operation: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """One call of a worker, and what goes wrong with it.

        Raises:
            ServiceError: when it is refused, or nothing is heard of it.
        """
        task = self._loop.current()
        if task is not None and task.doom is not None and operation.startswith(RESPONSES):
            self._loop.die()
        effect = self._faults.effect_on(operation)
        match effect:
            case None:
                return self._engine.request(operation, wanted)
            case Throttle():
                raise error_of("ThrottlingException", "Rate exceeded")
            case Drop():
                raise ServiceUnreachable("ConnectTimeoutError", f"{operation} was dropped")
            case Lose():
                self._engine.request(operation, wanted)
                raise ServiceUnreachable("ReadTimeoutError", f"the answer to {operation} was lost")
            case Repeat():
                return self._twice(operation, wanted)
            case Delay(seconds):
                self._loop.pause(seconds)
                return self._engine.request(operation, wanted)
            case _:
                assert_never(effect)

    def _twice(self, operation: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """Carry a call out twice; nobody hears the second answer."""
        first = self._engine.request(operation, wanted)
        try:
            self._engine.request(operation, wanted)
        except ServiceError as error:
            self._faults.note(operation, f"the second one: {error.code}")
        return first
