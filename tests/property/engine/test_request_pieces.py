"""However the network cuts the bytes, the same requests come out."""

import json

from hypothesis import given
from hypothesis import strategies as st

from flowy.engine.encoding import decode_event, encode_event
from flowy.engine.requests import FREE_BYTES, NotHttp, RequestParser, Room
from flowy.engine.tokens import TaskToken, read_task_token, seal
from flowy.swf.events import EVENTS, ActivityTaskCompleted, Event, WorkflowExecutionSignaled

BODIES = st.lists(st.binary(max_size=200), min_size=1, max_size=4)


def write(body: bytes, number: int) -> bytes:
    head = f"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: T.{number}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@given(BODIES, st.lists(st.integers(1, 60), min_size=1))
def test_pieces_make_the_same_requests(bodies: list[bytes], sizes: list[int]) -> None:
    data = b"".join(write(body, number) for number, body in enumerate(bodies))
    parser = RequestParser()
    turn = 0
    while data:
        size = sizes[turn % len(sizes)]
        parser.feed(data[:size])
        data = data[size:]
        turn += 1
    assert [bytes(request.body) for request in parser.requests] == bodies
    assert [request.target for request in parser.requests] == [f"T.{n}" for n in range(len(bodies))]
    assert not parser.within


def chunked(size: int) -> bytes:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"%x\r\n%b\r\n0\r\n\r\n" % (size, b"x" * size)


def test_refused_request_is_answered_also_if_the_next_one_has_come_with_it() -> None:
    parser = RequestParser()
    parser.feed(chunked(1_000_001) + write(b"next", 1))
    assert [request.refusal for request in parser.requests] == ["too large"]
    assert parser.deaf


@given(st.lists(st.integers(0, 90_000).map(bytes), min_size=1, max_size=4), st.integers(0, 60_000))
def test_room_is_given_back_whatever_became_of_the_requests(bodies: list[bytes], left: int) -> None:
    room = Room(left)
    parser = RequestParser(room)
    for number, body in enumerate(bodies):
        parser.feed(write(body, number))
    held = sum(max(0, len(request.body) - FREE_BYTES) for request in parser.requests)
    assert held == left - room.left
    if parser.requests:
        parser.take()
    parser.forget()
    assert room.left == left


CHANGES = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 20), st.binary(max_size=20)), max_size=4
)


@given(BODIES, CHANGES)
def test_bytes_that_are_changed_make_requests_or_are_no_http(
    bodies: list[bytes], changes: list[tuple[int, int, bytes]]
) -> None:
    data = b"".join(write(body, number) for number, body in enumerate(bodies))
    for place, cut, put in changes:
        data = data[:place] + put + data[place + cut :]
    parser = RequestParser()
    try:
        parser.feed(data)
    except NotHttp:
        return
    assert len(parser.requests) <= data.count(b" HTTP/1")
    assert sum(len(request.body) for request in parser.requests) <= len(data)


@given(st.integers(1, 25_000), st.integers(0, 2**42), st.text(max_size=50))
def test_stored_events_are_read_back_and_alphabetical(number: int, at: int, text: str) -> None:
    for attributes in (ActivityTaskCompleted(1, 2, text), WorkflowExecutionSignaled(text, 0)):
        event = Event(number, at, attributes)
        written = encode_event(event)
        assert decode_event(written) == event
        members = list(json.loads(written))
        assert members == sorted(members)


def test_every_event_type_has_its_block_in_alphabetical_place() -> None:
    for kind in EVENTS.values():
        required = len(kind.__struct_fields__) - len(kind.__struct_defaults__)
        attributes = kind(**dict.fromkeys(kind.__struct_fields__[:required], 1))
        members = list(json.loads(encode_event(Event(1, 1, attributes))))
        assert members == sorted(members)


@given(st.text(max_size=64), st.integers(0, 25_000), st.integers(0, 25_000))
def test_task_tokens_are_short_and_read_back(run_id: str, scheduled: int, started: int) -> None:
    token = TaskToken("a", run_id, scheduled, started)
    assert read_task_token(seal(token), "a") == token
    assert len(seal(token)) <= 1_024
