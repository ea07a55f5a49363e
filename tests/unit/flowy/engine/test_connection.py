"""A connection knows whether somebody is there to read an answer."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import pytest

from flowy.engine.core.task_lists import Place
from flowy.engine.exchange import Exchange
from flowy.engine.gate import Gate, Policy
from flowy.engine.http import Connection
from flowy.engine.measures import Measures
from flowy.engine.polls import HeldPoll, Polls, Presence
from flowy.engine.server import Server, listen
from flowy.engine.service import Service

REQUEST = b"POST / HTTP/1.1\r\nX-Amz-Target: SimpleWorkflowService.X\r\nContent-Length: 0\r\n\r\n"


class Heard:
    """Stands where the service is: notes what it is told."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.callers: list[Exchange] = []
        self.lost: list[object] = []

    def call(self, operation: str, body: bytes, responder: Exchange, region: str) -> None:
        self.calls.append(operation)
        self.callers.append(responder)

    def connection_lost(self, responder: object) -> None:
        self.lost.append(responder)


async def _until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # whatever the loop does next may make it true
            await asyncio.sleep(0)


async def _connect(heard: Heard) -> tuple[Connection, socket.socket]:
    ours, theirs = socket.socketpair()
    gate = Gate(cast("Service", heard), lambda: None, Policy(), Measures())
    connection = Connection(gate, set())
    await asyncio.get_running_loop().create_connection(lambda: connection, sock=ours)
    return connection, theirs


def test_presence_before_and_after_the_end_is_read() -> None:
    async def play() -> list[Presence]:
        heard = Heard()
        connection, theirs = await _connect(heard)
        found = [connection.presence()]
        theirs.close()
        found.append(connection.presence())
        await _until(lambda: connection.presence() == "gone")
        return [*found, connection.presence()]

    assert asyncio.run(play()) == ["here", "unsure", "gone"]


def test_service_hears_of_a_caller_that_has_gone() -> None:
    async def play() -> bool:
        heard = Heard()
        _, theirs = await _connect(heard)
        theirs.sendall(REQUEST)
        await _until(lambda: heard.calls)
        theirs.close()
        await _until(lambda: heard.lost)
        return heard.lost == heard.callers

    assert asyncio.run(play())


def test_second_request_waits_for_the_answer_to_the_first() -> None:
    async def play() -> tuple[int, int]:
        heard = Heard()
        connection, theirs = await _connect(heard)
        theirs.sendall(REQUEST * 2)
        await _until(lambda: heard.calls)
        before = len(heard.calls)
        heard.callers[0].answer(200, b"")
        after = len(heard.calls)
        connection.close()
        theirs.close()
        await _until(lambda: connection.presence() == "gone")
        return before, after

    assert asyncio.run(play()) == (1, 2)


def test_client_that_reads_nothing_is_read_no_further() -> None:
    async def play() -> int:
        heard = Heard()
        connection, theirs = await _connect(heard)
        theirs.setblocking(False)
        sent = 0
        while connection.presence() != "here" or sent < 100:
            try:
                sent += theirs.send(REQUEST * 10)
            except BlockingIOError:
                break
            for _ in range(5):
                await asyncio.sleep(0)
        calls = len(heard.calls)
        connection.close()
        theirs.close()
        await _until(lambda: connection.presence() == "gone")
        return calls

    assert asyncio.run(play()) == 1


class Somewhere:
    def __init__(self, presence: Presence) -> None:
        self._presence = presence

    def presence(self) -> Presence:
        return self._presence

    def answer(self, status: int, body: bytes) -> None:
        raise AssertionError


PLACE = Place("activity", "d", "work")


@pytest.mark.parametrize(("presence", "kept"), [("here", True), ("unsure", True), ("gone", False)])
def test_poll_of_a_gone_connection_is_forgotten(presence: Presence, kept: bool) -> None:
    polls = Polls()
    poll = HeldPoll(PLACE, Somewhere(presence), 1)
    polls.hold(poll)
    assert (polls.next_present(PLACE) is poll) == (presence == "here")
    assert polls.count(PLACE) == int(kept)


def test_poll_behind_one_that_may_have_gone_is_found_and_the_place_looked_at_again() -> None:
    polls = Polls()
    second = HeldPoll(PLACE, Somewhere("here"), 1)
    polls.hold(HeldPoll(PLACE, Somewhere("unsure"), 1))
    polls.hold(second)
    polls.fresh.clear()
    assert polls.next_present(PLACE) is second
    assert polls.fresh == {PLACE}


