"""Workers that have had their fill are replaced between two polls, and nobody notices."""

import json
import threading
from collections import Counter

import pytest

from flowyd.control import client

MANY = """
@activity("Note", 1, "acts", retry=0)
def note(directory, number):
    with open(os.path.join(directory, "ledger"), "a") as ledger:
        ledger.write(f"{number} {os.getpid()}\\n")

@workflow("Noting", 1, "decs")
class Noting(Workflow):
    note = ActivityProxy("Note", 1, retry=0, lost=0)

    def run(self, directory, count):
        for placeholder in [self.note(directory, number) for number in range(count)]:
            placeholder.result()
"""


@pytest.fixture
def watched(launch, sample_plugin):
    """A daemon with two activity workers, and the least number of them that was ever ready."""
    stop, least = threading.Event(), []

    def start(acts: str):
        daemon = launch(processes=2, acts=acts, plugin=sample_plugin + MANY)
        daemon.until_ready()

        def look():
            while not stop.wait(0.01):
                least.append(client.status(daemon.run_dir).pools[0].ready)

        thread = threading.Thread(target=look)
        thread.start()
        threads.append(thread)
        return daemon, least

    threads: list[threading.Thread] = []
    yield start
    stop.set()
    for thread in threads:
        thread.join()


def test_recycling_by_tasks_loses_no_task_and_never_leaves_a_gap(watched, tmp_path):
    daemon, least = watched("max_tasks = 5")
    done = daemon.flowy("start", "Noting", json.dumps([str(tmp_path), 60]), "--wait")
    notes = [line.split() for line in (tmp_path / "ledger").read_text().splitlines()]

    assert done.returncode == 0, done.stderr
    assert Counter(int(number) for number, _ in notes) == dict.fromkeys(range(60), 1)
    by_worker = Counter(pid for _, pid in notes)
    assert len(by_worker) >= 4  # five tasks each, and those that came until the next was ready
    daemon.until_ready()
    pool = daemon.pool("acts")
    assert (pool.restarts, pool.last_exit.kind) == (0, "recycled")
    assert min(least) >= 2, Counter(least)


def test_a_worker_that_grew_is_replaced_after_its_task(watched, tmp_path):
    daemon, least = watched('max_memory = "1 MiB"')
    before = {worker.pid for worker in daemon.workers()}
    assert daemon.flowy("start", "Twice", "[3]", "--wait").stdout.split()[-1] == "12"
    daemon.until("one is gone", lambda s: s.pools[0].last_exit)

    assert daemon.pool("acts").last_exit.kind == "recycled"
    assert daemon.pool("acts").last_exit.pid in before
    assert min(least) >= 2, Counter(least)
