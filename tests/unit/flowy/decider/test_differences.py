"""Changed code: found for each kind of decision, shown on both sides, the edit named."""

import pytest
from far_story import FarStory
from story import RUN, Story
from workflows import Transcode, make, resize

from flowy import ActivityProxy, Canceled, LambdaProxy, WorkflowProxy
from flowy.decider import Execution, NonDeterminism
from flowy.swf.decisions import DECISIONS

ROLE = {"lambda_role": "arn:aws:iam::1:role/lambda"}


def far(run, **options):
    child = WorkflowProxy("Child", 1, workflow_id="w", **options)
    return make(run, child=child, thumb=LambdaProxy("thumb", **options))


def parked(old, new, *events, cls=far):
    """What the replay of one code's history by another is parked for."""
    story = FarStory(cls(old), **ROLE)
    story.decide()
    for event in events:
        event(story)
        story.decide()
    story.registry = FarStory(cls(new)).registry
    return story.decide().parked


def go(ask):
    """Code that asks for something and then waits for a signal that never comes."""

    def run(self):
        ask(self)
        self.signal("never").result()

    return run


def ends(error):
    def run(self):
        raise error

    return run


def restarts(value):
    return lambda self: self.restart(value)


def cancels(self):
    self.resize("a").cancel()


def stops(self):
    self.sleep(9).cancel()


CHANGED = {
    "ScheduleActivityTask": (go(lambda s: s.resize("a")), go(lambda s: s.resize("b"))),
    "RequestCancelActivityTask": (go(cancels), go(lambda s: s.resize("a"))),
    "StartTimer": (go(lambda s: s.sleep(1)), go(lambda _: None)),
    "CancelTimer": (go(stops), go(lambda s: s.sleep(9))),
    "RecordMarker": (go(lambda s: s.marker("m", 1)), go(lambda s: s.marker("m", 2))),
    "StartChildWorkflowExecution": (go(lambda s: s.child(1)), go(lambda s: s.child(2))),
    "SignalExternalWorkflowExecution": (
        go(lambda s: s.external("x").signal("go", 1)),
        go(lambda s: s.external("x").signal("go", 2)),
    ),
    "RequestCancelExternalWorkflowExecution": (
        go(lambda s: s.external("x").cancel()),
        go(lambda s: s.external("y").cancel()),
    ),
    "ScheduleLambdaFunction": (go(lambda s: s.thumb(1)), go(lambda s: s.thumb(2))),
    "CompleteWorkflowExecution": (lambda _: 1, lambda _: 2),
    "FailWorkflowExecution": (ends(KeyError("k")), ends(ValueError("v"))),
    "CancelWorkflowExecution": (ends(Canceled()), lambda _: None),
    "ContinueAsNewWorkflowExecution": (restarts(1), restarts(2)),
}


def test_every_kind_of_decision_is_here():
    assert set(CHANGED) == set(DECISIONS)


@pytest.mark.parametrize("kind", CHANGED)
def test_a_change_of_any_kind_of_decision_is_found_and_shown(kind):
    old, new = CHANGED[kind]
    message = parked(old, new)

    assert f"{kind}" in message.split("recorded:")[1].split("asked:")[0]


@pytest.mark.parametrize("kind", CHANGED)
def test_unchanged_code_replays_whatever_it_decides(kind):
    old, _ = CHANGED[kind]

    assert parked(old, old) == ""


def test_both_sides_stand_one_below_the_other_with_the_line_that_asked():
    message = parked(*CHANGED["ScheduleActivityTask"])
    _, recorded, asked, edit = message.splitlines()

    expected = "ScheduleActivityTask resize-1 of Resize/1 with "
    assert recorded == f'    recorded: event 5, {expected}{{"$flowy":1,"args":["a"],"kwargs":{{}}'
    assert asked.startswith(f'    asked:    {expected}{{"$flowy":1,"args":["b"],"kwargs":{{}} at ')
    assert f"{__file__}:" in asked
    assert "the arguments of ScheduleActivityTask resize-1 of Resize/1 are others now" in edit


def many(*paths):
    return go(lambda self: [self.resize(path) for path in paths])


@pytest.mark.parametrize(
    ("new", "edit"),
    [
        (many("a", "x", "b", "c"), "one call was added: ScheduleActivityTask resize-2 of Resize/1"),
        (many("a", "b", "c", "x"), "one call was added: ScheduleActivityTask resize-4 of Resize/1"),
        (many("a", "c"), "one call was removed: ScheduleActivityTask resize-2 of Resize/1"),
        (many("a", "b"), "one call was removed: ScheduleActivityTask resize-3 of Resize/1"),
        (many("b", "c", "a"), "one call was moved: ScheduleActivityTask resize-3 of Resize/1"),
        (many("c", "a", "b"), "one call was moved: ScheduleActivityTask resize-1 of Resize/1"),
        (many("c", "b", "a"), "the calls are the same, in another order"),
    ],
)
def test_the_one_call_that_was_edited_is_named(new, edit):
    assert edit in parked(many("a", "b", "c"), new)


def test_an_edit_that_no_single_call_explains_is_not_guessed_at():
    message = parked(many("a", "b", "c"), many("x", "y"))

    assert "one call" not in message
    assert "another order" not in message


def test_long_arguments_are_shown_from_where_they_differ():
    same = "s" * 20_000
    message = parked(many(same + "old"), many(same + "new"))

    assert "old" in message
    assert "new" in message
    assert len(message) < 3_000


def test_options_and_meta_are_never_compared():
    def other(run):
        changed = ActivityProxy(resize, start_to_close=1, heartbeat=2, priority=3, task_list="x")
        return make(run, resize=changed)

    story = Story(make(many("a")))
    story.decide()
    story.registry = Story(other(many("a"))).registry

    assert story.decide().parked == ""


@pytest.mark.parametrize(
    "kind", ["ScheduleActivityTask", "StartChildWorkflowExecution", "ScheduleLambdaFunction"]
)
def test_compare_input_false_takes_changed_arguments_and_nothing_else(kind):
    def lenient(run):
        child = WorkflowProxy("Child", 1, workflow_id="w", compare_input=False)
        thumb = LambdaProxy("thumb", compare_input=False)
        works = {
            "resize": ActivityProxy(resize, compare_input=False),
            "transcode": ActivityProxy(Transcode, compare_input=False),
        }
        return make(run, child=child, thumb=thumb, **works)

    old, new = CHANGED[kind]

    assert parked(old, new, cls=lenient) == ""
    assert kind in parked(old, go(lambda self: self.transcode("a")), cls=lenient)


def test_a_kept_execution_finds_that_its_answer_was_not_what_is_recorded():
    story = Story(make(many("a")))
    other = Story(make(many("b")))
    kept = Execution(other.registry.workflow(story.type), RUN, other.registry)
    story.poll()
    kept.activate(story.events)
    story.answer(other.decide().decisions[:0])
    story.poll()

    answer = kept.activate(story.events)

    assert isinstance(answer, NonDeterminism)
    assert "recorded: nothing more" in answer.message
    kept.evict()
