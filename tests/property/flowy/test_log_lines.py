"""Random workflows that log, against a random SWF: each line comes out once, in its order.

Each decision is made by an execution that is kept or by a fresh one, as chance has it; answers are
lost, executions evicted, tails kept back for want of room. A lost answer's lines are not counted:
only they may come again.
"""

from random import Random as Luck
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from story import RUN, Story

from flowy import ActivityProxy, Workflow, forms, workflow
from flowy.decider import Execution, Stale, Verdict
from flowy.decider.decide import answer, no_store
from flowy.decider.room import Limits
from flowy.swf import events as e

steps = st.one_of(
    st.tuples(st.just("log"), st.just(0)),
    st.tuples(st.just("call"), st.integers(0, 3)),
    st.tuples(st.just("wait"), st.integers(0, 9)),
    st.tuples(st.just("sleep"), st.integers(0, 5)),
)
programs = st.recursive(
    st.lists(steps, max_size=6),
    lambda inner: st.lists(st.one_of(steps, st.tuples(st.just("spawn"), inner)), max_size=6),
    max_leaves=25,
)

NARROW = Limits(room=700)
"""Bytes: an answer takes two or three decisions."""


@workflow("Logs", 1, "decisions")
class Logs(Workflow):
    work = ActivityProxy("Work", 1)

    def run(self, program: Any) -> list[str]:
        self.said: list[str] = []
        self.play("main", program)
        return self.said

    def play(self, line: str, program: Any) -> None:
        waiting: list[Any] = []
        for number, (step, what) in enumerate(program):
            self.say(f"{line}/{number}")
            match step:
                case "call":
                    waiting.append(self.work(what))
                case "wait" if waiting:
                    waiting[what % len(waiting)].result()
                case "sleep":
                    waiting.append(self.sleep(what))
                case "spawn":
                    waiting.append(self.spawn(self.play, f"{line}/{number}", what))
        for each in waiting:
            each.result()
            self.say(f"{line}: {len(self.said)}")

    def say(self, what: str) -> None:
        self.said.append(what)
        self.log.info(what)


def go_on(story: Story, luck: Luck) -> None:
    """One open task ends."""
    task = luck.choice(sorted(story.scheduled))
    if isinstance(story.events[story.scheduled[task] - 1].attributes, e.TimerStarted):
        story.fire(task)
    else:
        story.complete(task, None)


def begun(story: Story) -> Execution:
    return Execution(story.registry.workflow(story.type), RUN, story.registry, NARROW)


@settings(max_examples=150, deadline=None)
@given(program=programs, seed=st.integers(0, 2**32))
def test_each_line_comes_out_once_whoever_decides(program: Any, seed: int) -> None:
    story, luck = Story(Logs, program), Luck(seed)
    kept, logged = begun(story), []
    try:
        while True:
            story.poll()
            verdict = answer(kept, story.events, no_store)
            if luck.random() < 0.5 or isinstance(verdict, Stale):
                kept.evict()
                kept = begun(story)
                verdict = answer(kept, story.events, no_store)
            assert isinstance(verdict, Verdict)
            assert verdict.parked == ""
            if luck.random() < 0.2:
                story.lose()
                continue
            logged += [line.event for line in verdict.lines]
            story.answer(verdict.decisions, verdict.context)
            if isinstance(story.events[-1].attributes, e.WorkflowExecutionCompleted):
                break
            for _ in range(luck.randint(1, 3)):
                if story.scheduled:
                    go_on(story, luck)
    finally:
        kept.evict()
    assert logged == forms.read_result(story.events[-1].attributes.result)
