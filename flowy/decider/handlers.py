"""Methods that handle signals: each signal runs its method in a branch of its own."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flowy.converter import PLAIN, Converter
from flowy.decider.branches import Branch, scoped_path
from flowy.decider.inbox import Signal, value_of
from flowy.decider.lines import Lines
from flowy.placeholders import Error, Line, Placeholder
from flowy.references import Unopened
from flowy.scopes import NOTHING_SAID


class Handlers:
    """The handler methods of one execution, by the signal's name."""

    def __init__(
        self,
        lines: Lines,
        methods: Mapping[str, str],
        fail: Callable[[Exception], None],
        converter: Converter = PLAIN,
    ) -> None:
        self.methods = methods
        self._lines = lines
        self._fail = fail
        self._converter = converter

    def run(self, root: Branch, line: Line, signal: Signal, code: Any) -> None:
        """Queue a signal's method; `code()` gives the workflow, which is made before it runs."""
        method = self.methods[signal[0]]

        def handle() -> Any:
            value = value_of(signal, self._converter)
            if isinstance(value, Unopened):
                line.open(value)
                value = value.value
            return getattr(code(), method)(value)

        name = root.number(method)
        branch = self._lines.start(scoped_path(name), handle, (), {}, NOTHING_SAID)
        placeholder: Placeholder[Any] = Placeholder(line, name)
        branch.placeholder = placeholder
        placeholder.source = branch
        placeholder.looked_at = True  # nobody can: so its failure is the execution's
        placeholder.then(partial(self._ended, branch, placeholder))

    def _ended(self, branch: Branch, placeholder: Placeholder[Any]) -> None:
        if isinstance(placeholder.outcome, Error) and not branch.canceled:
            self._fail(placeholder.outcome.error)
