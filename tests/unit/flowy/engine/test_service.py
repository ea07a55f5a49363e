"""The service without sockets: batches, commits that fail, what a caller hears."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from service_play import ServicePlay

from flowy.engine.core.settings import Settings
from flowy.engine.polls import Presence
from flowy.engine.run_ids import RunIds
from flowy.engine.service import Service
from flowy.engine.store import Store, StoreError

FLOW = {"name": "Flow", "version": "1"}
DEFAULTS = {
    "defaultTaskList": {"name": "decisions"},
    "defaultTaskStartToCloseTimeout": "30",
    "defaultExecutionStartToCloseTimeout": "300",
    "defaultChildPolicy": "TERMINATE",
}
POLL = {"domain": "d", "taskList": {"name": "decisions"}}


class Caller:
    """Keeps its answer; `here` is what the socket would tell."""

    def __init__(self, here: Presence = "here") -> None:
        self.here = here
        self.status = 0
        self.body: Any = None

    def presence(self) -> Presence:
        return self.here

    def answer(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = json.loads(body) if body else None


class Desk:
    """A service and its store, called by hand."""

    def __init__(self, path: Path, settings: Settings | None = None) -> None:
        self.logged: list[str] = []
        self.store = Store(str(path))
        self.service = Service(
            self.store, settings or Settings(), RunIds(path.name.encode()), self.logged.append
        )

    def put(self, operation: str, request: Any, caller: Caller | None = None) -> Caller:
        """Call without flushing."""
        caller = caller or Caller()
        self.service.call(operation, json.dumps(request).encode(), caller, "us-east-1")
        return caller

    def call(self, operation: str, request: Any) -> Caller:
        caller = self.put(operation, request)
        self.service.flush()
        return caller

    def register(self) -> None:
        retention = {"workflowExecutionRetentionPeriodInDays": "1"}
        assert self.call("RegisterDomain", {"name": "d"} | retention).status == 200
        assert self.call("RegisterWorkflowType", {"domain": "d"} | FLOW | DEFAULTS).status == 200

    def start(self, name: str, **options: Any) -> dict[str, Any]:
        return {"domain": "d", "workflowId": name, "workflowType": FLOW} | options

    def fill_disk(self) -> None:
        (pages,) = self.store._connection.execute("PRAGMA page_count").fetchone()
        self.store._connection.execute(f"PRAGMA max_page_count = {pages}")

    def free_disk(self) -> None:
        self.store._connection.execute("PRAGMA max_page_count = 1000000")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "engine.db")
    made.register()
    yield made
    made.service.stop()


def test_nothing_is_answered_before_the_commit(desk: Desk) -> None:
    callers = [desk.put("StartWorkflowExecution", desk.start(str(number))) for number in range(3)]
    assert [caller.status for caller in callers] == [0, 0, 0]
    desk.service.flush()
    assert [caller.status for caller in callers] == [200, 200, 200]


def test_task_is_answered_before_the_call_that_made_it(desk: Desk) -> None:
    order: list[str] = []

    class Noting(Caller):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def answer(self, status: int, body: bytes) -> None:
            order.append(self.name)

    desk.put("PollForDecisionTask", POLL, Noting("poll"))
    desk.service.flush()
    desk.put("StartWorkflowExecution", desk.start("w"), Noting("start"))
    desk.service.flush()
    assert order == ["poll", "start"]


def test_calls_that_come_together_share_one_commit(desk: Desk) -> None:
    statements: list[str] = []
    desk.store._connection.set_trace_callback(statements.append)
    for number in range(5):
        desk.put("StartWorkflowExecution", desk.start(str(number)))
    desk.service.flush()
    assert statements.count("COMMIT") == 1


def test_reading_calls_commit_nothing(desk: Desk) -> None:
    desk.service.flush()
    statements: list[str] = []
    desk.store._connection.set_trace_callback(statements.append)
    desk.call("DescribeDomain", {"name": "d"})
    assert "COMMIT" not in statements


def test_full_disk_is_answered_500_and_changes_nothing(desk: Desk) -> None:
    desk.fill_disk()
    big = desk.start("big", input="x" * 30_000)
    caller = desk.call("StartWorkflowExecution", big)
    assert (caller.status, caller.body["__type"]) == (
        500,
        "com.amazon.coral.service#InternalFailure",
    )
    assert len(desk.logged) == 1
    opened = {"domain": "d", "startTimeFilter": {"oldestDate": 0}}
    assert desk.call("ListOpenWorkflowExecutions", opened).body == {"executionInfos": []}
    desk.free_disk()
    assert desk.call("StartWorkflowExecution", big).status == 200


def test_whole_batch_fails_with_its_commit_but_held_polls_stay(desk: Desk) -> None:
    poll = desk.put("PollForActivityTask", POLL)
    desk.service.flush()
    desk.fill_disk()
    callers = [
        desk.put("StartWorkflowExecution", desk.start(str(number), input="x" * 30_000))
        for number in range(3)
    ]
    desk.service.flush()
    assert [caller.status for caller in callers] == [500, 500, 500]
    assert poll.status == 0
    desk.free_disk()


def test_writes_are_refused_for_a_while_when_reading_all_again_took_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = ServicePlay(store=Store(str(tmp_path / "engine.db")))
    execution = play.start()
    store, load, loads = play.service.desk.store, play.service.desk.store.load, []

    def slow_load(*arguments: Any) -> Any:
        loads.append(arguments)
        play.clock.at += 500
        return load(*arguments)

    monkeypatch.setattr(store, "load", slow_load)
    store._connection.execute("PRAGMA max_page_count = 1")
    signal = {"domain": "d", "workflowId": "w", "signalName": "s", "input": "x" * 30_000}
    statuses = [play.call("SignalWorkflowExecution", **signal).status for _ in range(3)]
    assert (statuses, len(loads)) == ([500, 500, 500], 1)
    assert play.describe(execution)["executionInfo"]["executionStatus"] == "OPEN"
    store._connection.execute("PRAGMA max_page_count = 1000000")
    play.wait(2)
    assert play.call("SignalWorkflowExecution", **signal).status == 200
    play.service.stop()


def test_unreadable_file_ends_the_service_without_writing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise StoreError("gone")

    monkeypatch.setattr(desk.store, "load", fail)
    monkeypatch.setattr(desk.store, "last_event", fail)
    started = desk.put("StartWorkflowExecution", desk.start("w"))
    execution = {"workflowId": "w", "runId": next(iter(desk.service._desk.world.runs))}
    desk.put("GetWorkflowExecutionHistory", {"domain": "d", "execution": execution})
    late = desk.call("DescribeDomain", {"name": "d"})
    assert (started.status, late.status) == (500, 500)
    assert desk.service.broken is not None
    query = "SELECT count(*) FROM executions"
    assert desk.store._connection.execute(query).fetchone() == (0,)


def test_task_goes_to_nobody_who_may_have_gone(desk: Desk) -> None:
    unsure = desk.put("PollForDecisionTask", POLL, Caller("unsure"))
    desk.call("StartWorkflowExecution", desk.start("w"))
    assert unsure.status == 0
    assert desk.service.next_wake() == 0
    unsure.here = "gone"
    sure = desk.put("PollForDecisionTask", POLL)
    desk.service.flush()
    assert sure.body["workflowExecution"]["workflowId"] == "w"
    assert unsure.status == 0


def test_time_beyond_all_integers_is_a_time(desk: Desk) -> None:
    times = {"oldestDate": -1e300, "latestDate": 1e300}
    caller = desk.call("CountOpenWorkflowExecutions", {"domain": "d", "startTimeFilter": times})
    assert (caller.status, caller.body) == (200, {"count": 0, "truncated": False})


def test_next_wake_is_the_next_deadline(desk: Desk) -> None:
    desk.call("StartWorkflowExecution", desk.start("w", executionStartToCloseTimeout="7"))
    wake = desk.service.next_wake()
    assert wake is not None
    assert 6 < wake <= 7


def test_expired_executions_are_purged(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "engine.db")
    retention = {"workflowExecutionRetentionPeriodInDays": "NONE"}
    desk.call("RegisterDomain", {"name": "d"} | retention)
    desk.call("RegisterWorkflowType", {"domain": "d"} | FLOW | DEFAULTS)
    desk.call("StartWorkflowExecution", desk.start("w"))
    desk.call("TerminateWorkflowExecution", {"domain": "d", "workflowId": "w"})
    desk.service.stop()
    again = Desk(tmp_path / "engine.db")
    again.service.flush()
    (number,) = again.store._connection.execute("SELECT count(*) FROM events").fetchone()
    again.service.stop()
    assert number == 0


def test_page_tokens_are_bound_to_their_call_and_age(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "engine.db", Settings(page=1, page_token_ms=-1))
    for name in ("a", "b"):
        request = {"name": name, "workflowExecutionRetentionPeriodInDays": "1"}
        desk.call("RegisterDomain", request)
    listing = {"registrationStatus": "REGISTERED"}
    token = desk.call("ListDomains", listing).body["nextPageToken"]
    old = desk.call("ListDomains", listing | {"nextPageToken": token})
    assert old.body["message"] == "Specified token has exceeded its maximum lifetime"
    other = desk.call("ListDomains", listing | {"nextPageToken": token, "reverseOrder": True})
    assert other.body["message"] == "Invalid token"
    desk.service.stop()


def test_poll_that_is_not_held_at_all_still_gets_a_task(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "engine.db", Settings(hold_ms=0))
    desk.register()
    desk.call("StartWorkflowExecution", desk.start("w"))
    assert "taskToken" in desk.call("PollForDecisionTask", POLL).body
    assert "taskToken" not in desk.call("PollForDecisionTask", POLL).body
    desk.service.stop()
