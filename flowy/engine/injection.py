"""Faults injected on purpose: rules, and which of them strike. Pure: chance is an argument."""

import re
from collections.abc import Callable
from fnmatch import translate
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from flowy.errors import FlowyError

Kind = Literal["throttle", "reset_before", "reset_after", "error", "delay", "ghost_polls"]
Ending = Literal["", "throttle", "reset_before", "reset_after", "error"]


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """What happens to which calls. It strikes each call that it matches, unless told when.

    `operation` is a pattern (`Respond*`); `probability` is in [0, 1]; `every` strikes the nth, the
    2nth, … call; `next` strikes that many calls and then no more.
    """

    kind: Kind
    operation: str = "*"
    probability: Annotated[float, Meta(ge=0, le=1)] | None = None
    every: Annotated[int, Meta(ge=1)] | None = None
    next: Annotated[int, Meta(ge=0)] | None = None
    milliseconds: Annotated[int, Meta(ge=1, le=600_000)] | None = None


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file: the seed of its chance, and its rules in their order."""

    seed: int = 0
    rule: list[Rule] = field(default_factory=list)


class Strike(Struct, frozen=True):
    """What happens to one call.

    `ending` is how it ends if not well, `delay` (ms) how late its answer is; a `ghost` is a poll
    that stays when its client has gone.
    """

    ending: Ending = ""
    delay: int = 0
    ghost: bool = False


class BadRules(FlowyError):
    """The rules cannot be understood."""


def read_rules(tree: object) -> Rules:
    """Read what a TOML or JSON file holds.

    Raises:
        BadRules: for an unknown member, a wrong type, or members that do not go together.
    """
    try:
        rules = msgspec.convert(tree, Rules)
    except msgspec.ValidationError as error:
        raise BadRules(str(error)) from None
    for number, rule in enumerate(rules.rule, 1):
        if sum(when is not None for when in (rule.probability, rule.every, rule.next)) > 1:
            raise BadRules(f"rule {number} may have one of probability, every and next")
        if (rule.kind == "delay") != (rule.milliseconds is not None):
            raise BadRules(
                f"rule {number}: `milliseconds` belongs to the kind delay, and only there"
            )
    return rules


class Injector:
    """Which rules strike: it counts the calls that each rule matched.

    `draw` gives numbers in [0, 1); one is drawn for each match of a rule with a probability.
    """

    def __init__(self, rules: Rules, draw: Callable[[], float]) -> None:
        self._rules = [(rule, re.compile(translate(rule.operation))) for rule in rules.rule]
        self._matched = [0] * len(rules.rule)
        self._draw = draw

    def choose(self, operation: str) -> Strike:
        """Say what happens to this call: delays add up, of the endings the first one counts."""
        struck = [
            rule
            for number, (rule, pattern) in enumerate(self._rules)
            if pattern.match(operation) and self._strikes(number, rule)
        ]
        endings = [rule.kind for rule in struck if rule.kind not in ("delay", "ghost_polls")]
        return Strike(
            endings[0] if endings else "",  # type: ignore[arg-type]  # mypy does not narrow by `in`
            sum(rule.milliseconds or 0 for rule in struck),
            operation.startswith("PollFor") and any(rule.kind == "ghost_polls" for rule in struck),
        )

    def _strikes(self, number: int, rule: Rule) -> bool:
        self._matched[number] += 1
        if rule.probability is not None:
            return self._draw() < rule.probability
        if rule.every is not None:
            return self._matched[number] % rule.every == 0
        return rule.next is None or self._matched[number] <= rule.next
