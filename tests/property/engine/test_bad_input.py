"""Whatever is sent, the answer is SWF's: never a 500, and nobody else hears of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.loaders import create_loader
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flowy.engine.core.settings import Settings
from flowy.engine.operations import OPERATIONS
from flowy.engine.polls import Presence
from flowy.engine.run_ids import RunIds
from flowy.engine.service import Service
from flowy.engine.store import Store

MODEL = create_loader().load_service_model("swf", "service-2")
NAMES = ("d", "w", "Flow", "1", "work", "decisions")
TYPE = {"name": "Flow", "version": "1"}


class Caller:
    def __init__(self) -> None:
        self.status = 0
        self.body = b""

    def presence(self) -> Presence:
        return "here"

    def answer(self, status: int, body: bytes) -> None:
        self.status, self.body = status, body


class Engine:
    """A service with a domain, types and an execution that has everything open."""

    def __init__(self) -> None:
        self.logged: list[str] = []
        self.store = Store(":memory:")
        self.service = Service(self.store, Settings(hold_ms=0), RunIds(b"seed"), self.logged.append)
        self._prepare()

    def put(self, operation: str, body: bytes) -> Caller:
        caller = Caller()
        self.service.call(operation, body, caller, "us-east-1")
        return caller

    def ask(self, operation: str, request: Any) -> Any:
        caller = self.put(operation, json.dumps(request).encode())
        self.service.flush()
        assert caller.status == 200, caller.body
        return json.loads(caller.body or "null")

    def _prepare(self) -> None:
        self.ask("RegisterDomain", {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"})
        defaults = {
            "defaultTaskList": {"name": "decisions"},
            "defaultTaskStartToCloseTimeout": "NONE",
            "defaultExecutionStartToCloseTimeout": "9999999",
            "defaultChildPolicy": "ABANDON",
        }
        self.ask("RegisterWorkflowType", {"domain": "d"} | TYPE | defaults)
        self.ask("RegisterActivityType", {"domain": "d"} | TYPE)
        self.ask("StartWorkflowExecution", {"domain": "d", "workflowId": "w", "workflowType": TYPE})

    def token(self) -> str:
        """A running decision task's token."""
        poll = {"domain": "d", "taskList": {"name": "decisions"}}
        return str(self.ask("PollForDecisionTask", poll)["taskToken"])


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.service.stop()


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
numbers = st.integers(-5, 1_200) | st.sampled_from([2**31, 2**63, -(2**63), 2**64, 10**40])
times = numbers | st.floats(allow_nan=False, allow_infinity=False)
odd_texts = (
    st.sampled_from([*NAMES, "0", "1", "NONE", "", "-1", "99999999", "a:b", "arn"])
    | st.text(max_size=30)
    | st.integers(200, 40_000).map("x".__mul__)
)
GOOD = {
    "DomainName": ["d"],
    "Name": ["Flow"],
    "Version": ["1"],
    "WorkflowId": ["w", "w", "v"],
    "DurationInSeconds": ["0", "1", "9999"],
    "DurationInSecondsOptional": ["0", "1", "NONE"],
    "DurationInDays": ["1", "NONE"],
    "TaskPriority": ["-5", "0", "7"],
    "Arn": ["arn:aws:swf:us-east-1:000000000000:/domain/d"],
}
"""Values that get a request past the checks, by the shapes' names."""


def rarely(one_in: int, bad: st.SearchStrategy[Any], good: st.SearchStrategy[Any]) -> Any:
    return st.integers(1, one_in).flatmap(lambda drawn: bad if drawn == one_in else good)


def shaped(name: str) -> st.SearchStrategy[Any]:
    """Requests of a shape of the service model, most of them nearly right."""
    shape = MODEL["shapes"][name]
    match shape["type"]:
        case "structure":
            required = set(shape.get("required", ()))
            members = {m: shaped(s["shape"]) for m, s in shape["members"].items()}
            must = {m: s for m, s in members.items() if m in required}
            may = {m: s for m, s in members.items() if m not in required}
            well = st.fixed_dictionaries(must, optional=may)
        case "list":
            well = st.lists(shaped(shape["member"]["shape"]), max_size=3)
        case "string":
            good = st.sampled_from(shape.get("enum") or GOOD.get(name, NAMES))
            well = rarely(12, odd_texts, good)
        case "timestamp":
            well = times
        case "boolean":
            well = st.booleans()
        case _:
            well = rarely(5, numbers, st.integers(0, 100))
    return rarely(40, anything, well)


def decision(kind: str) -> st.SearchStrategy[Any]:
    """A decision of a kind with its own block, and seldom another's."""
    block = f"{kind[0].lower()}{kind[1:]}DecisionAttributes"
    attributes = shaped(MODEL["shapes"]["Decision"]["members"][block]["shape"])
    own = st.fixed_dictionaries({"decisionType": st.just(kind), block: attributes})
    return rarely(20, shaped("Decision"), own)


decisions_of_all_kinds = st.sampled_from(MODEL["shapes"]["DecisionType"]["enum"]).flatmap(decision)
REQUESTS = {
    operation: st.deferred(lambda shape=found["input"]["shape"]: shaped(shape))
    for operation, found in MODEL["operations"].items()
}
calls = st.sampled_from(sorted(REQUESTS)).flatmap(
    lambda operation: st.tuples(st.just(operation), REQUESTS[operation])
)
relaxed = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def check_harmless(engine: Engine, operation: str, body: bytes) -> None:
    """The call has an answer that a client can understand, and the one beside it is unharmed."""
    before = engine.put("ListDomains", b'{"registrationStatus":"REGISTERED"}')
    caller = engine.put(operation, body)
    engine.service.flush()
    assert engine.logged == []
    assert before.status == 200
    assert caller.status in (200, 400)
    if caller.status == 400:
        assert "#" in json.loads(caller.body)["__type"]


@relaxed
@given(operation=st.sampled_from(sorted(OPERATIONS)) | st.text(max_size=10), body=st.binary())
@example(operation="ListDomains", body=b"[" * 100_000)
@example(operation="ListDomains", body=b'{"a":' * 50_000)
@example(operation="ListDomains", body=b'{"registrationStatus":"\xff"}')
@example(operation="ListDomains", body=b'{"registrationStatus":"\\ud800"}')
@example(operation="ListDomains", body=b'{"maximumPageSize":' + b"9" * 5_000 + b"}")
@example(operation="ReleasePolls", body=b"[]")
def test_any_bytes(engine: Engine, operation: str, body: bytes) -> None:
    check_harmless(engine, operation, body)


@relaxed
@given(operation=st.sampled_from(sorted(OPERATIONS)), request=anything)
def test_any_json(engine: Engine, operation: str, request: Any) -> None:
    check_harmless(engine, operation, json.dumps(request).encode())


@settings(relaxed, max_examples=100)
@given(asked=st.lists(calls, min_size=5, max_size=10))
def test_requests_that_are_nearly_right(asked: list[tuple[str, Any]]) -> None:
    engine = Engine()
    for operation, request in asked:
        check_harmless(engine, operation, json.dumps(request).encode())
    engine.service.stop()


@settings(relaxed, max_examples=60)
@given(decisions=st.lists(decisions_of_all_kinds, max_size=4))
def test_decisions_that_are_nearly_right(decisions: list[Any]) -> None:
    engine = Engine()
    request = {"taskToken": engine.token(), "decisions": decisions}
    check_harmless(engine, "RespondDecisionTaskCompleted", json.dumps(request).encode())
    engine.service.stop()
