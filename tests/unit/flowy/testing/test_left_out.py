"""Short texts that are too long once they are coded are left out, and somebody is told."""

from random import Random

import pytest
from structlog.testing import capture_logs

from flowy import Activity, ActivityProxy, Canceled, Workflow, activity, workflow
from flowy.codecs import Zlib
from flowy.errors import ExecutionFailed
from flowy.testing import Environment

NOISE = "".join(map(chr, Random(1).choices(range(0x4E00, 0x9000), k=15_000)))
"""A text that its coding makes longer."""


@activity("Beating", 1, "beats", heartbeat=30)
class Beating(Activity):
    def run(self):
        self.heartbeat(NOISE[:1_000])
        env_of_test[0].advance(20)
        return 1


@workflow("Beat", 1, "beats")
class Beat(Workflow):
    beating = ActivityProxy(Beating)

    def run(self):
        return self.beating().result()


@workflow("Leave", 1, "beats")
class Leave(Workflow):
    def run(self):
        raise Canceled(NOISE)


@workflow("Tell", 1, "beats")
class Tell(Workflow):
    def run(self):
        self.context = NOISE[:12_000]


env_of_test = []


@pytest.fixture
def env():
    with Environment(codecs=[Zlib()]) as environment:
        env_of_test[:] = [environment]
        yield environment


def test_the_details_of_a_heartbeat_are_missed_aloud(env):
    with capture_logs() as logs:
        assert env.run(Beat) == 1

    told, *_ = [line for line in logs if "details are left out" in line["event"]]
    assert (told["log_level"], told["most"]) == ("warning", 2_048)


def test_the_details_of_a_cancellation_are_missed_aloud(env):
    with capture_logs() as logs, pytest.raises(ExecutionFailed):
        env.run(Leave)

    assert any("details of the cancellation are left out" in line["event"] for line in logs)


def test_a_context_is_missed_aloud(env):
    with capture_logs() as logs:
        handle = env.start(Tell)
        handle.result()

    assert handle.context() is None
    assert any("self.context is left out" in line["event"] for line in logs)
