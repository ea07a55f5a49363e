"""When the supervisor stops trusting itself."""

from flowyd.supervisor.mishaps import MOST, WINDOW_MS, Mishaps, another


def after(times):
    mishaps = Mishaps()
    for at in times:
        mishaps = another(mishaps, at)
    return mishaps


def test_many_faults_within_a_minute_are_too_many():
    assert not after(range(MOST - 1)).too_many
    assert after(range(MOST)).too_many


def test_faults_far_apart_are_counted_and_forgiven():
    spread = after(range(0, WINDOW_MS * 10, WINDOW_MS // (MOST - 1)))

    assert (spread.total, spread.too_many) == (40, False)
