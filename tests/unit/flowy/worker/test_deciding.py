"""Executions that stay in memory, over the engine's own core: what is fetched, kept and evicted."""

import gc
import tracemalloc

import msgspec
from decider_play import Play
from workflows import make, resize

from flowy.decider.parking import WAKE
from flowy.swf import wire
from flowy.swf.events import DecisionTaskCompleted, DecisionTaskScheduled, TimerStarted
from flowy.worker.decisions import KEEP, Parked, serve, wake_parked
from flowy.worker.kept import Bounds


def sequence(self, count):
    for number in range(count):
        self.resize(str(number)).result()
    return count


Sequence = make(sequence, name="Sequence")


def play(*more):
    return Play(resize, Sequence, *more)


def result(handle):
    return handle.result(timeout=0)


def test_two_hundred_activities_cost_no_history_and_as_many_events_for_the_last_as_for_the_first():
    stage = play()
    one, handle = stage.decider(), stage.start(Sequence, 200)
    read = []
    while one.decide():
        read.append(len(one.task.events))
        stage.work()

    assert result(handle) == 200
    assert stage.calls["GetWorkflowExecutionHistory"] <= 1  # the result's own
    assert one.counts.lookups == {"new": 1, "hit": 200}
    assert set(read[1:]) == {7}
    assert stage.calls["RespondDecisionTaskCompleted"] == 201


def test_a_decision_costs_four_calls_with_its_activity():
    stage = play()
    one, handle = stage.decider(), stage.start(Sequence, 50)
    one.decide()
    stage.calls.clear()
    for _ in range(50):
        (task,) = [stage.swf.poll_activity("images", "worker")]
        stage.swf.complete_activity(task.token, "null")
        assert one.decide()
    assert sum(stage.calls.values()) == 4 * 50
    assert handle.describe().status == "COMPLETED"


def test_an_answer_names_the_private_list_until_the_decider_leaves():
    stage = play()
    one, handle = stage.decider(), stage.start(Sequence, 3)
    one.decide()
    stage.work()
    one.decide()
    stage.work()
    one.stop.set()
    one.decide()
    stage.work()

    events = [event.attributes for event in stage.history(handle)]
    own, lists = one.desk.private, [e.task_list.name for e in events if is_scheduled(e)]
    assert lists == ["decisions", own, own, "decisions"]
    named = [e for e in events if isinstance(e, DecisionTaskCompleted)]
    assert [e.task_list.name for e in named] == [own, own, "decisions"]
    assert [e.task_list_schedule_to_start_timeout for e in named] == ["5", "5", None]

    other = stage.decider("b")
    stage.finish(other)
    assert result(handle) == 3
    assert other.counts.lookups == {"miss": 1}


def is_scheduled(attributes):
    return isinstance(attributes, DecisionTaskScheduled)


def test_a_decider_that_died_is_replaced_after_the_schedule_to_start_time_out():
    stage = play()
    dead, other, handle = stage.decider("dead"), stage.decider("b"), stage.start(Sequence, 3)
    dead.decide()
    stage.work()
    assert not other.decide()
    stage.advance(5)
    stage.finish(other)
    assert result(handle) == 3
    assert other.counts.lookups == {"miss": 1, "hit": 2}


def test_an_execution_that_went_on_elsewhere_catches_up_with_its_history():
    stage = play()
    one, other, handle = stage.decider("a"), stage.decider("b"), stage.start(Sequence, 4)
    one.decide()
    stage.work()
    stage.advance(5)  # one was too slow: the task went back to the list of all
    other.decide()
    stage.work()
    stage.advance(5)  # and so was the other
    one.decide()
    stage.finish(one)
    assert result(handle) == 4
    assert one.counts.lookups == {"new": 1, "hit": 3}
    assert other.counts.lookups == {"miss": 1}


def test_a_window_that_begins_later_than_what_was_kept_is_completed_from_the_history():
    stage = play()
    one, other = stage.decider("a"), stage.decider("b")
    stage.start(Sequence, 4)
    one.decide()
    stage.work()
    stage.advance(5)
    other.decide()
    stage.work()
    task = other.poll()  # news since the other one's turn

    verdict = one.desk.decider.decide(task, lambda: list(stage.swf.history(task.execution)))
    assert not verdict.parked
    assert one.counts.lookups == {"new": 1, "hit": 1}
    assert stage.calls["GetWorkflowExecutionHistory"] == 1