def test_polls_expire_in_their_order() -> None:
    polls = Polls()
    held = [HeldPoll(PLACE, Somewhere("here"), until) for until in (5, 6, 7)]
    for poll in held:
        polls.hold(poll)
    assert polls.next_at() == 5
    assert polls.expired(6) == held[:2]
    assert polls.count(PLACE) == 1


def test_release_is_forgotten_after_its_time() -> None:
    polls = Polls()
    polls.release("me", 100)
    assert polls.is_released("me", 99)
    assert not polls.is_released("me", 100)


async def _serve() -> tuple[Server, socket.socket]:
    loop = asyncio.get_running_loop()
    server = Server(cast("Service", Heard()), loop)
    ours, theirs = socket.socketpair()
    await loop.create_connection(server.connect, sock=ours)
    return server, theirs


def _age(server: Server, seconds: float) -> None:
    """Let what a connection waits for have begun so much earlier."""
    for connection in server._connections:
        if connection.stuck_since is not None:
            connection.stuck_since -= seconds


@pytest.mark.parametrize(("sent", "kept"), [(REQUEST[:30], False), (REQUEST, True), (b"", True)])
def test_sweep_ends_what_has_been_half_a_request_for_half_a_minute(sent: bytes, kept: bool) -> None:
    async def play() -> int:
        server, theirs = await _serve()
        theirs.sendall(sent)
        for _ in range(5):
            await asyncio.sleep(0)
        _age(server, 29)
        server.sweep()
        assert len(server._connections) == 1
        _age(server, 2)
        server.sweep()
        for _ in range(5):
            await asyncio.sleep(0)
        left = len(server._connections)
        for connection in list(server._connections):
            connection.abort()
        theirs.close()
        await _until(lambda: not server._connections)
        return left

    assert asyncio.run(play()) == int(kept)


def test_request_that_is_slow_but_followed_by_whole_ones_is_no_stuck_one() -> None:
    async def play() -> bool:
        heard = Heard()
        connection, theirs = await _connect(heard)
        theirs.sendall(REQUEST + REQUEST[:20])
        await _until(lambda: connection.stuck_since is not None)
        assert connection.stuck_since is not None
        connection.stuck_since -= 40
        before = connection.stuck_since
        theirs.sendall(REQUEST[20:] + REQUEST[:20])
        await _until(lambda: connection.stuck_since != before)
        later = connection.stuck_since
        connection.abort()
        theirs.close()
        await _until(lambda: connection.presence() == "gone")
        return later is not None and later > before + 39

    assert asyncio.run(play())


def test_kernel_is_asked_to_find_hosts_that_have_gone() -> None:
    async def play() -> int:
        loop = asyncio.get_running_loop()
        server = Server(cast("Service", Heard()), loop)
        with listen("127.0.0.1", 0) as listener:
            accepting = await loop.create_server(server.connect, sock=listener)
            client = socket.create_connection(listener.getsockname())
            await _until(lambda: server._connections)
            (connection,) = server._connections
            assert connection._transport is not None
            served = connection._transport.get_extra_info("socket")
            asked = served.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            client.close()
            accepting.close()
            await _until(lambda: not server._connections)
        return int(asked)

    assert asyncio.run(play()) == 1


def test_many_requests_that_are_answered_at_once_do_not_pile_up_on_the_stack() -> None:
    async def play() -> int:
        heard = Heard()
        policy = Policy(pages={"/page": lambda: b"p"})
        measures = Measures()
        gate = Gate(cast("Service", heard), lambda: None, policy, measures)
        ours, theirs = socket.socketpair()
        connection = Connection(gate, set())
        await asyncio.get_running_loop().create_connection(lambda: connection, sock=ours)
        theirs.sendall(b"GET /page HTTP/1.1\r\n\r\n" * 1_500)
        theirs.setblocking(False)

        def read_all() -> bool:
            with suppress(BlockingIOError):
                theirs.recv(1 << 20)
            return measures.requests["/page", "ok"] == 1_500

        await _until(read_all)
        connection.abort()
        theirs.close()
        await _until(lambda: connection.presence() == "gone")
        return len(heard.calls)

    assert asyncio.run(play()) == 0
