"""`flowy.errors.Fault`s on their way between processes."""

from collections.abc import Iterable

from flowy.errors import Fault
from flowyd.supervisor.messages import FaultText

MOST = 50
LONGEST = 1_000
"""A packet holds `MOST` faults of this length; more than that nobody reads."""


def texts(faults: Iterable[Fault]) -> tuple[FaultText, ...]:
    """Faults, cut to fit a packet."""
    found = list(faults)
    cut = [
        FaultText(f.where[:LONGEST], f.message[:LONGEST], f.hint[:LONGEST], f.severity)
        for f in found[:MOST]
    ]
    if len(found) > MOST:
        cut.append(FaultText("flowyd", f"and {len(found) - MOST} more faults", "", "error"))
    return tuple(cut)


def faults_of(sent: Iterable[FaultText]) -> tuple[Fault, ...]:
    """Faults as they were."""
    return tuple(Fault(text.where, text.message, text.hint, text.severity) for text in sent)
