"""Several daemons on one host, and lists of one host."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from flowy.names import filled
from flowyd.cli.check import command
from flowyd.config import find, read

NAMES = {"hostname": "box", "instance": "video"}
TEXT = """
domain = "d"
[pools.downloads]
kind = "activity"
task_list = "{hostname}-{instance}-downloads"
"""


def config_of(tmp_path, text=TEXT, **names):
    path = tmp_path / "flowyd.toml"
    path.write_text(text)
    return read(path, {}, NAMES | names)


def test_a_task_list_may_be_that_of_one_host_and_instance(tmp_path):
    (pool,) = config_of(tmp_path).config.pools
    assert pool.task_list == "box-video-downloads"


def test_two_instances_do_not_meet_in_one_state_directory(tmp_path):
    one, other = config_of(tmp_path).config, config_of(tmp_path, instance="mail").config
    assert one.state_dir == tmp_path / "state.video"
    assert other.state_dir == tmp_path / "state.mail"
    assert one.run_dir == tmp_path / "state.video" / "run"
    assert one.instance == "video"


def test_a_directory_that_is_given_may_carry_the_name(tmp_path):
    config = config_of(
        tmp_path, f'state_dir = "/s/{{instance}}"\nrun_dir = "/r/{{instance}}"{TEXT}'
    )
    assert (config.config.state_dir, config.config.run_dir) == (Path("/s/video"), Path("/r/video"))


@pytest.mark.parametrize(
    ("task_list", "message"),
    [
        ("{instance}", "holds {instance}, but there is none: only `flowyd -i NAME` has one"),
        ("{host}", "may hold {hostname} and {instance} only"),
        ("{}", "may hold {hostname} and {instance} only"),
    ],
)
def test_a_name_without_a_value_is_told_at_its_line(tmp_path, task_list, message):
    text = f'domain = "d"\n[pools.p]\nkind = "activity"\ntask_list = "{task_list}"'
    (fault,) = config_of(tmp_path, text, instance="").faults
    assert fault.where.endswith("flowyd.toml:4")
    assert message in fault.message


def test_a_text_without_names_stays_as_it_is():
    assert filled("plain } text", NAMES) == "plain } text"


def test_an_instance_has_a_file_of_its_own(tmp_path):
    assert find(None, {}, tmp_path, "video") == tmp_path / "flowyd.video.toml"
    assert find(None, {}, tmp_path) == tmp_path / "flowyd.toml"
    assert find("x.toml", {}, tmp_path, "video") == tmp_path / "x.toml"


@pytest.mark.parametrize("name", ["../etc", "", "a b", "-x", "a" * 65])
def test_an_instance_has_a_name_that_files_can_have(name):
    done = CliRunner().invoke(command, ["-i", name])
    assert done.exit_code == 2
    assert "letters, digits" in done.output


def test_the_command_line_reads_the_instances_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(command, ["-i", "video"])
    assert "flowyd.video.toml" in done.output
