"""`make bench`: what flowyd costs, and how fast it is back after a loss. Goals beside the figures.

Times depend on what else the machine does; nothing here is asserted.
"""

import os
import re
import signal
import statistics
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

import daemons
import psutil
import servers
from daemons import EMBEDDED, Daemon
from servers import Server

from flowy import forms
from flowyd.control import client
from flowyd.control.protocol import Resume, Scale
from flowyd.control.status import Status

KILLS = 15
WORKERS = 50
IDLE_SECONDS = 20.0
EXAMPLES = ("images", "video")
MIB = 2**20


def tell(what: str, figure: str, goal: str) -> None:
    """One line."""
    print(f"{what:64} {figure:>18}   goal {goal}")
    sys.stdout.flush()


def start(server: Server, name: str, id: str, value: float) -> None:
    """Start an execution."""
    server.client().call(
        "StartWorkflowExecution",
        domain=servers.DOMAIN,
        workflowId=id,
        workflowType={"name": name, "version": "1"},
        input=forms.write_input(forms.write_arguments((value,), {})),
        executionStartToCloseTimeout="3600",
    )


def open_executions(server: Server) -> list[dict[str, str]]:
    """The open executions."""
    window = {"oldestDate": 0}
    found = server.client().call(
        "ListOpenWorkflowExecutions", domain=servers.DOMAIN, startTimeFilter=window
    )
    return [each["execution"] for each in found["executionInfos"]]


def lost_at(server: Server, execution: dict[str, str], after: float) -> float | None:
    """When the engine heard that the worker of an activity is lost."""
    told = server.client().call(
        "GetWorkflowExecutionHistory", domain=servers.DOMAIN, execution=execution
    )
    ends = ("ActivityTaskFailed", "ActivityTaskTimedOut")
    times = [float(e["eventTimestamp"]) for e in told["events"] if e["eventType"] in ends]
    return next((at for at in times if at >= after - 0.001), None)


# Losses ------------------------------------------------------------------------------------------


def kill_one(daemon: Daemon, server: Server) -> tuple[float, float]:
    """Kill a busy worker; seconds until its task was failed, and until its slot was ready again."""
    status = daemon.until(lambda s: any(w.state == "busy" for w in s.pools[0].workers))
    victim = next(worker for worker in status.pools[0].workers if worker.state == "busy")
    assert victim.pid is not None
    assert victim.task is not None
    before, began = time.time(), time.monotonic()
    os.kill(victim.pid, signal.SIGKILL)
    daemon.until(
        lambda s: any(
            worker.slot == victim.slot
            and worker.spawn > victim.spawn
            and worker.state in {"polling", "busy"}
            for worker in s.pools[0].workers
        ),
        pause=0.002,
    )
    ready = time.monotonic() - began
    run = {"workflowId": victim.task.workflow_id, "runId": victim.task.run_id}
    at = None
    while at is None and time.monotonic() < began + 5:
        at = lost_at(server, run, before)
    time.sleep(2.0)  # a pool that has lost nobody for a while is not patient
    return (at or float("inf")) - before, ready


def losses(daemon: Daemon, server: Server) -> None:
    """Kill busy workers, one after the other."""
    for number in range(4):
        start(server, "Sleepy", f"sleepy-{number}", 600.0)
    seen = []
    for _ in range(KILLS):
        client.operate(daemon.run_dir, Resume(pool="acts"))  # forgets earlier failures
        seen.append(kill_one(daemon, server))
    failed, ready = zip(*seen, strict=True)
    tell("a killed worker's task is reported failed, median", ms(failed), "250 ms")
    tell("its slot is ready again, median", ms(ready), "300 ms")
    (daemon.directory / "go").touch()
    while open_executions(server):
        time.sleep(0.1)


def ms(seconds: tuple[float, ...]) -> str:
    """The median and the worst, in milliseconds."""
    return f"{statistics.median(seconds) * 1000:.0f} ({max(seconds) * 1000:.0f}) ms"


# Reloads -----------------------------------------------------------------------------------------


