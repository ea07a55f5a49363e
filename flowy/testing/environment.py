"""`Environment`: workflows and their activities in this process, in a time that skips."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import count
from random import Random
from types import ModuleType
from typing import Any, Self

from flowy.client import Handle, WorkflowLike
from flowy.codecs import Codec
from flowy.converter import PLAIN, Converter
from flowy.ends import end_of
from flowy.engine.core.settings import Settings
from flowy.errors import RegistrationError, UnknownResource
from flowy.payloads import Payloads, Store
from flowy.swf.events import Event
from flowy.swf.values import ExecutionId
from flowy.testing.clock import START, VirtualClock
from flowy.testing.cold import replay_cold
from flowy.testing.crew import Crew, NotingDecider
from flowy.testing.doubles import Doubles, Named
from flowy.testing.faults import Faults
from flowy.testing.loop import Loop
from flowy.testing.memory import REGION, MemoryEngine
from flowy.testing.replaying import replay_events
from flowy.testing.results import EnvironmentHandle
from flowy.testing.skipping import Skipper
from flowy.testing.swf import MemoryClient, MemorySWF
from flowy.worker.decisions import KEEP
from flowy.worker.registration import register_types

DOMAIN = "testing"
RETENTION_DAYS = 90


class Environment:
    """The engine in memory, deciders and activity workers in one thread, and a virtual clock.

    `activities`, `lambdas` and `workflows` are decorated code, `modules` hold some; a workflow that
    is run is added by itself, with the activities and children whose code its proxies hold.
    Whatever is due happens; when nothing is left to do, the clock jumps to the next timer or
    time-out. Code takes no time, unless an activity calls `env.advance(seconds)`: its heartbeats go
    on meanwhile, and so do all others.

        with Environment(activities=[transcode]) as env:
            with env.replace("ThumbnailGenerator", lambda source: ["1.png"]):
                assert env.run(ProcessUploadedVideo, 7, "in.mov") == "done"

    `start` is when time begins, in UTC unless it says otherwise; `seed` makes the runIds and all
    chance: the same calls give the same history, always. `settings` are the engine's limits: lower
    ones, rates and refused permissions show how the code meets SWF's. `cold=False` replays finished
    runs in this process only: for a test that patches the workflow's own class or module.

    Breakpoints stop in workflow code and step over its waits. For coverage say that it runs in
    greenlets: `concurrency = ["greenlet", "thread"]`.
    """

    def __init__(  # noqa: PLR0913  # what a test may want, each by name
        self,
        *,
        activities: Iterable[Any] = (),
        lambdas: Iterable[Any] = (),
        workflows: Iterable[Any] = (),
        modules: Iterable[ModuleType] = (),
        domain: str = DOMAIN,
        start: datetime = START,
        seed: int = 0,
        settings: Settings | None = None,
        cold: bool = True,
        sticky: bool = True,
        payload_store: Store | None = None,
        codecs: Sequence[Codec] = (),
        converter: Converter = PLAIN,
    ) -> None:
        self.domain = domain
        self.payloads = Payloads(payload_store, codecs)
        self._replay = replay_cold if cold else replay_events
        self.faults = Faults(Random(seed))  # noqa: S311  # a test wants it repeatable
        self._registry = Doubles()
        self._registry.vocabulary.add(converter.forms)
        self._registry.vocabulary.allow(self.payloads.longest, self.payloads.expansion)
        for thing in (*activities, *lambdas):
            self._registry.add(thing)
        for workflow in workflows:
            self._registry.learn(workflow)
        self._add_modules(modules)
        self._clock = VirtualClock(start)
        self._loop = Loop(self._clock, Random(seed))  # noqa: S311  # the same
        self._engine = MemoryEngine(self._clock, seed, settings or Settings())
        self._swf = MemorySWF(domain, self._engine.request, self.payloads)
        self._swf.register_domain(RETENTION_DAYS)
        self._client = MemoryClient(self._swf, converter)
        keep = KEEP if sticky else None
        self._decider = NotingDecider(self._registry, keep, self.payloads.load)
        self._crew = Crew(
            domain,
            self._engine,
            self._loop,
            self._decider,
            self.faults,
            payloads=self.payloads,
            sticky=sticky,
        )
        self._time = Skipper(self._clock, self._engine, self._loop, self._crew)
        self._ids = count(1)
        self._registered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End what still runs. An environment in a `with` block closes itself."""
        self._loop.close()
        self._decider.close()
        self._engine.close()

    # Executions ----------------------------------------------------------------------------------

    def run(self, workflow: WorkflowLike, *args: Any, **kwargs: Any) -> Any:
        """Start an execution and let time pass until it closes; its result.

        Takes what `flowy.Client.start` takes. Afterwards each run that finished is replayed cold,
        in another process with another hash seed (`flowy.testing.cold`), so that code that asks for
        other things on its second run, or on another host, is found here.

        Raises:
            ExecutionFailed: if it closed otherwise.
            ExecutionParked: if an execution cannot be decided.
            NonDeterminismError: if the code does not replay.
        """
        handle = self.start(workflow, *args, **kwargs)
        try:
            return handle.result()
        finally:
            self._replay_finished()

    def start(self, workflow: WorkflowLike, *args: Any, **kwargs: Any) -> EnvironmentHandle:
        """Start an execution, as `flowy.Client.start` does; it is decided when time passes.

        Without an `id` its workflowId is a number: the same one in each test run.
        """
        kwargs.setdefault("id", str(next(self._ids)))
        if isinstance(workflow, type):
            self._registry.learn(workflow)
        self._register()
        started = self._client.start(workflow, *args, **kwargs)
        return self._handle(started.execution)

    def handle(self, id: str, run_id: str | None = None) -> EnvironmentHandle:
        """A run that somebody started; without `run_id` the open one, else the latest.

        Raises:
            UnknownResource: if there is none.
        """
        return self._handle(self._client.handle(id, run_id).execution)

    def signal(self, id: str, name: str, value: Any = None) -> None:
        """Send a signal to an execution."""
        self.handle(id).signal(name, value)

    def cancel(self, id: str) -> None:
        """Ask an execution to cancel itself."""
        self.handle(id).cancel()

    def terminate(self, id: str, reason: str = "") -> None:
        """Close an execution at once."""
        self.handle(id).terminate(reason)

    def complete(self, token: str, value: Any = None) -> None:
        """Complete a task that its activity deferred, as somebody outside would."""
        self._client.complete(token, value)

    def fail(self, token: str, reason: str, message: str = "") -> None:
        """Fail a task that its activity deferred."""
        self._client.fail(token, reason, message)

    def history(self, execution: Handle | str) -> list[Event]:
        """The events of a run (of a workflowId: the open or latest one), oldest first."""
        found = self.handle(execution) if isinstance(execution, str) else execution
        return list(self._swf.history(found.execution))

    # Code ----------------------------------------------------------------------------------------

    def replace(self, activity: Named, code: Callable[..., Any]) -> AbstractContextManager[None]:
        """While in the block, an activity runs this code: a function, a mock, a lambda.

        `activity` is a type's name, (name, version), or the decorated code. The code gets the
        activity's arguments, `flowy.current_task()` works in it, and what it raises fails the task.
        A Lambda function is replaced by its name: the code gets its payload.

        Raises:
            UnknownType: at the block's end, if there is no such activity.
        """
        return self._registry.replaced(activity, code)

    @property
    def parked(self) -> dict[ExecutionId, str]:
        """Why executions that cannot be decided now are parked."""
        return {run: parked.why for run, parked in self._crew.parked.items()}

    # Time ----------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The virtual time, in UTC."""
        return datetime.fromtimestamp(self._clock.now() / 1000, UTC)

    def advance(self, seconds: float) -> None:
        """Let so many virtual seconds pass, and whatever falls due in them happen; 0: what is due.

        In the code of an activity it says how long that takes, while the world goes on.
        """
        if self._loop.current() is not None:
            self._loop.pause(seconds)
            return
        self._until(lambda: False, seconds)

    # What others see -----------------------------------------------------------------------------

    def client(self, region: str = REGION) -> Any:
        """A real boto3 client on the same state; its requests never leave this process.

        A poll that finds nothing answers at once. What a call begins happens when time passes.
        """
        from flowy.testing import boto  # importing boto3's clients is slow: only who asks pays

        return boto.client(self._engine.answer, region)

    def leave(self, task_list: str) -> None:
        """Leave the tasks of a list to others, such as a test that polls with boto3."""
        self._crew.left.add(task_list)

    # ---------------------------------------------------------------------------------------------

    def _add_modules(self, modules: Iterable[ModuleType]) -> None:
        for module in modules:
            for refused in self._registry.add_module(module):
                raise refused
        for known in list(self._registry.workflows.values()):
            self._registry.learn(known.target)

    def _register(self) -> None:
        """Register the types that are new."""
        self._registry.define_missing()
        known = len(self._registry.activities) + len(self._registry.workflows)
        if known == self._registered:
            return
        self._registered = known
        for fault in register_types(self._swf, self._registry):
            if fault.severity == "error":
                raise RegistrationError(str(fault))

    def _handle(self, execution: ExecutionId) -> EnvironmentHandle:
        return EnvironmentHandle(
            self._swf,
            execution,
            self._registry.converter,
            until=self._until,
            parked=self._crew.parked,
        )

    def _until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Let time pass until something is true, but no more than so many seconds."""
        if self._loop.current() is not None:
            raise RuntimeError("an activity cannot wait for a result: time stands still in it")
        self._register()
        return self._time.until(done, self._clock.now() + seconds * 1000)

    def _replay_finished(self) -> None:
        """Replay every run that was decided here, has closed, and was not replayed yet."""
        for execution in list(self._crew.decided):
            try:
                events = self.history(Handle(self._swf, execution))
            except UnknownResource:  # it closed so long ago that the domain keeps it no longer
                del self._crew.decided[execution]
                continue
            if end_of(events[-1]) is not None:
                del self._crew.decided[execution]
                self._replay(events, execution, self._registry, self.payloads.load)
