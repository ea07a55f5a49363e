"""The grade of the evidence that a conformance test rests on: shown beside it, and summed up.

R a recording of the real service, r one seen as text only, T a test suite that ran against the live
service, M the service model, D the developer guide, J moto's word for the real service, L what the
Flow libraries need, F another emulator's claim, C Cadence by analogy, U unknown: our own choice.
"""

from collections import Counter, defaultdict
from typing import Any

import pytest

LETTERS = "RrTMDJLFCU"
"""Best first."""


class Grades:
    """A plugin: registered in every process of a run, it shows and sums only where reports end."""

    def __init__(self) -> None:
        self._outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        self._unknown: set[int] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        grade = _grade(report)
        if grade is None or report.when != "call" or hasattr(report, "wasxfail"):
            return None
        letters = {"passed": ".", "failed": "F", "skipped": "s"}
        return (
            report.outcome,
            letters[report.outcome],
            f"{report.outcome.upper()} [grade {grade}]",
        )

    def pytest_runtest_logreport(self, report: Any) -> None:
        grade = _grade(report)
        if grade is None:
            return
        self._unknown.update(dict(report.user_properties).get("unknown", ()))
        if report.when == "call" or report.outcome != "passed":
            outcome = "differs" if hasattr(report, "wasxfail") else report.outcome
            for letter in grade:
                self._outcomes[letter][outcome] += 1

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self._outcomes:
            return
        terminalreporter.section("conformance by grade of evidence")
        for letter in LETTERS:
            if counts := self._outcomes.get(letter):
                told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
                terminalreporter.write_line(f"{letter}  {told}")
        if self._unknown:
            numbers = ", ".join(map(str, sorted(self._unknown)))
            terminalreporter.write_line(f"sides taken in open questions: {numbers}")
            terminalreporter.write_line("(flowy/engine/core/unknowns.py says which)")


def _grade(report: Any) -> str | None:
    return dict(getattr(report, "user_properties", ())).get("grade")


def unknown(item: pytest.Item) -> list[int]:
    """The open questions that a test takes a side in."""
    return [number for marker in item.iter_markers("unknown") for number in marker.args]


def read(item: pytest.Item) -> str:
    """The grades of a test, best first."""
    marker = item.get_closest_marker("grade")
    if marker is None or not set(marker.args) <= set(LETTERS):
        raise pytest.UsageError(f"{item.nodeid} needs @pytest.mark.grade with some of {LETTERS}")
    return "".join(sorted(marker.args, key=LETTERS.index))
