"""What the options of a call come to: once for each set of scopes."""

from datetime import timedelta

from flowy.decider.terms import Terms, terms
from flowy.options import Options
from flowy.scopes import NOTHING_SAID, AllOptions
from flowy.swf.values import TaskList

KNOWN = Options(start_to_close=30, heartbeat=None, task_list="fast", priority=3)


def test_the_workflow_beats_the_proxy_which_beats_the_decorator_and_the_defaults():
    scope, proxy = AllOptions(start_to_close=10), Options(start_to_close=20, schedule_to_start=5)
    told = terms(scope, proxy, KNOWN)
    assert (told.start_to_close, told.schedule_to_start, told.heartbeat) == ("10", "5", "NONE")
    assert (told.schedule_to_close, told.options.lost) == ("NONE", 3)
    assert (told.task_list, told.priority) == (TaskList("fast"), "3")


def test_the_worker_is_told_milliseconds_and_swf_whole_seconds_rounded_up():
    told = terms(NOTHING_SAID, Options(start_to_close=timedelta(milliseconds=1500)), KNOWN)
    assert (told.start_to_close, told.meta_start_to_close) == ("2", 1500)
    assert (told.heartbeat, told.meta_heartbeat) == ("NONE", 0)


def test_what_nobody_said_of_an_unknown_type_is_left_to_its_registration():
    told = terms(NOTHING_SAID, Options(), None)
    texts = (told.heartbeat, told.schedule_to_close, told.schedule_to_start, told.start_to_close)
    assert texts == (None,) * 4
    assert (told.task_list, told.priority, told.meta_heartbeat) == (None, None, None)


def test_terms_are_worked_out_once():
    def asked() -> Terms:
        return terms(AllOptions(start_to_close=7), Options(), KNOWN)

    assert asked() is asked()
