"""The list that a decider asked for, and what brings its tasks back."""

from collections.abc import Sequence

import pytest
from history_rules import broken_rules
from world_play import DOMAIN, LIST, Play, schedule

from flowy.engine.core.commands import complete_decision
from flowy.engine.core.decide.settings import Given
from flowy.engine.core.faults import Refused
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf.values import TaskList


class TestOverride:
    STICKY = TaskList("sticky")

    def _on_sticky(
        self,
        play: Play,
        timeout: str | None = "5",
        *,
        from_list: str = "decisions",
        to: TaskList = STICKY,
        decisions: Sequence[d.Decision] = (),
    ) -> None:
        run = play.poll_decision(from_list)
        assert run is not None
        options = {"task_list": to, "task_list_schedule_to_start_timeout": timeout}
        play.answer(run, decisions, **options)

    def test_next_tasks_go_to_the_override_list(self) -> None:
        play = Play()
        run = play.start()
        self._on_sticky(play)
        play.signal(run)
        scheduled = play.find(run, e.DecisionTaskScheduled)[-1]
        assert (scheduled.task_list, scheduled.schedule_to_start_timeout) == (self.STICKY, "5")
        assert play.poll_decision() is None
        assert play.poll_decision("sticky") is run

    def test_task_goes_back_when_nobody_polls_the_override_list(self) -> None:
        play = Play()
        run = play.start()
        self._on_sticky(play)
        play.signal(run)
        play.wait(5_000)
        assert play.types(run)[-2:] == ["DecisionTaskTimedOut", "DecisionTaskScheduled"]
        timed_out = play.find(run, e.DecisionTaskTimedOut)[-1]
        assert (timed_out.timeout_type, timed_out.started_event_id) == ("SCHEDULE_TO_START", 0)
        assert play.find(run, e.DecisionTaskScheduled)[-1].schedule_to_start_timeout == "NONE"
        assert play.poll_decision("sticky") is None
        assert play.poll_decision() is run

    def test_clock_of_a_task_behind_a_running_one_starts_when_it_can_be_taken(self) -> None:
        play = Play()
        run = play.start()
        self._on_sticky(play)
        play.signal(run)
        play.poll_decision("sticky")
        play.signal(run)
        play.wait(8_000)
        play.answer(run)
        play.wait(4_000)
        assert play.poll_decision("sticky") is run

    def test_temporary_override_ends_with_a_lost_decider(self) -> None:
        play = Play()
        run = play.start()
        self._on_sticky(play)
        play.signal(run)
        play.poll_decision("sticky")
        play.wait(10_000)
        assert play.poll_decision() is run

    def test_permanent_override_stays(self) -> None:
        play = Play()
        run = play.start()
        self._on_sticky(play, timeout=None)
        play.signal(run)
        play.poll_decision("sticky")
        play.wait(10_000)
        assert play.poll_decision("sticky") is run

    def test_answer_without_a_list_keeps_the_override(self) -> None:
        play = Play()
        run = play.start()
        self._on_sticky(play)
        for _ in range(2):
            play.signal(run)
            play.decide(task_list="sticky")
        play.signal(run)
        assert play.poll_decision("sticky") is run

    def test_lost_worker_of_the_documents_sequence(self) -> None:
        play = Play()
        run = play.start()
        play.decide()
        play.signal(run)
        self._on_sticky(play, decisions=[schedule("a")])
        play.work()
        scheduled = play.now
        play.wait(5_000)
        assert play.poll_decision() is run
        completed, _, _, _, waiting, timed_out, again, started = play.history(run)[7:]
        assert completed.attributes == e.DecisionTaskCompleted(6, 7, None, self.STICKY, "5")
        assert (waiting.id, waiting.at) == (12, scheduled)
        assert timed_out.attributes == e.DecisionTaskTimedOut(12, 0, "SCHEDULE_TO_START")
        assert (timed_out.at, again.at) == (scheduled + 5_000, scheduled + 5_000)
        assert again.attributes == e.DecisionTaskScheduled(LIST, "NONE", "10")
        assert started.attributes == e.DecisionTaskStarted(14)
        assert run.previous_started == 7
        assert broken_rules(play.history(run)) == []

    def test_task_that_waits_stays_where_it_was_scheduled(self) -> None:
        play = Play()
        run = play.start()
        play.poll_decision()
        play.signal(run)
        play.answer(run, task_list=self.STICKY, task_list_schedule_to_start_timeout="5")
        assert play.poll_decision("sticky") is None
        assert play.poll_decision() is run
        play.signal(run)
        assert play.find(run, e.DecisionTaskScheduled)[-1].task_list == self.STICKY

    def test_later_list_replaces_the_override_and_the_original_one_ends_it(self) -> None:
        play = Play()
        run = play.start()
        self._on_sticky(play)
        play.signal(run)
        self._on_sticky(play, None, from_list="sticky", to=TaskList("other"))
        play.signal(run)
        assert play.find(run, e.DecisionTaskScheduled)[-1].schedule_to_start_timeout == "NONE"
        self._on_sticky(play, None, from_list="other", to=LIST)
        play.signal(run)
        assert play.poll_decision() is run

    def test_override_without_an_end_waits_and_falls_with_its_decider(self) -> None:
        play = Play()
        run = play.start()
        self._on_sticky(play, "NONE")
        play.signal(run)
        play.wait(500_000)
        assert play.poll_decision("sticky") is run
        play.wait(10_000)
        assert play.find(run, e.DecisionTaskTimedOut)[-1].timeout_type == "START_TO_CLOSE"
        assert play.poll_decision() is run

    def test_continued_run_takes_its_list_from_decision_or_type(self) -> None:
        play = Play()
        run = play.start()
        self._on_sticky(play)
        play.signal(run)
        play.decide(d.ContinueAsNewWorkflowExecution(), task_list="sticky")
        following = play.world.find(DOMAIN, "w")
        assert following is not None
        assert following.started.task_list == LIST
        assert play.poll_decision() is following

    def test_refused_response_overrides_nothing(self) -> None:
        play = Play()
        run = play.start()
        play.poll_decision()
        play.wait(10_000)
        late = e.DecisionTaskCompleted(2, 3, None, self.STICKY, "5")
        with pytest.raises(Refused):
            complete_decision(play.world, run, late, [], play.now)
        assert run.override is None
        assert play.poll_decision() is run


def test_priority_of_an_execution_is_that_of_its_decision_tasks_only() -> None:
    play = Play()
    for name, priority in [("low", "-3"), ("none", None), ("high", "8"), ("second", "8")]:
        play.start(name, Given(task_priority=priority))
    order = []
    while (run := play.poll_decision()) is not None:
        order.append(run.id.workflow_id)
        play.answer(run, [schedule("a")])
        assert play.find(run, e.ActivityTaskScheduled)[0].task_priority is None
        (scheduled,) = play.find(run, e.DecisionTaskScheduled)
        assert scheduled.task_priority == run.started.task_priority
    assert order == ["high", "second", "none", "low"]
