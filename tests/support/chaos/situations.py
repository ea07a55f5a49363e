"""What a fault met: what workers do at this moment, by their own word."""

from pathlib import Path
from typing import NamedTuple

from chaos.processes import state_of

BUSY = "a busy worker"
POLL = "an open poll"
DECISION = "a running decision"
RELOAD = "a reload in progress"
SITUATIONS = (BUSY, POLL, DECISION, RELOAD)


class Seen(NamedTuple):
    """A living worker."""

    pid: int
    host: str
    kind: str
    doing: str

    @property
    def situation(self) -> str:
        """Which of the situations it is in."""
        if self.doing != "busy":
            return POLL
        return DECISION if self.kind == "decider" else BUSY


def workers(home: Path) -> list[Seen]:
    """All living workers of a run."""
    found = [seen(place) for place in (home / "now").iterdir()]
    return [worker for worker in found if worker is not None]


def seen(place: Path) -> Seen | None:
    """The worker of that pid, if it lives and has said something."""
    words = place.read_text().split()
    pid = int(place.name)
    if len(words) != 3:
        return None
    if state_of(pid) == "X":
        place.unlink(missing_ok=True)
        return None
    return Seen(pid, *words)
