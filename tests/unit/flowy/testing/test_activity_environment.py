"""`ActivityEnvironment`: one activity with a link that the test holds."""

import pytest

from flowy import Activity, Canceled, SerializationError, TaskInfo, activity, current_task
from flowy.errors import OptionError
from flowy.testing import ActivityEnvironment
from flowy.worker.execution import Canceled as AnsweredCanceled
from flowy.worker.execution import Completed, Failed, Unanswered


@activity("Transcode", 1, "videos", heartbeat=30)
class Transcode(Activity):
    def run(self, megabytes):
        for megabyte in range(self.last_details or 0, megabytes):
            if not self.heartbeat(megabyte):
                return None
        return {"done": (megabytes, self.task.attempt)}


@activity("Plain", 1, "plain")
def plain(value):
    current_task().heartbeat()
    if value == "raise":
        raise Canceled
    return value


def test_heartbeats_are_kept_as_values_and_the_result_goes_through_json():
    env = ActivityEnvironment()
    assert env.run(Transcode, 3) == {"done": [3, 1]}
    assert env.heartbeats == [0, 1, 2]


@pytest.mark.parametrize("flag", ["canceled", "stopping", "gone"])
def test_each_flag_stops_the_code_at_its_next_heartbeat(flag):
    env = ActivityEnvironment()
    env.on_heartbeat = lambda details: setattr(env, flag, details == 1)
    assert env.run(Transcode, 9) is None
    assert env.heartbeats == [0, 1]


@pytest.mark.parametrize(
    ("flag", "answer"), [("canceled", AnsweredCanceled), ("stopping", Failed), ("gone", Unanswered)]
)
def test_the_answer_is_the_workers(flag, answer):
    env = ActivityEnvironment()
    setattr(env, flag, True)
    assert isinstance(env.answer(Transcode, 9), answer)


def test_a_later_attempt_finds_the_details_of_the_last():
    env = ActivityEnvironment(attempt=2, last_details=7)
    assert env.run(Transcode, 9) == {"done": [9, 2]}
    assert env.heartbeats == [7, 8]
    assert env.answer(Transcode, 9) == Completed('{"done":[9,2]}')
    assert env.heartbeats == [7, 8, 7, 8]


def test_errors_come_out_as_they_were_raised():
    env = ActivityEnvironment()
    with pytest.raises(Canceled):
        env.run(plain, "raise")
    with pytest.raises(SerializationError):
        env.run(plain, object())
    with pytest.raises(OptionError):
        env.run(print)


def test_too_long_details_are_refused_as_by_a_worker():
    @activity("Long", 1, "plain")
    def long():
        current_task().heartbeat("x" * 3000)

    with pytest.raises(SerializationError, match="2,048"):
        ActivityEnvironment().run(long)


def test_the_task_tells_its_type_attempt_and_last_details():
    @activity("Told", 2, "plain")
    def told():
        task = current_task().task
        assert task == TaskInfo(task.execution, task.type, task.id, 3, {"done": 1})
        return str(task.type)

    env = ActivityEnvironment(attempt=3, last_details={"done": 1})
    assert env.run(told) == "Told/2"
