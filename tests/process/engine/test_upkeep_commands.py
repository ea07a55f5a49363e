"""`flowy engine backup | check | vacuum`, beside an engine that runs."""

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any, Self

import pytest
from botocore.exceptions import ClientError
from engine_process import DOMAIN, Engine, decide, decision, register, running, schedule, start


def flowy(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flowy", "engine", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


class Load(threading.Thread):
    """Starts executions one after the other until it is told to stop; `acknowledged` are done."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._swf = engine.client()
        self._over = threading.Event()
        self.acknowledged: list[str] = []

    def run(self) -> None:
        while not self._over.is_set():
            name = str(len(self.acknowledged))
            start(self._swf, name)
            self.acknowledged.append(name)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self.join()


def names(swf: Any) -> set[str]:
    pages = swf.get_paginator("list_open_workflow_executions").paginate(
        domain=DOMAIN, startTimeFilter={"oldestDate": 0}
    )
    return {info["execution"]["workflowId"] for page in pages for info in page["executionInfos"]}


def test_backup_under_load_holds_what_was_acknowledged_before_it(tmp_path: Path) -> None:
    database, copy = tmp_path / "engine.db", tmp_path / "copy.db"
    with running(database) as engine:
        register(engine.client())
        with Load(engine) as load:
            before = len(load.acknowledged)
            done = flowy("backup", database, copy)
            assert done.returncode == 0, done.stderr
            checked = flowy("check", database)
        assert load.acknowledged
        assert (checked.returncode, checked.stdout) == (0, f"{database} is sound\n")
    assert flowy("check", copy).returncode == 0
    with running(copy) as engine:
        assert names(engine.client()) >= set(load.acknowledged[:before])


def test_vacuum_refuses_while_an_engine_holds_the_file(tmp_path: Path) -> None:
    database = tmp_path / "engine.db"
    with running(database) as engine:
        register(engine.client())
        done = flowy("vacuum", database)
        assert done.returncode == 1
        assert "another engine uses" in done.stderr
    done = flowy("vacuum", database)
    assert done.returncode == 0, done.stderr
    with running(database) as engine:
        assert engine.client().describe_domain(name=DOMAIN)["domainInfo"]["name"] == DOMAIN


def test_check_exits_1_and_says_what_is_damaged(tmp_path: Path) -> None:
    database = tmp_path / "engine.db"
    with running(database) as engine:
        swf = engine.client()
        register(swf)
        start(swf, "broken")
        decide(swf, schedule("a"), decision("RecordMarker", markerName="m"))
        engine.stop()
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("DELETE FROM events WHERE id = 4")
    done = flowy("check", database)
    assert done.returncode == 1
    assert "d: broken" in done.stdout
    assert "not numbered 1..n" in done.stdout


@pytest.mark.parametrize(
    "arguments", [("backup", "none.db", "copy.db"), ("check", "none.db"), ("vacuum", "none.db")]
)
def test_missing_file_is_said_and_not_made(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    verb, *files = arguments
    done = flowy(verb, *(tmp_path / file for file in files))
    assert done.returncode == 1
    assert "there is no file" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_engine_without_a_file_is_a_usage_error() -> None:
    done = flowy()
    assert done.returncode == 2
    assert "--db" in done.stderr


def test_damaged_page_is_one_line_at_start_and_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "engine.db"
    with running(database) as engine:
        swf = engine.client()
        register(swf)
        start(swf)
        engine.stop()
    with closing(sqlite3.connect(database)) as connection:
        statement = "SELECT rootpage FROM sqlite_master WHERE name = 'events'"
        (page,) = connection.execute(statement).fetchone()
    with database.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    before = database.read_bytes()
    done = flowy("--db", database, "--listen", "127.0.0.1:0")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert "malformed" in done.stderr
    assert database.read_bytes() == before


def test_file_that_another_program_locks_costs_500s_until_it_lets_go(tmp_path: Path) -> None:
    database = tmp_path / "engine.db"
    with running(database) as engine:
        swf = engine.client()
        register(swf)
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(ClientError) as caught:
                start(swf, "refused")
            assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
            assert names(swf) == set()
            other.execute("ROLLBACK")
        start(swf, "accepted")
        assert names(swf) == {"accepted"}


def test_damaged_history_is_one_line_at_start_and_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "engine.db"
    with running(database) as engine:
        swf = engine.client()
        register(swf)
        start(swf, "broken")
        engine.stop()
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE events SET body = 'x' WHERE id = 2")
    before = database.read_bytes()
    done = flowy("--db", database, "--listen", "127.0.0.1:0")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert "broken" in done.stderr
    assert database.read_bytes() == before
