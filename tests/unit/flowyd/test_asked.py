"""Requests that make no sense are refused with what would."""

import pytest

from flowyd.control.protocol import Pause, Refused, Restart, Resume, Scale, read_request
from flowyd.supervisor import news
from flowyd.supervisor.asked import operation_of
from flowyd.supervisor.fleet import Fleet, Stop
from flowyd.supervisor.pools import Pool

FLEET = Fleet(services={}, pools={"p": Pool("p", 2), "q": Pool("q", 1)}, terms={})


def test_each_request_has_its_event():
    assert operation_of(Pause(pool="p"), FLEET) == news.PauseAsked("p")
    assert operation_of(Resume(pool="p"), FLEET) == news.ResumeAsked("p")
    assert operation_of(Scale(pool="p", processes=3), FLEET) == news.ScaleAsked("p", 3)
    assert operation_of(Restart(pool="p", slot=1), FLEET) == news.RestartAsked("p", 1)


def test_an_unknown_pool_or_slot_is_refused_with_those_that_there_are():
    with pytest.raises(Refused, match="no pool 'x'; there are: p, q"):
        operation_of(Pause(pool="x"), FLEET)
    with pytest.raises(Refused, match="no slot 2: it has 2"):
        operation_of(Restart(pool="p", slot=2), FLEET)


def test_a_daemon_that_stops_takes_no_orders():
    stopping = Fleet(services={}, pools=FLEET.pools, terms={}, stop=Stop(0, 0))
    with pytest.raises(Refused, match="the daemon stops"):
        operation_of(Resume(pool="p"), stopping)


@pytest.mark.parametrize(
    "line",
    [
        b'{"op": "scale", "pool": "p"}',
        b'{"op": "scale", "pool": "p", "processes": -1}',
        b'{"op": "scale", "pool": "p", "processes": 100000}',
        b'{"op": "restart", "pool": "p", "slot": -1}',
        b'{"op": "pause"}',
        b'{"op": "pause", "pool": "p", "force": true}',
        b'{"op": "explode"}',
        b'{"pool": "p"}',
        b"[]",
        b"\xff\x00",
    ],
)
def test_a_request_that_lacks_or_invents_something_is_refused(line):
    with pytest.raises(Refused, match="not a request"):
        read_request(line, may_control=True)
