"""The older tutorials' names mean the same objects."""

import sys
from types import ModuleType

import pytest

import flowy
from flowy import errors
from flowy.activity import Activity
from flowy.config import activity_client, activity_config, make_config, workflow_client
from flowy.registry import definition
from flowy.swf import SWFClient
from flowy.testing import Environment
from flowy.workflow import ActivityProxy, Placeholder, Workflow


@activity_config("Reverse", 1, "texts", heartbeat=30, descr="Turn a text round.")
class Reverse(Activity):
    def run(self, heartbeat, text):
        return text[::-1] if heartbeat(len(text)) else None


@activity_client("Shout", 1, "texts")
class Shout(Activity):
    """Make a text loud."""

    def serialize_activity_result(self, result):
        return f"<loud>{result.upper()}</loud>"

    def run(self, heartbeat, text):
        return text


@workflow_client("Texts", 1, "decisions", execution_start_to_close=60)
class Texts(Workflow):
    reverse = ActivityProxy("Reverse", 1)

    def run(self, remote, text):
        with remote.options(start_to_close=5):
            first = remote.reverse(text)
        return [first.result(), self.reverse(first).result(), isinstance(first, Placeholder)]


@workflow_client("Loud", 1, "decisions")
class Loud(Workflow):
    shout = ActivityProxy("Shout", 1)

    def deserialize_activity_result(self, result):
        return result.removeprefix("<loud>").removesuffix("</loud>")

    def run(self, remote, text):
        once = remote.shout(text)
        return [once.result(), remote.shout(once).result()]


def test_the_older_paths_hold_the_same_objects():
    assert Activity is flowy.Activity
    assert Workflow is flowy.Workflow
    assert ActivityProxy is flowy.ActivityProxy
    assert callable(flowy.activity)
    assert callable(flowy.workflow)
    assert sys.modules["flowy.activity"].Activity is Activity


def test_an_activity_gets_the_heartbeat_and_a_workflow_gets_itself_as_remote():
    with Environment(activities=[Reverse]) as env:
        assert env.run(Texts, "abc") == ["cba", "abc", True]


def test_results_may_be_written_and_read_in_an_own_form():
    with Environment(activities=[Shout]) as env:
        assert env.run(Loud, "psst") == ["PSST", "PSST"]
        (first, *_) = [
            event.attributes.result
            for event in env.history("1")
            if type(event.attributes).__name__ == "ActivityTaskCompleted"
        ]
    assert first == '"<loud>PSST</loud>"'


def test_the_default_form_is_json_and_can_be_built_upon():
    made = definition(activity_client("Same", 1, "texts")(type("Same", (Activity,), {}))).target
    assert made.serialize_activity_result(None, {"a": [1]}) == '{"a":[1]}'
    read = definition(workflow_client("Same", 1, "texts")(type("Same", (Workflow,), {}))).target
    assert read.deserialize_activity_result(None, '{"a":[1]}') == {"a": [1]}


def test_the_definition_tells_of_the_class_that_a_person_wrote():
    found = definition(Reverse)
    assert found.description == "Turn a text round."
    assert definition(Shout).description == "Make a text loud."
    assert found.origin.startswith(f"{__file__}:")
    assert found.target.__name__ == "Reverse"


@pytest.mark.parametrize("decorate", [activity_config, workflow_client])
def test_only_classes_can_be_decorated(decorate):
    with pytest.raises(errors.RegistrationError, match="is no class"):
        decorate("Nothing", 1, "texts")(lambda heartbeat: None)


def test_a_loop_without_a_scan_says_that_there_is_nothing_to_serve():
    config = make_config("domain", endpoint_url="http://127.0.0.1:9")
    with pytest.raises(errors.OptionError, match=r"no task list to serve .*scan\(\)"):
        config.start_activity_loop()


def test_a_scan_refuses_two_classes_of_one_type():
    module = ModuleType("double")
    module.one = activity_config("Same", 1, "texts")(type("One", (Activity,), {}))
    module.other = activity_config("Same", 1, "texts")(type("Other", (Activity,), {}))
    config = make_config("domain", endpoint_url="http://127.0.0.1:9")
    with pytest.raises(errors.RegistrationError, match="two definitions of the activity type"):
        config.scan(module)


def test_a_scan_without_a_server_says_so():
    config = make_config("domain", endpoint_url="http://127.0.0.1:9")
    with pytest.raises(errors.FlowyError, match="Could not connect"):
        config.scan()


def test_types_can_be_registered_by_hand(monkeypatch):
    asked = []
    monkeypatch.setattr(
        SWFClient,
        "_register",
        lambda self, operation, kind, defaults, descr: asked.append(
            (operation, str(kind), defaults["defaultTaskList"], descr)
        ),
    )
    swf = SWFClient("domain", endpoint_url="http://127.0.0.1:9")
    swf.register_activity("Reverse", 1, "texts", "Turn it.", heartbeat=30)
    swf.register_workflow("Texts", 2, "decisions")
    assert asked == [
        ("register_activity_type", "Reverse/1", {"name": "texts"}, "Turn it."),
        ("register_workflow_type", "Texts/2", {"name": "decisions"}, ""),
    ]
