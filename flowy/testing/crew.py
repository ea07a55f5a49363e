"""The workers of an environment: as many as there are tasks, over the code that real ones run."""

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any, assert_never

from flowy.decider.decide import Load
from flowy.decider.verdict import Verdict
from flowy.engine.core.task_lists import Place
from flowy.errors import ServiceError, ServiceUnreachable
from flowy.payloads import Payloads
from flowy.registry import Registry
from flowy.swf.faults import error_of
from flowy.swf.tasks import ActivityTask, DecisionTask, LambdaTask
from flowy.swf.values import ExecutionId
from flowy.testing.faults import RESPONSES, Delay, Drop, Faults, Lose, Repeat, Throttle
from flowy.testing.heartbeats import LoopHeartbeats
from flowy.testing.loop import Loop
from flowy.testing.memory import MemoryEngine
from flowy.testing.swf import MemorySWF
from flowy.worker import activities, decisions, lambdas
from flowy.worker.affinity import private_list
from flowy.worker.backoff import EMPTY_SECONDS, poll_delay
from flowy.worker.deciding import Decider, History
from flowy.worker.decisions import Desk, Parked
from flowy.worker.kept import Bounds
from flowy.worker.post import Post, Silent

IDENTITY = "flowy.testing"

Task = DecisionTask | ActivityTask | LambdaTask
Poll = Callable[[str, str], Task | None]


class NotingDecider(Decider):
    """A decider that notes what it decided."""

    def __init__(self, registry: Registry, keep: Bounds | None, load: Load) -> None:
        super().__init__(registry, Silent(), keep, load)
        self.decided: dict[ExecutionId, None] = {}

    def decide(self, task: DecisionTask, history: History) -> Verdict:
        """The verdict on a task."""
        self.decided[task.execution] = None
        return super().decide(task, history)


class Crew:
    """Polls for a task wherever one waits, runs it and answers it: `flowy.worker`'s own code.

    `parked` says why executions that cannot be decided are parked, `decided` keeps those that a
    decision was made for, `left` are task lists that others serve.
    """

    def __init__(  # noqa: PLR0913  # what an environment is made of
        self,
        domain: str,
        engine: MemoryEngine,
        loop: Loop,
        decider: NotingDecider,
        faults: Faults,
        *,
        payloads: Payloads,
        sticky: bool,
    ) -> None:
        self.parked: dict[ExecutionId, Parked] = {}
        self.decided = decider.decided
        self.left: set[str] = set()
        self._domain = domain
        self._engine = engine
        self._loop = loop
        self._decider = decider
        self._sticky = sticky
        self._desks: dict[str, Desk] = {}
        self._faults = faults
        self._swf = MemorySWF(domain, self._send, payloads)
        self._heartbeats = LoopHeartbeats(self._swf, loop)
        self._polling: set[Place] = set()

    def hire(self) -> bool:
        """Have a worker poll each list on which a task waits; whether there was one.

        Decisions last: what ends at one moment is decided together, which saves replays.
        """
        served = [p for p in self._engine.waiting(self._domain) if self._serves(p)]
        places = [place for place in served if place not in self._polling]
        decisions_last = [p for p in places if p.space != "decision"] or places
        for place in decisions_last:
            self._polling.add(place)
            self._loop.spawn(partial(self._work, place))
        return bool(places)

    def _serves(self, place: Place) -> bool:
        return place.space == "lambda" or self._public(place.name) not in self.left

    def _work(self, place: Place) -> None:
        try:
            task = self._poll(place)
        finally:
            self._polling.discard(place)
        if isinstance(task, DecisionTask):
            self._doom(0 if self._faults.loses_decision(str(task.type)) else None)
            decisions.serve(self._desk(self._public(place.name)), task, self._loop.monotonic())
        elif isinstance(task, LambdaTask):
            lambdas.serve(self._post(place.name), task, Silent())
        elif task is not None:
            self._doom(self._faults.doom_of(str(task.type)))
            activities.serve(self._post(place.name), task, self._heartbeats, None, Silent())

    def _post(self, task_list: str) -> Post:
        return Post(self._swf, self._decider.registry, task_list, IDENTITY, time=self._loop)

    def _desk(self, task_list: str) -> Desk:
        """The desk of all deciders of a list: they share one memory."""
        if task_list not in self._desks:
            own = private_list(task_list, "testing", "1") if self._sticky else None
            post = self._post(task_list)
            self._desks[task_list] = Desk(
                post, self._decider, Silent(), own, Event(), parked=self.parked
            )
        return self._desks[task_list]

    def _public(self, task_list: str) -> str:
        """The list of which this one is the decider's own, else the list itself."""
        owned = {desk.private: name for name, desk in self._desks.items()}
        return owned.get(task_list, task_list)

    def _poll(self, place: Place) -> Task | None:
        """Poll until there is an answer, or no task any more."""
        failures, poll = 0, self._poll_for(place)
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

    def _poll_for(self, place: Place) -> Poll:
        match place.space:
            case "decision":
                own = self._public(place.name) != place.name
                return partial(self._swf.poll_decision, news_only=own)
            case "activity":
                return self._swf.poll_activity
            case "lambda":
                return lambda _, identity: self._swf.poll_lambda(identity)

    def _doom(self, heartbeats: int | None) -> None:
        task = self._loop.current()
        if task is not None:
            task.doom = heartbeats

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
