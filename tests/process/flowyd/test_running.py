"""A daemon's day: start, readiness, recycling, metrics; and what keeps it from starting."""

import os
import stat
import urllib.error
import urllib.request

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from flowy.errors import ServiceError
from flowy.swf.client import SWFClient
from flowyd.control import client
from flowyd.metrics import TABLE


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Name and label values of each sample."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_workflow_runs_and_is_counted(daemon):
    assert daemon.flowy("start", "Twice", "[3]", "--wait").stdout.split()[-1] == "12"

    key = ("flowyd_tasks_total", "activity", "completed", "acts")
    daemon.eventually(
        "both tasks are counted", lambda: samples(client.metrics(daemon.run_dir)).get(key) == 2
    )


def test_counters_do_not_fall_when_their_worker_is_gone(daemon):
    daemon.flowy("start", "Twice", "[3]", "--wait")
    key = ("flowyd_tasks_total", "activity", "completed", "acts")
    daemon.eventually("counted", lambda: samples(client.metrics(daemon.run_dir)).get(key) == 2)
    for worker in daemon.workers():
        os.kill(worker.pid, 9)
    daemon.until("both are gone", lambda s: s.pools[0].restarts == 2)

    assert samples(client.metrics(daemon.run_dir))[key] == 2


def test_a_worker_is_replaced_after_its_fill_of_tasks(launch):
    daemon = launch(processes=1, acts="max_tasks = 1")
    daemon.until_ready()
    daemon.flowy("start", "Twice", "[3]", "--wait")
    status = daemon.until(
        "it was recycled",
        lambda s: s.pools[0].last_exit is not None and s.pools[0].workers[0].spawn >= 1,
    )

    assert status.pools[0].last_exit.kind == "recycled"
    assert status.pools[0].restarts == 0


def test_the_web_child_relays_metrics_health_and_readiness(launch):
    daemon = launch(more='[web]\nlisten = "127.0.0.1:0"')
    daemon.until_ready()
    url = daemon.child("web").address
    code, text = get(f"{url}/metrics")
    told = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}

    assert code == 200
    assert told == {row.name for row in TABLE}
    assert samples(text)["flowyd_engine_up",] == 1
    assert get(f"{url}/healthz") == (200, '{"state":"ok"}')
    assert get(f"{url}/readyz")[0] == 200

    zygote = daemon.child("zygote").pid
    os.kill(zygote, 19)  # SIGSTOP: no worker can be replaced now
    for worker in daemon.workers():
        os.kill(worker.pid, 9)
    daemon.until("no worker is ready", lambda s: not s.ready)

    assert get(f"{url}/readyz")[0] == 503
    os.kill(zygote, 18)
    daemon.until_ready()


def test_the_sockets_are_for_owner_and_group_only(shared_daemon):
    daemon = shared_daemon
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in daemon.run_dir.iterdir()}

    assert modes == {"status.sock": 0o660, "ctl.sock": 0o660}
    assert stat.S_IMODE(daemon.run_dir.stat().st_mode) == 0o755


def test_a_second_daemon_on_one_state_dir_says_so_in_one_line(shared_daemon):
    daemon = shared_daemon
    second = daemon.flowyd("run")

    assert second.returncode == 1
    assert len(second.stderr.splitlines()) == 1
    assert f"pid {daemon.process.pid}" in second.stderr
    assert daemon.status().state == "ok"


def test_the_status_command_says_the_state_by_its_exit_code(daemon):
    table, json = daemon.flowyd("status"), daemon.flowyd("status", "--json")
    told = msgspec.json.decode(json.stdout)

    assert (table.returncode, json.returncode) == (0, 0)
    assert told["schema"] == 1
    assert {str(w["pid"]) for pool in told["pools"] for w in pool["workers"]} <= set(
        table.stdout.split()
    )

    daemon.flowyd("stop")
    assert daemon.flowyd("status").returncode == 3
    assert daemon.flowyd("stop").returncode == 3


def test_a_pool_whose_plugin_did_not_load_is_held_and_the_others_work(launch):
    daemon = launch(acts='plugins = ["absent"]')
    status = daemon.until("it is held", lambda s: s.pools[1].ready == 1)

    assert (status.state, status.ready) == ("held", True)
    assert status.pools[0].state == "held"
    assert "absent" in status.pools[0].held_because
    assert daemon.flowyd("status").returncode == 2


def test_a_pool_whose_workers_never_start_backs_off_and_is_held(launch, sample_plugin):
    hook = "\nfrom flowy import hookimpl\n@hookimpl\ndef flowy_worker_start(worker):\n"
    hook += "    if worker.kind == 'activity': raise OSError('no such device')\n"
    daemon = launch(processes=1, plugin=sample_plugin + hook)
    status = daemon.until("it is held", lambda s: s.pools[0].state == "held")

    assert status.pools[0].restarts == 5
    assert status.pools[0].last_exit.kind == "start-failure"
    assert status.pools[0].next_try_ms > 200_000
    assert "no such device" in daemon.log


def test_each_task_runs_inside_the_plugins_flowy_task(launch, sample_plugin, tmp_path):
    hook = f"""
from contextlib import contextmanager
from flowy import hookimpl
@hookimpl
@contextmanager
def flowy_task(task):
    with open({str(tmp_path / "tasks")!r}, "a") as file:
        file.write(task.type + "\\n")
    yield
"""
    daemon = launch(plugin=sample_plugin + hook)
    daemon.until_ready()
    daemon.flowy("start", "Twice", "[3]", "--wait")

    assert sorted((tmp_path / "tasks").read_text().split()) == ["Double/1"] * 2 + ["Twice/1"] * 3


def test_dev_refuses_what_run_only_warns_of(launch):
    plugin = 'from flowy import activity\n@activity("Lost", 1, "elsewhere")\ndef lost(): ...\n'
    strict = launch("dev", plugin=plugin)

    assert strict.wait() == 78
    assert "'elsewhere'" in strict.log
    assert strict.left_behind() == []

    lenient = launch("run")
    status = lenient.until("it runs", lambda s: s.ready)
    assert [fault.severity for fault in status.faults] == ["warning"] * 3


def test_the_engine_takes_only_requests_with_the_daemons_key(shared_daemon):
    daemon = shared_daemon
    stranger = SWFClient(
        "tests", endpoint_url=daemon.child("engine").address, credentials=("someone", "else")
    )

    with pytest.raises(ServiceError, match="UnrecognizedClientException"):
        stranger.describe_domain()
    assert daemon.flowy("list").returncode == 0
