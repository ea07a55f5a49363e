"""Results: letting virtual time pass until an execution has closed."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flowy.client import Handle, look
from flowy.ends import Completed, Continued, End
from flowy.errors import ExecutionFailed, FlowyError
from flowy.swf.client import SWFClient
from flowy.swf.values import ExecutionId
from flowy.worker.decisions import Parked

Until = Callable[[Callable[[], bool], float], bool]
"""Lets time pass until something is true, or so many seconds have passed; whether it is true."""


class ExecutionParked(FlowyError):
    """An execution cannot be decided: its code differs from its history, is unknown, or broken."""


@dataclass(frozen=True, slots=True)
class EnvironmentHandle(Handle):
    """One run of a workflow in an environment; `result` lets time pass, the virtual one."""

    until: Until = field(repr=False, kw_only=True)
    parked: Mapping[ExecutionId, Parked] = field(repr=False, kw_only=True)

    def result_text(self, timeout: float | None = None) -> str | None:
        """Let time pass until the execution closes, through continued runs; its result's text.

        `timeout` is in virtual seconds; None: as long as it takes.

        Raises:
            ExecutionFailed: if it closed otherwise.
            ExecutionParked: if an execution cannot be decided.
            TimeoutError: if it is still open.
        """
        closed = Closed(self.swf, self.execution, self.parked)
        self.until(closed, math.inf if timeout is None else timeout)
        match closed.end:
            case Completed(result):
                return self.swf.payloads.open(result)
            case ExecutionFailed() as failed:
                raise failed
            case _:
                raise TimeoutError(f"the execution {self.id!r} is still open")


@dataclass(slots=True)
class Closed:
    """Whether a chain of runs has come to its end, asked again and again."""

    swf: SWFClient
    execution: ExecutionId
    parked: Mapping[ExecutionId, Parked]
    end: End | None = None

    def __call__(self) -> bool:
        for execution, parked in self.parked.items():
            if look(self.swf, execution) is None:  # parked, not terminated since
                told = f"the execution {execution.workflow_id!r} is parked: {parked.why}"
                raise ExecutionParked(told, hint="mend its code")
        self.end = look(self.swf, self.execution)
        while isinstance(self.end, Continued):
            self.execution = ExecutionId(self.execution.workflow_id, self.end.run_id)
            self.end = look(self.swf, self.execution)
        return self.end is not None
