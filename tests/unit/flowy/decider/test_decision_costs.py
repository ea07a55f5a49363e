"""What a decision costs, in executed lines: the cost of its news, not of its history."""

from story import RUN, Story
from windows import Kept, Steps
from workflows import make

from flowy.decider import Decided, Execution
from flowy.swf.decisions import ScheduleActivityTask


def chain(length):
    def run(self):
        for number in range(length):
            self.resize("a", number).result()

    return make(run)


def fan(width):
    return make(lambda self: len([call.result() for call in spread(self, width)]))


def spread(self, width):
    return [self.resize("a", number) for number in range(width)]


def test_the_last_of_four_thousand_kept_decisions_costs_what_the_tenth_does():
    kept, steps, costs = Kept(Story(chain(4_000))), Steps(), {}
    steps.of(kept.decide)
    for number in range(1, 4_000):
        kept.story.complete(f"resize-{number}")
        if number % 100 in {9, 10} or number > 3_997:
            costs[number] = steps.of(kept.decide)  # the second of two: both its ends are counted
        else:
            kept.decide()
    kept.execution.evict()

    assert costs[3_999] == costs[10]
    assert {costs[number] for number in range(10, 4_000, 100)} == {costs[10]}


def whole_cost(story):
    """The cost of a replay from nothing."""
    execution = Execution(story.registry.workflow(story.type), RUN, story.registry)
    story.poll()
    steps = Steps().of(lambda: execution.activate(story.events))
    execution.evict()
    return steps


def test_a_whole_replay_is_linear_in_the_number_of_turns():
    costs = {}
    for length in (200, 1_000):
        kept = Kept(Story(chain(length + 1)))
        kept.decide()
        for number in range(1, length):
            kept.story.complete(f"resize-{number}")
            kept.decide()
        costs[length] = whole_cost(kept.story)
        kept.execution.evict()

    assert costs[1_000] < 5.1 * costs[200]


def test_a_fan_out_of_ten_thousand_is_linear_and_each_end_costs_the_same():
    kept, steps = Kept(Story(fan(10_000))), Steps()
    wide = steps.of(kept.decide)
    costs, answer = [], []
    scheduled = [f"resize-{number}" for number in range(1, 1_001)]
    for number in range(9_999):
        kept.story.complete(scheduled[number])
        if number % 500 == 9:
            costs.append(steps.of(lambda: answer.extend(kept.decide())))
        else:
            answer.extend(kept.decide())
        while answer:
            scheduled.append(answer.pop(0).activity_id)
    kept.execution.evict()
    narrow = Kept(Story(fan(1_000)))
    small = Steps().of(narrow.decide)
    narrow.execution.evict()

    assert len(scheduled) == 10_000
    assert wide < 10.5 * small
    assert max(costs) <= 1.3 * min(costs[:2])


def test_answers_over_one_megabyte_walk_what_they_send_and_not_what_waits():
    kept = Kept(Story(make(lambda self: [self.resize("x" * 32_000) for _ in range(600)])))
    first = kept.answer()
    costs, steps = [], Steps()
    while True:
        answers: list[Decided] = []
        costs.append(steps.of(lambda answers=answers: answers.append(kept.answer())))
        if not answers[0].kept_back:
            break
    kept.execution.evict()

    assert isinstance(first.decisions[0], ScheduleActivityTask)
    assert len(costs) > 20
    assert max(costs[:-1]) <= 1.3 * min(costs[:-1])


def test_a_kept_decision_takes_less_than_five_hundred_lines():
    kept = Kept(Story(chain(12)))
    for number in range(1, 12):
        kept.decide()
        kept.story.complete(f"resize-{number}")
    kept.story.poll()
    window = kept.story.events[kept.execution.last - 1 :]
    lines = Steps().of(lambda: kept.execution.activate(window))
    kept.execution.evict()

    assert lines < 500  # 614 before what is the same for each call was worked out once
