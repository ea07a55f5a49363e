"""References in a history: opened where the code needs the value, else handed on."""

import json

import pytest
from story import RUN, Story, asked
from workflows import make, result_of

from flowy import forms, inputs, references
from flowy.converter import Converter
from flowy.decider import Broken, Decided, Execution, Wants, decide
from flowy.errors import PayloadError, SerializationError, ServiceUnreachable
from flowy.references import Reference
from flowy.swf import events as e

TEXTS: dict[str, str] = {}


def refer(value):
    """The reference to a value in the tests' store."""
    text = forms.write_result(value, Converter(longest=10**9))
    key = references.key_of(text)
    TEXTS[key] = text
    return Reference(key, len(text.encode()), f"dir:///{key[:4]}")


def complete(story, id, text):
    """A worker answers a result that is this text."""
    scheduled, started = story.start(id)
    story.add(
        e.ActivityTaskCompleted(scheduled_event_id=scheduled, started_event_id=started, result=text)
    )


def loading(loaded):
    """A `load` that notes what it loads."""

    def load(wanted):
        loaded.extend(wanted)
        return {found.sha256: TEXTS[found.sha256] for found in wanted}

    return load


def decided(story, loaded):
    story.poll()
    verdict = decide(story.registry, RUN, story.type, story.events, loading(loaded))
    story.answer(verdict.decisions, verdict.context)
    return verdict


def test_a_result_is_opened_when_the_code_needs_it():
    story = Story(make(lambda self: self.resize("a").result()["size"]))
    story.decide()
    complete(story, "resize-1", references.write(refer({"size": 7, "data": "x" * 99})))
    loaded = []

    assert result_of(decided(story, loaded)) == 7
    assert len(loaded) == 1


def test_a_placeholder_passed_on_whole_hands_on_its_reference_unopened():
    def run(self):
        first = self.resize("a")
        return self.transcode({"of": [first]})

    story = Story(make(run))
    story.decide()
    reference = references.write(refer("x" * 99))
    complete(story, "resize-1", reference)
    loaded = []
    verdict = decided(story, loaded)

    assert asked(verdict) == ["transcode-1"]
    assert f'"args":[{{"of":[{reference}]}}]' in verdict.decisions[0].input
    complete(story, "transcode-1", reference)
    (close,) = decided(story, loaded).decisions
    assert close.result == reference
    assert loaded == []


def test_a_placeholder_that_was_opened_before_is_handed_on_unopened_all_the_same():
    def run(self):
        first = self.resize("a")
        assert first.result() == first.result() == "big"
        return self.transcode(first)

    story = Story(make(run))
    story.decide()
    reference = references.write(refer("big"))
    complete(story, "resize-1", reference)
    loaded = []

    assert reference in decided(story, loaded).decisions[0].input
    assert len(loaded) == 1


def test_nothing_else_runs_while_a_text_is_fetched():
    order = []

    def run(self):
        def branch(name):
            placeholder = self.resize(name)
            order.append((name, placeholder.result()))
            self.transcode(name)

        branches = [self.spawn(branch, name) for name in "ab"]
        return [each.result() for each in branches]

    story = Story(make(run))
    story.decide()
    complete(story, "branch-1.resize-1", references.write(refer("big")))
    complete(story, "branch-2.resize-1", '"small"')
    order.clear()

    far = decided(story, [])
    assert order == [("a", "big"), ("b", "small")]
    assert asked(far)[:2] == ["branch-1.transcode-1", "branch-2.transcode-1"]


def test_references_inside_of_what_was_fetched_are_opened_too():
    inner = references.write(refer("deep"))
    text = f'{{"inner":[{inner}]}}'
    TEXTS[references.key_of(text)] = text
    outer = references.write(Reference(references.key_of(text), len(text), "dir:///o"))
    story = Story(make(lambda self: self.resize("a").result()["inner"][0]))
    story.decide()
    complete(story, "resize-1", outer)

    assert result_of(decided(story, [])) == "deep"


def test_a_branch_that_returns_a_list_of_results_gives_the_values():
    def run(self):
        def branch():
            return [self.resize("a"), 1]

        (value, one) = self.spawn(branch).result()
        return [len(value), one]

    story = Story(make(run))
    story.decide()
    complete(story, "branch-1.resize-1", references.write(refer("x" * 99)))

    assert result_of(decided(story, [])) == [99, 1]


def test_an_input_in_the_store_is_opened_before_the_code_begins():
    story = Story(make(lambda self, data, width: [len(data), width]))
    arguments = forms.write_arguments(("x" * 99,), {"width": 3}) + "}"
    key = references.key_of(arguments)
    TEXTS[key] = arguments
    started = story.events[0].attributes
    reference = references.write(Reference(key, len(arguments), "dir:///i"))
    told = e.WorkflowExecutionStarted(
        child_policy="TERMINATE",
        task_list=started.task_list,
        workflow_type=started.workflow_type,
        input=f"{inputs.REFERRED}{reference}}}",
    )
    story.events[0] = e.Event(1, 0, told)

    assert result_of(decided(story, [])) == [99, 3]


