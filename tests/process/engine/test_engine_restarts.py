"""An engine that is killed goes on where it stopped."""

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from engine_process import (
    DOMAIN,
    Engine,
    decide,
    decision,
    eventually,
    history,
    poll_activity,
    poll_decision,
    read,
    register,
    running,
    schedule,
    start,
    types,
)
from history_rules import broken_rules

from flowy.swf.wire import event_from_wire


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "engine.db"


def again(engine: Engine) -> Any:
    """Kill the engine, start it again, and give a client."""
    engine.kill()
    return engine.start().client()


def test_running_tasks_keep_their_tokens_over_kill_9(database: Path) -> None:
    with running(database) as engine:
        swf = engine.client()
        register(swf)
        execution = start(swf)
        decide(swf, schedule("a"))
        activity = poll_activity(swf)
        swf = again(engine)
        swf.respond_activity_task_completed(taskToken=activity["taskToken"], result="r")
        task = poll_decision(swf)
        swf = again(engine)
        swf.respond_decision_task_completed(
            taskToken=task["taskToken"], decisions=[decision("CompleteWorkflowExecution")]
        )
        assert types(swf, execution)[-1] == "WorkflowExecutionCompleted"


def test_waiting_tasks_are_waiting_again_in_their_order(database: Path) -> None:
    with running(database) as engine:
        swf = engine.client()
        register(swf)
        start(swf)
        decide(swf, *(schedule(str(number)) for number in range(3)))
        swf = again(engine)
        assert [poll_activity(swf)["activityId"] for _ in range(3)] == ["0", "1", "2"]


def test_timers_that_fell_due_while_down_fire_at_start_in_order(database: Path) -> None:
    with running(database) as engine:
        swf = engine.client()
        register(swf)
        execution = start(swf)
        decide(
            swf,
            decision("StartTimer", timerId="second", startToFireTimeout="1"),
            decision("StartTimer", timerId="first", startToFireTimeout="0"),
            schedule("a", scheduleToStartTimeout="1"),
        )
        engine.kill()
        eventually(lambda: _seconds_since(database) > 1.1)
        engine.start()
        swf = engine.client()
        events = eventually(lambda: _fired(history(swf, execution), 3))
        ids = [e.get("timerFiredEventAttributes", {}).get("timerId", "activity") for e in events]
        assert ids == ["first", "second", "activity"]


def _fired(events: list[Any], wanted: int) -> list[Any]:
    kinds = ("TimerFired", "ActivityTaskTimedOut")
    found = [event for event in events if event["eventType"] in kinds]
    return found if len(found) >= wanted else []


def _seconds_since(database: Path) -> float:
    """Seconds since the last commit."""
    import time

    connection = sqlite3.connect(database)
    try:
        (clock,) = connection.execute("SELECT value FROM meta WHERE name = 'clock'").fetchone()
    finally:
        connection.close()
    return time.time() - clock / 1000


def test_heartbeat_details_survive_into_the_time_out(database: Path) -> None:
    with running(database) as engine:
        swf = engine.client()
        register(swf)
        execution = start(swf)
        decide(swf, schedule("a", heartbeatTimeout="1"))
        token = poll_activity(swf)["taskToken"]
        swf.record_activity_task_heartbeat(taskToken=token, details="half")
        swf = again(engine)
        (event,) = eventually(lambda: _fired(history(swf, execution), 1))
        attributes = event["activityTaskTimedOutEventAttributes"]
        assert (attributes["timeoutType"], attributes["details"]) == ("HEARTBEAT", "half")


def test_time_outs_fire_with_nobody_connected(database: Path) -> None:
    with running(database) as engine:
        swf = engine.client()
        register(swf)
        execution = start(swf, executionStartToCloseTimeout="1")
        swf.close()
        eventually(lambda: _closed(database))
        assert types(engine.client(), execution)[-1] == "WorkflowExecutionTimedOut"


def _closed(database: Path) -> bool:
    connection = sqlite3.connect(database)
    try:
        query = "SELECT count(*) FROM executions WHERE closed_at IS NOT NULL"
        (number,) = connection.execute(query).fetchone()
    finally:
        connection.close()
    return bool(number)


