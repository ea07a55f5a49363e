"""Retries that were asked for in the tail of an answer: replay finds out from what followed it."""

from story import RUN, Story
from workflows import make, result_of

from flowy import ActivityProxy, TaskError
from flowy.decider import Decided, Execution
from flowy.decider.room import Limits
from flowy.swf.decisions import StartTimer
from flowy.swf.events import WorkflowExecutionSignaled

BRIEF = Limits(room=600, open={})
ONE_TIMER = Limits(open={StartTimer: 1})
BOTH = Limits(room=600, open={StartTimer: 1})
LONG = "x" * 600
NEVER = ActivityProxy("Once", 1)
ONCE_MORE = ActivityProxy("Once", 1, retry=1, delay=3)


def made(story, limits):
    """A new execution, as a decider with those limits makes it."""
    return Execution(story.registry.workflow(story.type), RUN, story.registry, limits)


def decided(story, limits):
    """One decision of a decider that keeps nothing; SWF takes it."""
    execution = made(story, limits)
    try:
        return names(story.run(execution))
    finally:
        execution.evict()


def names(decisions):
    members = ("marker_name", "timer_id", "activity_id")
    return [
        next(filter(None, (getattr(each, member, None) for member in members)), each.type)
        for each in decisions
    ]


def edited(story, run, once):
    """The release of that code with another policy."""
    story.registry = Story(make(run, once=once)).registry


def outcome(call):
    try:
        return call.result()
    except TaskError as error:
        return type(error).__name__


def test_a_retry_that_was_kept_back_and_then_held_by_a_new_limit_is_asked_again_in_replay():
    def run(self):
        call = self.once("a")
        self.sleep(9)
        for name in ("one", "two"):
            self.marker(name, LONG)
        self.transcode("b").result()
        self.marker("after")
        return outcome(call)

    story = Story(make(run, once=ONCE_MORE))
    assert decided(story, BRIEF) == ["once-1", "sleep-1", "flowy.more-3"]
    story.fail("once-1")
    assert decided(story, BRIEF) == ["one", f"flowy.more-{story.started}"]
    kept = made(story, ONE_TIMER)
    assert names(story.run(kept)) == ["two", "transcode-1"]  # once-1~2 waits for sleep-1
    story.complete("transcode-1")
    assert names(story.run(kept)) == ["after"]
    story.fire("sleep-1")
    story.poll()
    replay = made(story, ONE_TIMER)
    says, expected = replay.activate(story.events), kept.activate(story.events)
    replay.evict()
    kept.evict()

    assert isinstance(expected, Decided)
    assert names(expected.decisions) == ["once-1~2"]
    assert says == expected


def test_a_kept_back_retry_that_others_have_overtaken_is_asked_again_in_replay():
    def run(self):
        call = self.once("a")
        self.sleep(9)
        for name in ("one", "two"):
            self.marker(name, LONG)
        self.signal("go").result()
        for name in ("three", "four"):
            self.marker(name, LONG)
        return outcome(call)

    story = Story(make(run, once=ONCE_MORE))
    assert decided(story, BRIEF) == ["once-1", "sleep-1", "flowy.more-3"]
    story.fail("once-1")
    assert decided(story, BRIEF) == ["one", f"flowy.more-{story.started}"]
    story.add(WorkflowExecutionSignaled(signal_name="go", external_initiated_event_id=0))
    kept = made(story, BOTH)
    for name in ("two", "three"):
        assert names(story.run(kept)) == [name, f"flowy.more-{story.started}"]
    story.fire("sleep-1")
    story.poll()
    replay = made(story, BOTH)
    says, expected = replay.activate(story.events), kept.activate(story.events)
    replay.evict()
    kept.evict()

    assert isinstance(expected, Decided)
    assert names(expected.decisions)[0] == "once-1~2"
    assert says == expected


def test_a_failure_that_was_given_up_while_an_answer_kept_a_tail_stays_given_up():
    def run(self):
        call = self.once("a")
        for name in ("one", "two"):
            self.marker(name, LONG)
        return [outcome(call), self.transcode("b").result()]

    story = Story(make(run, once=NEVER))
    assert decided(story, BRIEF) == ["once-1", "flowy.more-3"]
    story.fail("once-1")
    assert decided(story, BRIEF) == ["one", f"flowy.more-{story.started}"]
    assert decided(story, BRIEF) == ["two", f"flowy.more-{story.started}"]
    assert decided(story, BRIEF) == ["transcode-1"]
    edited(story, run, ONCE_MORE)
    story.complete("transcode-1", "done")

    assert result_of(story.decide()) == ["TaskFailed", "done"]


def test_a_failure_that_was_given_up_while_timers_were_held_stays_given_up():
    def run(self):
        call = self.once("a")
        self.sleep(8)
        self.sleep(9)
        return [outcome(call), self.transcode("b").result()]

    story = Story(make(run, once=NEVER))
    assert decided(story, ONE_TIMER) == ["once-1", "sleep-1"]
    story.fail("once-1")
    assert decided(story, ONE_TIMER) == ["transcode-1"]
    edited(story, run, ONCE_MORE)
    story.complete("transcode-1", "done")

    assert story.decide().decisions[-1].result == '["TaskFailed","done"]'


def test_another_timer_in_the_place_of_a_retry_says_that_there_was_none():
    def run(self):
        call = self.once("a")
        self.sleep(8)
        told = outcome(call)
        self.sleep(9)
        return [told, self.transcode("b").result()]

    story = Story(make(run, once=NEVER))
    assert decided(story, ONE_TIMER) == ["once-1", "sleep-1"]
    story.fail("once-1")
    assert decided(story, ONE_TIMER) == ["transcode-1"]
    story.fire("sleep-1")
    assert decided(story, ONE_TIMER) == ["sleep-2"]
    edited(story, run, ONCE_MORE)
    story.complete("transcode-1", "done")

    assert result_of(story.decide()) == ["TaskFailed", "done"]


def test_a_retry_whose_timer_is_held_is_asked_again_in_replay():
    def run(self):
        call = self.once("a")
        self.sleep(9)
        self.transcode("b").result()
        return outcome(call)

    story = Story(make(run, once=ONCE_MORE))
    assert decided(story, ONE_TIMER) == ["once-1", "sleep-1", "transcode-1"]
    story.fail("once-1")
    assert decided(story, ONE_TIMER) == []
    story.complete("transcode-1")
    assert decided(story, ONE_TIMER) == []
    story.fire("sleep-1")

    assert decided(story, ONE_TIMER) == ["once-1~2"]
