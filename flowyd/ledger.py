"""The totals of all workers, living and gone: what makes counters that never fall.

A worker's latest totals stand under its own id, which no other worker ever has; when it is gone
they are folded into its pool's account.
"""

from typing import Literal

from flowyd.supervisor.orders import WorkerId
from flowyd.totals import CourierTotals, Totals, add, add_couriers, gone

Refused = Literal["throttled", "error"]


class Ledger:
    """One account per pool, and one per living worker."""

    def __init__(self) -> None:
        self.closed: dict[str, Totals] = {}
        self.living: dict[WorkerId, Totals] = {}
        self.couriers = CourierTotals()
        self._courier = CourierTotals()

    def note(self, worker: WorkerId, totals: Totals) -> Refused | None:
        """The newest totals of a living worker; how polls of it failed since those before."""
        before = self.living.get(worker, Totals()).polls
        self.living[worker] = totals
        found: tuple[Refused, ...] = ("throttled", "error")
        grown = (kind for kind in found if totals.polls.get(kind, 0) > before.get(kind, 0))
        return next(grown, None)

    def fold(self, worker: WorkerId) -> None:
        """The worker is gone: its totals become its pool's."""
        last = self.living.pop(worker, None)
        if last is not None:
            self.closed[worker.pool] = add(self.closed.get(worker.pool, Totals()), gone(last))

    def of_pool(self, pool: str) -> Totals:
        """What all workers of a pool did together."""
        total = self.closed.get(pool, Totals())
        for worker, totals in self.living.items():
            total = add(total, totals) if worker.pool == pool else total
        return total

    def courier_says(self, totals: CourierTotals) -> None:
        """The newest totals of the courier that works now."""
        self._courier = totals

    def courier_gone(self) -> None:
        """It ended: what it did stays counted."""
        self.couriers, self._courier = self.of_couriers(), CourierTotals()

    def of_couriers(self) -> CourierTotals:
        """What all couriers did together."""
        return add_couriers(self.couriers, self._courier)
