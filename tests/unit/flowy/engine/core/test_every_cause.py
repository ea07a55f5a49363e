"""Every cause of failure that SWF's model names is written, and only when it should be."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.loaders import create_loader
from history_rules import broken_rules
from msgspec import Struct, field
from world_play import DOMAIN, FLOW, FLOW_DEFAULTS, WORK, WORK_DEFAULTS, Play, schedule

from flowy.engine.core import commands
from flowy.engine.core.commands import Start
from flowy.engine.core.decide.settings import Given
from flowy.engine.core.execution import Execution
from flowy.engine.core.registry import ACTIVITY, WORKFLOW
from flowy.engine.core.settings import Rate
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.decisions import Decision
from flowy.swf.events import EVENTS
from flowy.swf.values import TaskList, TypeId

BARE = TypeId("Bare", "1")
NEXT = TypeId("Flow", "2")
FORBIDDEN = "OPERATION_NOT_PERMITTED"
UNHANDLED = "UNHANDLED_DECISION"
CHILD = d.StartChildWorkflowExecution("child", FLOW)
SIGNAL = d.SignalExternalWorkflowExecution("s", "w")
CANCEL = d.RequestCancelExternalWorkflowExecution("w")
LAMBDA = d.ScheduleLambdaFunction("l", "f")
CONTINUE = d.ContinueAsNewWorkflowExecution()
TIMER = d.StartTimer("9", "t")
NOTHING = Rate(0, 0)
Before = Callable[[Play, Execution], None]


def nothing_before(_play: Play, _run: Execution) -> None:
    pass


def after(*decisions: Decision) -> Before:
    """A first decision task is answered so; the case is the second one."""

    def prepare(play: Play, run: Execution) -> None:
        play.decide(*decisions)
        play.signal(run)

    return prepare


def deprecated(kind: str, type_id: TypeId) -> Before:
    def prepare(play: Play, _run: Execution) -> None:
        play.world.registry.deprecate_type(kind, DOMAIN, type_id, play.now)

    return prepare


def registered(kind: str, type_id: TypeId, defaults: dict[str, Any], missing: str) -> Before:
    def prepare(play: Play, _run: Execution) -> None:
        given = {name: value for name, value in defaults.items() if name != missing}
        play.register(kind, type_id, given)

    return prepare


def child_is_open(play: Play, _run: Execution) -> None:
    asked = Start(DOMAIN, "child", FLOW, Given(task_list=None))
    commands.start_execution(play.world, asked, play.now)


class Case(Struct):
    event: str
    cause: str
    decision: Decision
    before: Before = nothing_before
    settings: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.event}-{self.cause}"


def activity_defaults() -> list[Case]:
    causes = {
        "defaultTaskList": "DEFAULT_TASK_LIST_UNDEFINED",
        "defaultTaskScheduleToStartTimeout": "DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED",
        "defaultTaskScheduleToCloseTimeout": "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED",
        "defaultTaskStartToCloseTimeout": "DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED",
        "defaultTaskHeartbeatTimeout": "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED",
    }
    asked = d.ScheduleActivityTask("a", BARE)
    return [
        Case(
            "ScheduleActivityTaskFailed",
            cause,
            asked,
            registered(ACTIVITY, BARE, WORK_DEFAULTS, missing),
        )
        for missing, cause in causes.items()
    ]


def workflow_defaults(event: str, decision: Decision, kind: TypeId) -> list[Case]:
    causes = {
        "defaultExecutionStartToCloseTimeout": "DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED",
        "defaultTaskList": "DEFAULT_TASK_LIST_UNDEFINED",
        "defaultTaskStartToCloseTimeout": "DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED",
        "defaultChildPolicy": "DEFAULT_CHILD_POLICY_UNDEFINED",
    }
    return [
        Case(event, cause, decision, registered(WORKFLOW, kind, FLOW_DEFAULTS, missing))
        for missing, cause in causes.items()
    ]


def rate(decision: Decision) -> dict[str, Any]:
    return {"rates": {decision.type: NOTHING}}


ACTIVITY_FAILED = "ScheduleActivityTaskFailed"
CHILD_FAILED = "StartChildWorkflowExecutionFailed"
CONTINUE_FAILED = "ContinueAsNewWorkflowExecutionFailed"
LAMBDA_FAILED = "ScheduleLambdaFunctionFailed"
SIGNAL_FAILED = "SignalExternalWorkflowExecutionFailed"
CANCEL_FAILED = "RequestCancelExternalWorkflowExecutionFailed"
UNKNOWN = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
CASES = [
    Case(ACTIVITY_FAILED, "ACTIVITY_TYPE_DOES_NOT_EXIST", d.ScheduleActivityTask("a", BARE)),
    Case(ACTIVITY_FAILED, "ACTIVITY_TYPE_DEPRECATED", schedule("a"), deprecated(ACTIVITY, WORK)),
    Case(ACTIVITY_FAILED, "ACTIVITY_ID_ALREADY_IN_USE", schedule("a"), after(schedule("a"))),
    *activity_defaults(),
    Case(
        ACTIVITY_FAILED,
        "OPEN_ACTIVITIES_LIMIT_EXCEEDED",
        schedule("b"),
        after(schedule("a")),
        {"open_activities": 1},
    ),
    Case(
        ACTIVITY_FAILED,
        "ACTIVITY_CREATION_RATE_EXCEEDED",
        schedule("a"),
        settings={"rates": {"ScheduleActivityTask": NOTHING}},
    ),
    Case(
        "RequestCancelActivityTaskFailed", "ACTIVITY_ID_UNKNOWN", d.RequestCancelActivityTask("a")
    ),
    Case("StartTimerFailed", "TIMER_ID_ALREADY_IN_USE", TIMER, after(TIMER)),
    Case(
        "StartTimerFailed",
        "OPEN_TIMERS_LIMIT_EXCEEDED",
        d.StartTimer("9", "u"),
        after(TIMER),
        {"open_timers": 1},
    ),
    Case("StartTimerFailed", "TIMER_CREATION_RATE_EXCEEDED", TIMER, settings=rate(TIMER)),
    Case("CancelTimerFailed", "TIMER_ID_UNKNOWN", d.CancelTimer("t")),
    Case(
        CHILD_FAILED,
        "WORKFLOW_TYPE_DOES_NOT_EXIST",
        d.StartChildWorkflowExecution("child", BARE),
    ),
    Case(CHILD_FAILED, "WORKFLOW_TYPE_DEPRECATED", CHILD, deprecated(WORKFLOW, FLOW)),
    *workflow_defaults(CHILD_FAILED, d.StartChildWorkflowExecution("child", BARE), BARE),
    Case(
        CHILD_FAILED,
        "OPEN_CHILDREN_LIMIT_EXCEEDED",
        CHILD,
        after(d.StartChildWorkflowExecution("first", FLOW, task_list=TaskList("elsewhere"))),
        {"open_children": 1},
    ),
    Case(CHILD_FAILED, "OPEN_WORKFLOWS_LIMIT_EXCEEDED", CHILD, settings={"open_executions": 1}),
    Case(CHILD_FAILED, "CHILD_CREATION_RATE_EXCEEDED", CHILD, settings=rate(CHILD)),
    Case(CHILD_FAILED, "WORKFLOW_ALREADY_RUNNING", CHILD, child_is_open),
    Case(SIGNAL_FAILED, UNKNOWN, d.SignalExternalWorkflowExecution("s", "nobody")),
    Case(
        SIGNAL_FAILED,
        "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED",
        SIGNAL,
        settings=rate(SIGNAL),
    ),
    Case(CANCEL_FAILED, UNKNOWN, d.RequestCancelExternalWorkflowExecution("nobody")),
    Case(
        CANCEL_FAILED,
        "REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_RATE_EXCEEDED",
        CANCEL,
        settings=rate(CANCEL),
    ),
    Case(LAMBDA_FAILED, "ID_ALREADY_IN_USE", LAMBDA, after(LAMBDA)),
    Case(
        LAMBDA_FAILED,
        "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED",
        d.ScheduleLambdaFunction("m", "f"),
        after(LAMBDA),
        {"open_lambdas": 1},
    ),
    Case(LAMBDA_FAILED, "LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED", LAMBDA, settings=rate(LAMBDA)),
    Case(
        LAMBDA_FAILED,
        "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION",
        LAMBDA,
        settings={"lambda_service": False},
    ),
    Case(
        CONTINUE_FAILED,
        "WORKFLOW_TYPE_DOES_NOT_EXIST",
        d.ContinueAsNewWorkflowExecution(workflow_type_version="2"),
    ),
    Case(CONTINUE_FAILED, "WORKFLOW_TYPE_DEPRECATED", CONTINUE, deprecated(WORKFLOW, FLOW)),
    *workflow_defaults(
        CONTINUE_FAILED, d.ContinueAsNewWorkflowExecution(workflow_type_version="2"), NEXT
    ),
    Case(
        CONTINUE_FAILED,
        "CONTINUE_AS_NEW_WORKFLOW_EXECUTION_RATE_EXCEEDED",
        CONTINUE,
        settings=rate(CONTINUE),
    ),
    *(
        Case(f"{decision.type}Failed", FORBIDDEN, decision, settings={"not_permitted": names})
        for decision, names in (
            (decision, frozenset({decision.type}))
            for decision in (
                d.CompleteWorkflowExecution(),
                d.FailWorkflowExecution(),
                d.CancelWorkflowExecution(),
                CONTINUE,
                d.RequestCancelActivityTask("a"),
                d.CancelTimer("t"),
                d.RecordMarker("m"),
                TIMER,
                CHILD,
                SIGNAL,
                CANCEL,
                schedule("a"),
            )
        )
    ),
]


def played(case: Case) -> tuple[Play, Execution]:
    """Bring a case about, and answer its decision task."""
    play = Play(**case.settings)
    run = play.start("w", Given(lambda_role="role"))
    case.before(play, run)
    play.decide(case.decision)
    return play, run


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cause_is_written_and_the_decider_hears_of_it(case: Case) -> None:
    play, run = played(case)
    failed = play.find(run, EVENTS[case.event])
    assert [attributes.cause for attributes in failed] == [case.cause]
    assert run.is_open
    assert run.waiting is not None
    assert broken_rules(play.history(run)) == []


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.settings or case.cause == FORBIDDEN], ids=str
)
def test_nothing_is_refused_without_its_setting(case: Case) -> None:
    case = Case(case.event, case.cause, case.decision, case.before)
    play, run = played(case)
    failed = play.find(run, EVENTS[case.event])
    assert case.cause not in [attributes.cause for attributes in failed]


@pytest.mark.parametrize(
    "close",
    [
        d.CompleteWorkflowExecution(),
        d.FailWorkflowExecution(),
        d.CancelWorkflowExecution(),
        CONTINUE,
    ],
    ids=lambda close: close.type,
)
def test_close_is_refused_while_news_waits(close: Decision) -> None:
    play = Play()
    run = play.start()
    assert play.poll_decision() is run
    play.signal(run)
    play.answer(run, [close])
    failed = play.find(run, EVENTS[f"{close.type}Failed"])
    assert [attributes.cause for attributes in failed] == [UNHANDLED]
    # The task that waits brings the news; another one would bring none.
    assert play.types(run).count("DecisionTaskScheduled") == 2


def test_activities_of_one_list_have_a_rate_of_their_own() -> None:
    play = Play(task_list_rate=Rate(1, 1))
    run = play.start()
    play.decide(schedule("a"), schedule("b"))
    failed = play.find(run, e.ScheduleActivityTaskFailed)
    assert [(f.activity_id, f.cause) for f in failed] == [("b", "ACTIVITY_CREATION_RATE_EXCEEDED")]
    play.wait(1_000)
    play.decide(schedule("b"), schedule("c"))
    assert [f.activity_id for f in play.find(run, e.ScheduleActivityTaskFailed)] == ["b", "c"]


def test_open_executions_count_the_children_of_the_same_batch() -> None:
    play = Play(open_executions=2)
    run = play.start()
    play.decide(CHILD, d.StartChildWorkflowExecution("second", FLOW))
    failed = play.find(run, e.StartChildWorkflowExecutionFailed)
    assert [(f.workflow_id, f.cause) for f in failed] == [
        ("second", "OPEN_WORKFLOWS_LIMIT_EXCEEDED")
    ]


def test_no_cause_of_the_model_is_missing() -> None:
    shapes = create_loader().load_service_model("swf", "service-2")["shapes"]
    known = {
        (name.removesuffix("Cause"), cause)
        for name, shape in shapes.items()
        if name.endswith("FailedCause")
        for cause in shape["enum"]
    }
    elsewhere = {("StartLambdaFunctionFailed", "ASSUME_ROLE_FAILED")} | {
        (f"{kind}WorkflowExecutionFailed", UNHANDLED)
        for kind in ("Complete", "Fail", "Cancel", "ContinueAsNew")
    }
    assert {(case.event, case.cause) for case in CASES} | elsewhere == known
