"""The engine shows what it does: metrics, a health page, an access log."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_process import DOMAIN, Engine, decide, poll_activity, register, running, schedule, start
from prometheus_client.parser import text_string_to_metric_families

from flowy.engine.metrics import TABLE


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with running(tmp_path / "engine.db", 0.3, "--access-log") as engine:
        register(engine.client())
        yield engine


def entries(engine: Engine) -> list[dict[str, Any]]:
    _, _, err = engine.stop()
    return [json.loads(line) for line in err.splitlines()]


def test_metrics_tell_of_requests_executions_backlog_and_disk(engine: Engine) -> None:
    swf = engine.client()
    start(swf)
    decide(swf, schedule("a"), schedule("b"))
    start(swf, "other")
    engine.post("Nonsense", {})
    commits = engine.metric("flowy_engine_commits_total")
    start(swf, "third")
    found = engine.metric
    assert found('flowy_engine_requests_total{operation="StartWorkflowExecution",result="ok"}') == 3
    unknown = 'operation="unknown",result="UnknownOperationException"'
    assert found(f"flowy_engine_requests_total{{{unknown}}}") == 1
    times = "flowy_engine_request_seconds_count"
    assert found(f'{times}{{operation="StartWorkflowExecution"}}') == 3
    assert found('flowy_engine_open_executions{domain="d"}') == 3
    place = f'domain="{DOMAIN}",kind="activity",task_list="work"'
    assert found(f"flowy_engine_backlog{{{place}}}") == 2
    assert found("flowy_engine_commits_total") == commits + 1
    assert found("flowy_engine_database_bytes") > 4096
    assert found("flowy_engine_batch_answers_count") > 0


def test_table_lists_every_metric(engine: Engine) -> None:
    engine.client().list_domains(registrationStatus="REGISTERED")
    families = list(text_string_to_metric_families(engine.get("/metrics")[1]))
    suffix = {"counter": "_total"}
    names = {family.name + suffix.get(family.type, "") for family in families}
    assert names == set(TABLE)
    assert all(family.documentation for family in families)


def test_held_polls_are_counted(engine: Engine) -> None:
    held = engine.hold_polls(("PollForDecisionTask", "nothing"))
    assert engine.metric('flowy_engine_held_polls{kind="decision"}') == 1
    for connection in held:
        connection.close()


def test_health_page(engine: Engine) -> None:
    assert engine.get("/healthz") == (200, "ok\n")
    assert engine.get("/elsewhere")[0] == 400


def test_access_log_has_a_line_for_each_request(engine: Engine) -> None:
    swf = engine.client()
    assert "taskToken" not in poll_activity(swf)
    engine.post("ListDomains", {})
    poll, listing = entries(engine)[-2:]
    assert (poll["operation"], poll["result"], poll["status"]) == ("PollForActivityTask", "ok", 200)
    assert poll["access_key"] == "key"
    assert poll["seconds"] >= 0.29
    assert (listing["result"], listing["status"]) == ("ValidationException", 400)
    assert listing["client"].startswith("127.0.0.1:")
    assert len(listing["request_id"]) == 36


def test_access_log_notes_who_did_not_wait(engine: Engine) -> None:
    (held,) = engine.hold_polls(("PollForDecisionTask", "nothing"))
    held.close()
    engine.post("ListDomains", {"registrationStatus": "REGISTERED"})
    gone = [entry for entry in entries(engine) if entry["result"] == "gone"]
    assert [entry["operation"] for entry in gone] == ["PollForDecisionTask"]


def test_what_the_engine_says_is_a_line_of_its_log(tmp_path: Path) -> None:
    faults = tmp_path / "faults.toml"
    faults.write_text("")
    with running(":memory:", 0.3, "--access-log", "--faults", str(faults)) as engine:
        faults.write_text("nonsense")
        engine.post("ListDomains", {"registrationStatus": "REGISTERED"})
        (said,) = [entry["message"] for entry in entries(engine) if "message" in entry]
    assert "the rules before it stay" in said


def test_engine_goes_on_when_nobody_reads_its_log(engine: Engine) -> None:
    assert engine.process is not None
    assert engine.process.stderr is not None
    engine.process.stderr.close()
    for _ in range(3):
        assert engine.post("ListDomains", {"registrationStatus": "REGISTERED"})[0] == 200
    engine.process.stderr = None