def test_acknowledged_starts_survive_kill_9_under_load(database: Path) -> None:
    acknowledged: list[str] = []

    def start_many(swf: Any, number: int) -> None:
        for turn in range(1_000):
            name = f"{number}-{turn}"
            try:
                start(swf, name)
            except Exception:  # noqa: BLE001  # the engine was killed: any error will do
                return
            acknowledged.append(name)

    with running(database) as engine:
        register(engine.client())
        with ThreadPoolExecutor(4) as pool:
            clients = [engine.client() for _ in range(4)]
            futures = [pool.submit(start_many, swf, number) for number, swf in enumerate(clients)]
            eventually(lambda: len(acknowledged) > 100)
            engine.kill()
            for future in futures:
                future.result(20)
        engine.start()
        swf = engine.client()
        pages = swf.get_paginator("list_open_workflow_executions").paginate(
            domain=DOMAIN, startTimeFilter={"oldestDate": 0}
        )
        infos = [info for page in pages for info in page["executionInfos"]]
        found = {info["execution"]["workflowId"] for info in infos}
        assert set(acknowledged) <= found
        assert len(infos) == len(found)


def test_history_time_never_decreases_over_a_restart(database: Path) -> None:
    with running(database) as engine:
        swf = engine.client()
        register(swf)
        execution = start(swf)
        for _ in range(2):
            swf = again(engine)
            swf.signal_workflow_execution(domain=DOMAIN, workflowId="w", signalName="s")
        # Without the checks of boto3's parser: time stamps stay numbers.
        _, answer = engine.post(
            "GetWorkflowExecutionHistory", {"domain": DOMAIN, "execution": execution}
        )
        assert broken_rules([event_from_wire(event) for event in answer["events"]]) == []


def test_domains_and_types_are_kept(database: Path) -> None:
    with running(database) as engine:
        swf = engine.client()
        register(swf)
        flow = {"name": "Flow", "version": "1"}
        swf.deprecate_workflow_type(domain=DOMAIN, workflowType=flow)
        swf = again(engine)
        found = swf.describe_workflow_type(domain=DOMAIN, workflowType=flow)
        assert found["typeInfo"]["status"] == "DEPRECATED"
        assert found["configuration"]["defaultTaskList"] == {"name": "decisions"}


def test_stop_answers_held_polls_empty_and_exits_0(database: Path) -> None:
    with running(database, hold=30) as engine:
        register(engine.client())
        polls = engine.hold_polls(
            ("PollForDecisionTask", "decisions"), ("PollForActivityTask", "work")
        )
        assert engine.stop() == (0, "", "")
        assert [read(poll) for poll in polls] == [
            (200, {"previousStartedEventId": 0, "startedEventId": 0}),
            (200, {"startedEventId": 0}),
        ]


def run_engine(database: Path, seconds: float = 15) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flowy", "engine", "--db", str(database)]
    return subprocess.run(
        [*command, "--listen", "127.0.0.1:0"],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def test_successor_waits_for_its_predecessor(database: Path) -> None:
    with running(database) as engine:
        swf = engine.client()
        register(swf)
        successor = Engine(database)
        thread = threading.Thread(target=successor.start)
        thread.start()
        try:
            thread.join(0.5)
            assert thread.is_alive()
            engine.stop()
        finally:
            thread.join(15)
            if successor.url:
                _, domains = successor.post("ListDomains", {"registrationStatus": "REGISTERED"})
                successor.stop()
        assert domains["domainInfos"][0]["name"] == DOMAIN


def test_newer_version_is_refused_and_left_alone(database: Path) -> None:
    with running(database) as engine:
        engine.stop()
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = database.read_bytes()
    done = run_engine(database)
    assert (done.returncode, done.stdout) == (1, "")
    assert "schema version 99" in done.stderr
    assert done.stderr.count("\n") == 1
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 999]
)
def test_corrupt_file_is_refused_and_left_alone(database: Path, content: bytes) -> None:
    database.write_bytes(content)
    done = run_engine(database)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert database.read_bytes() == content


def test_database_of_another_program_is_refused(database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    done = run_engine(database)
    assert done.returncode == 1
    assert "not an engine's database" in done.stderr


def test_locked_database_is_refused(database: Path) -> None:
    with running(database) as engine:
        engine.stop()
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        done = run_engine(database)
    finally:
        connection.close()
    assert done.returncode == 1
    assert "locked" in done.stderr
    assert done.stderr.count("\n") == 1


def test_taken_address_is_one_clear_line(database: Path, tmp_path: Path) -> None:
    with running(database) as engine:
        command = [sys.executable, "-m", "flowy", "engine", "--db", str(tmp_path / "other.db")]
        done = subprocess.run(
            [*command, "--listen", f"127.0.0.1:{engine.port}"],
            capture_output=True,
            text=True,
            timeout=15,
            check=False,
        )
    assert done.returncode == 1
    assert "cannot listen on" in done.stderr
    assert done.stderr.count("\n") == 1
