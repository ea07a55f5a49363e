"""The commands that act on executions, types and tasks, on an engine (moto cannot cancel)."""

import json
import sys
from contextlib import contextmanager
from threading import Event, Thread
from types import ModuleType
from uuid import uuid4

import pytest
from click.testing import CliRunner

from flowy import ActivityProxy, TaskFailed, Workflow, activity, workflow
from flowy.cli import main
from flowy.client import Client
from flowy.ends import end_of
from flowy.registry import Registry
from flowy.worker.decisions import serve_decisions
from flowy.worker.post import Post

PLUGIN = "operated_types"

pytestmark = pytest.mark.timeout(120)


@activity("Ask", 1, "people", start_to_close=600)
def ask(question): ...


@workflow("Approval", 1, "approvals")
class Approval(Workflow):
    ask = ActivityProxy(ask)

    def run(self, question):
        self.context = {"asks": question}
        try:
            return self.ask(question).result()
        except TaskFailed as error:
            return [error.remote_type, error.remote_message]


@pytest.fixture
def client(engine_url):
    made = Client(f"domain-{uuid4()}", endpoint_url=engine_url)
    made.swf.register_domain()
    return made


@pytest.fixture
def flowy(client, tmp_path, monkeypatch):
    """Runs the command on the client's domain; the types' module can be loaded."""
    monkeypatch.chdir(tmp_path)
    module = ModuleType(PLUGIN)
    module.Approval, module.ask = Approval, ask
    monkeypatch.setitem(sys.modules, PLUGIN, module)
    monkeypatch.setattr(sys, "path", [*sys.path])
    place = ["--domain", client.swf.domain, "--endpoint-url", client.swf.endpoint_url]
    return lambda *args: CliRunner().invoke(main, [*args, *place])


@pytest.fixture
def registered(flowy):
    assert flowy("register", "--plugin", PLUGIN).exit_code == 0
    return flowy


@contextmanager
def deciding(client):
    registry, stop = Registry(), Event()
    registry.add(Approval)
    registry.add(ask)
    post = Post(client.swf, registry, "approvals", f"decider-{uuid4()}")
    decider = Thread(target=serve_decisions, args=(post, stop), daemon=True)
    decider.start()
    try:
        yield
    finally:
        stop.set()
        decider.join(20)
        assert not decider.is_alive()


def told(found):
    """The object that --json printed."""
    assert found.exit_code == 0, found.output
    data = json.loads(found.stdout)
    assert data.pop("schema") == 1
    return data


def test_register_lists_what_is_new_and_then_nothing(flowy):
    first = told(flowy("register", "--plugin", PLUGIN, "--json"))
    assert first["registered"] == [
        "activity type Ask/1",
        "workflow type Approval/1",
        "workflow type flowy.map/1",  # flowy's own, for large maps
    ]
    again = flowy("register", "--plugin", PLUGIN)
    assert again.stdout == "3 types, 0 of them new\n"


def test_register_strict_refuses_other_defaults(registered, monkeypatch):
    changed = activity("Ask", 1, "people", start_to_close=5)(lambda question: None)
    monkeypatch.setattr(sys.modules[PLUGIN], "ask", changed)
    monkeypatch.delattr(sys.modules[PLUGIN], "Approval")
    found = registered("register", "--plugin", PLUGIN)
    assert (found.exit_code, "defaultTaskStartToCloseTimeout 600" in found.stdout) == (0, True)
    assert registered("register", "--plugin", PLUGIN, "--strict").exit_code == 1


def test_signal_cancel_and_terminate_reach_the_execution(client, registered):
    handle = client.start(Approval, "May I?", id="a1")
    sent = told(registered("signal", "a1", "hurry", '{"by": "noon"}', "--json"))
    assert sent == {"workflow_id": "a1", "run_id": handle.run_id, "signal": "hurry"}
    assert registered("cancel", "a1").stdout == "asked a1 to cancel\n"
    assert registered("terminate", "a1", "--reason", "enough").exit_code == 0
    *_, signaled, canceled, closed = [
        event for event in handle.history() if "DecisionTask" not in event.type
    ]
    assert (signaled.attributes.signal_name, signaled.attributes.input) == (
        "hurry",
        '{"by":"noon"}',
    )
    assert canceled.type == "WorkflowExecutionCancelRequested"
    assert (end_of(closed).status, closed.attributes.reason) == ("TERMINATED", "enough")


