"""Checks of requests that the shapes do not express: names, durations, priorities, decisions."""

import re
from typing import Any

from flowy.engine.core import faults
from flowy.swf.wire import block_name

_FORBIDDEN = re.compile("[:/|\u0000-\u001f\u007f-\u009f]")
_DIGITS = re.compile("[0-9]+", re.ASCII)
_PRIORITY = re.compile("-?[0-9]{1,10}", re.ASCII)
_NAMES = ("name", "version", "workflowId")
_MAY_BE_NONE = {
    "taskStartToCloseTimeout",
    "defaultTaskStartToCloseTimeout",
    "defaultTaskHeartbeatTimeout",
    "defaultTaskScheduleToStartTimeout",
    "defaultTaskScheduleToCloseTimeout",
    "taskListScheduleToStartTimeout",
    "scheduleToCloseTimeout",
    "scheduleToStartTimeout",
    "startToCloseTimeout",
    "heartbeatTimeout",
}
_NEVER_NONE = {
    "executionStartToCloseTimeout",
    "defaultExecutionStartToCloseTimeout",
    "startToFireTimeout",
}


def _rejected(value: object, path: str) -> faults.Refused:
    return faults.invalid(f"Invalid value '{value}' at '{path}'")


def check_name(value: str, path: str) -> None:
    """Refuse a name with `:`, `/`, `|`, a control character, or that is `arn`.

    Ids inside decisions are not checked: the real service took `:` and spaces there.
    """
    if _FORBIDDEN.search(value) or value == "arn":
        raise _rejected(value, path)


def check_names(request: dict[str, Any]) -> None:
    """Check the names that Register* and StartWorkflowExecution bring."""
    for member in _NAMES:
        if member in request:
            check_name(request[member], member)
    for member in ("taskList", "defaultTaskList"):
        if member in request:
            check_list_name(request[member]["name"], f"{member}.name")


def check_list_name(value: str, path: str) -> None:
    """Check the name of a task list that is polled: no white space at its ends, too."""
    check_name(value, path)
    if value != value.strip():
        raise _rejected(value, path)


def check_values(block: dict[str, Any], *, none_allowed: bool = False, path: str = "") -> None:
    """Check all durations and priorities of a request or of a decision's attributes."""
    for member, value in block.items():
        if member in _MAY_BE_NONE:
            _check_duration(value, path + member, none_allowed=True)
        elif member in _NEVER_NONE:
            none = none_allowed and member != "startToFireTimeout"
            _check_duration(value, path + member, none_allowed=none)
        elif member in ("taskPriority", "defaultTaskPriority"):
            _check_priority(value, path + member)


def _check_duration(value: str, path: str, *, none_allowed: bool) -> None:
    if not (_DIGITS.fullmatch(value) or (none_allowed and value == "NONE")):
        raise _rejected(value, path)


def _check_priority(value: str, path: str) -> None:
    if not _PRIORITY.fullmatch(value) or not -(2**31) <= int(value) < 2**31:
        raise _rejected(value, path)


def check_retention(value: str) -> None:
    """Refuse a retention that is neither "0" to "90" nor "NONE"."""
    if value != "NONE" and not (_DIGITS.fullmatch(value) and int(value) <= 90):
        raise _rejected(value, "workflowExecutionRetentionPeriodInDays")


def check_decision_blocks(decisions: list[dict[str, Any]]) -> None:
    """Refuse decisions with bad durations or priorities in the block of their type."""
    for number, decision in enumerate(decisions, 1):
        name = block_name(decision["decisionType"], "DecisionAttributes")
        path = f"decisions.{number}.member.{name}."
        check_values(decision[name], none_allowed=True, path=path)
        if decision["decisionType"] == "ScheduleLambdaFunction":
            _check_lambda_timeout(decision[name].get("startToCloseTimeout", "1"), path)


def _check_lambda_timeout(value: str, path: str) -> None:
    if value == "NONE" or not 1 <= int(value) <= 900:
        raise _rejected(value, f"{path}startToCloseTimeout")
