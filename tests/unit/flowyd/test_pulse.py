"""When the courier sends what: a board's readings in, requests out."""

from hypothesis import given, settings
from hypothesis import strategies as st

from flowy.errors import ServiceUnreachable, Throttled, UnknownResource
from flowyd.board import BoardTask
from flowyd.pulse import Beat, Beating, Reading, Report, Resting, landed, look, reported


def task(number=1, *, automatic=True, began=0, pace=5_000, lasts=60_000, beats=0):
    names = ("T/1", "w", "r", "a")
    return BoardTask(number, "token", began, pace, lasts, automatic, beats, *names)


def seen(known, beats=0, ran=False):
    return Reading(known, beats, ran)


def sends(pulse, reading, times):
    """The times at which heartbeats are sent, each answered at once."""
    sent = []
    for now in times:
        pulse, beat = look(pulse, reading, now)
        if beat is not None:
            sent.append(now)
            pulse = landed(pulse, beat, "ok", now, 0)
    return sent


def test_an_automatic_heartbeat_goes_out_at_half_its_time_out_until_start_to_close():
    assert sends(Resting(), seen(task()), range(0, 90_000, 100)) == list(
        range(5_000, 60_000, 5_000)
    )


def test_one_that_is_the_codes_own_goes_out_only_when_it_gave_a_sign_of_life():
    own = task(automatic=False, beats=7)
    assert sends(Resting(), seen(own, beats=7), range(0, 60_000, 100)) == []
    assert sends(Resting(), seen(own, beats=8), range(0, 60_000, 100)) == [5_000]


def test_a_late_sign_of_life_goes_out_at_once_and_the_next_half_a_time_out_later():
    own = task(automatic=False)
    pulse, _ = look(Resting(), seen(own), 0)
    pulse, beat = look(pulse, seen(own, beats=1), 17_300)
    assert beat == Beat(own, 5_000, 1)
    pulse = landed(pulse, beat, "ok", 17_310, 0)
    assert pulse == Beating(own, 22_310, 1)


def test_a_task_whose_answer_is_on_its_way_is_kept_alive():
    own = task(automatic=False)
    assert sends(Resting(), seen(own, ran=True), range(0, 12_000, 100)) == [5_000, 10_000]


def test_a_new_courier_sends_at_once_for_a_task_that_it_finds():
    assert sends(Resting(), seen(task()), range(31_000, 33_000, 100)) == [31_000]


def test_no_second_heartbeat_goes_out_while_one_is_on_its_way():
    pulse, first = look(Resting(), seen(task()), 5_000)
    assert first is not None
    assert look(pulse, seen(task()), 9_000) == (pulse, None)


def test_a_heartbeat_that_failed_is_tried_again_after_its_delay():
    pulse, beat = look(Resting(), seen(task()), 5_000)
    failed = landed(pulse, beat, "error", 5_010, 200)
    assert look(failed, seen(task()), 5_209)[1] is None
    assert look(failed, seen(task()), 5_210)[1] is not None


def test_a_task_that_nobody_knows_any_more_gets_none_until_the_next_one_begins():
    pulse, beat = look(Resting(), seen(task()), 5_000)
    gone = landed(pulse, beat, "gone", 5_010, 0)
    assert sends(gone, seen(task()), range(5_100, 60_000, 100)) == []
    assert sends(gone, seen(task(2, began=6_000)), range(6_000, 12_000, 100)) == [11_000]


@settings(deadline=None)
@given(st.lists(st.sampled_from(("task", "none", "ok", "gone", "error")), max_size=40))
def test_what_lands_for_an_older_task_changes_nothing(steps):
    pulse, number, flown = Resting(), 0, []
    for now, step in enumerate(steps):
        if step == "task":
            number += 1
        known = task(number, began=0, pace=1, lasts=1_000) if number and step != "none" else None
        if step in {"ok", "gone", "error"} and flown:
            beat = flown.pop(0)
            before, pulse = pulse, landed(pulse, beat, step, now, 1)
            if isinstance(before, Beating) and before.task.number != beat.task.number:
                assert pulse == before
            continue
        pulse, beat = look(pulse, seen(known), now)
        flown += [beat] if beat else []
        if isinstance(pulse, Beating):
            assert pulse.task.number == number


def test_a_report_goes_out_until_it_is_answered_or_the_task_is_over():
    first = Report(task(), due=100)
    again, none = reported(first, Throttled("ThrottlingException", "slow"), 200, 500)
    assert (again.due, again.failures, none) == (700, 1, None)
    assert reported(again, None, 800, 0)[1] == "answered"
    assert reported(again, ServiceUnreachable("x", "gone"), 61_000, 500)[1] == "expired"


def test_a_task_that_its_dead_worker_had_answered_is_no_fault():
    unknown = UnknownResource("UnknownResourceFault", "no such task")
    first = Report(task(), due=100)
    assert reported(first, unknown, 200, 0)[1] == "gone"
    lost, _ = reported(first, ServiceUnreachable("x", "reset"), 200, 0)
    assert reported(lost, unknown, 300, 0)[1] == "answered"
