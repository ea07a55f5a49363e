"""The guide for operators tells of every metric, every command and every state that there is."""

import re
from pathlib import Path
from typing import get_args

from flowyd.cli import COMMANDS
from flowyd.control.status import PoolState
from flowyd.metrics import TABLE

GUIDE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()


def test_every_metric_is_in_the_table_as_it_is():
    told = re.findall(r"^\| `(\w+)` \| (\w+) \| ([\w, ]*) \| (.*) \|$", GUIDE, re.MULTILINE)
    assert told == [(row.name, row.kind, ", ".join(row.labels), row.help) for row in TABLE]


def test_every_command_is_named():
    assert [name for name in COMMANDS if not re.search(rf"flowyd\b[^\n]*\b{name}\b", GUIDE)] == []


def test_every_state_of_a_pool_has_its_meaning():
    states = re.findall(r"^\| ([a-z, ]+) \|", GUIDE, re.MULTILINE)
    assert set(get_args(PoolState)) <= {word for row in states for word in row.split(", ")}
