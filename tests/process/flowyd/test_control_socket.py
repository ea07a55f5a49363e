"""Bad clients of the control sockets harm nobody but themselves."""

import contextlib
import socket
import time
from pathlib import Path

import pytest

from flowyd.control import client, protocol
from flowyd.control.addresses import CTL, STATUS
from flowyd.control.server import CLIENTS


@pytest.fixture
def daemon(shared_daemon):
    return shared_daemon


def open_files(daemon) -> int:
    return len(list(Path(f"/proc/{daemon.process.pid}/fd").iterdir()))


@pytest.fixture
def connect(daemon):
    before = open_files(daemon)
    opened = []

    def open_one(name: str = STATUS) -> socket.socket:
        opened.append(client.connect(daemon.run_dir, name))
        opened[-1].settimeout(20)
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.close()
    daemon.eventually("all are closed", lambda: open_files(daemon) <= before)


def reply(connection: socket.socket) -> protocol.Reply:
    length = int.from_bytes(client.read_exactly(connection, 4), "big")
    return protocol.read_reply(client.read_exactly(connection, length))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"\x00\xff garbage\n", "not a request"),
        (b'{"v":1,"op":"explode"}\n', "not a request"),
        (b'{"v":2,"op":"status"}\n', "version 1"),
        (b'{"v":1,"op":"stop"}\n', "ctl.sock only"),
        (b'{"v":1,"op":"status"}\n{"v":1,"op":"status"}\n', "one request at a time"),
        (b"x" * (protocol.REQUEST_BYTES + 1), "longer than 64 KiB"),
    ],
)
def test_a_bad_request_is_refused_and_the_connection_closed(daemon, connect, line, said):
    connection = connect()
    connection.sendall(line)

    assert said in (reply(connection).error or "")
    assert connection.recv(1) == b""
    assert daemon.status().state == "ok"


def test_a_connection_answers_one_request_after_the_other(connect):
    connection = connect(CTL)
    for _ in range(3):
        connection.sendall(protocol.write_request(protocol.GetStatus()))
        assert reply(connection).error is None


def test_who_says_nothing_is_dropped_after_five_seconds(daemon, connect):
    silent, half = connect(), connect()
    half.sendall(b'{"v":1,')
    began = time.monotonic()

    assert silent.recv(1) == b""
    assert half.recv(1) == b""
    assert 4 < time.monotonic() - began < 15
    assert daemon.status().state == "ok"


def test_too_many_clients_are_told_so_and_there_is_room_again(daemon, connect):
    crowd = [connect() for _ in range(CLIENTS)]
    for one in crowd:
        one.sendall(protocol.write_request(protocol.GetStatus()))
        assert reply(one).error is None
    late = connect()

    assert "clients at once" in (reply(late).error or "")

    crowd[0].close()
    daemon.until("there is room", lambda s: s.state == "ok")


def test_who_may_only_ask_cannot_keep_out_who_may_steer(daemon, connect):
    for _ in range(CLIENTS):
        connect().sendall(b'{"v":1,')

    assert daemon.flowyd("scale", "acts", "2").returncode == 0


def test_a_thousand_bad_connections_leave_nothing_behind(daemon, connect):
    before = open_files(daemon)
    junk = (b"", b"\xff" * 70_000, b'{"v":1,"op":"status"}\n', b"[[[[\n", b'{"v":1,"op"')
    for number in range(1_000):
        connection = client.connect(daemon.run_dir, (STATUS, CTL)[number % 2])
        with contextlib.suppress(BrokenPipeError, ConnectionResetError), connection:
            connection.sendall(junk[number % len(junk)])

    daemon.eventually("all are closed", lambda: open_files(daemon) == before)
    assert daemon.status().state == "ok"
