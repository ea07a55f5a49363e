"""Tails: the newest events, in memory."""

import pytest

from flowy.engine.store import tails
from flowy.engine.store.tails import EVENTS, Tails


def filled(*runs: tuple[int, int, int], most: int = 1 << 20) -> Tails:
    """Tails with the events `first` to `last` of each run (key, first, last), as `key:id`."""
    made = Tails(most)
    for key, first, last in runs:
        for number in range(first, last + 1):
            made.append(key, number, f"{key}:{number}")
    return made


@pytest.mark.parametrize(
    ("first", "last", "read"),
    [
        (1, 3, ["7:1", "7:2", "7:3"]),
        (2, 2, ["7:2"]),
        (3, 2, []),
        (1, 4, None),
        (4, 4, None),
    ],
)
def test_what_is_there_is_read(first: int, last: int, read: list[str] | None) -> None:
    assert filled((7, 1, 3)).read(7, first, last) == read


def test_tail_that_began_late_knows_nothing_of_before() -> None:
    late = filled((7, 10, 12))
    assert late.read(7, 9, 10) is None
    assert late.read(7, 10, 12) == ["7:10", "7:11", "7:12"]
    assert (late.last(7), late.last(8)) == (12, None)


def test_gap_begins_anew() -> None:
    made = filled((7, 1, 3), (7, 5, 5))
    assert made.read(7, 3, 5) is None
    assert made.read(7, 5, 5) == ["7:5"]
    assert made.size == len("7:5")


def test_long_tail_is_shortened_and_stays_whole() -> None:
    count = 2 * EVENTS
    made = filled((7, 1, count))
    assert made.read(7, EVENTS, count) is None
    texts = made.read(7, EVENTS + 1, count)
    assert texts is not None
    assert len(texts) == EVENTS
    assert made.size == sum(map(len, texts))


def test_those_that_were_still_for_longest_are_forgotten() -> None:
    made = filled((1, 1, 2), (2, 1, 2), (1, 3, 3), most=3 * 5)
    made.append(3, 1, "3:1")
    assert made.read(2, 1, 2) is None
    assert made.read(1, 1, 3) == ["1:1", "1:2", "1:3"]


def test_dropped_and_cleared_tails_weigh_nothing() -> None:
    made = filled((1, 1, 2), (2, 1, 2))
    made.drop(1)
    made.drop(1)
    assert made.size == 2 * len("2:1")
    made.clear()
    assert (made.size, made.last(2)) == (0, None)


def test_one_text_larger_than_all_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tails, "EVENTS", 1)
    made = Tails(3)
    made.append(1, 1, "long text")
    assert (made.size, made.read(1, 1, 1)) == (0, None)
