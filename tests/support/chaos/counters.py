"""Counters as Prometheus reads them: in one life of a process none falls, and none vanishes."""

from prometheus_client.parser import text_string_to_metric_families

Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def counters(text: str) -> Series:
    """All series of a scrape that may only grow."""
    found = {}
    for family in text_string_to_metric_families(text):
        if family.type not in {"counter", "histogram"}:
            continue
        for sample in family.samples:
            if not sample.name.endswith("_created"):
                found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return found


def fallen(before: Series, after: Series) -> list[str]:
    """What fell or vanished between two scrapes of one life."""
    return [
        f"{series}: {value} -> {after.get(series)}"
        for series, value in before.items()
        if after.get(series, -1.0) < value
    ]


class Watch:
    """Scrapes of several daemons, each in several lives."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, int], Series] = {}
        self.faults: list[str] = []
        self.scrapes = 0
        self.grown = 0

    def saw(self, host: str, life: int, text: str) -> None:
        """Compare with the scrape before, if it was of the same life."""
        now = counters(text)
        self.faults += fallen(self._last.get((host, life), {}), now)
        self.grown += self._last.get((host, life), now) != now
        self._last[host, life] = now
        self.scrapes += 1
