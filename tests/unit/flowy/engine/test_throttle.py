"""SWF's request rates: what is refused, and when it goes through again."""

from typing import Any

import pytest

from flowy.engine.core.faults import Refused
from flowy.engine.core.settings import Rate
from flowy.engine.operations import OPERATIONS as ALL
from flowy.engine.throttle import OPERATIONS, Buckets, Throttle
from flowy.engine.tokens import TaskToken, seal


def admitted(throttle: Throttle, operation: str, request: dict[str, Any], now: int) -> bool:
    try:
        throttle.admit(operation, request, now)
    except Refused:
        return False
    return True


def burst(
    throttle: Throttle, operation: str, request: dict[str, Any], now: int, calls: int = 5_000
) -> int:
    """How many of so many calls at one moment go through."""
    return sum(admitted(throttle, operation, request, now) for _ in range(calls))


def test_bucket_gives_its_size_at_once_and_refills_by_the_second() -> None:
    throttle = Throttle()
    assert burst(throttle, "ListDomains", {}, 0) == 100
    assert burst(throttle, "ListDomains", {}, 1_000) == 6
    assert burst(throttle, "ListDomains", {}, 1_166) == 0
    assert burst(throttle, "ListDomains", {}, 1_167) == 1
    assert burst(throttle, "ListDomains", {}, 3_600_000) == 100


def test_refusal_is_the_throttling_fault() -> None:
    throttle = Throttle()
    assert burst(throttle, "TagResource", {}, 0) == 50
    with pytest.raises(Refused, match="Rate exceeded") as caught:
        throttle.admit("TagResource", {}, 0)
    assert caught.value.name == "ThrottlingException"


def test_operations_have_buckets_of_their_own() -> None:
    throttle = Throttle()
    assert burst(throttle, "RegisterDomain", {}, 0) == 100
    assert burst(throttle, "DeprecateDomain", {}, 0) == 100


def test_one_execution_is_throttled_before_its_operation_is() -> None:
    throttle = Throttle()
    request = {"domain": "d", "workflowId": "w"}
    assert burst(throttle, "RequestCancelWorkflowExecution", request, 0, 300) == 200
    other = {"domain": "d", "workflowId": "v"}
    assert burst(throttle, "RequestCancelWorkflowExecution", other, 0, 300) == 200


def test_history_is_throttled_by_its_execution() -> None:
    throttle = Throttle()
    request = {"domain": "d", "execution": {"workflowId": "w", "runId": "r"}}
    assert burst(throttle, "GetWorkflowExecutionHistory", request, 0) == 400


def test_heartbeats_are_throttled_by_the_execution_in_their_token() -> None:
    throttle = Throttle()
    one, two = ({"taskToken": seal(TaskToken("a", run, 5, 6))} for run in ("r", "s"))
    assert burst(throttle, "RecordActivityTaskHeartbeat", one, 0, 1_500) == 1_000
    assert burst(throttle, "RecordActivityTaskHeartbeat", two, 0, 100) == 100


def test_token_that_is_none_is_left_for_the_operation_to_refuse() -> None:
    assert admitted(Throttle(), "RecordActivityTaskHeartbeat", {"taskToken": "x"}, 0)


def test_table_names_every_operation_of_swf_and_no_other() -> None:
    own = {name for name in ALL if name == "ReleasePolls" or "Lambda" in name}
    assert set(OPERATIONS) == set(ALL) - own


def test_full_buckets_are_forgotten() -> None:
    buckets = Buckets()
    for number in range(100_000):
        assert buckets.take(number, Rate(2, 1), number)
    assert len(buckets) <= 3_000


@pytest.mark.parametrize("operation", ["ReleasePolls", "NoSuchOperation"])
def test_what_swf_does_not_have_is_not_throttled(operation: str) -> None:
    assert burst(Throttle(), operation, {}, 0) == 5_000
