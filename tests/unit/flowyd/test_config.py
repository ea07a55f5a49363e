"""flowyd.toml: what it means, and that every mistake is told at its line."""

import tomllib
from pathlib import Path

import pytest

from flowy.payloads import PayloadSettings
from flowyd.config import find, read
from flowyd.config.schema import POOL, SECTIONS, TOP

GOOD = """
domain = "d"
[pools.images]
kind = "activity"
"""
LAMBDAS = """
domain = "d"
[pools.f]
kind = "lambda"
"""
POOL_LINES = '[pools.a]\nkind = "activity"\n'


@pytest.fixture
def reading(tmp_path):
    def read_text(text: str, **environ: str):
        path = tmp_path / "flowyd.toml"
        path.write_text(text)
        return read(path, environ)

    return read_text


def told(outcome) -> list[str]:
    """The faults as `line: message`, without the directory."""
    return [f"{fault.where.rpartition(':')[2]}: {fault.message}" for fault in outcome.faults]


def test_a_short_file_has_the_defaults_that_the_design_names(reading, tmp_path):
    config = reading(GOOD).config

    assert config.state_dir == tmp_path / "state"
    assert config.engine.db == tmp_path / "state" / "engine.db"
    assert (config.swf.backend, config.plugins.enabled, config.web.listen) == ("engine", None, None)
    (pool,) = config.pools
    assert (pool.task_list, pool.processes, pool.drain_timeout) == ("images", 1, 240_000)
    assert (pool.max_tasks, pool.max_memory) == (None, None)


def test_a_pool_may_run_lambda_functions_beside_a_pool_of_that_name_of_another_kind(reading):
    config = reading(LAMBDAS + '[pools.g]\nkind = "activity"\ntask_list = "f"').config

    assert [(pool.name, pool.kind) for pool in config.pools] == [("f", "lambda"), ("g", "activity")]


def test_durations_and_sizes_are_read_with_their_units(reading):
    config = reading(GOOD + 'drain_timeout = "1.5 min"\nmax_memory = "512 MiB"').config

    assert config.pools[0].drain_timeout == 90_000
    assert config.pools[0].max_memory == 512 * 2**20


def test_payloads_are_what_the_table_says_and_keys_lie_beside_the_file(reading, tmp_path):
    said = '[payloads]\nstore = "s3://b/p"\ncodecs = ["zlib", "fernet"]\nkeys_file = "keys"'
    found = reading(GOOD + said, FLOWYD_PAYLOADS_THRESHOLD="2000").config.payloads

    assert (found.store, found.threshold, found.codecs) == ("s3://b/p", 2_000, ("zlib", "fernet"))
    assert found.keys_file == str(tmp_path / "keys")
    assert reading(GOOD).config.payloads == PayloadSettings()


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ('domain = "d"\ndomian = "e"\n' + POOL_LINES, 2, "domian: is not a known", "'domain'"),
        ('domain = "d"\n[enigne]\n' + POOL_LINES, 2, "enigne: is not a known", "'engine'"),
        ('domain = "d"\n[swf]\nbackend = "gcp"\n' + POOL_LINES, 3, 'one of "engine", "aws"', ""),
        (GOOD + "processes = 0", 5, "whole number from 1", ""),
        (GOOD + "processes = true", 5, "whole number from 1", ""),
        (GOOD + "drain_timeout = 240", 5, "a time with its unit", ""),
        (GOOD + 'drain_timeout = "0 s"', 5, "a time with its unit", ""),
        (GOOD + 'max_memory = "512 M"', 5, "a size with its unit", ""),
        (GOOD + 'task_list = "a:b"', 5, "without ':'", ""),
        (GOOD + 'plugins = "images"\n[web]\nlisten = "9464"', 7, "HOST:PORT", ""),
        (GOOD + '[payloads]\nstore = "ftp://x"', 6, '"dir:///PATH" or "s3', ""),
        (GOOD + '[payloads]\nstore = "dir:x"', 6, '"dir:///PATH" or "s3', ""),
        (GOOD + "[payloads]\nthreshold = 40000", 6, "from 1024 to 32768", ""),
        (GOOD + '[payloads]\nkey = "secret"', 6, "payloads.key: is not a known key", "keys_"),
        (GOOD + "[web]\nlisten = 1", 6, "HOST:PORT", ""),
        ("[pools.a]\nkind = 'activity'", 1, "domain: is missing", "the SWF domain"),
        ('domain = "d"\n[pools.a]\nprocesses = 1', 2, "pools.a.kind: is missing", ""),
        ('domain = "d"', 1, "there is no pool", "[pools.NAME]"),
        ('domain = "d"\n[pools."a b"]\nkind = "decider"', 2, "letters, digits", ""),
        ('domain = "d"\nswf = 3\n' + POOL_LINES, 2, "must be a table", ""),
        (GOOD + '[engine]\nretention = "36 h"', 6, 'whole days from "1 d" to "90 d"', ""),
        (GOOD + '[engine]\nretention = "91 d"', 6, 'whole days from "1 d" to "90 d"', ""),
        (GOOD + '[engine]\nsynchronous = "off"', 6, 'one of "full", "normal"', ""),
        (GOOD + '[swf]\nregion = "eu-west-1"', 6, "no meaning", "remove it"),
        (GOOD + '[swf]\nbackend = "aws"\n[engine]', 7, "no meaning", "remove"),
        (GOOD + 'drain_timeout = "60 s"\n[swf]\nbackend = "aws"', 5, "under 90 s", "90 s"),
        (GOOD + '[pools.b]\nkind = "activity"\ntask_list = "images"', 5, "as [pools.images]", ""),
        (LAMBDAS + 'task_list = "x"', 5, 'no meaning with kind = "lambda"', "remove it"),
        (LAMBDAS + '[pools.m]\nkind = "lambda"', 5, "functions as [pools.f] does", "processes"),
        (LAMBDAS + '[swf]\nbackend = "aws"', 4, 'no meaning with backend = "aws"', "AWS Lambda"),
        ('domain = "d"\n[pools.a\n', 2, "is not TOML", ""),
        ('domain = "d"\ndomain = "e"\n', 2, "is not TOML", ""),
    ],
)
def test_a_mistake_is_told_at_its_line_with_a_hint(reading, text, line, message, hint):
    outcome = reading(text)

    assert outcome.config is None
    assert any(found.startswith(f"{line}: ") and message in found for found in told(outcome)), (
        outcome.faults
    )
    assert any(hint in fault.hint for fault in outcome.faults)


