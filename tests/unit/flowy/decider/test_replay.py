"""Replay: differences, parking, kept and evicted executions, answers over the limit."""

import pytest
from story import RUN, Story, asked
from workflows import make

from flowy.decider import Execution, NonDeterminism, Stale, decide
from flowy.swf import events as e
from flowy.swf.decisions import StartTimer


def test_a_close_that_raced_with_news_is_offered_again_and_nothing_else():
    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    story.complete("resize-1", 5)
    story.poll()
    verdict = decide(story.registry, RUN, story.type, story.events)
    story.answer(())
    story.add(
        e.CompleteWorkflowExecutionFailed(
            cause="UNHANDLED_DECISION", decision_task_completed_event_id=len(story.events)
        )
    )
    story.add(e.WorkflowExecutionSignaled(signal_name="late", external_initiated_event_id=0))

    assert story.decide().decisions == verdict.decisions


def test_changed_code_is_parked_with_both_sides_and_the_line_that_asked():
    story = Story(make(lambda self: self.resize("a", width=64).result()))
    story.decide()
    changed = make(lambda self: self.resize("a", width=999).result())
    story.registry = Story(changed).registry

    verdict = story.decide()

    (timer,) = verdict.decisions
    assert timer.timer_id.startswith("flowy.park-")
    assert '"width":64' in verdict.parked
    assert '"width":999' in verdict.parked
    assert "test_replay.py:" in verdict.parked


def test_an_added_and_a_removed_call_are_differences():
    def two(self):
        return [p.result() for p in [self.resize("a"), self.resize("b")]]

    story = Story(make(two))
    story.decide()
    story.registry = Story(make(lambda self: self.resize("a").result())).registry
    assert "asked:    nothing more" in story.decide().parked

    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    story.registry = Story(make(two)).registry
    assert "recorded: nothing more" in story.decide().parked


def test_parked_executions_wait_twice_as_long_each_time_and_go_on_once_the_code_is_back():
    cls = make(lambda self: self.resize("a").result())
    story = Story(cls)
    good = story.registry
    story.registry = Story(make(lambda self: None, name="Other")).registry
    waits = []
    for _ in range(10):
        verdict = story.decide()
        assert "Example/1" in verdict.parked
        waits.append(int(verdict.decisions[0].start_to_fire_timeout))
        story.fire(verdict.decisions[0].timer_id)
    assert waits == [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    story.registry = good

    assert asked(story.decide()) == ["resize-1"]


@pytest.mark.parametrize(
    "error", [ImportError("gone"), RecursionError(), MemoryError(), SystemExit(1)]
)
def test_what_is_not_the_codes_own_failure_is_parked(error):
    def run(self):
        raise error

    verdict = Story(make(run)).decide()

    assert type(error).__name__ in verdict.parked
    assert [type(x) for x in verdict.decisions] == [StartTimer]


def test_an_unreadable_input_is_parked():
    story = Story(make(lambda self, when: when))
    started = story.events[0].attributes
    bad = '{"$flowy":1,"args":[{"$flowy":"no such tag","v":1}],"kwargs":{}}'
    story.events[0] = e.Event(
        1,
        0,
        e.WorkflowExecutionStarted(
            child_policy="TERMINATE",
            task_list=started.task_list,
            workflow_type=started.workflow_type,
            input=bad,
        ),
    )

    assert "no such tag" in story.decide().parked


def test_a_kept_execution_answers_as_a_fresh_one_does():
    def run(self):
        first = self.resize("a").result()
        return [first, self.transcode(first).result()]

    story = Story(make(run))
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry)
    assert len(story.run(kept)) == 1
    story.complete("resize-1", 1)
    story.run(kept)
    story.complete("transcode-1", 2)
    fresh = Story(make(run))
    fresh.events = list(story.events)
    verdict = fresh.decide()

    assert story.run(kept) == verdict.decisions
    kept.evict()


def test_an_execution_whose_answer_was_never_taken_is_stale():
    story = Story(make(lambda self: self.resize("a").result()))
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry)
    story.poll()
    kept.activate(story.events)
    started = story.events[-1]
    story.add(
        e.DecisionTaskTimedOut(
            scheduled_event_id=2, started_event_id=started.id, timeout_type="START_TO_CLOSE"
        )
    )
    story.poll()

    assert isinstance(kept.activate(story.events), Stale)
    kept.evict()
    assert isinstance(kept.activate(story.events), Stale)


def test_eviction_runs_finally_blocks_with_every_call_dead():
    seen = []

    def run(self):
        try:
            self.resize("a").result()
        finally:
            seen.append("finally")
            self.resize("never asked")

    story = Story(make(run))
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry)
    story.run(kept)
    kept.evict()

    assert seen == ["finally"]
    assert len(kept.asked) == 1


def test_an_answer_over_one_megabyte_keeps_its_tail_back_and_sends_it_next():
    def run(self):
        return len([p.result() for p in [self.resize("x" * 30_000, n) for n in range(40)]])

    story = Story(make(run))
    first = story.decide()
    story.fire(first.decisions[-1].timer_id)
    second = story.decide()

    assert first.decisions[-1].timer_id.startswith("flowy.more-")
    assert asked(first)[:-1] + asked(second) == [f"resize-{n}" for n in range(1, 41)]
    assert '"kept_back":' in first.context


def test_the_door_answers_a_difference_as_a_value():
    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    story.complete("resize-1")
    story.poll()
    other = Story(make(lambda self: self.transcode("a").result())).registry
    kept = Execution(other.workflow(story.type), RUN, other)

    answer = kept.activate(story.events)

    assert isinstance(answer, NonDeterminism)
    assert "ScheduleActivityTask resize-1 of Resize/1" in answer.message
    assert "ScheduleActivityTask transcode-1 of Transcode/2" in answer.message
    kept.evict()
