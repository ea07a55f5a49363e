"""Clients that are slow, mute, many or mad: bounded memory, and no effect on others."""

import json
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import psutil
import pytest
from engine_process import DOMAIN, Engine, eventually, headers, poll_activity, register, running

MEBIBYTE = 1 << 20


@pytest.fixture
def engine() -> Iterator[Engine]:
    with running(":memory:", hold=50) as engine:
        register(engine.client())
        yield engine


@pytest.fixture
def many_files() -> Iterator[None]:
    """Leave this process open 2,000 sockets, too."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < 4_000:
        pytest.skip(f"this system allows {before[1]} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def memory(engine: Engine) -> int:
    assert engine.process is not None
    return int(psutil.Process(engine.process.pid).memory_info().rss)


def message(operation: str, body: bytes, *extra: str) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers(operation).items()]
    lines += ["Host: x", *(extra or (f"Content-Length: {len(body)}",))]
    return ("POST / HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + body


def connect(engine: Engine, stack: ExitStack) -> socket.socket:
    return stack.enter_context(socket.create_connection(("127.0.0.1", engine.port), timeout=20))


def poll(task_list: str) -> bytes:
    request = {"domain": DOMAIN, "taskList": {"name": task_list}}
    return message("PollForActivityTask", json.dumps(request).encode())


def sent_before_it_blocks(client: socket.socket, data: bytes, most: int) -> int:
    """How many times the data can be sent until nobody takes it for half a second."""
    client.settimeout(0.5)
    for number in range(most):
        try:
            client.sendall(data)
        except TimeoutError:
            return number
    return most


def serves(engine: Engine) -> bool:
    return engine.post("DescribeDomain", {"name": DOMAIN})[0] == 200


@pytest.mark.usefixtures("many_files")
def test_a_thousand_idle_polls_cost_little_and_the_next_one_is_refused(engine: Engine) -> None:
    before = memory(engine)
    with ExitStack() as stack:
        for _ in range(1_000):
            connect(engine, stack).sendall(poll("work"))
        held = 'flowy_engine_held_polls{kind="activity"}'
        eventually(lambda: engine.metric(held) == 1_000)
        assert memory(engine) - before < 40 * MEBIBYTE
        with pytest.raises(engine.client().exceptions.LimitExceededFault):
            poll_activity(engine.client())
        assert serves(engine)
    eventually(lambda: engine.metric(held) == 0)


def test_soft_limit_of_files_is_raised_for_the_polls() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
    try:
        with running(":memory:") as engine:
            assert engine.process is not None
            raised, _ = resource.prlimit(engine.process.pid, resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert raised == min(hard, 65_536)


@pytest.mark.parametrize("chunked", [False, True])
def test_two_megabytes_are_refused_without_being_kept(engine: Engine, chunked: bool) -> None:
    before = memory(engine)
    body = b"x" * 2_000_000
    if chunked:
        whole = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        data = message("DescribeDomain", whole, "Transfer-Encoding: chunked")
    else:
        data = message("DescribeDomain", body)
    with ExitStack() as stack:
        client = connect(engine, stack)
        client.sendall(data)
        assert client.recv(65_536).startswith(b"HTTP/1.1 413")
        assert serves(engine)
    assert memory(engine) - before < 8 * MEBIBYTE


def test_what_is_piled_up_behind_a_held_poll_is_not_read(engine: Engine) -> None:
    before = memory(engine)
    large = message("DescribeDomain", b"x" * 1_000_000)
    with ExitStack() as stack:
        client = connect(engine, stack)
        client.sendall(poll("behind"))
        assert sent_before_it_blocks(client, large, 100) < 100
        assert memory(engine) - before < 8 * MEBIBYTE
        assert serves(engine)


def test_bodies_that_never_end_share_a_limit(engine: Engine) -> None:
    before = memory(engine)
    almost = message("DescribeDomain", b"x" * 1_000_000)[:-1]
    with ExitStack() as stack:
        clients = [connect(engine, stack) for _ in range(300)]
        for client in clients:
            client.sendall(almost)
        small = json.dumps({"name": DOMAIN, "padding": "x" * 60_000})
        assert engine.post("DescribeDomain", json.loads(small))[0] == 200
        assert memory(engine) - before < 170 * MEBIBYTE
        assert clients[-1].recv(65_536).startswith(b"HTTP/1.1 503")
    assert serves(engine)
    with ExitStack() as stack:
        client = connect(engine, stack)
        client.sendall(almost + b"x")
        assert client.recv(65_536).startswith(b"HTTP/1.1 400")


def test_client_that_does_not_read_its_answers_is_answered_no_further(engine: Engine) -> None:
    before = memory(engine)
    # Asks for an answer that repeats 30,000 characters of the request.
    wrong = message("ListDomains", json.dumps({"registrationStatus": "y" * 30_000}).encode())
    with ExitStack() as stack:
        client = connect(engine, stack)
        assert sent_before_it_blocks(client, wrong, 5_000) < 5_000
        assert memory(engine) - before < 8 * MEBIBYTE
        assert serves(engine)


@pytest.mark.usefixtures("many_files")
def test_hundreds_of_half_requests_disturb_nobody(engine: Engine) -> None:
    with ExitStack() as stack:
        for number in range(400):
            connect(engine, stack).sendall(message("DescribeDomain", b"{}")[: number % 120])
        assert serves(engine)
    assert serves(engine)


def test_garbage_in_every_shape_ends_its_connection_only(engine: Engine) -> None:
    for garbage in (
        b"\x00" * 100,
        b"GET\r\n\r\n",
        b"POST / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\n: nameless\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ):
        with ExitStack() as stack:
            client = connect(engine, stack)
            client.sendall(garbage)
            client.shutdown(socket.SHUT_WR)
            while client.recv(65_536):
                pass
    assert serves(engine)
    assert engine.stop()[0] == 0
