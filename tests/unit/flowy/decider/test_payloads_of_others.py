"""References on their way to others: flowy's own code gets them unopened, AWS Lambda their text."""

import json

import pytest
from far_story import FarStory
from msgspec.structs import replace
from story import RUN
from workflows import failure_of, make, result_of

from flowy import LambdaProxy, WorkflowProxy, references
from flowy.decider import decide
from flowy.inputs import same_arguments, without_meta
from flowy.payloads import Payloads
from flowy.payloads.crossing import LONGEST
from flowy.payloads.directory import DirectoryStore
from flowy.references import Reference
from flowy.swf import events as e
from flowy.swf import limits


class Store:
    """A value in a payload store, and how often it was fetched."""

    def __init__(self, value) -> None:
        self.text = json.dumps(value)
        self.key = references.key_of(self.text)
        self.reference = references.write(Reference(self.key, len(self.text), "dir:///x"))
        self.loads = 0

    def load(self, wanted):
        self.loads += 1
        return {self.key: self.text}


PROXIES = {"child": WorkflowProxy("Child", 1), "shrink": LambdaProxy("shrink")}


def after_resize(run, store):
    """What a workflow with that run method decides, once its picture is there: a reference."""
    story = FarStory(make(run, **PROXIES), lambda_role="arn:role")
    story.decide()
    scheduled, started = story.start("resize-1")
    story.add(
        e.ActivityTaskCompleted(
            scheduled_event_id=scheduled, started_event_id=started, result=store.reference
        )
    )
    return story, decided(story, store)


def decided(story, store):
    story.poll()
    verdict = decide(story.registry, RUN, story.type, story.events, store.load)
    story.answer(verdict.decisions, verdict.context)
    return verdict


@pytest.mark.parametrize(
    "run",
    [
        lambda self: self.child(self.resize("a")).result(),
        lambda self: self.external("other").signal("go", self.resize("a")).result(),
        lambda self: self.restart([self.resize("a")]),
    ],
    ids=["child", "signal", "restart"],
)
def test_children_signals_and_new_runs_get_a_reference_unopened(run):
    store = Store("x" * 50)
    _, verdict = after_resize(run, store)

    assert store.reference in verdict.decisions[0].input
    assert store.loads == 0


def test_a_lambda_function_gets_the_text_itself():
    store = Store({"width": 7})
    run = lambda self: self.shrink([self.resize("a")]).result()  # noqa: E731  # as above
    story, verdict = after_resize(run, store)

    assert json.loads(verdict.decisions[0].input) == [{"width": 7}]
    assert not decided(story, store).parked


def test_a_payload_over_swfs_limit_is_an_error_of_its_call():
    store = Store("x" * 40_000)
    run = lambda self: self.shrink(self.resize("a")).result()  # noqa: E731  # as above
    _, verdict = after_resize(run, store)

    reason, details = failure_of(verdict)
    assert reason.endswith("SerializationError")
    assert "the payload has 40,002 characters" in details["message"]


def test_a_childs_result_is_opened_where_the_code_needs_it():
    store = Store({"width": 7})
    child = WorkflowProxy("Child", 1, workflow_id="w")
    story = FarStory(make(lambda self: self.child().result()["width"], child=child))
    story.decide()
    story.child("Started", "w")
    story.child("Completed", "w", result=store.reference)

    assert result_of(decided(story, store)) == 7
    assert store.loads == 1


def test_arguments_that_went_into_a_store_are_compared_by_their_hash():
    child = WorkflowProxy("Child", 1, workflow_id="w")
    signal = make(lambda self: self.external("o").signal("go", "text").result())
    story = FarStory(signal)
    story.decide()
    initiated = story.events[-1].attributes
    stored = references.write(Reference(references.key_of('"text"'), 6, "dir:///y"))
    story.events[-1] = e.Event(len(story.events), story.now, replace(initiated, input=stored))

    assert not story.decide().parked
    story.registry = FarStory(
        make(lambda self: self.external("o").signal("go", "other").result(), child=child)
    ).registry
    assert "SignalExternal" in story.decide().parked


def test_many_unread_signals_go_into_the_store_and_the_next_run_reads_them(tmp_path):
    def run(self, reads=False):
        if not reads:
            self.restart(reads=True)
        return sum(len(self.signal("many").result()) for _ in range(600))

    story = FarStory(make(run))
    story.registry.vocabulary.allow(LONGEST)
    for _ in range(600):
        story.add(e.WorkflowExecutionSignaled(signal_name="many", input='"' + "y" * 100 + '"'))
    payloads = Payloads(DirectoryStore(tmp_path))
    (close,) = story.decide().decisions
    sent = payloads.write_decision(close)

    assert len(close.input) > limits.DATA > len(sent.input)
    assert same_arguments(sent.input, without_meta(close.input))
    following = FarStory(make(run), input=sent.input)
    following.poll()
    verdict = decide(following.registry, RUN, following.type, following.events, payloads.load)
    assert result_of(verdict) == 600 * 100
