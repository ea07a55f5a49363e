"""Before each poll a worker waits as long as its owner wants, and never past a stop."""

from threading import Event

from flowy.errors import ServiceUnreachable
from flowy.payloads import Payloads
from flowy.registry import Registry
from flowy.worker.polling import tasks
from flowy.worker.post import Post, Silent


class Service:
    """Answers each poll with what it was given, then stops the worker."""

    loopback = True
    payloads = Payloads()

    def __init__(self, *polls):
        self.polls, self.stop = list(polls), Event()

    def poll(self, task_list, identity):
        found = self.polls.pop(0)
        if not self.polls:
            self.stop.set()
        if isinstance(found, Exception):
            raise found
        return found

    def release_polls(self, identity):
        return False


class Hurried:
    """A stop whose waits are noted, and do not last."""

    def __init__(self, stop):
        self.stop, self.waits = stop, []
        self.is_set = stop.is_set

    def wait(self, timeout=None):
        if timeout is None:
            return self.stop.wait()
        self.waits.append(timeout)
        return self.stop.is_set()


def waits(poll_delay, *polls):
    service = Service(*polls)
    stop = Hurried(service.stop)
    post = Post(service, Registry(), "list", "me", poll_delay=lambda: poll_delay)
    for _ in tasks(service.poll, post, stop, Silent()):
        pass
    return stop.waits


def test_the_owners_delay_holds_whether_a_poll_found_a_task_or_nothing_or_failed():
    found = waits(7.5, "task", None, ServiceUnreachable("x", "gone"), "task")
    assert found == [7.5, 7.5, 7.5, 7.5]


def test_without_one_a_worker_polls_again_at_once_after_a_task():
    assert waits(0.0, "task", "task") == []
