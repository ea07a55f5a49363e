"""`replay`: histories in all their forms, and what it says of code that differs."""

import json
import re

import pytest

from flowy import ActivityProxy, NonDeterminismError, Workflow, activity, workflow
from flowy.errors import UnknownType, UnreadableHistory
from flowy.swf.wire import event_to_wire
from flowy.testing import Environment, replay, save_history


@activity("Resize", 1, "images")
def resize(path):
    return path


def flow(run, name="Flow"):
    body = {"run": run, "resize": ActivityProxy(resize)}
    return workflow(name, 1, "decisions")(type(name, (Workflow,), body))


def dice(self):
    self.sleep(5).result()
    return self.resize(self.random.random()).result()


def other(self):
    self.sleep(5).result()
    return self.resize("b").result()


@pytest.fixture
def handle():
    with Environment() as env:
        made = env.start(flow(dice), id="w")
        made.result()
        yield made


def test_the_same_code_replays_from_a_handle_and_a_saved_file(handle, tmp_path):
    replay(handle, flow(dice))
    path = tmp_path / "history.json"
    save_history(path, handle)
    replay(path, flow(dice), flow(other, "Unused"))


@pytest.mark.parametrize("other_code", [other, lambda self: None])
def test_other_code_does_not_replay(handle, other_code):
    with pytest.raises(NonDeterminismError):
        replay(handle, flow(other_code))


def test_random_numbers_need_to_know_whose_history_it_is(handle):
    events = list(handle.history())
    replay(events, flow(dice), execution=handle.execution)
    with pytest.raises(NonDeterminismError):
        replay(events, flow(dice))


def shapes(events):
    wire = [event_to_wire(event) for event in events]
    stamped = [event | {"eventTimestamp": "2026-01-01T00:00:00+00:00"} for event in wire]
    return {
        "lines": "\n".join(map(json.dumps, wire)),
        "array": json.dumps(wire),
        "aws": json.dumps({"events": stamped}, indent=4),
    }


@pytest.mark.parametrize("shape", ["lines", "array", "aws"])
def test_what_other_programs_write_is_read(tmp_path, shape):
    def run(self):
        return self.resize("a").result()

    with Environment() as env:
        started = env.start(flow(run))
        started.result()
        events = env.history(started)
    path = tmp_path / "history"
    path.write_text(shapes(events)[shape])
    replay(path, flow(run))
    with pytest.raises(NonDeterminismError):
        replay(path, flow(other))


def test_boto3s_answer_is_read(handle):
    with Environment() as env:
        started = env.start(flow(lambda self: self.resize("a").result()))
        started.result()
        answer = env.client().get_workflow_execution_history(
            domain=env.domain,
            execution={"workflowId": started.id, "runId": started.run_id},
        )
    replay(answer, flow(lambda self: self.resize("a").result()))


def test_a_history_of_another_workflow_is_refused(handle):
    with pytest.raises(UnknownType, match=re.escape("Flow/1")):
        replay(handle, flow(dice, "Other"))


def test_what_is_no_history_is_refused(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("no JSON at all")
    with pytest.raises(UnreadableHistory, match=r"x\.json"):
        replay(path, flow(dice))
    with pytest.raises(UnreadableHistory, match="begins"):
        replay([], flow(dice))


def test_a_history_that_nobody_decided_has_nothing_to_replay():
    with Environment() as env:
        started = env.start(flow(dice))
        started.terminate()
        replay(started, flow(other))


def test_an_open_history_replays_up_to_its_end():
    with Environment() as env:
        started = env.start(flow(dice))
        env.advance(0)
        replay(started, flow(dice))
        with pytest.raises(NonDeterminismError):
            replay(started, flow(lambda self: self.resize("b").result()))
