"""The engine's HTTP: keep-alive, pipelines, limits, bad clients."""

import json
import socket
from collections.abc import Iterator

import pytest
from engine_process import DOMAIN, Engine, headers, register, running


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running(":memory:", hold=5) as engine:
        register(engine.client())
        yield engine


def message(operation: str, body: bytes, *extra: str) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers(operation).items()]
    lines += [f"Content-Length: {len(body)}", "Host: x", *extra]
    return ("POST / HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + body


def converse(
    engine: Engine, data: bytes, answers: int = 1
) -> list[tuple[int, dict[str, str], bytes]]:
    """Send bytes on one connection and read so many answers."""
    found = []
    with socket.create_connection(("127.0.0.1", engine.port), timeout=10) as connection:
        connection.sendall(data)
        reader = connection.makefile("rb")
        for _ in range(answers):
            status = int(reader.readline().split()[1])
            fields = {}
            while (line := reader.readline().strip()) != b"":
                name, _, value = line.decode().partition(": ")
                fields[name.lower()] = value
            found.append((status, fields, reader.read(int(fields["content-length"]))))
        reader.close()
    return found


DESCRIBE = message("DescribeDomain", json.dumps({"name": DOMAIN}).encode())


def test_void_answer_has_an_empty_body(engine: Engine) -> None:
    ((status, fields, body),) = converse(engine, message("ReleasePolls", b'{"identity":"x"}'))
    assert (status, fields["content-length"], body) == (200, "0", b"")
    assert len(fields["x-amzn-requestid"]) == 36


def test_answers_are_compact_and_alphabetical(engine: Engine) -> None:
    ((_, fields, body),) = converse(engine, DESCRIBE)
    assert fields["content-type"] == "application/x-amz-json-1.0"
    assert body == (
        b'{"configuration":{"workflowExecutionRetentionPeriodInDays":"1"},"domainInfo":'
        b'{"arn":"arn:aws:swf:us-east-1:000000000000:/domain/d","name":"d","status":"REGISTERED"}}'
    )


def test_region_of_the_credential_scope_is_in_the_arn(engine: Engine) -> None:
    found = engine.client().describe_domain(name=DOMAIN)
    assert found["domainInfo"]["arn"].startswith("arn:aws:swf:eu-west-1:")


def test_older_form_of_request(engine: Engine) -> None:
    body = json.dumps({"name": DOMAIN}).encode()
    data = (
        b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: "
        b"com.amazonaws.swf.service.model.SimpleWorkflowService.DescribeDomain\r\n"
        b"Content-Type: application/json; charset=UTF-8\r\nContent-Encoding: amz-1.0\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    )
    ((status, fields, _),) = converse(engine, data + body)
    assert (status, fields["content-type"]) == (200, "application/json")


def test_pipelined_requests_are_answered_in_their_order(engine: Engine) -> None:
    poll = {"domain": DOMAIN, "taskList": {"name": "pipe"}, "identity": "piped"}
    data = message("PollForActivityTask", json.dumps(poll).encode()) + DESCRIBE * 50
    with socket.create_connection(("127.0.0.1", engine.port), timeout=10) as connection:
        connection.sendall(data)
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(10)
        engine.post("ReleasePolls", {"identity": "piped"})
        received = b""
        while received.count(b"domainInfo") < 50:
            received += connection.recv(65_536)
    assert received.index(b'{"startedEventId":0}') < received.index(b"domainInfo")


def test_request_in_many_pieces(engine: Engine) -> None:
    with socket.create_connection(("127.0.0.1", engine.port), timeout=10) as connection:
        for number in range(0, len(DESCRIBE), 7):
            connection.sendall(DESCRIBE[number : number + 7])
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")


def test_half_a_request_disturbs_nobody(engine: Engine) -> None:
    with socket.create_connection(("127.0.0.1", engine.port), timeout=10) as connection:
        connection.sendall(DESCRIBE[:50])
        assert converse(engine, DESCRIBE)[0][0] == 200


def fault(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str]:
    return answer[0], json.loads(answer[2])["__type"].partition("#")[2]


def test_body_over_a_megabyte_is_refused_and_the_connection_closed(engine: Engine) -> None:
    head = message("DescribeDomain", b"").replace(b"Length: 0", b"Length: 1000001")
    (answer,) = converse(engine, head)
    assert fault(answer) == (413, "RequestEntityTooLargeException")
    assert answer[1]["connection"] == "close"


def test_body_of_a_megabyte_is_read(engine: Engine) -> None:
    body = json.dumps({"name": DOMAIN, "unknown": ""}).encode()
    body = body[:-2] + b"x" * (1_000_000 - len(body)) + body[-2:]
    assert converse(engine, message("DescribeDomain", body))[0][0] == 200


def test_endless_headers_end_the_connection(engine: Engine) -> None:
    with socket.create_connection(("127.0.0.1", engine.port), timeout=10) as connection:
        assert not _sends_all(connection, b"POST / HTTP/1.1\r\n" + b"X-Y: z\r\n" * 1_000_000)
    assert converse(engine, DESCRIBE)[0][0] == 200


def _sends_all(connection: socket.socket, data: bytes) -> bool:
    try:
        connection.sendall(data)
    except OSError:
        return False
    return True


def test_garbage_ends_the_connection_only(engine: Engine) -> None:
    with socket.create_connection(("127.0.0.1", engine.port), timeout=10) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert connection.recv(1) == b""
    assert converse(engine, DESCRIBE)[0][0] == 200


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (message("DescribeDomain", b"{not json"), "SerializationException"),
        (message("DescribeDomain", b"[]"), "SerializationException"),
        (message("DescribeDomain", b'{"name": 7}'), "SerializationException"),
        (message("DescribeDomain", b""), "ValidationException"),
        (message("DescribeDomain", b'{"name": null}'), "ValidationException"),
        (message("NoSuchThing", b"{}"), "UnknownOperationException"),
        (DESCRIBE.replace(b"SimpleWorkflowService.", b"DynamoDB."), "UnknownOperationException"),
        (DESCRIBE.replace(b"POST", b"PUT"), "UnknownOperationException"),
    ],
)
def test_bad_requests_have_their_faults(engine: Engine, data: bytes, name: str) -> None:
    (answer,) = converse(engine, data)
    assert fault(answer) == (400, name)


def test_connection_lives_on_after_a_fault(engine: Engine) -> None:
    answers = converse(engine, message("NoSuchThing", b"{}") + DESCRIBE, answers=2)
    assert [status for status, _, _ in answers] == [400, 200]


def test_connection_close_is_obeyed(engine: Engine) -> None:
    ((status, fields, _),) = converse(
        engine,
        message("DescribeDomain", json.dumps({"name": DOMAIN}).encode(), "Connection: close"),
    )
    assert (status, fields["connection"]) == (200, "close")
