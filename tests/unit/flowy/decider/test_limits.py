"""SWF's limits: what is over them waits its turn, and history says so in replay."""

import json

import pytest
from far_story import FarStory
from story import RUN, Story, asked
from windows import Kept
from workflows import make, result_of

from flowy import ActivityProxy, LambdaProxy, TaskError, TaskNotScheduled, WorkflowProxy
from flowy.decider import Decided, Execution, decide
from flowy.decider.room import LIMITED, Limits, size
from flowy.swf import decisions as d
from flowy.swf import events as e
from flowy.swf import limits
from flowy.swf.values import TypeId
from flowy.swf.wire import decision_to_wire

ROLE = {"lambda_role": "arn:aws:iam::1:role/lambda"}
FEW = Limits(open=dict.fromkeys(LIMITED, 3))


def waiting_for(count, call):
    """Code that makes so many calls and waits for all."""

    def run(self):
        return [one.result() for one in [call(self, number) for number in range(count)]]

    child = WorkflowProxy("Child", 1, retry=0)
    return make(run, child=child, thumb=LambdaProxy("thumb"), once=ActivityProxy("Once", 1))


def replayed(story, limits):
    """The answer of a fresh execution with other limits than those that the history was made by."""
    execution = Execution(story.registry.workflow(story.type), RUN, story.registry, limits)
    try:
        return execution.activate(story.events)
    finally:
        execution.evict()


def bytes_of(decisions):
    return sum(len(json.dumps(decision_to_wire(decision))) + 2 for decision in decisions)


def sent_until_whole(kept):
    """The decisions of each answer until nothing is kept back."""
    answers = []
    while True:
        answer = kept.answer()
        answers.append(answer.decisions)
        if not answer.kept_back:
            return answers
        kept.story.fire(answer.decisions[-1].timer_id)


WIDE = Limits(open={})


def test_five_thousand_calls_go_out_in_answers_below_one_megabyte():
    kept = Kept(Story(waiting_for(5_000, lambda self, n: self.once("x" * 100, n))), WIDE)
    answers = sent_until_whole(kept)
    kept.execution.evict()

    activities = [x for x in sum(answers, ()) if isinstance(x, d.ScheduleActivityTask)]
    assert [task.activity_id for task in activities] == [f"once-{n + 1}" for n in range(5_000)]
    assert max(map(bytes_of, answers)) < limits.REQUEST_BYTES
    assert len(answers) == 3


@pytest.mark.parametrize(("text", "answers"), [("x" * 32_000, 4), ("\x01" * 5_000, 4)])
def test_full_inputs_and_the_worst_escapes_are_measured_as_they_are_sent(text, answers):
    kept = Kept(Story(waiting_for(100, lambda self, n: self.once(text, n))), WIDE)
    sent = sent_until_whole(kept)
    kept.execution.evict()

    assert len(sent) == answers
    assert limits.REQUEST_BYTES * 0.8 < max(map(bytes_of, sent)) < limits.REQUEST_BYTES


@pytest.mark.parametrize("text", ["plain", 'quo"te\\', "\x00\x1f", "ä€", "\U0001f600", "/<>&"])
def test_the_size_of_a_decision_is_never_below_what_is_sent(text):
    decisions = [
        d.ScheduleActivityTask(text, activity_type=TypeId("ä" * 20, "1"), input=text * 50),
        d.RecordMarker(marker_name=text, details=text * 50),
        d.CompleteWorkflowExecution(result=text * 50),
        d.StartTimer(start_to_fire_timeout="1", timer_id=text),
    ]
    for decision in decisions:
        wire = len(json.dumps(decision_to_wire(decision))) + 2
        assert wire <= size(decision) <= wire + 200


def test_a_text_for_the_payload_store_is_counted_as_a_reference():
    long = d.CompleteWorkflowExecution(result="x" * 5_000_000)
    most = d.CompleteWorkflowExecution(result="x" * limits.DATA)

    assert size(long) < 17_000
    assert size(most) > limits.DATA


