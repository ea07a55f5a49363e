"""Work for a chaos run: each workflow id is started once, whatever becomes of the request."""

import itertools

from chaos.calls import DOMAIN, Unavailable, call, executions

from flowy import forms


class Feed:
    """Keeps so many executions open, until `wanted` were started and nobody needs more."""

    def __init__(self, wanted: int, at_once: int) -> None:
        self.wanted = wanted
        self.at_once = at_once
        self.started: dict[str, int] = {}
        self.needed = True
        self._unsure = False

    @property
    def is_over(self) -> bool:
        return not self.needed and len(self.started) >= self.wanted

    def go_on(self, port: int) -> None:
        """Start what is due; a fault leaves the rest for the next time."""
        try:
            window = {"oldestDate": 0}
            counted = call(
                port, "CountOpenWorkflowExecutions", domain=DOMAIN, startTimeFilter=window
            )
            for _ in itertools.repeat(None, max(self.at_once - int(counted["count"]), 0)):
                if not self.is_over:
                    self._start(port, len(self.started))
        except Unavailable:
            return

    def _start(self, port: int, number: int) -> None:
        """Start one, unless an earlier request for it was carried out after all."""
        name = f"w{number}"
        mine = {"executionFilter": {"workflowId": name}}
        if not (self._unsure and executions(port, **mine)):
            self._unsure = True
            call(
                port,
                "StartWorkflowExecution",
                domain=DOMAIN,
                workflowId=name,
                workflowType={"name": "Chaos", "version": "1"},
                input=forms.write_input(forms.write_arguments((number,), {})),
                executionStartToCloseTimeout="7200",
            )
        self._unsure = False
        self.started[name] = number
