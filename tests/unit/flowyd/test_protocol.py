"""The control protocol, without a socket."""

import msgspec
import pytest

from flowyd.control import protocol
from flowyd.control.protocol import Refused

REQUESTS = [
    protocol.GetStatus(),
    protocol.GetMetrics(),
    protocol.Stop(),
    protocol.Pause(pool="p"),
    protocol.Resume(pool="p"),
    protocol.Scale(pool="p", processes=3),
    protocol.Restart(pool="p", slot=1),
    protocol.Restart(pool="p"),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_is_one_line_that_comes_back_the_same(request_):
    line = protocol.write_request(request_)

    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert protocol.read_request(line, may_control=True) == request_


def test_the_status_socket_obeys_nothing():
    with pytest.raises(Refused, match=r"ctl\.sock"):
        protocol.read_request(protocol.write_request(protocol.Stop()), may_control=False)


@pytest.mark.parametrize(
    "line", [b"", b"[]", b"{}", b'{"op":1}', b'{"op":"status","v":9}', b"\xff"]
)
def test_what_is_no_request_is_refused_with_a_reason(line):
    with pytest.raises(Refused, match=r"not a request|version 1"):
        protocol.read_request(line, may_control=True)


def test_a_reply_is_framed_by_its_length_and_carries_its_result_or_its_error():
    frame = protocol.write_reply({"a": [1, None]})
    length = int.from_bytes(frame[:4], "big")
    reply = protocol.read_reply(frame[4:])

    assert length == len(frame) - 4
    assert msgspec.json.decode(reply.result) == {"a": [1, None]}
    assert protocol.read_reply(protocol.write_refusal("no")[4:]).error == "no"
