"""What a decision may look at while it is applied."""

from collections.abc import Callable
from typing import Any

from flowy.engine.core.registry import Registry
from flowy.engine.core.transaction import Transaction
from flowy.swf.events import Attributes


class Batch:
    """The decisions of one RespondDecisionTaskCompleted, while they are applied in their order.

    `completed_id` is the DecisionTaskCompleted that all their events name. `news` becomes true
    when the batch needs a decision task of its own.
    """

    def __init__(
        self,
        transaction: Transaction,
        registry: Registry,
        new_run_id: Callable[[], str],
        count_open: Callable[[str], int],
    ) -> None:
        self.transaction = transaction
        self.run = transaction.execution
        self.settings = transaction.settings
        self.registry = registry
        self.new_run_id = new_run_id
        self.count_open = count_open
        self.completed_id = 0
        self.news = False

    def append(self, attributes: Attributes) -> int:
        return self.transaction.append(attributes)

    def refuse(self, attributes: Attributes) -> None:
        """Append a ...Failed event. The rest of the batch goes on; the decider is told once."""
        self.append(attributes)
        self.news = True


class Undefined(Exception):  # it carries a cause of SWF, caught where it is meant
    """A value is neither in the decision nor a default of the type; `cause` is SWF's word."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


def resolve(given: Any, defaults: dict[str, Any], member: str, cause: str) -> Any:
    """Take the decision's value, else the type's default.

    Raises:
        Undefined: with `cause`, if there is neither.
    """
    value = given if given is not None else defaults.get(member)
    if value is None:
        raise Undefined(cause)
    return value
