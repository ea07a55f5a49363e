"""`flowy replay FILE`: whether loaded code still asks for what a history records."""

import json
import sys

import pytest
from click.testing import CliRunner

from flowy.cli import main
from flowy.swf.wire import event_to_wire
from flowy.testing import Environment, save_history

CODE = """\
from flowy import ActivityProxy, Workflow, activity, workflow


@activity("Greet", 1, "greeting")
def greet(name):
    return f"hello {name}"


@workflow("Greeting", 1, "deciding")
class Greeting(Workflow):
    greet = ActivityProxy(greet)

    def run(self, name):
        self.sleep(5).result()
        return self.greet(name).result()
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A directory with a module and the history of a run of its workflow."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    module = write(tmp_path, "greetings_then", CODE)
    monkeypatch.syspath_prepend(tmp_path)
    with Environment() as env:
        namespace = {"__name__": "greetings_then"}
        exec(compile(CODE, module, "exec"), namespace)  # the same code, not imported
        handle = env.start(namespace["Greeting"], "Ada")
        handle.result()
        save_history(tmp_path / "history.json", handle)
        pages(tmp_path / "pages.json", env.history(handle))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("greetings_")]:
        del sys.modules[name]


def write(home, name, code):
    path = home / f"{name}.py"
    path.write_text(code)
    return path


def pages(path, events):
    wire = [event_to_wire(event) for event in reversed(events)]
    path.write_text("\n".join(json.dumps({"events": part}) for part in (wire[:4], wire[4:])))


def replay(*args):
    return CliRunner().invoke(main, ["replay", *map(str, args)])


@pytest.mark.parametrize("file", ["history.json", "pages.json"])
def test_the_same_code_exits_0_and_says_how_many_turns(home, file):
    found = replay(home / file, "--plugin", "greetings_then")
    assert found.exit_code == 0, found.output
    assert "the same, 3 turns replayed" in found.stdout


def test_changed_code_exits_1_and_shows_both_sides_and_the_line(home):
    changed = CODE.replace("self.greet(name)", "self.greet(name.upper())")
    path = write(home, "greetings_now", changed)
    line = changed[: changed.index("name.upper")].count("\n") + 1
    found = replay("history.json", "--plugin", "greetings_now")
    assert found.exit_code == 1
    call = 'ScheduleActivityTask greet-1 of Greet/1 with {"$flowy":1,"args"'
    assert f'recorded: event 10, {call}:["Ada"]' in found.stdout
    assert f'asked:    {call}:["ADA"]' in found.stdout
    assert f"{path}:{line}" in found.stdout


def test_json_has_the_schema_and_each_outcome(home):
    found = replay("history.json", "pages.json", "--plugin", "greetings_then", "--json")
    told = json.loads(found.stdout)
    assert told["schema"] == 1
    assert [(one["name"], one["outcome"], one["turns"]) for one in told["replayed"]] == [
        ("history.json", "same", 3),
        ("pages.json", "same", 3),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no history", "holds no history"),
        ('[{"eventType": "WorkflowExecutionStarted"}]', "event None"),
        ("[3]", "no event of SWF's"),
        ("[]", "a history begins with"),
    ],
)
def test_what_is_no_history_exits_3_and_the_others_are_replayed(home, text, told):
    (home / "bad.json").write_text(text)
    found = replay("bad.json", "history.json", "--plugin", "greetings_then")
    assert (found.exit_code, told in found.stdout) == (3, True), found.output
    assert "history.json: the same" in found.stdout


def test_a_type_that_is_not_loaded_exits_3(home):
    write(home, "greetings_other", CODE.replace('"Greeting", 1', '"Other", 1'))
    found = replay("history.json", "--plugin", "greetings_other")
    assert found.exit_code == 3
    assert "Greeting/1" in found.stdout


def test_a_module_that_does_not_load_exits_3(home):
    found = replay("history.json", "--plugin", "greetings_nowhere")
    assert found.exit_code == 3
    assert "greetings_nowhere" in found.stderr


def test_the_modules_of_flowyd_toml_are_loaded(home):
    plugins = '[plugins]\nenabled = []\nmodules = ["greetings_then"]\n'
    (home / "flowyd.toml").write_text(f'domain = "d"\n{plugins}')
    found = replay("history.json")
    assert found.exit_code == 0, found.output


def test_nothing_to_replay_is_wrong_usage(home):
    assert replay().exit_code == 2
