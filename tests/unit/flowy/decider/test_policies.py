"""`retry=Retry(...)`: what a policy means to an activity, a child and a Lambda function."""

from far_story import FarStory
from story import Story
from workflows import Transcode, make, resize, result_of

from flowy import ActivityProxy, LambdaProxy, Retry, TaskFailed, TaskLost, TaskTimedOut
from flowy.swf.decisions import ScheduleActivityTask, StartTimer

STEADY = Retry(attempts=4, delay=3, factor=2, maximum=10, jitter=0)


def one(self):
    try:
        return self.resize("a").result()
    except TaskFailed as error:
        return error.remote_type
    except (TaskTimedOut, TaskLost) as error:
        return [type(error).__name__, error.details]


def story_of(policy, proxy=resize, **options):
    return Story(make(one, resize=ActivityProxy(proxy, retry=policy, **options)))


def test_the_waits_of_a_policy_are_timers_that_grow():
    story, waits = story_of(STEADY), []
    story.decide()
    for attempt in ("resize-1", "resize-1~2", "resize-1~3"):
        story.fail(attempt)
        (timer,) = story.decide().decisions
        waits.append(timer.start_to_fire_timeout)
        story.fire(timer.timer_id)
        story.decide()
    story.fail("resize-1~4")

    assert waits == ["3", "6", "10"]
    assert result_of(story.decide()) == "ValueError"


def test_an_error_that_the_policy_names_is_not_tried_again():
    story = story_of(Retry(never=("SoldOut",)))
    story.decide()
    story.fail("resize-1", "shop.SoldOut")

    assert result_of(story.decide()) == "shop.SoldOut"


def test_a_time_out_may_have_no_budget_where_a_failure_has_one():
    story = story_of(Retry(schedule_to_start=0, jitter=0))
    story.decide()
    story.fail("resize-1")
    story.fire(story.decide().decisions[0].timer_id)
    story.decide()
    story.time_out("resize-1~2", "SCHEDULE_TO_START")

    assert result_of(story.decide()) == ["TaskTimedOut", None]


def test_lost_zero_is_at_most_once_and_the_last_heartbeat_can_be_read():
    story = story_of(Retry(lost=0), lost=5)
    story.decide()
    story.time_out("resize-1", "HEARTBEAT", details='"at 3"')

    assert result_of(story.decide()) == ["TaskLost", "at 3"]


def test_a_heartbeat_of_its_own_that_stops_spends_the_budget_of_that_time_out():
    story = story_of(Retry(heartbeat=1, delay=0), Transcode)
    story.decide()
    story.time_out("resize-1", "HEARTBEAT", details="7")
    (again,) = story.decide().decisions
    assert isinstance(again, ScheduleActivityTask)
    assert '"details":"7"' in again.input
    story.time_out("resize-1~2", "HEARTBEAT", details="8")

    assert result_of(story.decide()) == ["TaskTimedOut", 8]


def test_jitter_is_drawn_for_each_attempt_and_the_same_in_each_replay():
    def waits(policy):
        story, seen = story_of(policy), []
        story.decide()
        for number in range(1, 9):
            story.fail("resize-1" if number == 1 else f"resize-1~{number}")
            (timer,) = story.decide().decisions
            seen.append(int(timer.start_to_fire_timeout))
            story.fire(timer.timer_id)
            story.decide()
        return seen

    drawn = waits(Retry(attempts=99, delay=1_000, factor=1, jitter=0.5))

    assert len(set(drawn)) > 4
    assert all(500 <= wait <= 1_000 for wait in drawn)
    assert drawn == waits(Retry(attempts=99, delay=1_000, factor=1, jitter=0.5))


def test_a_new_policy_does_not_break_a_running_execution():
    story = story_of(STEADY)
    story.decide()
    story.fail("resize-1")
    (timer,) = story.decide().decisions
    assert isinstance(timer, StartTimer)
    story.registry = story_of(Retry(attempts=1)).registry
    story.fire("resize-1~2")
    story.decide()
    story.complete("resize-1~2", "worked")

    assert result_of(story.decide()) == "worked"


def test_a_policy_holds_for_a_lambda_function_too():
    def run(self):
        try:
            return self.thumb(1).result()
        except TaskFailed as error:
            return error.remote_type

    policy = Retry(attempts=2, delay=4, jitter=0, never=("Fatal",))
    story = FarStory(make(run, thumb=LambdaProxy("thumb", retry=policy)), lambda_role="arn:role")
    story.decide()
    story.function("Failed", "thumb-1", reason="Busy", details="{}")
    (timer,) = story.decide().decisions
    assert timer.start_to_fire_timeout == "4"
    story.fire(timer.timer_id)
    story.decide()
    story.function("Failed", "thumb-1~2", reason="Fatal", details="{}")

    assert result_of(story.decide()) == "Fatal"