@pytest.mark.parametrize("command", [["signal", "nobody", "s"], ["cancel", "nobody"]])
def test_an_execution_that_is_not_there_exits_3(registered, command):
    found = registered(*command)
    assert found.exit_code == 3
    assert "nobody" in found.stderr


def test_an_unreachable_server_exits_4(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = ["--domain", "d", "--endpoint-url", "http://127.0.0.1:1"]
    assert CliRunner().invoke(main, ["cancel", "w", *place]).exit_code == 4


def test_a_value_that_is_no_json_is_wrong_usage(registered):
    assert registered("signal", "w", "s", "{").exit_code == 2
    assert registered("complete", "token", "yes").exit_code == 2


@pytest.mark.parametrize(
    ("command", "result"),
    [
        (["complete", '"yes"'], "yes"),
        (["complete"], None),
        (["fail", "not today", "--type", "Refused"], ["Refused", "not today"]),
    ],
)
def test_a_task_is_finished_by_its_token(client, registered, command, result):
    with deciding(client):
        handle = client.start(Approval, "May I?")
        task = client.swf.poll_activity("people", "a person")
        name, *rest = command
        assert registered(name, task.token, *rest).exit_code == 0
        assert handle.result(60) == result
        assert registered(name, task.token, *rest).exit_code == 3


def test_the_graph_of_an_execution(client, registered):
    with deciding(client):
        handle = client.start(Approval, "May I?", id="g1")
        client.swf.complete_activity(client.swf.poll_activity("people", "p").token, "1")
        handle.result(60)
    assert "n1 --> end_" in registered("graph", "g1").stdout
    assert "n1 -> end_" in registered("graph", "g1", "--format", "dot").stdout
    drawn = told(registered("graph", "g1", "--json"))
    assert drawn["calls"]["n1"]["what"] == "Ask/1"
    assert drawn["edges"] == [["start", "n1"], ["n1", "end"]]


def test_replay_by_workflow_id_and_all_that_are_open(client, registered):
    with deciding(client):
        client.start(Approval, "May I?", id="r1")
        task = client.swf.poll_activity("people", "p")
        found = registered("replay", "--open", "--plugin", PLUGIN)
        assert (found.exit_code, "r1 " in found.stdout) == (0, True), found.output
        client.swf.complete_activity(task.token, '"yes"')
        client.handle("r1").result(60)
    found = registered("replay", "r1", "--plugin", PLUGIN)
    assert found.stdout == "r1: the same, 2 turns replayed\n"
    assert registered("replay", "nobody", "--plugin", PLUGIN).exit_code == 3
    empty = registered("replay", "--open", "--plugin", PLUGIN)
    assert (empty.exit_code, empty.stdout) == (0, "no execution of a loaded type is open\n")


def test_a_domain_is_registered_with_json(registered, client):
    made = told(registered("domain", "register", f"domain-{uuid4()}", "--json"))
    assert made["retention_days"] == 30


def test_list_show_start_and_result_have_json(client, registered):
    with deciding(client):
        run = told(registered("start", "Approval", '["May I?"]', "--id", "j1", "--json"))
        client.swf.complete_activity(client.swf.poll_activity("people", "p").token, "1")
        result = told(registered("result", "j1", "--json"))
        assert result == {"workflow_id": "j1", "status": "COMPLETED", "result": 1}
    (listed,) = told(registered("list", "--json"))["executions"]
    assert (listed["run_id"], listed["status"]) == (run["run_id"], "COMPLETED")
    shown = told(registered("show", "j1", "--json"))
    assert shown["last_event"]["eventType"] == "WorkflowExecutionCompleted"
    only_here = {"last_event": shown["last_event"], "context": {"asks": "May I?"}, "parked": None}
    assert {**listed, **only_here, "parent": None, "open": {}} == shown
    assert 'context     {"asks":"May I?"}' in registered("show", "j1").output
    waited = registered("start", "Approval", '["?"]', "--wait", "--timeout", "0", "--json")
    assert (waited.exit_code, json.loads(waited.stdout)["status"]) == (1, "OPEN")
