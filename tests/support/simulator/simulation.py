"""One simulation: a program, a service and chance, until every execution has closed."""

import json
from collections import Counter
from functools import partial
from random import Random
from typing import Any

from simulator.chances import Chances
from simulator.code import ACTIVITIES, KNOWN, WIDE, WORKFLOWS, make
from simulator.elsewhere import Elsewhere, Order, Report, wire
from simulator.outside import OUTSIDE
from simulator.service import Service
from simulator.telling import context_of, told, told_by_worker
from simulator.ways import Disagreement, Ways, agree
from simulator.worker import Worker

from flowy.decider import Decided, Execution
from flowy.decider.parking import park
from flowy.decider.room import ROOM
from flowy.decider.turns import cut
from flowy.engine.core.decide.settings import Given
from flowy.engine.core.execution import Execution as Run
from flowy.engine.core.settings import Rate, Settings
from flowy.engine.core.task_lists import Place
from flowy.swf.decisions import CLOSES
from flowy.swf.events import DecisionTaskCompleted, Event

SPACES = (WIDE, WIDE, (1_500, 1_000), (600, 3), (ROOM, 2))
"""What flowy may hold: bytes in an answer, open tasks of a kind."""
LONGEST = 900
"""Happenings in one simulation."""
CALM = 150
"""After so many nothing goes wrong any more."""


FORBIDDEN = (
    "StartTimer",
    "CancelTimer",
    "RequestCancelActivityTask",
    "StartChildWorkflowExecution",
)
"""Decisions that an account may forbid. Without markers there are no side effects at all."""


def settings(luck: Random) -> Settings:
    """The service's limits: mostly none that matter, else low ones."""
    chance = luck.random()
    if chance < 0.2:
        return Settings(open_activities=3, open_timers=1, open_children=1)
    if chance < 0.4:
        rate = Rate(1, 1)
        return Settings(rates={"ScheduleActivityTask": rate, "StartTimer": rate})
    if chance < 0.5:
        return Settings(not_permitted=frozenset(luck.sample(FORBIDDEN, 2)))
    return Settings()


