"""The limits are SWF's own unless somebody lowers them."""

from world_play import Play

from flowy.engine.core.settings import SWF_RATES, Rate, Settings
from flowy.swf import events as e


def test_documented_numbers() -> None:
    settings = Settings()
    assert (settings.history_events, settings.open_executions) == (25_000, 100_000)
    each = (settings.open_activities, settings.open_timers, settings.open_children)
    assert each == (1_000, 1_000, 1_000)
    assert (settings.domains, settings.types, settings.pollers) == (100, 10_000, 1_000)
    assert (settings.domain_tags, settings.page) == (50, 100)
    assert SWF_RATES["StartChildWorkflowExecution"] == Rate(500, 12)


def test_nothing_is_forbidden_or_limited_in_rate_unless_told_so() -> None:
    settings = Settings()
    assert settings.rates == {}
    assert settings.task_list_rate is None
    assert settings.not_permitted == frozenset()


def test_event_25000_is_the_termination() -> None:
    play = Play()
    run = play.start()
    signal = e.WorkflowExecutionSignaled("s", 0)
    with play.world.transaction(run, play.now) as transaction:
        for _ in range(24_997):
            transaction.append(signal)
    assert run.is_open
    play.signal(run)
    assert run.last_event == 25_000
    assert play.last(run) == e.WorkflowExecutionTerminated("TERMINATE", "EVENT_LIMIT_EXCEEDED")
