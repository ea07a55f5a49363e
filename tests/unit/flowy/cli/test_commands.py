import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from flowy.cli import COMMANDS, main
from flowy.cli.result import remote_trace
from flowy.cli.start import read_arguments


def run(*args, env=None):
    return CliRunner().invoke(main, [*map(str, args)], env=env)


def test_every_command_that_help_lists_exists_and_has_help():
    listed = run("--help")
    assert listed.exit_code == 0
    for name in COMMANDS:
        assert f"  {name} " in listed.output
        assert run(name, "--help").exit_code == 0, name


@pytest.mark.parametrize("args", [["--help"], ["start", "--help"], ["list", "--help"]])
def test_help_does_not_import_boto3(args):
    code = (
        "import sys\nfrom flowy.cli import main\n"
        f"main({args!r}, standalone_mode=False)\n"
        "sys.exit(bool({'boto3', 'botocore', 'sqlite3'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_module_is_the_command():
    found = subprocess.run(
        [sys.executable, "-m", "flowy", "--version"], capture_output=True, text=True, check=True
    )
    assert found.stdout.startswith("flowy, version ")


def test_an_error_is_one_line_and_a_hint(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = run("start", "Name", "[]")
    assert found.exit_code == 1
    assert found.output == (
        "Error: no domain is given\n"
        "Hint: give --domain, set FLOWY_DOMAIN, or run where flowyd.toml is\n"
    )


@pytest.mark.parametrize("args", [["start", "Name", "{"], ["start", "Name", "3"], ["nothing"]])
def test_wrong_usage_exits_2(args):
    assert run(*args, "--domain", "d").exit_code == 2


def test_arguments_are_an_array_or_an_object():
    assert read_arguments("[1, [2]]") == ((1, [2]), {})
    assert read_arguments('{"id": 1}') == ((), {"id": 1})
    with pytest.raises(click.BadParameter):
        read_arguments('"text"')


def test_the_remote_traceback_is_shown_and_foreign_details_as_they_are():
    assert remote_trace('{"message":"m","traceback":"Traceback…"}') == "Traceback…"
    assert remote_trace('{"message":"m"}') == ""
    assert remote_trace("worker 7 said no") == "worker 7 said no"
    assert remote_trace("[1]") == "[1]"


WITHOUT_JSON = {"dev"}
"""It runs until it is stopped, as `flowy engine` does, which is a group."""


def commands(group, above=()):
    """Each command with the words that call it, groups opened."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*above, name))
        yield (*above, name), command


def test_every_command_that_tells_something_has_json():
    silent = {
        " ".join(words)
        for words, command in commands(main)
        if not isinstance(command, click.Group)
        and "as_json" not in {parameter.name for parameter in command.params}
    }
    assert silent == WITHOUT_JSON


def test_the_upkeep_of_an_engine_s_file_tells_its_outcome_as_json(tmp_path):
    from flowy.engine.store import Store

    file, copy = tmp_path / "engine.db", tmp_path / "copy.db"
    Store(str(file)).close()
    told = [
        json.loads(run("engine", *words, "--json").stdout)
        for words in (("check", file), ("vacuum", file), ("backup", file, copy))
    ]
    assert [one["schema"] for one in told] == [1, 1, 1]
    assert told[0]["faults"] == []
    assert told[2]["bytes"] == copy.stat().st_size
