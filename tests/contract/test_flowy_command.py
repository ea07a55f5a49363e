"""The `flowy` command against servers that speak SWF."""

import json
from threading import Event, Thread
from uuid import uuid4

import pytest
from click.testing import CliRunner

from flowy import Workflow, workflow
from flowy.cli import main
from flowy.client import Client
from flowy.forms import read_input
from flowy.registry import Registry
from flowy.worker.decisions import serve_decisions
from flowy.worker.post import Post
from flowy.worker.registration import register_types


@workflow("Greeting", 2, "greet")
class Greeting(Workflow):
    def run(self, name, mark="!"):
        if name == "nobody":
            raise LookupError("nobody is here")
        return {"greeting": f"Grüß Gott, {name}{mark}"}


@pytest.fixture
def flowy(client: Client):
    """Runs the command on the client's domain, while a decider works."""
    registry, stop = Registry(), Event()
    registry.add(Greeting)
    assert register_types(client.swf, registry) == []
    post = Post(client.swf, registry, "greet", f"decider-{uuid4()}")
    decider = Thread(target=serve_decisions, args=(post, stop), daemon=True)
    decider.start()
    place = ["--domain", client.swf.domain, "--endpoint-url", client.swf.endpoint_url]
    yield lambda *args: CliRunner().invoke(main, [*args, *place])
    stop.set()
    decider.join(20)
    assert not decider.is_alive()


@pytest.mark.timeout(120)
def test_start_with_wait_prints_the_result_alone(flowy):
    found = flowy("start", "Greeting", '["Ada"]', "--id", "g1", "--wait", "--timeout", "60")
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout) == {"greeting": "Grüß Gott, Ada!"}
    assert "workflowId g1" in found.stderr
    assert json.loads(flowy("result", "g1").stdout) == {"greeting": "Grüß Gott, Ada!"}


@pytest.mark.timeout(120)
def test_named_arguments_are_an_object(flowy):
    arguments = '{"name": "Ada", "mark": "?"}'
    found = flowy("start", "Greeting/2", arguments, "--wait", "--timeout", "60")
    assert json.loads(found.stdout) == {"greeting": "Grüß Gott, Ada?"}


@pytest.mark.parametrize("client", ["engine_url"], indirect=True)  # moto forgets all but the list
def test_tags_priority_task_list_role_and_trace_go_along(flowy, client):
    options = ["--tag", "red", "--tag", "big", "--priority", "-3", "--task-list", "nobody polls"]
    options += ["--trace", "request 7"]
    found = flowy("start", "Greeting", "--id", "g2", *options, "--lambda-role", "arn:role")
    assert found.exit_code == 0, found.output
    begun = next(iter(client.handle("g2").history())).attributes
    assert begun.tag_list == ("red", "big")
    assert (begun.task_priority, begun.lambda_role) == ("-3", "arn:role")
    assert begun.task_list.name == "nobody polls"
    assert read_input(begun.input).meta.trace == "request 7"
    shown = flowy("show", "g2").stdout
    assert "tags        red, big" in shown
    assert "parent      -" in shown
    assert "open        -" in shown
    six = [part for letter in "abcdef" for part in ("--tag", letter)]
    assert "6 tags" in flowy("start", "Greeting", *six).stderr
    client.handle("g2").terminate()


@pytest.mark.timeout(120)
def test_a_failed_execution_exits_1_with_its_reason_and_traceback(flowy):
    found = flowy("start", "Greeting", '["nobody"]', "--wait", "--timeout", "60")
    assert (found.exit_code, found.stdout) == (1, "")
    assert "closed FAILED: LookupError: nobody is here" in found.stderr
    assert "Traceback" in found.stderr


@pytest.mark.timeout(120)
def test_what_is_known_of_an_execution_is_shown(flowy):
    started = flowy("start", "Greeting", '["Ada"]', "--id", "g1").stdout
    run_id = started.split()[-1]
    assert started.splitlines()[0] == "workflowId g1"
    flowy("result", "g1", "--timeout", "60")
    shown = flowy("show", "g1").stdout
    assert f"runId       {run_id}" in shown
    assert "status      COMPLETED" in shown
    assert "type        Greeting/2" in shown
    listed = flowy("list", "--closed").stdout
    assert listed.split()[0] == "COMPLETED"
    assert listed.split()[-2:] == ["g1", run_id]
    lines = flowy("history", "g1").stdout.splitlines()
    assert "WorkflowExecutionStarted" in lines[0]
    assert "WorkflowExecutionCompleted" in lines[-1]
    events = [json.loads(line) for line in flowy("history", "g1", "--json").stdout.splitlines()]
    assert [event["eventId"] for event in events] == [1, 2, 3, 4, 5]


@pytest.mark.timeout(120)
def test_what_is_not_there_is_one_line_and_a_hint(flowy):
    for args in [("result", "none"), ("start", "Nobody"), ("start", "Greeting/9", "[]")]:
        found = flowy(*args)
        assert (found.exit_code, found.stdout) == (3, "")
        first, second = found.stderr.splitlines()
        assert first.startswith("Error: UnknownResourceFault: ")
        assert second.startswith("Hint: ")


def test_a_domain_is_registered_once(client):
    name = f"domain-{uuid4()}"
    args = ["domain", "register", name, "--endpoint-url", client.swf.endpoint_url]
    assert CliRunner().invoke(main, [*args, "--retention", "7"]).exit_code == 0
    again = CliRunner().invoke(main, args)
    assert again.exit_code == 1
    assert "DomainAlreadyExistsFault" in again.stderr
