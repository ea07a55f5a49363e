"""What may be removed from a store: only what no history and no payload refers to."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from flowy import ActivityProxy, Workflow, activity, workflow
from flowy.errors import PayloadError
from flowy.payloads import DirectoryStore, Payloads
from flowy.payloads.sweeping import unreferred
from flowy.references import key_of
from flowy.swf import events as e
from flowy.swf.values import ExecutionId, TaskList, TypeId
from flowy.testing import Environment

FAR = datetime(2100, 1, 1, tzinfo=UTC).timestamp() * 1000


@activity("Grow", 1, "work")
def grow(text, times):
    return text * times


@workflow("Keeping", 1, "decisions")
class Keeping(Workflow):
    grow = ActivityProxy(grow)

    def run(self, text):
        grown = self.grow(text, 2)
        listed = self.grow([grown, "x" * 40_000], 1)
        self.signal("go").result()
        return listed


@pytest.fixture
def store(tmp_path):
    return DirectoryStore(tmp_path / "payloads")


def removable(env, store, before=FAR):
    return [found.key for found in unreferred(env._swf, store.list(), before)]


def test_nothing_that_an_open_or_a_kept_execution_refers_to_is_removed(store):
    with Environment(payload_store=store) as env:
        handle = env.start(Keeping, "y" * 40_000)
        env.advance(1)
        stored = {found.key for found in store.list()}
        assert len(stored) == 5, "the input, and arguments and result of both activities"
        assert removable(env, store) == []
        handle.signal("go")
        assert handle.result()[0] == "y" * 80_000
        assert removable(env, store) == []


def test_what_a_signal_carries_into_the_next_run_stays(store):
    @workflow("Again", 1, "decisions")
    class Again(Workflow):
        def run(self, round):
            if round == 1:
                self.sleep(60).result()
                self.restart(2)
            return len(self.signal("later").result())

    with Environment(payload_store=store) as env:
        handle = env.start(Again, 1)
        handle.signal("later", "x" * 50_000)
        assert handle.result() == 50_000
        assert removable(env, store) == []


def test_what_nobody_refers_to_may_go_once_it_is_old(store):
    orphan = key_of("nobody's")
    with Environment(payload_store=store) as env:
        env.start(Keeping, "y" * 40_000)
        env.advance(1)
        store.put(orphan, b"nobody's")

        assert removable(env, store) == [orphan]
        assert removable(env, store, before=0) == []


class Domain:
    """A domain whose one execution got its arguments from a run that is kept no longer."""

    def __init__(self, store, input):
        self.payloads, self.input = Payloads(store), input

    def executions(self, *, open):
        return iter([info()] if open else [])

    def history(self, execution):
        started = e.WorkflowExecutionStarted(
            child_policy="TERMINATE",
            task_list=TaskList("l"),
            workflow_type=TypeId("W", "1"),
            input=self.input,
        )
        return [e.Event(1, 0, started)]


def info():
    return SimpleNamespace(execution=ExecutionId("w", "r"))


def test_what_only_another_payload_refers_to_stays(store):
    payloads = Payloads(store)
    inner = payloads.write(f'"{"x" * 40_000}"')
    outer = payloads.write(f'[{inner},"{"y" * 40_000}"]')
    domain = Domain(store, outer)

    assert len(list(store.list())) == 2
    assert unreferred(domain, store.list(), FAR) == []
    assert len(unreferred(Domain(store, "[]"), store.list(), FAR)) == 2


def test_a_payload_that_cannot_be_read_ends_it(store):
    with Environment(payload_store=store) as env:
        env.start(Keeping, "y" * 40_000)
        env.advance(1)
        store.put(key_of("nobody's"), b"")
        for found in store.list():
            store.put(found.key, b"broken")
        with pytest.raises(PayloadError, match="not what its hash says"):
            removable(env, store)
