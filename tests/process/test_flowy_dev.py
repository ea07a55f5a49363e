"""`flowy dev`: everything in one process, until Ctrl-C."""

import os
import signal
import subprocess
import sys
from collections import Counter
from threading import Timer

import pytest

from flowy.client import Client

CODE = """\
from flowy import ActivityProxy, Workflow, activity, hookimpl, workflow


@hookimpl
def flowy_worker_start(worker):
    print(f"starts {worker.kind} {worker.task_list}\\n", end="", flush=True)


@hookimpl
def flowy_worker_stop(worker):
    print(f"stops {worker.kind} {worker.task_list}\\n", end="", flush=True)


@activity("Greet", 1, "greeting")
def greet(name):
    return f"hello {name}"


@workflow("Greeting", 1, "deciding")
class Greeting(Workflow):
    greet = ActivityProxy(greet)

    def run(self, name):
        return self.greet(name).result()
"""

PATIENCE = 30


@pytest.fixture
def dev(tmp_path):
    """Starts `flowy dev` with a module; gives the process and all that it says up to its URL."""
    (tmp_path / "greetings.py").write_text(CODE)
    started = []

    def start(*args):
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "flowy", "dev", "--plugin", "greetings", *args],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process, said_until(process, "Ctrl-C stops")

    yield start
    for process in started:
        process.kill()
        process.communicate()


def said_until(process, last):
    """What it says up to a line; a process that hangs is killed, which ends the reading."""
    watchdog = Timer(PATIENCE, process.kill)
    watchdog.start()
    lines = []
    for line in process.stdout:
        lines.append(line)
        if last in line:
            break
    watchdog.cancel()
    watchdog.join()
    return "".join(lines)


def client_of(said):
    words = said.split()
    return Client(
        words[words.index("--domain") + 1],
        endpoint_url=words[words.index("--endpoint-url") + 1],
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_a_domain_until_it_is_interrupted(dev, number):
    process, said = dev()
    assert "decider on deciding: 1\nactivity on greeting: 4\n" in said
    client = client_of(said)
    assert client.swf.domain == "dev"
    assert client.start(("Greeting", 1), "Ada").result(PATIENCE) == "hello Ada"
    process.send_signal(number)
    rest, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    lines = Counter((said + rest).splitlines())
    assert lines["finishing what runs; Ctrl-C again does not wait"] == 1
    for hook in ("starts", "stops"):
        assert (lines[f"{hook} decider deciding"], lines[f"{hook} activity greeting"]) == (1, 4)


def test_its_file_is_there_the_next_time(dev, tmp_path):
    process, said = dev("--db", "dev.db", "--domain", "mine")
    handle = client_of(said).start(("Greeting", 1), "Ada")
    handle.result(PATIENCE)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    _, said = dev("--db", "dev.db", "--domain", "mine")
    assert client_of(said).handle(handle.id).result(PATIENCE) == "hello Ada"


def test_a_port_that_is_taken_is_told_in_a_line(dev):
    _, said = dev()
    taken = client_of(said).swf.endpoint_url.removeprefix("http://")
    process, said = dev("--listen", taken)
    assert process.wait(PATIENCE) == 1
    assert said.startswith(f"Error: cannot listen on {taken}: ")


def test_other_machines_are_not_served(dev):
    process, said = dev("--listen", "0.0.0.0:0")
    assert process.wait(PATIENCE) == 1
    assert "credentials" in said


LINUX_ONLY = {"fcntl", "resource", "grp", "pwd", "termios"}


def test_it_imports_nothing_that_only_linux_has():
    """What is imported on this system alone is imported under a check of the system."""
    code = (
        "import sys\n"
        "from importlib import abc\n"
        "class Refuse(abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name in {LINUX_ONLY!r}: raise ImportError(name)\n"
        f"for name in {LINUX_ONLY!r}: sys.modules.pop(name, None)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "import flowy.cli.dev, flowy.engine.thread, flowy.worker.threads, flowy.testing\n"
        "import flowy.swf.client, flowy.worker.registration\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
