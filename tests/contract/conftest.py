"""Two servers that speak SWF: moto in a thread, and the engine in its own process."""

import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
from moto.server import ThreadedMotoServer

from flowy.client import Client


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def engine_url() -> Iterator[str]:
    command = [sys.executable, "-m", "flowy", "engine", "--db", ":memory:"]
    with subprocess.Popen(
        [*command, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline()
            assert line.startswith("listening on "), line
            yield line.split()[-1]
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(params=["moto_url", "engine_url"])
def client(request: pytest.FixtureRequest) -> Client:
    url = request.getfixturevalue(request.param)
    made = Client(f"domain-{uuid4()}", endpoint_url=url)
    made.swf.register_domain()
    return made
