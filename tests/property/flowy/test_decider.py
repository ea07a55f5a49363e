"""Random workflows against a random SWF: a fresh replay and a kept execution decide the same.

A program is drawn as data and run as workflow code; SWF's part (which task ends when and how, which
answers are lost) is drawn too. Each decision is made three times: by a kept execution, by a fresh
one from the whole history, and by a fresh one again.
"""

from random import Random as Luck
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from story import RUN, Story

from flowy import ActivityProxy, TaskError, Workflow, workflow
from flowy.decider import Decided, Execution, Stale, decide
from flowy.swf import events as e

Program = Any

leaves = st.one_of(
    st.tuples(st.just("call"), st.integers(0, 3)),
    st.tuples(st.just("try"), st.integers(0, 3)),
    st.tuples(st.just("sleep"), st.integers(0, 5)),
    st.tuples(st.just("pass on"), st.just(0)),
    st.tuples(st.just("wait"), st.integers(0, 9)),
    st.tuples(st.just("random"), st.just(0)),
    st.tuples(st.just("now"), st.just(0)),
    st.tuples(st.just("cancel"), st.integers(0, 9)),
)
programs = st.recursive(
    st.lists(leaves, max_size=5),
    lambda inner: st.lists(
        st.one_of(
            leaves,
            st.tuples(st.just("spawn"), inner),
            st.tuples(st.just("finally"), inner),
            st.tuples(st.just("options"), inner),
        ),
        max_size=5,
    ),
    max_leaves=20,
)


@workflow("Random", 1, "decisions")
class Random(Workflow):
    work = ActivityProxy("Work", 1, retry=1, delay=1)
    once = ActivityProxy("Once", 1)

    def run(self, program: Program) -> Any:
        return self.play(program)

    def play(self, program: Program) -> list[Any]:
        open_calls: list[Any] = []
        seen: list[Any] = []
        for step, what in program:
            self.step(step, what, open_calls, seen)
        return [*seen, *(self.outcome(call) for call in open_calls)]

    def step(  # noqa: C901  # a case for each step
        self, step: str, what: Any, open_calls: list[Any], seen: list[Any]
    ) -> None:
        match step:
            case "call":
                open_calls.append(self.work(what))
            case "try":
                seen.append(self.outcome(self.once(what)))
            case "sleep":
                open_calls.append(self.sleep(what))
            case "pass on" if open_calls:
                open_calls.append(self.once([open_calls[-1], {"all": list(open_calls[:2])}]))
            case "wait" if open_calls:
                seen.append(self.outcome(open_calls[what % len(open_calls)]))
            case "random":
                open_calls.append(self.once(self.random.random()))
            case "now":
                open_calls.append(self.once(self.now().isoformat()))
            case "cancel" if open_calls:
                open_calls[what % len(open_calls)].cancel()
            case "spawn":
                open_calls.append(self.spawn(self.play, what))
            case "finally":
                try:
                    seen.append(self.outcome(self.once("inside")))
                finally:
                    seen.append(self.play(what))
            case "options":
                with self.options(start_to_close=5):
                    seen.append(self.play(what))

    def outcome(self, call: Any) -> Any:
        try:
            return call.result()
        except TaskError as error:
            return type(error).__name__


class Service:
    """SWF as drawn: it ends some open task, or requests a cancellation."""

    def __init__(self, story: Story, luck: Luck) -> None:
        self.story = story
        self.luck = luck
        self.canceled = False

    def act(self) -> None:
        """Between one and three things happen."""
        for _ in range(self.luck.randint(1, 3)):
            self.one()

    def one(self) -> None:
        story = self.story
        if not story.scheduled and self.canceled:
            return
        if not story.scheduled or (not self.canceled and self.luck.random() < 0.03):
            self.canceled = True
            story.add(e.WorkflowExecutionCancelRequested(external_initiated_event_id=0))
            return
        task = self.luck.choice(sorted(story.scheduled))
        kind = type(story.events[story.scheduled[task] - 1].attributes)
        if kind is e.TimerStarted:
            story.fire(task)
            return
        match self.luck.randint(0, 5):
            case 0:
                story.fail(task)
            case 1:
                story.time_out(task, "START_TO_CLOSE")
            case 2:
                story.fail(task, "flowy.WorkerLost")
            case 3:
                story.cancel(task)
            case how:
                story.complete(task, how)


def fresh(story: Story) -> Execution:
    return Execution(story.registry.workflow(story.type), RUN, story.registry)


def is_closed(story: Story) -> bool:
    return isinstance(
        story.events[-1].attributes,
        e.WorkflowExecutionCompleted | e.WorkflowExecutionFailed | e.WorkflowExecutionCanceled,
    )


def decide_all_ways(story: Story, kept: Execution, service: Service) -> Execution:
    """One decision; returns the execution to keep."""
    luck = service.luck
    story.poll()
    answer = kept.activate(story.events)
    if isinstance(answer, Stale):
        kept.evict()
        kept = fresh(story)
        answer = kept.activate(story.events)
    assert isinstance(answer, Decided), answer
    verdict = decide(story.registry, RUN, story.type, story.events)
    assert verdict.parked == ""
    assert answer.decisions == verdict.decisions
    assert decide(story.registry, RUN, story.type, story.events) == verdict
    if luck.random() < 0.1:
        story.lose()
    else:
        if luck.random() < 0.3:  # news that arrives while the decision runs
            service.act()
        story.answer(verdict.decisions, verdict.context)
    if luck.random() < 0.2:
        kept.evict()
        kept = fresh(story)
    return kept


@settings(max_examples=500, deadline=None)
@given(program=programs, seed=st.integers(0, 2**32))
def test_kept_and_fresh_executions_decide_the_same_whatever_happens(
    program: Program, seed: int
) -> None:
    story = Story(Random, program)
    luck = Luck(seed)
    service = Service(story, luck)
    kept = fresh(story)
    try:
        for _ in range(200):
            kept = decide_all_ways(story, kept, service)
            if is_closed(story):
                return
            service.act()
        raise AssertionError("the execution did not end")
    finally:
        kept.evict()
