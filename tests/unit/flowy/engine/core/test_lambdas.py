"""Lambda functions: each row of what is known of them."""

import pytest
from history_rules import broken_rules
from world_play import DOMAIN, FLOW_DEFAULTS, Play

from flowy.engine.core import commands
from flowy.engine.core.commands import Start
from flowy.engine.core.decide.settings import Given
from flowy.engine.core.execution import Execution
from flowy.engine.core.faults import Refused
from flowy.engine.core.registry import WORKFLOW
from flowy.engine.core.task_lists import lambda_place
from flowy.engine.core.tasks import RunningLambda
from flowy.engine.core.world import World
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.values import TypeId

CALL = d.ScheduleLambdaFunction("1", "f", "control", '{"n": 1}')


def begun(play: Play, decision: d.Decision = CALL) -> Execution:
    run = play.start("w", Given(lambda_role="role"))
    play.decide(decision)
    return run


def start(play: Play) -> RunningLambda:
    key = play.world.lists.take(lambda_place(DOMAIN))
    assert key is not None
    task = commands.start_lambda(play.world, key, play.now)
    assert task is not None
    return task


def ids(task: RunningLambda) -> tuple[int, int]:
    return task.scheduled_id, task.started_id


def test_function_that_nobody_polls_for_waits() -> None:
    play = Play()
    run = begun(play, d.ScheduleLambdaFunction("1", "f", start_to_close_timeout="1"))
    play.wait(500_000)
    assert play.types(run)[-1] == "LambdaFunctionScheduled"
    assert play.world.lists.count(lambda_place(DOMAIN)) == 1


def test_completed_function_is_news() -> None:
    play = Play()
    run = begun(play)
    task = start(play)
    assert task.task.input == '{"n": 1}'
    assert play.last(run) == e.LambdaFunctionStarted(5)
    commands.report(play.world, run, e.LambdaFunctionCompleted(*ids(task), '"r"'), play.now)
    assert play.types(run)[-3:] == [
        "LambdaFunctionStarted",
        "LambdaFunctionCompleted",
        "DecisionTaskScheduled",
    ]
    assert broken_rules(play.history(run)) == []
    assert not run.lambdas
    assert not run.lambda_ids


def test_failed_function_is_news() -> None:
    play = Play()
    run = begun(play)
    failed = e.LambdaFunctionFailed(*ids(start(play)), "details", "ResourceNotFoundException")
    commands.report(play.world, run, failed, play.now)
    assert play.find(run, e.LambdaFunctionFailed) == [failed]
    assert run.waiting is not None


@pytest.mark.parametrize(("timeout", "seconds"), [("7", 7), (None, 900)])
def test_time_out_counts_from_the_start(timeout: str | None, seconds: int) -> None:
    play = Play()
    run = begun(play, d.ScheduleLambdaFunction("1", "f", start_to_close_timeout=timeout))
    play.wait(50_000)
    task = start(play)
    play.wait(seconds * 1000 - 1)
    assert run.waiting is None
    play.wait(1)
    expected = e.LambdaFunctionTimedOut(*ids(task), "START_TO_CLOSE")
    assert play.find(run, e.LambdaFunctionTimedOut) == [expected]
    assert run.waiting is not None
    with pytest.raises(Refused, match="Unknown lambda function, scheduledEventId = 5"):
        commands.running_lambda(run, *ids(task))


def test_execution_without_a_role_cannot_start_a_function() -> None:
    play = Play()
    run = play.start()
    play.decide(CALL, d.RecordMarker("m"))
    assert play.types(run)[4:] == [
        "LambdaFunctionScheduled",
        "MarkerRecorded",
        "StartLambdaFunctionFailed",
        "DecisionTaskScheduled",
    ]
    (failed,) = play.find(run, e.StartLambdaFunctionFailed)
    assert (failed.cause, failed.scheduled_event_id) == ("ASSUME_ROLE_FAILED", 5)
    assert play.world.lists.take(lambda_place(DOMAIN)) is None
    assert broken_rules(play.history(run)) == []


def test_role_of_the_type_is_enough() -> None:
    play = Play()
    trusted = TypeId("Trusted", "1")
    play.register(WORKFLOW, trusted, FLOW_DEFAULTS | {"defaultLambdaRole": "role"})
    run = commands.start_execution(play.world, Start(DOMAIN, "w", trusted, Given()), play.now)
    play.decide(CALL)
    assert run.started.lambda_role == "role"
    assert start(play).task.name == "f"


def test_id_is_free_again_once_its_function_has_closed() -> None:
    play = Play()
    run = begun(play)
    done = e.LambdaFunctionCompleted(*ids(start(play)))
    commands.report(play.world, run, done, play.now)
    play.decide(CALL)
    assert len(play.find(run, e.LambdaFunctionScheduled)) == 2


def test_closing_takes_functions_off_their_list() -> None:
    play = Play()
    run = begun(play)
    play.terminate(run)
    assert play.world.lists.take(lambda_place(DOMAIN)) is None
    assert len(run.lambdas) == 1


def test_restart_offers_waiting_functions_and_bounds_running_ones() -> None:
    play = Play()
    run = begun(play, d.ScheduleLambdaFunction("1", "f", start_to_close_timeout="7"))
    play.signal(run)
    play.decide(d.ScheduleLambdaFunction("2", "g"))
    assert start(play).task.name == "f"
    again = World(play.world.settings, play.world.new_run_id)
    again.restore(run)
    again.offer_all()
    assert again.lists.count(lambda_place(DOMAIN)) == 1
    assert again.deadlines.next_at() == play.now + 7_000


def test_function_at_the_event_limit_is_given_to_nobody() -> None:
    play = Play(history_events=6)
    run = begun(play)
    key = play.world.lists.take(lambda_place(DOMAIN))
    assert key is not None
    assert commands.start_lambda(play.world, key, play.now) is None
    assert not run.is_open


def test_no_permission_is_asked_for_a_function() -> None:
    """SWF's enum has no such cause: the role of the execution decides."""
    play = Play(not_permitted=frozenset({"ScheduleLambdaFunction"}))
    run = begun(play)
    assert play.types(run)[-1] == "LambdaFunctionScheduled"