def test_a_window_that_begins_later_than_the_kept_execution_brings_the_history_once():
    stage = play()
    one, handle = stage.decider("a"), stage.start(Sequence, 4)
    one.decide()
    behind = one.desk.decider._kept
    stage.work()
    one.decide()
    (running,) = behind.all()
    running.evict()
    stage.work()
    one.decide()  # nothing is kept, and the private list brought a part only
    assert one.counts.lookups == {"new": 1, "hit": 1, "miss": 1}
    assert stage.calls["GetWorkflowExecutionHistory"] == 1
    stage.finish(one)
    assert result(handle) == 4


def test_a_lost_response_changes_nothing():
    stage = play()
    one, handle = stage.decider(), stage.start(Sequence, 3)
    stage.lost.add("RespondDecisionTaskCompleted")  # it was carried out all the same
    stage.finish(one)
    assert result(handle) == 3
    assert one.counts.lookups == {"new": 1, "hit": 3}


def test_an_answer_that_never_arrived_is_seen_in_the_history_and_replayed():
    stage = play()
    one, handle = stage.decider(), stage.start(Sequence, 2)
    task = one.poll()
    one.desk.decider.decide(task, list)  # and its process is too slow to answer
    stage.advance(31)
    one.decide()
    assert one.counts.lookups == {"new": 1, "stale": 1}
    assert one.counts.evictions == {"stale": 1}
    stage.finish(one)
    assert result(handle) == 2


def test_what_closed_is_kept_no_longer():
    stage = play()
    one = stage.decider()
    stage.start(Sequence, 1)
    one.decide()
    assert one.counts.kept == 1
    stage.finish(one)
    assert one.counts.kept == 0
    assert one.counts.evictions == {"closed": 1}


def test_the_least_recently_decided_execution_is_evicted_and_goes_on_from_its_history():
    stage = play()
    one = stage.decider(bounds=Bounds(count=2))
    handles = [stage.start(Sequence, 2, id=str(number)) for number in range(3)]
    for _ in handles:
        one.decide()
    assert one.counts.kept == 2
    assert one.counts.evictions == {"count": 1}
    stage.finish(one)
    assert [result(handle) for handle in handles] == [2, 2, 2]
    assert one.counts.lookups["miss"] >= 1


def test_executions_go_when_the_process_has_grown():
    sizes = iter([100, *[10_000] * 100])
    stage = play()
    one = stage.decider(bounds=Bounds(growth=1000), resident=lambda: next(sizes))
    for number in range(16):
        stage.start(Sequence, 1, id=str(number))
        one.decide()
    assert one.counts.evictions == {"memory": 2}  # a tenth, rounded up
    assert one.counts.kept == 14


def test_clean_up_code_runs_at_an_eviction_and_asks_for_nothing():
    said = []

    def run(self):
        try:
            self.resize("a").result()
        finally:
            said.append("clean")
            self.resize("never")

    cleans = make(run, name="Cleans")
    stage = play(cleans)
    one = stage.decider()
    stage.start(cleans)
    one.decide()
    one.desk.decider.close()
    assert said == ["clean"]
    assert one.counts.evictions == {"leaving": 1}
    assert one.counts.kept == 0


def test_nothing_is_kept_by_a_decider_without_bounds():
    stage = play()
    one, handle = stage.decider(bounds=None), stage.start(Sequence, 2)
    stage.finish(one)
    assert result(handle) == 2
    assert not one.counts.lookups
    assert one.counts.kept == 0


def test_an_execution_that_is_parked_waits_on_the_list_of_all_and_starves_nobody():
    wrong = [ImportError("not yet")]

    def run(self):
        for error in wrong:
            raise error
        return "mended"

    wrong_flow = make(run, name="Wrong")
    stage = play(wrong_flow)
    one = stage.decider()
    parked, other = stage.start(wrong_flow, id="p"), stage.start(Sequence, 2, id="o")
    stage.finish(one)
    assert result(other) == 2
    assert one.counts.waits == [15]
    named = [e.attributes for e in stage.history(parked)]
    (timer,) = [e for e in named if isinstance(e, TimerStarted)]
    assert timer.timer_id == "flowy.park-3"

    stage.advance(15)
    one.decide()
    assert one.counts.waits == [15, 30]
    wrong.clear()
    parked.signal(WAKE)
    stage.finish(one)
    assert result(parked) == "mended"
    assert one.counts.outcomes["parked"] == 2


