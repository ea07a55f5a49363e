"""`flowy engine --credentials`: unmodified boto3 clients with the right key, and others."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import botocore.auth
import pytest
from botocore.exceptions import ClientError
from engine_process import Engine, code, decide, decision, headers, register, running, start, types

KEYS = "[default]\naws_access_key_id = key\naws_secret_access_key = secret\n"


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "credentials"
    path.write_text(KEYS)
    return path


@pytest.fixture(scope="module")
def engine(credentials: Path) -> Iterator[Engine]:
    with running(":memory:", 0.5, "--credentials", str(credentials)) as engine:
        yield engine


def client(engine: Engine, key: str, secret: str) -> Any:
    return boto3.client(
        "swf",
        endpoint_url=engine.url,
        region_name="eu-west-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def refusal(swf: Any) -> str:
    with pytest.raises(ClientError) as caught:
        swf.list_domains(registrationStatus="REGISTERED")
    return code(caught)[0]


def test_right_key_runs_a_workflow(engine: Engine) -> None:
    swf = engine.client()
    register(swf)
    execution = start(swf, input="ä" * 1000)
    decide(swf, decision("CompleteWorkflowExecution"))
    assert types(swf, execution)[-1] == "WorkflowExecutionCompleted"


def test_clients_may_read_the_same_file(
    engine: Engine, credentials: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    session = boto3.Session(region_name="eu-west-1")
    swf = session.client("swf", endpoint_url=engine.url)
    assert "domainInfos" in swf.list_domains(registrationStatus="REGISTERED")


def test_wrong_secret(engine: Engine) -> None:
    assert refusal(client(engine, "key", "guess")) == "InvalidSignatureException"


def test_wrong_key(engine: Engine) -> None:
    assert refusal(client(engine, "other", "secret")) == "UnrecognizedClientException"


def test_unsigned(engine: Engine) -> None:
    status, body = engine.post("ListDomains", {"registrationStatus": "REGISTERED"})
    assert status == 400
    assert body["__type"].endswith("#MissingAuthenticationTokenException")


@pytest.mark.parametrize("minutes", [-6, 6])
def test_clock_off(engine: Engine, monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    shifted = datetime.now(UTC) + timedelta(minutes=minutes)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: shifted.replace(tzinfo=None))
    assert refusal(engine.client()) == "InvalidSignatureException"


def test_refused_request_changes_nothing_and_costs_no_connection(engine: Engine) -> None:
    swf = client(engine, "key", "guess")
    with pytest.raises(ClientError):
        swf.register_domain(name="intruder", workflowExecutionRetentionPeriodInDays="1")
    names = engine.client().list_domains(registrationStatus="REGISTERED")["domainInfos"]
    assert "intruder" not in [domain["name"] for domain in names]


def test_pages_need_no_key(engine: Engine) -> None:
    assert engine.get("/healthz") == (200, "ok\n")
    assert engine.get("/metrics")[0] == 200


def test_other_path_is_no_way_around(engine: Engine) -> None:
    connection = engine.send("ListDomains", {"registrationStatus": "REGISTERED"})
    connection.close()
    from http.client import HTTPConnection

    raw = HTTPConnection("127.0.0.1", engine.port, timeout=10)
    try:
        raw.request("POST", "/healthz", "{}", headers("ListDomains"))
        assert raw.getresponse().status == 400
    finally:
        raw.close()


def refused_start(*options: str) -> str:
    command = [sys.executable, "-m", "flowy", "engine", "--db", ":memory:", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    return done.stderr


def test_other_machines_are_not_served_without_keys() -> None:
    assert "--insecure" in refused_start("--listen", "0.0.0.0:0")


def test_missing_file_of_keys_is_one_line(tmp_path: Path) -> None:
    assert "cannot read" in refused_start("--credentials", str(tmp_path / "none"))


def test_broken_file_of_faults_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text("kind =")
    assert "holds no rules of faults" in refused_start("--faults", str(file))


@pytest.mark.parametrize("options", [["--insecure"], ["--credentials", "FILE"]])
def test_other_machines_are_served_when_told_so(credentials: Path, options: list[str]) -> None:
    said = [str(credentials) if option == "FILE" else option for option in options]
    command = [sys.executable, "-m", "flowy", "engine", "--db", ":memory:", *said]
    process = subprocess.Popen(
        [*command, "--listen", "0.0.0.0:0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("listening on http://0.0.0.0:")
    finally:
        process.terminate()
        process.communicate(timeout=20)
