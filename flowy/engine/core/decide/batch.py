"""What a decision may look at while it is applied."""

from typing import Any

from flowy.engine.core.transaction import Transaction
from flowy.engine.core.world import World
from flowy.swf.events import Attributes


class Batch:
    """The decisions of one RespondDecisionTaskCompleted, while they are applied in their order.

    `completed_id` is the DecisionTaskCompleted that all their events name. `news` becomes true
    when the batch needs a decision task of its own. `children` counts those that the batch asks
    for: they start after it, so that the world does not count them yet.
    """

    def __init__(self, transaction: Transaction, world: World) -> None:
        self.transaction = transaction
        self.run = transaction.execution
        self.settings = transaction.settings
        self.registry = world.registry
        self.new_run_id = world.new_run_id
        self.buckets = world.buckets
        self.open_before = world.open_counts[self.run.domain]
        self.completed_id = 0
        self.children = 0
        self.news = False

    def append(self, attributes: Attributes) -> int:
        return self.transaction.append(attributes)

    def refuse(self, attributes: Attributes) -> None:
        """Append a ...Failed event. The rest of the batch goes on; the decider is told once."""
        self.append(attributes)
        self.news = True

    def spend(self, decision_type: str, cause: str) -> None:
        """Take a token of a decision's bucket.

        Raises:
            Denied: with `cause`, if the bucket is empty.
        """
        if not self.buckets.allows(decision_type, self.transaction.now):
            raise Denied(cause)


class Denied(Exception):  # it carries a cause of SWF, caught where it is meant
    """A decision cannot be carried out; `cause` is SWF's word."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


def resolve(given: Any, defaults: dict[str, Any], member: str, cause: str) -> Any:
    """Take the decision's value, else the type's default.

    Raises:
        Denied: with `cause`, if there is neither.
    """
    value = given if given is not None else defaults.get(member)
    if value is None:
        raise Denied(cause)
    return value