def test_what_a_decider_parked_is_woken_when_it_leaves():
    def run(self):
        raise ImportError("not here")

    nowhere = make(run, name="Nowhere")
    stage = play(nowhere)
    one = stage.decider()
    waiting = [stage.start(nowhere, id=name) for name in ("open", "closed", "elsewhere")]
    for _ in waiting:
        one.decide()
    waiting[1].terminate()
    one.desk.parked[waiting[2].execution] = Parked(
        "", 0.0
    )  # its wait is over: another decider has it
    wake_parked(one.desk)

    def woken(handle):
        return [e.attributes.signal_name for e in stage.history(handle) if "Signaled" in e.type]

    assert [woken(handle) for handle in waiting] == [[WAKE], [], []]


def test_changed_code_parks_a_kept_execution_only_where_it_is_replayed():
    stage = play()
    one, other = stage.decider("a"), stage.decider("b")
    handle = stage.start(Sequence, 2)
    one.decide()
    stage.work()
    stage.registry.workflows[next(iter(stage.registry.workflows))].target.run = lambda self, _: 1
    try:
        stage.advance(5)
        other.decide()
    finally:
        Sequence.run = sequence
    assert other.counts.outcomes == {"parked": 1}
    assert other.counts.kept == 0
    handle.signal(WAKE)
    stage.finish(one)
    assert result(handle) == 2


def test_an_unknown_type_is_parked():
    stage = play()
    one = stage.decider()
    stage.start(Sequence, 1)
    stage.registry.workflows.clear()
    one.decide()
    assert one.counts.outcomes == {"parked": 1}


def test_a_history_that_cannot_be_had_leaves_the_task_to_its_time_out():
    stage = play()
    one = stage.decider()
    stage.start(Sequence, 2)
    one.decide()
    one.desk.decider.close()
    stage.work()
    stage.swf._reads = None  # every read fails, with a bug's own error
    one.decide()
    assert one.counts.outcomes == {"completed": 1, "broken": 1}


def test_histories_are_the_same_with_and_without_memory():
    said = []
    for bounds in (KEEP, None):
        stage = play()
        handle = stage.start(Sequence, 3)
        stage.finish(stage.decider(bounds=bounds))
        asked = [(e.type, getattr(e.attributes, "input", None)) for e in stage.history(handle)]
        said.append((asked, result(handle)))
    assert said[0] == said[1]


def test_an_override_that_is_ignored_is_noticed_and_not_asked_for_again():
    stage = play()
    ignore = stage.swf.complete_decision
    stage.swf.complete_decision = lambda token, decisions, context, *_: ignore(
        token, decisions, context
    )
    one, handle = stage.decider(), stage.start(Sequence, 3)
    one.decide()
    assert one.desk.standing == "untried"
    stage.work()
    one.decide()
    assert one.desk.is_private_over()
    stage.finish(one)
    assert result(handle) == 3
    assert one.counts.lookups == {"new": 1, "hit": 3}  # nothing else changes


def test_an_execution_that_was_replayed_holds_nothing_of_its_history():
    stage = play()
    one, other = stage.decider("a"), stage.decider("b")
    stage.start(Sequence, 200)
    for _ in range(100):
        one.decide()
        stage.work()
    stage.advance(5)
    tracemalloc.start()
    try:
        other.decide()
        read, other.task = len(other.task.events), None
        gc.collect()
        events = tracemalloc.take_snapshot().filter_traces(
            [tracemalloc.Filter(True, wire.__file__)]
        )
    finally:
        tracemalloc.stop()
    assert (read, other.counts.kept) == (605, 1)
    assert sum(found.size for found in events.statistics("filename")) < 5_000


def test_a_parking_for_an_unreadable_event_goes_to_the_list_of_all_although_its_run_is_kept():
    stage = play()
    one, handle = stage.decider(), stage.start(Sequence, 2)
    one.decide()
    stage.work()
    task = msgspec.structs.replace(one.poll(), unreadable="event 9 has the unknown type 'New'")
    serve(one.desk, task, 0.0)
    answers = [e.attributes for e in stage.history(handle) if e.type == "DecisionTaskCompleted"]
    assert answers[-1].task_list.name == "decisions"
    handle.signal(WAKE)
    stage.finish(one)
    assert result(handle) == 2
