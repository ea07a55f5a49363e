"""The deterministic core: history to turns to replay to decisions. No I/O, clock or log."""

from flowy.decider.answers import Broken, Decided, NonDeterminism, Stale
from flowy.decider.decide import decide
from flowy.decider.execution import Execution
from flowy.decider.opening import Wants
from flowy.decider.verdict import Verdict

__all__ = [
    "Broken",
    "Decided",
    "Execution",
    "NonDeterminism",
    "Stale",
    "Verdict",
    "Wants",
    "decide",
]
