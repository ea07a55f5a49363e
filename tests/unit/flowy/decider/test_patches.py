"""Patches: changed code under running executions, and the way back to plain code."""

from story import RUN, Story
from workflows import make, result_of

from flowy.decider import Execution
from flowy.swf import events as e
from flowy.swf.decisions import RecordMarker


def old(self):
    return self.resize("a").result()


def new(self):
    if self.patched("swap"):
        return self.transcode("a").result()
    return self.resize("a").result()


def done(self):
    self.patch_done("swap")
    return self.transcode("a").result()


def bare(self):
    return self.transcode("a").result()


def deployed(story, run):
    story.registry = Story(make(run)).registry


def test_a_new_execution_goes_the_new_way_and_notes_it_once():
    story = Story(make(new))
    marker, call = story.decide().decisions

    assert marker == RecordMarker(marker_name="flowy.patch-swap")
    assert call.activity_id == "transcode-1"
    story.complete("transcode-1", 5)
    assert result_of(story.decide()) == 5


def test_an_execution_that_passed_before_the_deploy_goes_the_old_way():
    story = Story(make(old))
    story.decide()
    deployed(story, new)
    story.complete("resize-1", 4)

    assert result_of(story.decide()) == 4


def test_the_first_call_decides_for_good():
    def before(self):
        for n in range(3):
            self.resize(n).result()

    def after(self):
        return [(self.patched("loop"), self.resize(n).result())[0] for n in range(3)]

    story = Story(make(before))
    story.decide()
    deployed(story, after)
    for n in range(1, 4):
        story.complete(f"resize-{n}")
        verdict = story.decide()

    assert result_of(verdict) == [False, False, False]


def test_a_patch_behind_the_recorded_part_is_taken_and_kept():
    def after(self):
        self.resize("a").result()
        way = self.patched("late")
        self.sleep(1).result()
        return [way, self.patched("late")]

    story = Story(make(old))
    story.decide()
    deployed(story, after)
    story.complete("resize-1")
    assert story.decide().decisions[0] == RecordMarker(marker_name="flowy.patch-late")
    story.fire("sleep-1")

    assert result_of(story.decide()) == [True, True]


def test_the_call_of_a_recorded_patch_may_be_removed_later():
    story = Story(make(new))
    story.decide()
    deployed(story, bare)
    story.complete("transcode-1", 5)

    assert result_of(story.decide()) == 5


def test_the_call_of_a_recorded_patch_may_be_moved():
    def later(self):
        found = self.transcode("a").result()
        return [found, self.patched("swap")]

    story = Story(make(new))
    story.decide()
    deployed(story, later)
    story.complete("transcode-1", 5)

    assert result_of(story.decide()) == [5, True]


def test_patch_done_lets_patched_executions_go_on_and_is_noted_by_new_ones():
    story = Story(make(new))
    story.decide()
    deployed(story, done)
    story.complete("transcode-1", 5)
    assert result_of(story.decide()) == 5

    story = Story(make(done))
    assert story.decide().decisions[0] == RecordMarker(marker_name="flowy.patch-swap")
    deployed(story, bare)
    story.complete("transcode-1", 6)
    assert result_of(story.decide()) == 6


def test_patch_done_parks_an_execution_that_went_the_old_way():
    story = Story(make(old))
    story.decide()
    deployed(story, done)
    verdict = story.decide()

    assert "bring patched('swap') back" in verdict.parked
    deployed(story, new)
    story.fire(verdict.decisions[0].timer_id)
    story.complete("resize-1", 4)
    assert result_of(story.decide()) == 4


def test_a_patch_in_the_tail_that_was_kept_back_decides_afresh():
    def run(self):
        for n in range(40):
            self.resize("x" * 30_000, n)
        way = self.patched("tail")
        self.sleep(5).result()
        return way

    story = Story(make(run))
    first = story.decide()
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry)
    story.fire(first.decisions[-1].timer_id)
    story.run(kept)
    story.fire("sleep-1")
    verdict = story.decide()

    assert result_of(verdict) is True
    assert story.events[-1].attributes.result == "true"
    kept.evict()


def test_a_kept_execution_confirms_the_patch_it_asked_for():
    story = Story(make(new))
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry)
    story.run(kept)
    story.complete("transcode-1", 5)

    assert story.run(kept)[0].result == "5"
    kept.evict()


def test_a_refused_patch_marker_goes_the_new_way_all_the_same():
    story = Story(make(new))
    story.poll()
    story.answer(())
    completed = story.completed = len(story.events)
    story.record(
        e.RecordMarkerFailed, marker_name="flowy.patch-swap", cause="OPERATION_NOT_PERMITTED"
    )
    story.take(Story(make(bare)).decide().decisions[0], completed)
    story.complete("transcode-1", 5)

    assert result_of(story.decide()) == 5
