import time
from threading import Event

import pytest

from flowy.errors import SerializationError, ServiceUnreachable, UnknownResource
from flowy.names import NO_NAMES
from flowy.payloads import Payloads
from flowy.worker.heartbeats import Heartbeats, TaskLink


class Service:
    """Counts heartbeats; answers what the test wants."""

    loopback = True
    payloads = Payloads()
    names = NO_NAMES

    def __init__(self, answer=False):
        self.answer = answer
        self.sent = []
        self.heard = Event()

    def heartbeat(self, token, details):
        self.sent.append((token, details))
        self.heard.set()
        answer = self.answer.pop(0) if isinstance(self.answer, list) else self.answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    def await_heard(self):
        assert self.heard.wait(20), "no heartbeat came"
        self.heard.clear()


def until(condition):
    """Wait for a condition with a deadline."""
    deadline, pause = time.monotonic() + 20, Event()
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        pause.wait(0.005)


def link(every=0.02, automatic=True, **more):
    return TaskLink("token", every, automatic, **more)


def test_automatic_heartbeats_come_without_the_code():
    service = Service()
    with Heartbeats(service) as heartbeats, heartbeats.of(link()):
        service.await_heard()
        service.await_heard()
    assert set(service.sent) == {("token", None)}


def test_manual_heartbeats_come_only_after_a_sign_of_life():
    service = Service()
    with Heartbeats(service) as heartbeats, heartbeats.of(link(automatic=False)) as manual:
        assert not service.heard.wait(0.2), "nobody gave a sign of life"
        manual.beat('"one"')
        service.await_heard()
        assert not service.heard.wait(0.2), "the sign of life was sent already"
        manual.beat(None)
        service.await_heard()
    assert service.sent == [("token", '"one"'), ("token", '"one"')]


def test_a_million_signs_of_life_are_few_heartbeats():
    service = Service()
    with Heartbeats(service) as heartbeats, heartbeats.of(link(every=60, automatic=False)) as busy:
        for _ in range(100_000):
            busy.beat("1")
    assert service.sent == []


def test_the_newest_details_are_sent():
    service = Service()
    with Heartbeats(service) as heartbeats, heartbeats.of(link(automatic=False)) as busy:
        until(lambda: busy.overdue)
        busy.details = "1"
        busy.beat("2")
        service.await_heard()
    assert service.sent[0] == ("token", "2")


def test_a_request_to_cancel_reaches_the_code():
    service = Service(answer=True)
    with Heartbeats(service) as heartbeats, heartbeats.of(link()) as asked:
        until(lambda: asked.canceled)
        assert not asked.gone


def test_a_task_that_swf_does_not_know_any_more_is_gone_and_left_alone():
    service = Service(answer=UnknownResource("UnknownResourceFault", ""))
    with Heartbeats(service) as heartbeats, heartbeats.of(link()) as late:
        until(lambda: late.gone)
        service.heard.clear()
        assert not service.heard.wait(0.2)
    assert len(service.sent) == 1


def test_a_heartbeat_that_was_lost_is_sent_again_soon():
    service = Service(answer=[ServiceUnreachable("ConnectionClosedError", ""), True])
    with Heartbeats(service) as heartbeats, heartbeats.of(link()) as asked:
        until(lambda: asked.canceled)


def test_after_a_task_nothing_is_sent_for_it_and_the_next_is_served():
    service = Service()
    with Heartbeats(service) as heartbeats:
        with heartbeats.of(link()):
            service.await_heard()
        with heartbeats.of(TaskLink("next", 0.02, True)):
            until(lambda: service.sent[-1][0] == "next")
            seen = len(service.sent)
            service.heard.clear()
            service.await_heard()
            assert {token for token, _ in service.sent[seen:]} == {"next"}


def test_the_worker_tells_that_it_is_cut_off():
    cut = Event()
    told = link(cut=cut)
    assert not told.stopping
    cut.set()
    assert told.stopping
    assert not link().stopping


def test_details_longer_than_swf_takes_are_refused_where_they_are_given():
    with pytest.raises(SerializationError, match="2,049 characters, SWF takes 2,048"):
        link().beat("x" * 2049)
