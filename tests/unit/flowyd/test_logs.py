"""Logs: one JSON object a line for machines, text for people, and nobody's secrets."""

import json
import subprocess
import sys

import pytest

from flowyd.logs import is_for_people

SAY = """
import logging, structlog
from flowyd import logs
logs.configure({format!r}, {level!r}, {environ!r})
structlog.contextvars.bind_contextvars(pool="images", slot=3)
log = structlog.get_logger()
log.debug("not shown")
log.info("worker ready", task_list="fast")
logging.getLogger("botocore").warning("from a library")
logging.getLogger("botocore").info("not shown either")
def fail(password):
    raise ValueError("no")
try:
    fail("hunter2")
except ValueError:
    log.error("failed", exc_info=True)
"""


def lines(format: str, environ: dict[str, str] | None = None) -> list[str]:
    code = SAY.format(format=format, level="info", environ=environ or {})
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.mark.parametrize("format", ["json", "auto"])  # standard error is a pipe here
def test_machines_get_one_json_object_a_line_with_pool_and_slot(format):
    first, second, third = map(json.loads, lines(format))

    assert (first["message"], first["level"], first["task_list"]) == (
        "worker ready",
        "info",
        "fast",
    )
    assert (first["pool"], first["slot"]) == ("images", 3)
    assert (second["message"], second["level"]) == ("from a library", "warning")
    assert third["exception"][0]["exc_type"] == "ValueError"


@pytest.mark.parametrize("format", ["json", "console"])
def test_a_traceback_shows_lines_and_no_values(format):
    text = "\n".join(lines(format))

    assert "ValueError" in text
    assert "hunter2" not in text.replace('fail("hunter2")', "")


def test_people_get_text():
    text = "\n".join(lines("console"))

    assert "worker ready" in text
    assert "{" not in text.splitlines()[0]


@pytest.mark.parametrize("name", ["INVOCATION_ID", "KUBERNETES_SERVICE_HOST", "container"])
def test_under_systemd_and_in_containers_nobody_reads_along(name, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)

    assert is_for_people({})
    assert not is_for_people({name: "x"})
