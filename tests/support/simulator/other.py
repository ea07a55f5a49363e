"""The other process: reads orders from its standard input, a line each, and reports on them."""

import sys
from collections.abc import Sequence

import msgspec
from simulator.code import WIDE, make
from simulator.elsewhere import Order, Report
from simulator.outside import OUTSIDE
from simulator.telling import told

from flowy.decider import Execution
from flowy.swf.events import Event
from flowy.swf.wire import event_from_wire


def main() -> None:
    orders = msgspec.json.Decoder(Order)
    for line in sys.stdin.buffer:
        report = decide(orders.decode(line))
        sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
        sys.stdout.buffer.flush()


def decide(order: Order) -> Report:
    """Decide turn after turn as if each were live, one of them cold, and replay the whole."""
    events = [event_from_wire(event) for event in order.events]
    starts = list(zip(order.starts, order.released, strict=True))
    said = []
    for release in (False, True):
        kept = make(order.type, order.id, order.spaces[release])
        try:
            said += [decide_at(kept, events, s, release) for s, r in starts if r is release]
        finally:
            kept.evict()
    released = dict(starts)[order.cold]
    begun = make(order.type, order.id, order.spaces[released])
    cold = once(begun, events, order.cold, released=released)
    whole = once(make(order.type, order.id, WIDE), events, len(events), released=True)
    return Report(said, cold, whole)


def decide_at(execution: Execution, events: Sequence[Event], start: int, released: bool) -> str:
    OUTSIDE.deployed = released
    return told(execution.activate(events[:start]))


def once(execution: Execution, events: Sequence[Event], start: int, *, released: bool) -> str:
    try:
        return decide_at(execution, events, start, released)
    finally:
        execution.evict()


if __name__ == "__main__":
    main()
