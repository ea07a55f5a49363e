"""Which executions stay in memory: by count, and by the memory of the process."""

from flowy.swf.values import ExecutionId
from flowy.worker.kept import Bounds, Kept, Pressure, relieved
from flowy.worker.memory import resident_bytes


def runs(count):
    return [ExecutionId("w", str(number)) for number in range(count)]


def filled(count, bounds, resident=0):
    kept = Kept(bounds, resident)
    for number, run in enumerate(runs(count)):
        kept.put(run, number)
    return kept


def test_the_least_recently_used_ones_go_first_when_there_are_too_many():
    kept = filled(5, Bounds(count=3))
    first = runs(1)[0]
    kept.put(first, kept.take(first))

    assert kept.over_count() == [1, 2]
    assert kept.find(first) == 0
    assert kept.over_count() == []
    assert len(kept) == 3


def test_a_look_is_no_use():
    kept = filled(3, Bounds(count=2))
    assert kept.find(runs(1)[0]) == 0
    assert kept.over_count() == [0]


def test_a_tenth_goes_when_the_process_grew_by_more_than_it_may():
    kept = filled(20, Bounds(growth=100), resident=1000)

    assert kept.over_memory(1100) == []
    assert kept.over_memory(1101) == [0, 1]
    assert len(kept) == 18


def test_memory_that_was_freed_but_stays_resident_evicts_nobody_else():
    pressure, surplus = relieved(Pressure(1000, 1000), 1100, 15)
    assert surplus == 2  # of 15, rounded up
    assert relieved(pressure, 1100, 13) == (pressure, 0)
    assert relieved(pressure, 1122, 13) == (pressure, 0)
    assert relieved(pressure, 1123, 13)[1] == 2


def test_a_process_that_shrank_is_held_to_its_bound_again():
    pressure, _ = relieved(Pressure(1000, 1000), 1100, 15)
    assert relieved(pressure, 999, 13) == (Pressure(1000, 1000), 0)


def test_everything_can_be_taken_out():
    assert filled(3, Bounds()).all() == [0, 1, 2]


def test_this_process_has_memory():
    assert resident_bytes() > 2**20
