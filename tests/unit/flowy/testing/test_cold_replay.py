"""Finished runs are replayed in another process, with another hash seed."""

import subprocess
import sys

import pytest

from flowy import ActivityProxy, NonDeterminismError, Workflow, activity, workflow
from flowy.testing import Environment, cold
from flowy.testing.cold import ColdReplayer

WORDS = "abcdefghijklmnopqrstuvwxyz"
"""So many have the same order under two hash seeds once in 26!."""


@activity("Work", 1, "work", auto_heartbeat=False)
def work(word):
    return word


@workflow("Unordered", 1, "decisions")
class Unordered(Workflow):
    work = ActivityProxy(work)

    def run(self):
        for word in set(WORDS):
            self.work(word)


@workflow("Ordered", 1, "decisions")
class Ordered(Workflow):
    work = ActivityProxy("Work", 1)

    def run(self):
        return [self.work(word) for word in sorted(set(WORDS))]


class Outer:
    @workflow("Nested", 1, "decisions")
    class Nested(Workflow):
        def run(self):
            return 1


@pytest.fixture
def here(monkeypatch):
    """The replays that happened in this process."""
    seen = []
    real = cold.replay_events
    monkeypatch.setattr(cold, "replay_events", lambda *args: seen.append(real(*args)))
    return seen


def test_an_order_that_depends_on_the_hash_seed_is_found(env):
    with pytest.raises(NonDeterminismError, match="another hash seed") as caught:
        env.run(Unordered)
    assert "ScheduleActivityTask work-" in str(caught.value)  # the first letter may agree
    assert __file__ in str(caught.value)


def test_a_replay_in_the_process_that_ran_does_not_find_it():
    with Environment(cold=False) as env:
        env.run(Unordered)


def test_code_that_sorts_replays_in_the_other_process(here):
    with Environment(activities=[work]) as env:
        assert env.run(Ordered) == list(WORDS)
        env.run(Outer.Nested)
    assert here == []


def test_code_that_cannot_be_imported_is_replayed_here(env, here):
    @workflow("Local", 1, "decisions")
    class Local(Workflow):
        def run(self):
            return 1

    env.run(Local)
    env.run(workflow("Made", 1, "decisions")(type("Made", (Workflow,), {"run": lambda _: 2})))
    assert here == [1, 1]


SCRIPT = """\
from flowy import ActivityProxy, NonDeterminismError, Workflow, activity, workflow
from flowy.testing import Environment

@activity("Work", 1, "work")
def work(word): ...

@workflow("Unordered", 1, "decisions")
class Unordered(Workflow):
    work = ActivityProxy(work)
    def run(self):
        calls = [self.work(word) for word in set("abcdefghijklmnopqrstuvwxyz")]
        for call in calls:
            call.result()

if __name__ == "__main__":
    with Environment() as env:
        try:
            env.run(Unordered)
        except NonDeterminismError:
            print("found")
"""


def test_a_script_s_own_workflows_are_imported_without_running_the_script(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("found\n", "")


def test_the_child_has_another_hash_seed_whatever_the_parent_s_is(monkeypatch):
    seeds = []
    monkeypatch.setattr(cold.subprocess, "Popen", lambda *_, env, **__: 1 / seeds.append(env))
    for seed in ("0", "1", "2", "random"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        with pytest.raises(TypeError):
            cold.started()
        assert seeds[-1]["PYTHONHASHSEED"] != seed


def test_a_child_that_died_is_replaced(env, here, monkeypatch):
    replayer = ColdReplayer()
    monkeypatch.setattr(cold, "REPLAYER", replayer)
    with Environment(activities=[work]) as other:
        other.run(Ordered)
        replayer._process.kill()
        replayer._process.wait()
        other.run(Ordered)  # replayed here
        assert len(here) == 1
        other.run(Ordered)
        assert len(here) == 1
    child = replayer._process
    replayer.close()
    assert child.returncode == 0
