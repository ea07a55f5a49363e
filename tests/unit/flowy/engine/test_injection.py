"""Rules of injected faults: which calls they strike."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from flowy.engine.injection import BadRules, Injector, Strike, read_rules


def injector(*rules: dict[str, Any], draw: Callable[[], float] = lambda: 0.0) -> Injector:
    return Injector(read_rules({"rule": list(rules)}), draw)


def endings(chooser: Injector, operation: str, calls: int) -> list[str]:
    return [chooser.choose(operation).ending for _ in range(calls)]


def test_rule_without_a_when_strikes_each_call_that_it_matches() -> None:
    chooser = injector({"kind": "throttle", "operation": "Respond*"})
    assert endings(chooser, "RespondActivityTaskFailed", 2) == ["throttle", "throttle"]
    assert endings(chooser, "DescribeDomain", 1) == [""]


def test_every_nth_counts_only_what_the_rule_matches() -> None:
    chooser = injector({"kind": "error", "operation": "Poll*", "every": 3})
    chooser.choose("DescribeDomain")
    assert endings(chooser, "PollForDecisionTask", 6) == ["", "", "error", "", "", "error"]


def test_next_n_strikes_so_many_calls_and_no_more() -> None:
    chooser = injector({"kind": "reset_after", "next": 2})
    assert endings(chooser, "ListDomains", 4) == ["reset_after", "reset_after", "", ""]


def test_probability_draws_once_for_each_match() -> None:
    drawn = iter([0.1, 0.3, 0.29])
    chooser = injector({"kind": "reset_before", "probability": 0.3}, draw=lambda: next(drawn))
    assert endings(chooser, "ListDomains", 3) == ["reset_before", "", "reset_before"]


def test_same_seed_strikes_the_same_calls() -> None:
    rule = {"kind": "throttle", "probability": 0.5}
    first, second = (injector(rule, draw=Random(7).random) for _ in range(2))
    assert endings(first, "X", 50) == endings(second, "X", 50)


def test_delays_add_up_and_the_first_ending_counts() -> None:
    chooser = injector(
        {"kind": "delay", "milliseconds": 20},
        {"kind": "error"},
        {"kind": "throttle"},
        {"kind": "delay", "milliseconds": 5},
    )
    assert chooser.choose("ListDomains") == Strike("error", 25)


def test_only_polls_become_ghosts() -> None:
    chooser = injector({"kind": "ghost_polls"})
    assert chooser.choose("PollForActivityTask") == Strike(ghost=True)
    assert chooser.choose("ListDomains") == Strike()


@pytest.mark.parametrize(
    "tree",
    [
        [],
        {"rules": []},
        {"rule": [{"kind": "explode"}]},
        {"rule": [{"operation": "*"}]},
        {"rule": [{"kind": "error", "often": True}]},
        {"rule": [{"kind": "error", "probability": 1.5}]},
        {"rule": [{"kind": "error", "every": 0}]},
        {"rule": [{"kind": "error", "every": 2, "next": 2}]},
        {"rule": [{"kind": "delay"}]},
        {"rule": [{"kind": "error", "milliseconds": 3}]},
    ],
)
def test_rules_that_mean_nothing_are_refused(tree: object) -> None:
    with pytest.raises(BadRules):
        read_rules(tree)
