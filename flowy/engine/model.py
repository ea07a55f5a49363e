"""The shapes of requests, from botocore's service model: the one reader of that file.

Only the data is read, through botocore's loader; no client is made.
"""

from collections.abc import Callable
from typing import Any

from botocore.loaders import create_loader

from flowy.engine.core import faults
from flowy.swf.decisions import DECISIONS
from flowy.swf.wire import block_name

Problems = list[str]
Check = Callable[[Any, str, Problems], Any]

_DECISION_TYPES = (
    "CompleteWorkflowExecution, StartTimer, RequestCancelExternalWorkflowExecution, "
    "SignalExternalWorkflowExecution, CancelTimer, RecordMarker, ScheduleActivityTask, "
    "ContinueAsNewWorkflowExecution, ScheduleLambdaFunction, FailWorkflowExecution, "
    "RequestCancelActivityTask, StartChildWorkflowExecution, CancelWorkflowExecution"
)
"""The service lists this set in the order of a hash, the same in two independent sources."""


def _own(required: str, **members: str) -> dict[str, Any]:
    shapes = {member: {"shape": shape} for member, shape in members.items()}
    return {"type": "structure", "required": [required], "members": shapes}


_OWN = {
    "ReleasePolls": _own("identity", identity="Identity"),
    "PollForLambdaTask": _own("domain", domain="DomainName", identity="Identity"),
    "RespondLambdaTaskCompleted": _own("taskToken", taskToken="TaskToken", result="Data"),
    "RespondLambdaTaskFailed": _own(
        "taskToken",
        taskToken="TaskToken",
        reason="FailureReason",
        details="Data",
    ),
}
"""The requests of the operations that SWF does not have, in botocore's words."""


def _failure(value: object, path: str, rule: str) -> str:
    shown = "Value null" if value is None else f"Value '{value}'"
    return f"{shown} at '{path}' failed to satisfy constraint: Member must {rule}"


class Model:
    """Checks and cleans requests: nulls and unknown members are dropped."""

    def __init__(self) -> None:
        model = create_loader().load_service_model("swf", "service-2")
        self.shapes: dict[str, dict[str, Any]] = model["shapes"] | _OWN
        self._checks: dict[str, Check] = {}
        self.inputs: dict[str, str] = {
            name: operation["input"]["shape"] for name, operation in model["operations"].items()
        } | {name: name for name in _OWN}
        self.operations: dict[str, Check] = {
            name: self._check(shape) for name, shape in self.inputs.items()
        }

    def read(self, operation: str, request: object) -> dict[str, Any]:
        """Return the request with what the operation knows.

        Raises:
            Refused: SerializationException for a member of the wrong JSON type, else one
                ValidationException that lists everything that is wrong.
        """
        problems: Problems = []
        cleaned: dict[str, Any] = self.operations[operation](request, "", problems)
        if problems:
            many = "s" if len(problems) > 1 else ""
            text = "; ".join(problems)
            raise faults.invalid(f"{len(problems)} validation error{many} detected: {text}")
        return cleaned

    def _check(self, name: str) -> Check:
        if name not in self._checks:
            shape = self.shapes[name]
            make = Model._decision if name == "Decision" else _MAKERS[shape["type"]]
            self._checks[name] = make(self, name, shape)
        return self._checks[name]

    def _structure(self, _name: str, shape: dict[str, Any]) -> Check:
        required = shape.get("required", ())
        members = {m: self._check(s["shape"]) for m, s in shape.get("members", {}).items()}

        def check(value: Any, path: str, problems: Problems) -> Any:
            if not isinstance(value, dict):
                raise faults.unreadable(f"Expected an object at '{path}'")
            prefix = f"{path}." if path else ""
            problems += [
                _failure(None, prefix + member, "not be null")
                for member in required
                if value.get(member) is None
            ]
            return {
                member: members[member](item, prefix + member, problems)
                for member, item in value.items()
                if item is not None and member in members
            }

        return check

    def _decision(self, name: str, shape: dict[str, Any]) -> Check:
        """A decision must have the block of its type; the shape alone asks for none."""
        check_members = self._structure(name, shape)

        def check(value: Any, path: str, problems: Problems) -> Any:
            cleaned = check_members(value, path, problems)
            kind = cleaned.get("decisionType")
            if kind in DECISIONS:
                block = block_name(kind, "DecisionAttributes")
                if block not in cleaned:
                    problems.append(_failure(None, f"{path}.{block}", "not be null"))
            return cleaned

        return check

    def _list(self, _name: str, shape: dict[str, Any]) -> Check:
        item_check = self._check(shape["member"]["shape"])
        most = shape.get("max")

        def check(value: Any, path: str, problems: Problems) -> Any:
            if not isinstance(value, list):
                raise faults.unreadable(f"Expected a list at '{path}'")
            if most is not None and len(value) > most:
                rule = f"have length less than or equal to {most}"
                problems.append(_failure(f"[{', '.join(map(str, value))}]", path, rule))
            return [
                item_check(item, f"{path}.{number}.member", problems)
                for number, item in enumerate(value, 1)
                if item is not None
            ]

        return check

    def _string(self, name: str, shape: dict[str, Any]) -> Check:
        least, most = shape.get("min", 0), shape.get("max")
        allowed = shape.get("enum")
        listed = _DECISION_TYPES if name == "DecisionType" else ", ".join(allowed or ())

        def check(value: Any, path: str, problems: Problems) -> Any:
            if not isinstance(value, str):
                raise faults.unreadable(f"Expected a string at '{path}'")
            if allowed is not None and value not in allowed:
                problems.append(_failure(value, path, f"satisfy enum value set: [{listed}]"))
            elif most is not None and len(value) > most:
                problems.append(_failure(value, path, f"have length less than or equal to {most}"))
            elif len(value) < least:
                rule = f"have length greater than or equal to {least}"
                problems.append(_failure(value, path, rule))
            return value

        return check

    def _number(self, _name: str, shape: dict[str, Any]) -> Check:
        least, most = shape.get("min"), shape.get("max")

        def check(value: Any, path: str, problems: Problems) -> Any:
            if isinstance(value, bool) or not isinstance(value, int):
                raise faults.unreadable(f"Expected a whole number at '{path}'")
            if most is not None and value > most:
                problems.append(_failure(value, path, f"have value less than or equal to {most}"))
            elif least is not None and value < least:
                rule = f"have value greater than or equal to {least}"
                problems.append(_failure(value, path, rule))
            return value

        return check

    def _timestamp(self, _name: str, _shape: dict[str, Any]) -> Check:
        def check(value: Any, path: str, _problems: Problems) -> Any:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise faults.unreadable(f"Expected a number of seconds at '{path}'")
            return value

        return check

    def _boolean(self, _name: str, _shape: dict[str, Any]) -> Check:
        def check(value: Any, path: str, _problems: Problems) -> Any:
            if not isinstance(value, bool):
                raise faults.unreadable(f"Expected true or false at '{path}'")
            return value

        return check


_MAKERS: dict[str, Callable[[Model, str, dict[str, Any]], Check]] = {
    "structure": Model._structure,  # noqa: SLF001  # the table of its own methods
    "list": Model._list,  # noqa: SLF001  # the same
    "string": Model._string,  # noqa: SLF001  # the same
    "integer": Model._number,  # noqa: SLF001  # the same
    "long": Model._number,  # noqa: SLF001  # the same
    "timestamp": Model._timestamp,  # noqa: SLF001  # the same
    "boolean": Model._boolean,  # noqa: SLF001  # the same
}
