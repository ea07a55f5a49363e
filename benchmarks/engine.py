"""`make bench`: the engine's speed, with moto beside it in the same run.

Wall-clock rates depend on what else the machine does; the CPU time of the engine per workflow is
the robust number. Everything runs on this machine: clients, engine and disk share its cores.
"""

import argparse
import multiprocessing
import os
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import servers
import workloads
from servers import Server
from stock import Stock
from wire import Client
from workloads import Connect

DECIDERS = WORKERS = 8
ROUNDS = 7


def report(name: str, rate: float, cpu: float) -> None:
    """One line: a rate per second, the server's CPU time for each, and how busy that kept it."""
    print(f"{name:56} {rate:7,.0f} /s {cpu * 1e6:7,.0f} µs CPU each, {rate * cpu:4.0%} of a core")
    sys.stdout.flush()


def one_activity(
    server: Server, connect: Connect, pairs: int, count: int, name: str
) -> tuple[float, float]:
    """One-activity workflows: start, decide, work, decide.

    Returns workflows per second, and the server's seconds of CPU time for each.
    """
    share = count // pairs
    count = share * pairs
    cpu = server.cpu()
    stamp = str(time.time_ns())
    began = workloads.together(
        [(workloads.starts, (connect, f"{stamp}-{n}", share)) for n in range(pairs)]
    )
    drained = workloads.together(
        [(workloads.works, (connect, share))] * pairs
        + [(workloads.decides, (connect, 2 * share))] * pairs
    )
    each = (server.cpu() - cpu) / count
    report(name, count / (began + drained), each)
    return count / (began + drained), each


def fan_out(server: Server, workflows: int, width: int, name: str) -> float:
    """Parallel activities; returns activities per second."""
    connect = partial(Client, server.port)
    stamp = str(time.time_ns())
    workloads.starts(connect, stamp, workflows)
    total = workflows * width
    cpu = server.cpu()
    seconds = workloads.together(
        [(workloads.works, (connect, total // WORKERS))] * WORKERS
        + [(workloads.fans_out, (connect, workflows, width))]
    )
    report(name, total / seconds, (server.cpu() - cpu) / total)
    return total / seconds


def dispatch(server: Server, turns: int) -> None:
    """How long after a respond is sent a waiting poll has its task, beside the respond itself."""
    decider, starter = server.client(), server.client()
    ratios, latencies = [], []
    for turn in range(turns):
        workloads.start(starter, f"latency-{time.time_ns()}-{turn}")
        task = workloads.take(decider, "PollForDecisionTask", workloads.DECISIONS)
        got: list[Any] = []
        poller = threading.Thread(target=_wait_for_work, args=(server.port, got))
        poller.start()
        time.sleep(0.003)  # until the poll is held
        sent = time.perf_counter()
        workloads.respond(decider, task, workloads.schedule("a"))
        answered = time.perf_counter()
        poller.join()
        work, received = got
        latencies.append(received - sent)
        ratios.append((received - sent) / (answered - sent))
        starter.call("RespondActivityTaskCompleted", taskToken=work["taskToken"], result="3")
        task = workloads.take(decider, "PollForDecisionTask", workloads.DECISIONS)
        workloads.respond(decider, task, workloads.COMPLETE)
    print(
        f"{'dispatch: respond sent -> the waiting poll has it':56}"
        f" {statistics.median(latencies) * 1e3:9.2f} ms p50"
        f" {statistics.quantiles(latencies, n=100)[98] * 1e3:9.2f} ms p99"
        f"  {statistics.median(ratios):.2f} x the respond's round trip (goal 1)",
        flush=True,
    )


def _wait_for_work(port: int, got: list[Any]) -> None:
    client = Client(port)
    got += [workloads.take(client, "PollForActivityTask", workloads.WORK), time.perf_counter()]


def stored(directory: Path, few: int, many: int) -> None:
    """The rate with many closed executions in the file, beside that with few, turn by turn."""
    with ExitStack() as stack:
        pair = []
        for count in (few, many):
            server = stack.enter_context(servers.engine(directory / f"{count}.db"))
            servers.register(server.client())
            _fill(partial(Client, server.port), count)
            pair.append((server, count))
        rates: dict[int, list[float]] = {few: [], many: []}
        costs: dict[int, list[float]] = {few: [], many: []}
        for _ in range(ROUNDS):
            for server, count in pair:
                connect = partial(Client, server.port)
                rate, cost = one_activity(server, connect, DECIDERS, 1_200, f"{count:,} stored")
                rates[count].append(rate)
                costs[count].append(cost)
        rate, cost = (
            statistics.median(x[many]) / statistics.median(x[few]) for x in (rates, costs)
        )
        memory = " and ".join(f"{server.memory() / 2**20:.0f}" for server, _ in pair)
    print(f"{many:,} by {few:,} stored: rate {rate:.2f} (goal 0.95), CPU {cost:.2f}, {memory} MiB")


def _fill(connect: Connect, count: int) -> None:
    """Start executions and terminate them."""
    share = count // DECIDERS
    workloads.together([(_pass_by, (connect, share))] * DECIDERS)


def _pass_by(connect: Connect, count: int) -> None:
    client = connect()
    for number in range(count):
        workflow_id = f"stored-{os.getpid()}-{time.time_ns()}-{number}"
        workloads.start(client, workflow_id)
        client.call("TerminateWorkflowExecution", domain=servers.DOMAIN, workflowId=workflow_id)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="one part: raw, fan, dispatch, boto3, moto, stored")
    parser.add_argument(
        "--directory", type=Path, default=Path("build"), help="where the files go: a real disk"
    )
    parser.add_argument("--stored", type=int, default=100_000)
    options = parser.parse_args()
    multiprocessing.set_start_method("fork")
    options.directory.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.directory) as made:
        for name, part in _parts(Path(made), options.stored).items():
            if options.only in (None, name):
                part()


def _parts(directory: Path, many: int) -> dict[str, Any]:
    return {
        "raw": lambda: _raw(directory),
        "fan": lambda: _fan(directory),
        "dispatch": lambda: _dispatch(directory),
        "boto3": lambda: _boto3(directory),
        "moto": _moto,
        "stored": lambda: stored(directory, 1_000, many),
    }


def _raw(directory: Path) -> None:
    with servers.engine(directory / "raw.db") as server:
        servers.register(server.client())
        connect = partial(Client, server.port)
        one_activity(server, connect, 1, 500, "one-activity workflows, 1 + 1 raw clients")
        one_activity(
            server, connect, 8, 4_000, "one-activity workflows, 8 + 8 raw clients (goal 500)"
        )


def _fan(directory: Path) -> None:
    with servers.engine(directory / "fan.db") as server:
        servers.register(server.client())
        fan_out(server, 40, 100, "activities in fan-out, 8 workers (goal 1,500)")


def _dispatch(directory: Path) -> None:
    with servers.engine(directory / "dispatch.db") as server:
        servers.register(server.client())
        dispatch(server, 200)


def _boto3(directory: Path) -> None:
    with servers.engine(directory / "boto3.db") as server:
        servers.register(server.client())
        connect = partial(Stock, server.port)
        one_activity(server, connect, 4, 600, "one-activity workflows, 4 + 4 boto3 clients")


def _moto() -> None:
    with servers.moto() as server:
        servers.register(server.client())
        connect = partial(Client, server.port)
        one_activity(server, connect, 1, 100, "moto: one-activity workflows, 1 + 1 raw clients")


if __name__ == "__main__":
    main()
