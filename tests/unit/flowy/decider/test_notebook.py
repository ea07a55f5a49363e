"""The log and the context: told once, read from outside."""

import gc
import json

import pytest
from story import RUN, Story
from workflows import make, result_of

from flowy import SerializationError, TaskError, forms
from flowy.decider import Execution, decide
from flowy.decider.notebook import LogLine
from flowy.errors import UnknownType
from flowy.swf import events as e
from flowy.swf.decisions import FailWorkflowExecution


def lines_of(verdict):
    return [(line.level, line.event, dict(line.fields)) for line in verdict.lines]


def context_of(verdict):
    return forms.read_user_context(verdict.context)


def test_each_line_comes_out_in_the_decision_that_ran_it_and_never_again():
    def run(self):
        self.log.info("begins", size=3)
        self.resize("a").result()
        self.log.warning("half way")
        self.resize("b").result()
        self.log.debug("ends")
        self.log.error("really")

    story = Story(make(run))
    assert lines_of(story.decide()) == [("info", "begins", {"size": 3})]
    story.complete("resize-1")
    assert lines_of(story.decide()) == [("warning", "half way", {})]
    story.complete("resize-2")
    assert lines_of(story.decide()) == [("debug", "ends", {}), ("error", "really", {})]


def test_a_kept_execution_logs_what_a_fresh_one_does():
    def run(self):
        for n in range(3):
            self.log.info("round", n=n)
            self.resize(n).result()

    story = Story(make(run))
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry)
    for n in range(1, 4):
        story.poll()
        answer = kept.activate(story.events)
        verdict = decide(story.registry, RUN, story.type, story.events)
        assert answer.lines == verdict.lines == (LogLine("info", "round", {"n": n - 1}),)
        story.answer(verdict.decisions, verdict.context)
        story.complete(f"resize-{n}")
    kept.evict()


def test_a_decision_that_is_decided_again_logs_again():
    story = Story(make(lambda self: self.log.info("begins")))
    story.poll()
    lost = decide(story.registry, RUN, story.type, story.events)
    story.lose()

    assert lines_of(lost) == lines_of(story.decide()) == [("info", "begins", {})]


def test_a_recorded_turn_that_kept_its_tail_back_does_not_log_again():
    def run(self):
        for n in range(40):
            self.resize("x" * 30_000, n)
        self.log.info("asked for all")
        self.sleep(5).result()

    story = Story(make(run))
    first = story.decide()
    story.fire(first.decisions[-1].timer_id)

    assert lines_of(first) == [("info", "asked for all", {})]
    assert lines_of(story.decide()) == []


def test_evicted_code_logs_nothing_and_goes_on_to_its_end():
    seen = []

    def run(self):
        try:
            self.resize("a").result()
        finally:
            self.log.info("leaving")
            seen.append("left")

    story = Story(make(run))
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry)
    story.run(kept)
    kept.evict()
    gc.collect()

    assert seen == ["left"]
    assert kept.notebook.take() == ()


def test_the_fields_of_a_line_are_those_of_the_moment():
    def run(self):
        found = [1]
        self.log.info("found", all=found)
        found.append(2)

    assert lines_of(Story(make(run)).decide()) == [("info", "found", {"all": [1]})]


def test_an_exception_is_logged_with_its_traceback():
    def run(self):
        try:
            raise ValueError("no")
        except ValueError:
            self.log.exception("went on", step=1)

    ((level, event, fields),) = lines_of(Story(make(run)).decide())

    assert (level, event, fields["step"]) == ("error", "went on", 1)
    assert "ValueError: no" in fields["exception"]


# The context -------------------------------------------------------------------------------------


def test_the_context_goes_out_with_each_decision_from_its_assignment_on():
    def run(self):
        self.resize("a").result()
        self.context = {"step": 1}
        self.resize("b").result()
        self.resize("c").result()
        return self.context

    story = Story(make(run))
    assert context_of(story.decide()) is None
    story.complete("resize-1")
    assert context_of(story.decide()) == {"step": 1}
    story.complete("resize-2")
    assert context_of(story.decide()) == {"step": 1}
    story.add(e.WorkflowExecutionSignaled(signal_name="of no effect"))
    assert context_of(story.decide()) == {"step": 1}
    story.complete("resize-3")

    verdict = story.decide()
    assert context_of(verdict) == result_of(verdict) == {"step": 1}