CALLS = {
    "activity": lambda self, n: self.once(n),
    "timer": lambda self, n: self.sleep(n),
    "child": lambda self, n: self.child(n),
    "lambda": lambda self, n: self.thumb(n),
}
KINDS = dict(
    zip(
        CALLS,
        [
            d.ScheduleActivityTask,
            d.StartTimer,
            d.StartChildWorkflowExecution,
            d.ScheduleLambdaFunction,
        ],
        strict=True,
    )
)


@pytest.mark.parametrize("kind", CALLS)
def test_a_thousand_tasks_of_each_kind_may_be_open_and_more_are_held(kind):
    story = FarStory(waiting_for(1_200, CALLS[kind]), **ROLE)
    verdict = story.decide()
    most = LIMITED[KINDS[kind]]

    assert limits.OPEN_TASKS - 10 <= most <= limits.OPEN_TASKS
    assert [type(decision) for decision in verdict.decisions] == [KINDS[kind]] * most
    held = json.loads(verdict.context)["flowy"]["held"]
    assert held == {KINDS[kind].__name__: 1_200 - most}


def test_held_calls_go_out_as_open_ones_end_and_all_of_them_in_order():
    story = Story(waiting_for(8, CALLS["activity"]))
    kept = Kept(story, FEW)
    assert [task.activity_id for task in kept.decide()] == ["once-1", "once-2", "once-3"]
    story.complete("once-2", 2)
    story.complete("once-1", 1)
    assert [task.activity_id for task in kept.decide()] == ["once-4", "once-5"]
    story.complete("once-3", 3)
    assert [task.activity_id for task in kept.decide()] == ["once-6"]
    for number in (4, 5, 6):
        story.complete(f"once-{number}", number)
    kept.decide()
    story.complete("once-7", 7)
    story.complete("once-8", 8)
    (close,) = kept.decide()
    kept.execution.evict()

    assert close.result == "[1,2,3,4,5,6,7,8]"


def test_a_replay_believes_the_history_and_not_its_own_limits():
    story = Story(waiting_for(8, CALLS["activity"]))
    kept = Kept(story, FEW)
    kept.decide()
    story.complete("once-1", 1)
    kept.decide()
    story.complete("once-2", 2)
    kept.execution.evict()
    story.poll()

    narrow, wide = replayed(story, FEW), replayed(story, WIDE)

    assert isinstance(narrow, Decided)
    assert isinstance(wide, Decided)
    assert [task.activity_id for task in narrow.decisions] == ["once-5"]
    assert [task.activity_id for task in wide.decisions] == [f"once-{n}" for n in range(5, 9)]


def test_other_decisions_pass_tasks_that_are_held():
    def run(self):
        calls = [self.once(number) for number in range(5)]
        self.sleep(9)
        self.marker("here")
        return [call.result() for call in calls]

    kept = Kept(Story(make(run, once=ActivityProxy("Once", 1))), FEW)
    kinds = [decision.type for decision in kept.decide()]
    kept.execution.evict()

    assert kinds == ["ScheduleActivityTask"] * 3 + ["StartTimer", "RecordMarker"]


def test_an_added_call_beside_held_tasks_is_a_difference():
    def run(self):
        calls = [self.once(number) for number in range(5)]
        if added:
            self.sleep(9)
        return [call.result() for call in calls]

    added = False
    story = Story(make(run, once=ActivityProxy("Once", 1)))
    kept = Kept(story, FEW)
    kept.decide()
    kept.execution.evict()
    story.poll()
    assert isinstance(replayed(story, FEW), Decided)
    added = True

    assert "one call was added: StartTimer sleep-1" in str(replayed(story, FEW))


def test_a_held_call_that_is_cancelled_is_cancelled_once_it_is_out():
    def run(self):
        calls = [self.once(number) for number in range(4)]
        self.sleep(1).result()
        calls[3].cancel()
        try:
            calls[3].result()
        except TaskError as error:
            return type(error).__name__

    story = Story(make(run, once=ActivityProxy("Once", 1)))
    kept = Kept(story, FEW)
    kept.decide()
    story.fire("sleep-1")
    assert kept.decide() == ()
    story.complete("once-1")
    assert [task.activity_id for task in kept.decide()] == ["once-4"]
    story.complete("once-2")
    (request,) = kept.decide()
    assert request == d.RequestCancelActivityTask(activity_id="once-4")
    story.cancel("once-4")
    (close,) = kept.decide()
    kept.execution.evict()

    assert close.result == '"TaskCanceled"'