class Simulation:
    """`counts` are taken of what happens to decisions, and of all steps that took effect."""

    def __init__(
        self, program: Any, seed: int, counts: Counter[str], elsewhere: Elsewhere | None = None
    ) -> None:
        self.luck = Random(seed)
        self.elsewhere = elsewhere
        self.counts = counts
        self.service = Service(self.luck, settings(self.luck))
        self.service.register_all(KNOWN, ACTIVITIES)
        self.chances = Chances(self.service, self.luck)
        self.spaces = (self.luck.choice(SPACES), self.luck.choice(SPACES))
        self.ways: dict[str, Ways] = {}
        self.worker = Worker(self.luck, counts)
        self.release_at = self.luck.choice((0, self.luck.randint(1, 80), LONGEST))
        OUTSIDE.deployed = False
        given = Given(lambda_role="role")
        self.service.start(
            self.luck.choice(WORKFLOWS), json.loads(json.dumps(program)), given=given
        )

    def run(self) -> None:
        """Let everything happen.

        Raises:
            Disagreement: if two ways of deciding differ, or a history does not replay.
        """
        try:
            for number in range(LONGEST):
                if not self.service.runs:
                    break
                self.chances.calm = number > CALM
                if number == self.release_at:
                    self.release()
                self.one()
            assert not self.service.runs, "the executions do not end"
            for run in self.service.closed:
                self.replay(run)
        finally:
            self.worker.close()
            for ways in self.ways.values():
                ways.evict()

    def one(self) -> None:
        """One decision, or something else."""
        places = self.service.deciding()
        if places and self.luck.random() < 0.5:
            self.decide(self.luck.choice(places))
        elif not self.chances.calm and self.luck.random() < 0.07:
            self.chances.call()
        elif not self.chances.happen():
            if places:
                self.decide(self.luck.choice(places))
            else:
                self.chances.help_along()

    def release(self) -> None:
        """Newer code is deployed: deciders with the older one go, and take along what they keep."""
        OUTSIDE.deployed = True
        self.worker.restart()
        for ways in self.ways.values():
            self.counts["release"] += bool(ways.said)
            ways.evict()

    def decide(self, place: Place) -> None:
        """One decision task, and what becomes of its answer."""
        run = self.service.poll_decision(place)
        if run is None or run.running is None:
            return
        started, ways = run.running.started_id, self.ways_of(run)
        events = list(self.service.history(run))
        if not self.chances.calm and self.luck.random() < 0.03:
            self.park(run, started, events)
            return
        answer = ways.decide(events, run.previous_started)
        if (
            self.spaces[OUTSIDE.deployed] == WIDE and self.luck.random() < 0.8
        ):  # it knows no other limits
            agree("a worker", told_by_worker(self.worker.decide(run, events)), told(answer))
        chance = 1.0 if self.chances.calm else self.luck.random()
        if chance < 0.08:
            self.service.wait(31)  # the task times out; at times the decider answers all the same
            if self.luck.random() < 0.5:
                self.counts["answer lost before it was taken"] += 1
                return
        if chance < 0.3:
            self.chances.meanwhile()
        if answer.decisions and isinstance(answer.decisions[-1], CLOSES) and 0.3 < chance < 0.7:
            self.chances.signal(run, "a")  # what refuses the close
        self.respond(run, started, answer)

    def park(self, run: Run, started: int, events: list[Event]) -> None:
        """Another worker gets the task, and it has not the code."""
        verdict = park(events, "drawn")
        self.counts["parked"] += self.service.respond(
            run, started, verdict.decisions, verdict.context
        )

    def respond(self, run: Run, started: int, answer: Decided) -> None:
        taken = self.service.respond(run, started, answer.decisions, context_of(answer))
        self.counts["answer taken" if taken else "answer too late"] += 1
        if taken and self.luck.random() < 0.1:
            # Its decider never hears of it and sends it again: nothing else changes.
            again = self.service.respond(run, started, answer.decisions, context_of(answer))
            self.counts["answer lost after it was taken"] += not again
        if answer.kept_back:
            self.counts["split answer"] += taken
        if answer.held:
            self.counts["held tasks"] += taken

    def ways_of(self, run: Run) -> Ways:
        run_id = run.id.run_id
        if run_id not in self.ways:
            self.ways[run_id] = Ways(partial(self.make, run), self.luck, self.counts)
        return self.ways[run_id]

    def make(self, run: Run) -> Execution:
        """An execution under the limits that now hold: a release may change them."""
        return make(run.started.workflow_type, run.id, self.spaces[OUTSIDE.deployed])

    def replay(self, run: Run) -> None:
        """Replay a whole history at once, with another limit: history says what was split."""
        events = self.service.history(run)
        if not cut(events).turns:  # it was never decided, or parked to its end
            return
        whole = self.replay_here(run, events)
        if self.elsewhere is not None:
            report = self.replay_elsewhere(self.elsewhere, run, events)
            if report is not None:
                agree("another process, of the whole,", report.whole, whole)
        self.counts.update(kind_of(event.attributes) for event in events)
        self.counts["history"] += 1

    def replay_here(self, run: Run, events: list[Event]) -> str:
        """The steps that the replay goes through are those that took effect in the history."""
        OUTSIDE.done.clear()
        OUTSIDE.deployed = True
        execution = make(run.started.workflow_type, run.id, WIDE)
        try:
            answer = execution.activate(events)
        finally:
            execution.evict()
        if not isinstance(answer, Decided):
            raise Disagreement(f"the finished history of {run.id} does not replay: {answer}")
        self.counts.update(OUTSIDE.done)
        return told(answer)

    def replay_elsewhere(
        self, elsewhere: Elsewhere, run: Run, events: list[Event]
    ) -> Report | None:
        ways = self.ways[run.id.run_id]
        starts = [
            event.attributes.started_event_id
            for event in events
            if isinstance(event.attributes, DecisionTaskCompleted)
        ]
        starts = [start for start in starts if start in ways.said]  # the others were parked
        if not starts:
            return None
        released = [ways.released[start] for start in starts]
        cold = self.luck.choice(starts)
        report = elsewhere.decide(
            Order(
                run.started.workflow_type, run.id, self.spaces, wire(events), starts, released, cold
            )
        )
        for start, said in zip(starts, report.said, strict=True):
            agree("another process", said, ways.said[start])
        agree("another process, cold,", report.cold, ways.said[cold])
        return report


def kind_of(attributes: Any) -> str:
    """The event type, with its cause or kind of time-out."""
    name = type(attributes).__name__
    for member in ("cause", "timeout_type"):
        if told := getattr(attributes, member, None):
            return f"{name} {told}"
    return name