def test_long_arguments_are_asked_where_a_store_takes_them_and_compared_by_hash():
    def run(self, size):
        self.resize("x" * size).result()

    story = Story(make(run), 40_000)
    story.registry.vocabulary.allow(10**6)
    verdict = decided(story, [])
    text = verdict.decisions[0].input
    assert len(text) > 40_000

    def put(arguments):
        return references.write(Reference(references.key_of(arguments), 1, "dir:///a"))

    scheduled = story.events[-1]
    assert isinstance(scheduled.attributes, e.ActivityTaskScheduled)
    referred = inputs.refer_input(text, put)
    record(story, scheduled, referred)
    assert decided(story, []).parked == ""
    record(story, scheduled, inputs.refer_input(text.replace("xx", "yy", 1), put))
    assert "non-deterministic" in decided(story, []).parked


def record(story, scheduled, text):
    """Have the event that scheduled an activity record another input."""
    attributes = scheduled.attributes
    changed = e.ActivityTaskScheduled(
        activity_id=attributes.activity_id,
        activity_type=attributes.activity_type,
        task_list=attributes.task_list,
        decision_task_completed_event_id=attributes.decision_task_completed_event_id,
        input=text,
    )
    story.events[scheduled.id - 1] = e.Event(scheduled.id, scheduled.at, changed)


def test_without_a_store_a_long_argument_is_an_error_at_the_call():
    def run(self):
        try:
            self.resize("x" * 40_000)
        except SerializationError as error:
            return error.hint

    assert "configure a payload store" in result_of(Story(make(run)).decide())


@pytest.mark.parametrize(
    "error",
    [PayloadError("the payload 7f is not in the store"), ServiceUnreachable("Store", "is down")],
)
def test_a_text_that_cannot_be_had_parks_the_execution(error):
    seen = []

    def run(self):
        try:
            return self.resize("a").result()
        except Exception as found:
            seen.append(found)
            raise

    story = Story(make(run))
    story.decide()
    complete(story, "resize-1", references.write(refer("big")))
    story.poll()

    def load(wanted):
        raise error

    verdict = decide(story.registry, RUN, story.type, story.events, load)
    assert error.message in verdict.parked
    assert [d.type for d in verdict.decisions] == ["StartTimer"]
    assert seen == []


def test_without_any_store_a_reference_parks_the_execution_and_is_named():
    story = Story(make(lambda self: self.resize("a").result()))
    story.decide()
    reference = refer("big")
    complete(story, "resize-1", references.write(reference))

    assert reference.uri in story.decide().parked


@pytest.mark.parametrize("fetched", [True, False])
def test_a_result_with_an_unknown_tag_parks_and_is_no_error_of_the_code(fetched):
    def run(self):
        try:
            return self.resize("a").result()
        except SerializationError:
            return "swallowed"

    story = Story(make(run))
    story.decide()
    text = '{"$flowy":"shop.Invoice","v":{}}'
    TEXTS[references.key_of(text)] = text
    reference = references.write(Reference(references.key_of(text), len(text), "dir:///u"))
    complete(story, "resize-1", reference if fetched else text)

    verdict = decided(story, [])
    assert "unknown tag 'shop.Invoice'" in verdict.parked


def test_a_kept_execution_goes_on_where_it_wanted_a_text():
    workflow = make(lambda self: [self.resize("a").result(), self.transcode("b").result()])
    story = Story(workflow)
    execution = Execution(story.registry.workflow(story.type), RUN, story.registry)
    story.run(execution)
    reference = refer("big")
    complete(story, "resize-1", references.write(reference))
    story.poll()

    wants = execution.activate(story.events)
    assert wants == Wants((reference,))
    answer = execution.supply({reference.sha256: TEXTS[reference.sha256]})

    assert isinstance(answer, Decided)
    story.answer(answer.decisions)
    story.complete("transcode-1", 2)
    (close,) = story.run(execution)
    assert json.loads(close.result) == ["big", 2]
    execution.evict()


def test_an_execution_that_waits_for_a_text_can_be_evicted():
    cleaned = []

    def run(self):
        try:
            return self.resize("a").result()
        finally:
            cleaned.append(1)

    story = Story(make(run))
    execution = Execution(story.registry.workflow(story.type), RUN, story.registry)
    story.run(execution)
    complete(story, "resize-1", references.write(refer("big")))
    story.poll()
    assert isinstance(execution.activate(story.events), Wants)

    execution.evict()

    assert cleaned == [1]
    with pytest.raises(RuntimeError, match="wants no text"):
        execution.supply({})


def test_a_text_that_is_no_value_breaks_the_execution():
    story = Story(make(lambda self: self.resize("a").result()))
    execution = Execution(story.registry.workflow(story.type), RUN, story.registry)
    story.run(execution)
    reference = refer("big")
    complete(story, "resize-1", f"[{references.write(reference)}]")
    story.poll()
    assert isinstance(execution.activate(story.events), Wants)

    answer = execution.supply({reference.sha256: '{"$flowy":"nobody\'s"}'})
    assert isinstance(answer, Broken)
    execution.evict()
