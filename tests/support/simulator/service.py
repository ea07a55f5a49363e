"""Amazon SWF as the engine's own core plays it, in memory and in virtual time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from flowy import forms
from flowy.engine.core import commands
from flowy.engine.core.commands import Start
from flowy.engine.core.deadlines import Kind
from flowy.engine.core.decide.settings import Given
from flowy.engine.core.execution import Execution
from flowy.engine.core.faults import Refused
from flowy.engine.core.registry import ACTIVITY, WORKFLOW, Domain, RegisteredType
from flowy.engine.core.settings import Settings
from flowy.engine.core.task_lists import Place, TaskKey
from flowy.engine.core.world import World
from flowy.engine.run_ids import RunIds
from flowy.swf import events as e
from flowy.swf.decisions import Decision
from flowy.swf.events import Event
from flowy.swf.values import TaskList, TypeId

DOMAIN = "simulated"
DECISIONS = "decisions"
STICKY = "decisions.sticky"
DECISION_SECONDS = 30
FAR = 100 * 24 * 3_600_000
"""Milliseconds: a deadline beyond it is one that nobody waits for."""
FLOW_DEFAULTS = {
    "defaultChildPolicy": "TERMINATE",
    "defaultExecutionStartToCloseTimeout": str(365 * 24 * 3600),
    "defaultTaskList": {"name": DECISIONS},
    "defaultTaskStartToCloseTimeout": str(DECISION_SECONDS),
}
WORK_DEFAULTS = {
    "defaultTaskHeartbeatTimeout": "60",
    "defaultTaskList": {"name": "work"},
    "defaultTaskScheduleToCloseTimeout": "NONE",
    "defaultTaskScheduleToStartTimeout": "NONE",
    "defaultTaskStartToCloseTimeout": "3600",
}


class Service:
    """A world whose events are kept by run, and whose time moves from deadline to deadline."""

    def __init__(self, luck: Random, settings: Settings) -> None:
        self.luck = luck
        self.world = World(settings, RunIds(f"{luck.random()}".encode()))
        self.now = 1_800_000_000_000
        self.histories: dict[str, list[Event]] = {}
        self.closed: list[Execution] = []
        self.counts: Counter[str] = Counter()
        self._run_ids: dict[int, str] = {}
        self.world.registry.register_domain(Domain(DOMAIN, "1"))

    def register(self, kind: str, type: TypeId) -> None:
        defaults: dict[str, Any] = FLOW_DEFAULTS if kind == WORKFLOW else WORK_DEFAULTS
        self.world.registry.register_type(RegisteredType(kind, DOMAIN, type, self.now, defaults))

    def register_all(self, workflows: Sequence[TypeId], activities: Sequence[TypeId]) -> None:
        for known in workflows:
            self.register(WORKFLOW, known)
        for known in activities:
            self.register(ACTIVITY, known)

    def start(self, type: TypeId, *args: Any, given: Given | None = None) -> Execution:
        text = forms.write_input(forms.write_arguments(args, {}))
        asked = Start(DOMAIN, "root", type, given or Given(), text, ("drawn",))
        run = commands.start_execution(self.world, asked, self.now)
        self.collect()
        return run

    def collect(self) -> None:
        """Enter what has happened into the histories."""
        changes = self.world.changes
        for run in changes.opened:
            self._run_ids[run.key] = run.id.run_id
            self.histories[run.id.run_id] = []
        for key, event in changes.events:
            self.histories[self._run_ids[key]].append(event)
        self.closed.extend(changes.closed)
        for collected in (changes.opened, changes.events, changes.closed, changes.heard):
            collected.clear()

    def history(self, run: Execution) -> list[Event]:
        return self.histories[run.id.run_id]

    # -- decisions ---------------------------------------------------------------------------

    def deciding(self) -> list[Place]:
        """The task lists on which decision tasks wait."""
        return [place for place in self.world.lists.waiting() if place.space == "decision"]

    def poll_decision(self, place: Place) -> Execution | None:
        key = self.world.lists.take(place)
        run = commands.start_decision(self.world, key, None, self.now) if key else None
        self.collect()
        return run

    def respond(
        self, run: Execution, started: int, decisions: Sequence[Decision], context: str | None
    ) -> bool:
        """Take the answer to the decision task that started so; False if it is too late."""
        if not run.is_open:
            return False
        scheduled = self.history(run)[started - 1].attributes.scheduled_event_id
        sticky = self.luck.random() < 0.6
        completed = e.DecisionTaskCompleted(
            scheduled,
            started,
            context,
            TaskList(STICKY if sticky else DECISIONS),
            "5" if sticky else None,
        )
        try:
            commands.complete_decision(self.world, run, completed, decisions, self.now)
        except Refused:
            return False
        finally:
            self.collect()
        return True

    # -- time --------------------------------------------------------------------------------

    def next_deadline(self) -> Kind | None:
        """What falls due next, of all that somebody waits for."""
        soonest = min(self.world.deadlines._heap, default=None)
        near = soonest is not None and soonest.at < self.now + FAR
        return soonest.kind if soonest and near else None

    def skip(self) -> bool:
        """Let time pass until something happens; False if nothing will."""
        before = self.size
        while self.next_deadline() is not None:
            at = self.world.deadlines.next_at()
            assert at is not None
            self.now = max(self.now, at)
            commands.fire_due(self.world, self.now)
            self.collect()
            if self.size != before:
                return True
        return False

    def wait(self, seconds: float) -> None:
        """Let time pass; each deadline fires at its own time."""
        end = self.now + round(seconds * 1000)
        while (at := self.world.deadlines.next_at()) is not None and at <= end:
            self.now = max(self.now, at)
            commands.fire_due(self.world, self.now)
        self.now = end
        self.collect()

    # -- what there is -----------------------------------------------------------------------

    @property
    def size(self) -> int:
        """How many events there are."""
        return sum(map(len, self.histories.values()))

    @property
    def runs(self) -> list[Execution]:
        """The open executions."""
        return list(self.world.runs.values())

    def waiting(self, space: str) -> Iterator[Place]:
        return (place for place in self.world.lists.waiting() if place.space == space)

    def take(self, place: Place) -> TaskKey:
        key = self.world.lists.take(place)
        assert key is not None
        return key