def rejected(daemon: Daemon) -> None:
    """Reload code that does not load, beside the example plugins."""
    daemon.release("raise RuntimeError('a bad release')\n")
    times = []
    for _ in range(5):
        began = time.monotonic()
        status = daemon.until(daemon.reload())
        times.append(time.monotonic() - began)
        assert status.reload.ok is False, status.reload
    daemon.release()
    tell("a reload is rejected, with the example plugins, median", ms(tuple(times)), "1000 ms")


def good(daemon: Daemon) -> None:
    """Reload code that loads, and count who is ready meanwhile."""
    daemon.release("NEW = True\n")
    over, least = daemon.reload(), []
    began = time.monotonic()

    def ended(status: Status) -> bool:
        least.append(min(pool.ready - pool.wanted for pool in status.pools))
        return over(status) and sum(c.name.startswith("zygote") for c in status.children) == 1

    status = daemon.until(ended)
    assert status.reload.ok, status.reload
    figure = f"{min(least)} in {time.monotonic() - began:.1f} s"
    tell(f"a good reload: ready workers less than wanted, {len(least)} looks", figure, "0")


# Costs -------------------------------------------------------------------------------------------


def held(server: Server) -> int:
    """How many polls for activities the engine holds."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    found = re.search(r'flowy_engine_held_polls\{kind="activity"\} (\S+)', text)
    return int(float(found[1])) if found else 0


def many(daemon: Daemon, server: Server) -> None:
    """Have fifty workers of a warm zygote poll."""
    client.operate(daemon.run_dir, Scale(pool="acts", processes=0))
    daemon.until(lambda s: not s.pools[0].workers)
    began = time.monotonic()
    client.operate(daemon.run_dir, Scale(pool="acts", processes=WORKERS))
    while held(server) < WORKERS:
        time.sleep(0.005)
    took = f"{time.monotonic() - began:.2f} s"
    tell(f"{WORKERS} workers of a warm zygote poll", took, "0.5 s")


def memory(daemon: Daemon, server: Server) -> None:
    """Have each worker make 200 calls, and look at what it has for itself."""
    for number in range(WORKERS):
        start(server, "Fan", f"fan-{number}", 100)
    while open_executions(server):
        time.sleep(0.2)
    time.sleep(2.0)  # the newest totals are on their way
    workers = [worker for worker in daemon.workers() if worker.pid is not None]
    calls = 2 * statistics.mean(worker.tasks for worker in workers)
    sizes = [psutil.Process(worker.pid).memory_full_info().pss / MIB for worker in workers]
    figure = f"{statistics.mean(sizes):.1f} MiB"
    tell(f"PSS of one of {WORKERS} workers after {calls:.0f} calls", figure, "11 MiB")


def idle(daemon: Daemon) -> None:
    """Do nothing, with fifty workers."""
    supervisor = psutil.Process(daemon.process.pid)
    before, began = supervisor.cpu_times(), time.monotonic()
    time.sleep(IDLE_SECONDS)
    after = supervisor.cpu_times()
    used = after.user + after.system - before.user - before.system
    share = f"{used / (time.monotonic() - began):.2%}"
    tell(f"the supervisor's CPU with {WORKERS} idle workers", share, "0.5% of a core")


def stop(directory: Path) -> None:
    """Stop an idle daemon on its own engine."""
    times = []
    for number in range(3):
        with daemons.flowyd(directory / f"stop{number}", EMBEDDED, 4) as daemon:
            time.sleep(1.0)
            began = time.monotonic()
            daemon.process.terminate()
            daemon.process.wait(60)
            times.append(time.monotonic() - began)
    tell("stop of an idle daemon on its engine, median", ms(tuple(times)), "2000 ms")


def main() -> None:
    """All of it."""
    with tempfile.TemporaryDirectory() as name, servers.engine(Path(name) / "db") as server:
        directory, keep = Path(name), {"workflowExecutionRetentionPeriodInDays": "1"}
        server.client().call("RegisterDomain", name=servers.DOMAIN, **keep)
        with daemons.flowyd(directory / "d", daemons.at(server.port), 4, EXAMPLES) as daemon:
            losses(daemon, server)
            rejected(daemon)
            good(daemon)
            many(daemon, server)
            memory(daemon, server)
            idle(daemon)
        stop(directory)


if __name__ == "__main__":
    main()