def test_all_mistakes_are_told_at_once(reading):
    outcome = reading('domain = 1\n[swf]\nbackand = "x"\n[pools.a]\nkind = "x"\nprocesses = 0\n')

    assert [line.split(":")[0] for line in told(outcome)] == ["1", "3", "5", "6"]


def test_a_file_that_is_not_there_or_not_text_is_a_fault(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe")

    assert "No such file" in read(tmp_path / "absent", {}).faults[0].message
    assert "Is a directory" in read(tmp_path, {}).faults[0].message
    assert "UTF-8" in read(tmp_path / "binary", {}).faults[0].message


def test_every_key_also_comes_from_the_environment(reading):
    config = reading(
        GOOD,
        FLOWYD_DOMAIN="e",
        FLOWYD_SWF_BACKEND="aws",
        FLOWYD_PLUGINS_MODULES="one, two",
        FLOWYD_POOLS_IMAGES_PROCESSES="7",
        FLOWYD_POOLS_IMAGES_TASK_LIST="other",
        FLOWYD_POOLS_MORE_KIND="decider",
    ).config

    assert (config.domain, config.swf.backend, config.plugins.modules) == (
        "e",
        "aws",
        ("one", "two"),
    )
    assert [(p.name, p.kind, p.task_list, p.processes) for p in config.pools] == [
        ("images", "activity", "other", 7),
        ("more", "decider", "more", 1),
    ]


def test_a_wrong_value_from_the_environment_is_told_by_its_variable(reading):
    outcome = reading(GOOD, FLOWYD_POOLS_IMAGES_PROCESSES="many")

    assert [fault.where for fault in outcome.faults] == ["$FLOWYD_POOLS_IMAGES_PROCESSES"]


def test_a_variable_that_is_no_setting_is_a_warning_only(reading):
    outcome = reading(GOOD, FLOWYD_SERVICE_HOST="10.0.0.1", FLOWYD_CONFIG="x", OTHER="y")

    assert outcome.config is not None
    assert [(f.where, f.severity) for f in outcome.faults] == [("$FLOWYD_SERVICE_HOST", "warning")]


def test_the_file_is_searched_where_the_design_says(tmp_path):
    (tmp_path / "flowyd.toml").touch()

    assert find("a.toml", {"FLOWYD_CONFIG": "b.toml"}, tmp_path) == tmp_path / "a.toml"
    assert find(None, {"FLOWYD_CONFIG": "/b.toml"}, tmp_path) == Path("/b.toml")
    assert find(None, {}, tmp_path) == tmp_path / "flowyd.toml"


def test_the_example_at_the_top_names_every_key_that_is_known_and_works():
    path = Path(__file__).parents[3] / "flowyd.toml"
    text = path.read_text()
    shown = tomllib.loads(
        "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    )

    assert [fault for fault in read(path, {}).faults if fault.severity == "error"] == []
    assert set(TOP) <= set(shown)
    for section, keys in SECTIONS.items():
        missing = set(keys) - set(shown.get(section, {})) - {"region", "endpoint_url", "profile"}
        assert not missing, section
    shown_in_pools = {key for pool in shown["pools"].values() for key in pool}
    assert set(POOL) - shown_in_pools <= {"plugins"}
