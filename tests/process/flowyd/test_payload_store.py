"""A real daemon with a payload store and encryption: long texts go through, nothing is plain."""

import json
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

PLUGIN = """
from random import Random
from flowy import ActivityProxy, Workflow, activity, workflow

@activity("Grow", 1, "acts")
def grow(text, size):
    return text + Random(7).randbytes(size).hex()  # nothing that compresses well

@workflow("Growing", 1, "decs")
class Growing(Workflow):
    grow = ActivityProxy(grow)

    def run(self, text):
        grown = self.grow(text, 600_000)
        return [len(grown.result()), self.grow(grown, 1)]
"""
SECRET = "a secret that nobody may read "


@pytest.mark.timeout(200)
def test_a_megabyte_goes_through_a_daemon_and_nothing_of_it_lies_anywhere_in_plain_text(
    launch, tmp_path
):
    daemon = launch_with(launch, tmp_path, KEY)
    daemon.until_ready()
    found = daemon.flowy("start", "Growing", json.dumps([SECRET]), "--id", "w", "--wait")
    assert found.returncode == 0, found.stderr + daemon.log
    length, grown = json.loads(found.stdout)
    assert grown.startswith(SECRET)
    assert length + 2 == len(grown) > 1_200_000

    shown = daemon.flowy("history", "w").stdout
    assert "[stored: dir://" in shown
    assert json.loads(daemon.flowy("result", "w").stdout)[0] == length
    swept = daemon.flowy("payloads", "gc", "--older-than", "1", "--dry-run").stdout
    assert "0 payloads of 0 bytes would be removed" in swept

    files = [path for path in daemon.directory.rglob("*") if path.is_file()]
    held = [path for path in files if SECRET.encode() in path.read_bytes()]
    assert held == []
    assert any(path.name == "engine.db" for path in files)


@pytest.mark.timeout(200)
def test_without_its_keys_a_daemon_says_so_and_starts_no_worker(launch, tmp_path):
    daemon = launch_with(launch, tmp_path, "no key")
    daemon.eventually("the fault is told", lambda: "a key is not 32 bytes" in daemon.log)
    daemon.eventually("both pools are held", lambda: daemon.log.count("pool held") == 2)
    told = subprocess.run(
        [sys.executable, "-m", "flowyd", "check"],
        cwd=daemon.directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 78
    assert "[payloads]: a key is not 32 bytes" in told.stdout + told.stderr


KEY = Fernet.generate_key().decode()


def launch_with(launch, directory, key):
    """A daemon whose key is this, in a file of its own."""
    more = f"""
[payloads]
store = "dir://{directory}/payloads"
codecs = ["zlib", "fernet"]
keys_file = "payload.keys"
"""
    (directory / "payload.keys").write_text(key)
    return launch(processes=1, more=more, plugin=PLUGIN)
