"""How much goes into one answer: SWF's 1 MB for a response, and 1,000 open tasks of a kind."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType

import msgspec

from flowy.swf import limits
from flowy.swf.decisions import (
    Decision,
    ScheduleActivityTask,
    ScheduleLambdaFunction,
    StartChildWorkflowExecution,
    StartTimer,
)

ROOM = limits.REQUEST_BYTES - 100_000
"""Bytes of decisions in one answer: 1 MB less room for context (escaped), token and signature."""
FRAME = 60
"""Bytes around a decision's attributes, besides its type, which is written twice."""
SPACES = 2
"""Bytes that botocore's JSON writes for each attribute and ours does not."""
STORED = ("input", "result", "details")
"""What may be longer than SWF takes: then a reference goes into the decision in its place."""
REFERRED = 16_000
"""Bytes counted for that: the reference, and what stays beside it, such as heartbeat details."""
OUR_TIMERS = 10
"""Open timers that are flowy's own: parking, a kept-back tail, waits of other programs' making."""
LIMITED: Mapping[type[Decision], int] = MappingProxyType(
    {
        ScheduleActivityTask: limits.OPEN_TASKS,
        StartTimer: limits.OPEN_TASKS - OUR_TIMERS,
        StartChildWorkflowExecution: limits.OPEN_TASKS,
        ScheduleLambdaFunction: limits.OPEN_TASKS,
    }
)
"""How many tasks of a kind may be open in one execution."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer and one execution may hold. Replay never reads them, only live turns do."""

    room: int = ROOM
    open: Mapping[type[Decision], int] = field(default_factory=lambda: LIMITED)


LIMITS = Limits()


def size(decision: Decision) -> int:
    """The most bytes that the decision has in a request, whichever JSON encoder writes it.

    A text over SWF's own limit goes to the payload store, and a reference is sent instead.
    """
    if any(len(getattr(decision, name, None) or "") > limits.DATA for name in STORED):
        return REFERRED
    text = msgspec.json.encode(decision)
    # boto3 writes all but ASCII as \uXXXX.
    length = len(text) if text.isascii() else len(json.dumps(msgspec.json.decode(text)))
    fields = len(decision.__struct_fields__)
    return length + 2 * len(type(decision).__name__) + FRAME + 2 * SPACES * fields


def fitting(asked: Iterable[Decision], room: int) -> tuple[list[Decision], bool]:
    """The decisions, from the first, that fit into so many bytes, and whether more were there.

    At least one fits always: SWF's longest texts, escaped, are far below its 1 MB.
    """
    left = iter(asked)
    sent = list(islice(left, 1))
    used = 0
    for decision in left:  # an answer of one, as most are, is never measured: 4 µs
        used = (used or size(sent[0])) + size(decision)
        if used > room:
            return sent, True
        sent.append(decision)
    return sent, False
