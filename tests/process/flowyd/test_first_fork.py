"""What a zygote is before its first fork: one thread, the files that it was given, and no request.

A thread would be lost by each fork, a socket shared by all workers, credentials fetched too early
would be as old as the zygote in each of them.
"""

import contextlib
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from flowyd.config import reading
from flowyd.supervisor import messages, processes
from flowyd.supervisor.channels import Channel, pair
from flowyd.supervisor.commands import home, load_order, zygote_environment

CONFIG = """
domain = "tests"
[swf]
backend = "aws"
region = "eu-west-1"
[plugins]
enabled = ["images", "video"]
[pools.acts]
kind = "activity"
task_list = "image_processing"
"""


class Metadata(BaseHTTPRequestHandler):
    """The service that tells an EC2 instance its credentials; it notes who asks, and has none."""

    asked: list[str]

    def do_PUT(self):
        self.asked.append(self.path)
        self.send_error(404)

    def do_GET(self):
        self.do_PUT()

    def log_message(self, *_):
        pass


@pytest.fixture
def metadata(monkeypatch, tmp_path):
    """The requests that a fake metadata service has seen; there are no other credentials."""
    asked = []
    handler = type("Handler", (Metadata,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", address)
        monkeypatch.setenv("HOME", str(tmp_path))
        yield asked
        server.shutdown()
        thread.join()


@pytest.fixture
def config(tmp_path):
    (tmp_path / "flowyd.toml").write_text(CONFIG)
    read = reading.read(tmp_path / "flowyd.toml", {})
    assert read.config is not None, read.faults
    return read.config


@pytest.fixture
def parent():
    """Makes this process the parent of the orphans below it, as the supervisor is."""
    processes.become_subreaper()
    yield
    processes.prctl(processes.PR_SET_CHILD_SUBREAPER, 0)


@pytest.fixture
def zygote(config, metadata, parent):
    """A zygote that has loaded the example plugins, and the channel to it."""
    ours, theirs = pair()
    with theirs:
        child = processes.launch(
            ["flowyd.supervisor.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            environment=zygote_environment(),
            capture=False,
        )
    ours.settimeout(60)
    wire = Channel(ours, messages.Loaded)
    parts = (config.plugins, config.pools, config.logs)
    wire.send(load_order(*parts, strict=False, embedded=False, home=home(config)))
    loaded = wire.receive()
    assert set(loaded.names) == {"images", "video"}, loaded
    yield child.pid, wire
    wire.close()
    assert child.wait(20) == 0


def test_before_its_first_fork_a_zygote_has_one_thread_its_channel_and_asked_nobody(
    zygote, metadata
):
    pid, _ = zygote
    alone(pid)
    assert metadata == []


def alone(pid):
    """A process with one thread and nothing open but standard files and one socket, as told."""
    assert [entry.name for entry in Path(f"/proc/{pid}/task").iterdir()] == [str(pid)]
    files = {int(entry.name): str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    opened = [name for name in files if name > 2]
    assert len(opened) == 1, files
    assert files[opened[0]].startswith("socket:"), files


def test_the_child_that_needs_credentials_asks_for_them_itself(zygote, metadata, config):
    pid, wire = zygote
    ours, theirs = pair()
    where = {"endpoint_url": None, "region": "eu-west-1", "profile": None, "credentials": None}
    job = messages.ForkRegistration(messages.SwfJob(domain="tests", embedded=False, **where))
    with theirs, contextlib.closing(ours):
        wire.send(job, theirs.fileno())
        answers = Channel(ours, messages.FromChild)
        ours.settimeout(60)
        born = answers.receive()
        assert isinstance(born, messages.Birth)
        told = answers.receive()
    os.waitpid(born.pid, 0)
    assert isinstance(told, messages.NotRegistered | messages.Registered)
    assert metadata
    alone(pid)  # it has made the client for all that follow, and asked nobody
