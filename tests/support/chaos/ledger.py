"""The ledger that the activities keep: a line for each begin and end of an attempt."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Attempt:
    """What the ledger tells of one attempt. Times are seconds of the monotonic clock."""

    pid: int = 0
    begins: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)

    @property
    def last_sign(self) -> float:
        """When it, or a process of its own, was last at work."""
        return max([*self.begins, *self.ends, *self.ticks])


Ledger = dict[tuple[str, str], Attempt]
"""By workflow id and activity id; each attempt has an activity id of its own."""


def read(path: Path) -> Ledger:
    """The whole ledger."""
    found: Ledger = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        word, _, workflow_id, activity_id, _, pid, at = line.split()
        attempt = found.setdefault((workflow_id, activity_id), Attempt())
        attempt.pid = int(pid)
        times = {"begin": attempt.begins, "end": attempt.ends, "tick": attempt.ticks}
        times[word].append(float(at))
    return found