def test_a_close_does_not_wait_for_held_tasks_and_names_them():
    story = Story(waiting_for(6, CALLS["activity"]))
    kept = Kept(story, FEW)
    kept.decide()
    story.add(e.WorkflowExecutionCancelRequested(external_initiated_event_id=0))
    kept.decide()
    story.cancel("once-1")
    answer = kept.answer()
    kept.execution.evict()

    assert isinstance(answer.decisions[-1], d.CancelWorkflowExecution)
    assert "once-6" in answer.warnings[0]
    story.poll()
    assert isinstance(replayed(story, WIDE), Decided)


def refuse(story, cause):
    """A decision task whose first decision SWF refuses for that cause; returns the decision."""
    story.poll()
    verdict = decide(story.registry, RUN, story.type, story.events)
    story.answer((), verdict.context)
    (decision,) = verdict.decisions
    completed = {"decision_task_completed_event_id": len(story.events), "cause": cause}
    if isinstance(decision, d.ScheduleActivityTask):
        named = {"activity_id": decision.activity_id, "activity_type": decision.activity_type}
        story.add(e.ScheduleActivityTaskFailed(**named, **completed))
    else:
        story.add(e.StartTimerFailed(timer_id=decision.timer_id, **completed))
    return decision


@pytest.mark.parametrize(
    "cause", ["ACTIVITY_CREATION_RATE_EXCEEDED", "OPEN_ACTIVITIES_LIMIT_EXCEEDED"]
)
def test_a_task_that_swfs_limits_refused_is_asked_for_again_after_a_growing_wait(cause):
    story = Story(waiting_for(1, CALLS["activity"]))
    waits = []
    for _ in range(8):
        refuse(story, cause)
        (timer,) = story.decide().decisions
        waits.append(int(timer.start_to_fire_timeout))
        story.fire(timer.timer_id)
    verdict = story.decide()
    story.complete(asked(verdict)[0], "done")

    assert all(2**n / 2 <= wait <= min(2**n, 60) for n, wait in enumerate(waits[:6]))
    assert all(30 <= wait <= 60 for wait in waits[6:])
    assert len(set(waits[6:])) == 2  # jitter
    assert result_of(story.decide()) == ["done"]


def test_the_waits_after_a_refusal_differ_between_calls_and_are_the_same_in_each_replay():
    def waits(number):
        def run(self):
            for _ in range(number):
                self.random.random()
            return self.once(number).result()

        story = Story(make(run, once=ActivityProxy("Once", 1)))
        for _ in range(6):
            refuse(story, "ACTIVITY_CREATION_RATE_EXCEEDED")
            (timer,) = story.decide().decisions
            story.fire(timer.timer_id)
        return timer.start_to_fire_timeout

    assert waits(0) == waits(1)


def test_a_refused_timer_is_asked_for_again_at_once_and_not_for_ever():
    def run(self):
        try:
            return self.sleep(7).result()
        except TaskNotScheduled as error:
            return error.cause

    story = Story(make(run))
    ids = [refuse(story, "TIMER_CREATION_RATE_EXCEEDED").timer_id for _ in range(20)]

    assert ids == ["sleep-1", *(f"sleep-1~{n}" for n in range(2, 21))]
    assert result_of(story.decide()) == "TIMER_CREATION_RATE_EXCEEDED"


def test_a_long_history_is_warned_of_once_at_ten_and_twenty_thousand_events():
    def run(self):
        for number in range(9):
            self.once(number).result()

    story = Story(make(run, once=ActivityProxy("Once", 1)))
    kept = Kept(story)
    kept.decide()
    warned = []
    for number in range(1, 8):
        story.complete(f"once-{number}")
        warned += [text for text in kept.answer().warnings if "restart" in text]
        for _ in range(9_900 if number in {1, 4} else 50):
            story.add(e.WorkflowExecutionSignaled(signal_name="s", external_initiated_event_id=0))
    kept.execution.evict()

    assert [text[:20] for text in warned] == ["the history has 10,0", "the history has 20,0"]
    assert "25,000" in warned[0]
    story.poll()
    assert [w for w in replayed(story, WIDE).warnings if "25,000" in w] == []
