"""Names of private lists, what answers say of the next task, and whether the service minds."""

from flowy.swf.events import (
    DecisionTaskCompleted,
    DecisionTaskScheduled,
    DecisionTaskTimedOut,
    Event,
)
from flowy.swf.values import TaskList
from flowy.worker.affinity import Route, private_list, route, standing_after


def test_a_private_list_has_a_name_that_swf_takes():
    assert private_list("images", "host", "1f") == "images.sticky.host.1f"
    name = private_list("x" * 256, "h" * 300 + ":", "1f")
    assert len(name) == 256
    assert name.endswith("h.1f")
    assert ":" not in private_list("images", "fe80::1", "1f")


def test_who_stays_has_the_next_task_come_to_its_own_list_for_a_short_time():
    assert route("images", "own", stays=True) == Route("own", "5")
    assert route("images", "own", stays=False) == Route("images", None)


def answer(id, started):
    return Event(id, 0, DecisionTaskCompleted(started - 1, started))


def schedule(id, name):
    return Event(id, 0, DecisionTaskScheduled(TaskList(name)))


def test_the_first_task_after_an_answer_tells_what_became_of_its_override():
    answered = [schedule(2, "list"), answer(4, 3)]
    assert standing_after("untried", answered, 3, "own") == "untried"
    assert standing_after("untried", [*answered, schedule(5, "own")], 3, "own") == "honoured"
    assert standing_after("untried", [*answered, schedule(5, "list")], 3, "own") == "ignored"


def test_a_task_that_waited_when_the_answer_came_tells_nothing():
    events = [schedule(4, "list"), answer(5, 3)]
    assert standing_after("untried", events, 3, "own") == "untried"


def test_an_override_that_ran_out_was_honoured():
    lapsed = Event(6, 0, DecisionTaskTimedOut(5, 0, "SCHEDULE_TO_START"))
    events = [answer(4, 3), schedule(5, "own"), lapsed, schedule(7, "list")]
    assert standing_after("untried", events, 3, "own") == "honoured"


def test_what_is_known_stays_known():
    events = [answer(4, 3), schedule(5, "list")]
    assert standing_after("honoured", events, 3, "own") == "honoured"
