"""The stacks that are asked for over the control socket."""

from flowyd.control import protocol
from flowyd.control.status import WorkerStacks
from flowyd.supervisor import stacks
from flowyd.supervisor.asked import shown_by
from flowyd.supervisor.fleet import Fleet


def stacks_of(request: protocol.Stacks, fleet: Fleet) -> list[WorkerStacks]:
    """Have them written, or collect what was. Raises `Refused` as `shown_by` does."""
    told = []
    for worker, pid, state in shown_by(request, fleet):
        if not request.collect:
            stacks.request(pid)
        text = stacks.read(pid) if request.collect else ""
        word = type(state).__name__.lower()
        told.append(WorkerStacks(worker.pool, worker.slot, pid, word, stacks.condition(pid), text))
    return told