def test_the_context_is_the_value_of_the_moment_and_none_takes_it_away():
    def run(self):
        value = {"step": [1]}
        self.context = value
        value["step"].append(2)
        self.sleep(1).result()
        self.context = None
        self.sleep(1).result()

    story = Story(make(run))
    assert context_of(story.decide()) == {"step": [1]}
    story.fire("sleep-1")
    verdict = story.decide()
    assert context_of(verdict) is None
    assert verdict.context == '{"flowy":{"core":1}}'


def test_a_users_dict_with_our_key_comes_back_as_it_was():
    value = {"$flowy": "mine", "when": b"\x00"}

    def run(self):
        self.context = value
        return self.context == value

    verdict = Story(make(run)).decide()
    assert result_of(verdict) is True
    assert context_of(verdict) == value


@pytest.mark.parametrize("value", ["x" * 30_000, object()])
def test_a_context_that_swf_would_refuse_is_refused_at_the_assignment(value):
    def run(self):
        self.context = "kept"
        with pytest.raises(SerializationError, match=r"self\.context"):
            self.context = value
        return self.context

    assert result_of(Story(make(run)).decide()) == "kept"


def test_parking_keeps_the_context_whatever_its_length_and_that_of_the_reason():
    def run(self):
        self.context = "c" * 29_998
        self.resize("a").result()

    story = Story(make(run))
    story.decide()
    story.complete("resize-1")
    good, story.registry = story.registry, Story(make(lambda self: None, name="Other")).registry
    story.registry.workflow = refuse
    for _ in range(2):
        verdict = story.decide()
        assert len(verdict.parked) > 5_000
        assert len(verdict.context) <= 32_768
        assert context_of(verdict) == "c" * 29_998
        assert forms.read_context(verdict.context).parked
    story.registry = good
    assert context_of(story.decide()) == "c" * 29_998


def refuse(type):
    raise UnknownType('"' * 6_000)


def test_another_programs_context_is_none_of_ours():
    for text in (None, "", "plain", "[1]", "7", '{"context": 3}', '{"flowy":{"core":1}}'):
        assert forms.read_user_context(text) is None


def test_a_context_survives_a_failure_of_the_execution():
    def run(self):
        self.context = "last words"
        raise TaskError("no")

    verdict = Story(make(run)).decide()
    assert isinstance(verdict.decisions[0], FailWorkflowExecution)
    assert context_of(verdict) == "last words"


# What a run hands on -----------------------------------------------------------------------------


def started_with(story, *, meta=None, tags=None):
    old = story.events[0].attributes
    new = e.WorkflowExecutionStarted(
        child_policy="TERMINATE",
        task_list=old.task_list,
        workflow_type=old.workflow_type,
        input=forms.write_input(forms.write_arguments((), {}), meta),
        tag_list=tags,
    )
    story.events[0] = e.Event(1, 0, new)


def test_an_activity_is_told_the_trace_and_the_tags_of_its_execution():
    def run(self):
        return [list(self.tags), self.resize("a").result()]

    story = Story(make(run))
    started_with(story, meta=forms.Meta(trace="00-abc-01"), tags=("urgent", None))
    (task,) = story.decide().decisions
    meta = forms.read_input(task.input).meta

    assert (meta.trace, meta.tags) == ("00-abc-01", ("urgent",))
    story.complete("resize-1", 1)
    assert result_of(story.decide()) == [["urgent"], 1]


def test_neither_is_written_where_there_is_none_and_neither_is_compared():
    story = Story(make(lambda self: self.resize("a").result()))
    (task,) = story.decide().decisions
    assert set(json.loads(task.input)["meta"]) == {"heartbeat", "start_to_close"}
    started_with(story, meta=forms.Meta(trace="changed"))
    story.complete("resize-1", 1)

    assert result_of(story.decide()) == 1


def test_uuids_repeat_in_replay_and_each_branch_has_a_stream_of_its_own():
    def run(self):
        def one():
            return str(self.uuid4())

        first = [str(self.uuid4()), str(self.uuid4())]
        branches = [self.spawn(one), self.spawn(one)]
        self.resize(first).result()
        return [*first, *(branch.result() for branch in branches)]

    story = Story(make(run))
    story.decide()
    story.complete("resize-1")
    ids = result_of(story.decide())

    assert len(set(ids)) == 4
    assert {found[14] for found in ids} == {"4"}
