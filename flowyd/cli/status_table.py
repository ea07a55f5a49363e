"""The status for a tired reader: the verdict first, then the pools, then each worker."""

import signal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flowyd.control.status import ExitStatus, PoolStatus, Status, TaskStatus, WorkerStatus

STYLES = {
    "ok": "green",
    "polling": "green",
    "serving": "green",
    "busy": "cyan",
    "starting": "blue",
    "spawning": "blue",
    "opening": "blue",
    "degraded": "yellow",
    "backoff": "yellow",
    "paused": "yellow",
    "retiring": "yellow",
    "draining": "yellow",
    "stopping": "yellow",
    "error": "red",
    "warning": "yellow",
}
BAD = "red"
PLAIN_WIDTH = 200
"""In a file or a pipe: names are not to be cut."""


def show(status: Status) -> None:
    """Print it."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    since = span(status.uptime_ms)
    console.print(
        f"flowyd {styled(status.state)}  domain [bold]{escape(status.domain)}[/]"
        f"  backend {status.backend}  pid {status.pid}  generation {status.generation}  up {since}"
    )
    for reason in status.reasons:
        console.print(f"  [yellow]•[/] {escape(reason)}")
    for child in status.children:
        again = f"  restarted {child.restarts}x" if child.restarts else ""
        where = f"pid {child.pid or '-'}  {child.address}"
        console.print(f"  {child.name:<7} {styled(child.state)}  {where}{again}")
    console.print(pools_table(status.pools))
    console.print(workers_table(status.pools))
    for fault in status.faults:
        hint = f" ({escape(fault.hint)})" if fault.hint else ""
        what = f"{escape(fault.where)}: {escape(fault.message)}"
        console.print(f"{styled(fault.severity)} {what}{hint}")


def pools_table(pools: list[PoolStatus]) -> Table:
    """One line a pool."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("POOL", "KIND", "TASK LIST", "STATE"):
        table.add_column(title, no_wrap=title != "TASK LIST")
    for title in ("WANTED", "READY", "BUSY", "RESTARTS"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("LAST EXIT")
    for pool in pools:
        numbers = (pool.wanted, pool.ready, pool.busy, pool.restarts)
        table.add_row(
            escape(pool.name),
            pool.kind,
            escape(pool.task_list) if pool.task_list != pool.name else "",
            styled(pool.state) + next_try(pool) + parked(pool),
            *map(str, numbers),
            last_exit(pool.last_exit),
        )
    return table


def workers_table(pools: list[PoolStatus]) -> Table:
    """One line a worker."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("SLOT", "PID", "STATE", "FOR", "TASKS", "TASK", "WORKFLOW ID"):
        numeric = title in {"PID", "FOR", "TASKS"}
        table.add_column(title, justify="right" if numeric else "left", no_wrap=title == "SLOT")
    for pool in pools:
        for worker in pool.workers:
            table.add_row(*worker_cells(pool.name, worker))
    return table


def worker_cells(pool: str, worker: WorkerStatus) -> tuple[str, ...]:
    """The cells of a worker."""
    task = worker.task
    return (
        escape(f"{pool}:{worker.slot}"),
        str(worker.pid or "-"),
        styled(worker.state) + silent(worker),
        span(worker.for_ms),
        str(worker.tasks),
        escape(task_name(task)) if task else "",
        escape(task.workflow_id) if task else "",
    )


def silent(worker: WorkerStatus) -> str:
    """For how long a worker gave no sign of life, once that is worth a word."""
    return "" if worker.silent_ms is None else f", [{BAD}]silent {span(worker.silent_ms)}[/]"


def task_name(task: TaskStatus) -> str:
    """A task in a few characters."""
    return f"{task.type} {task.activity_id}".strip() if task.kind == "activity" else task.type


def styled(word: str) -> str:
    """A word in its colour; one that is not known is bad news."""
    return f"[{STYLES.get(word, BAD)}]{word}[/]"


def next_try(pool: PoolStatus) -> str:
    """When a pool that waits tries again."""
    return f", next in {span(pool.next_try_ms)}" if pool.next_try_ms is not None else ""


def parked(pool: PoolStatus) -> str:
    """How many executions wait until the pool's deciders can decide them."""
    return f", [{BAD}]{pool.parked} parked[/]" if pool.parked else ""


def last_exit(exit: ExitStatus | None) -> str:  # the shell's word
    """The newest exit of a pool."""
    if exit is None:
        return "-"
    how = "" if exit.code is None else f" {signal_name(exit.code)}"
    return f"{exit.kind}{how}, slot {exit.slot}, {span(exit.ago_ms)} ago"


def signal_name(code: int) -> str:
    """An exit code, or the name of the signal that a negative one stands for."""
    try:
        return signal.Signals(-code).name if code < 0 else str(code)
    except ValueError:
        return str(code)


def span(milliseconds: int) -> str:
    """A duration with its two largest units."""
    seconds = milliseconds // 1000
    for unit, size, smaller, part in (
        ("d", 86400, "h", 3600),
        ("h", 3600, "m", 60),
        ("m", 60, "s", 1),
    ):
        if seconds >= size:
            return f"{seconds // size}{unit}{seconds % size // part:02d}{smaller}"
    return f"{seconds}s"
