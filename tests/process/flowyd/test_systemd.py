"""The shipped unit in a real systemd: start, status, watchdog, stop, crash loops, its sandbox."""

import re
import shlex
import shutil
import subprocess
import sys
import time

import pytest
import real_systemd

SHIPPED = real_systemd.ROOT / "systemd"
PLUGIN = """
from flowy import Activity, ActivityProxy, Workflow, activity, workflow
from pathlib import Path
import threading

@activity("Slow", 1, "work", start_to_close=60)
def slow(path):
    Path(path, "begun").touch()
    while not Path(path, "go").exists():
        threading.Event().wait(0.02)
    return "done"

@workflow("Slowly", 1, "decisions")
class Slowly(Workflow):
    slow = ActivityProxy(slow)

    def run(self, path):
        return self.slow(path).result()
"""
PLACES = ("/run/flowyd", "/run/flowyd/ctl.sock", "/var/lib/flowyd")
needs_systemd = pytest.mark.skipif(bool(real_systemd.missing()), reason=real_systemd.missing())


@pytest.fixture
def host(tmp_path):
    """A systemd that knows the shipped unit, with this Python in place of /opt/flowyd/current."""
    units = tmp_path / "units"
    shutil.copytree(SHIPPED, units)
    shutil.rmtree(units / "flowyd.service.d")
    code = tmp_path / "code"
    code.mkdir()
    (code / "slow_plugin.py").write_text(PLUGIN)
    seen, path, python = real_systemd.python_places()
    seen[code] = "/opt/flowyd/code"
    for unit in ("flowyd.service", "flowyd@.service"):
        text = (
            (units / unit)
            .read_text()
            .replace("/opt/flowyd/current/bin/flowyd", f"{python} -m flowyd")
        )
        (units / unit).write_text(text)
        override = units / f"{unit}.d"
        override.mkdir()
        (override / "test.conf").write_text(
            f"[Service]\nEnvironment=PYTHONPATH={path}:/opt/flowyd/code\n"
            "Environment=LD_LIBRARY_PATH=/opt/flowyd/base/lib\n"
            f"StandardOutput=append:{units}/flowyd.log\nStandardError=append:{units}/flowyd.log\n"
        )
    with real_systemd.running(tmp_path, seen) as made:
        sysusers = made.inside("systemd-sysusers", str(SHIPPED / "flowyd.sysusers.conf"))
        assert sysusers.returncode == 0, sysusers.stderr
        configure(made, "flowyd.toml", (SHIPPED / "flowyd.toml").read_text())
        yield made


def configure(host, name, text):
    (host.etc / "flowyd").mkdir(exist_ok=True)
    # Through the layer's mount: the kernel does not promise to see what is changed under it.
    modules = '\n[plugins]\nenabled = []\nmodules = ["slow_plugin"]\n'
    written = subprocess.run(
        [
            "nsenter",
            "-t",
            str(host.pid),
            "-a",
            "sh",
            "-c",
            f"mkdir -p /etc/flowyd && cat > /etc/flowyd/{name}",
        ],
        input=text.replace('[web]\nlisten = "127.0.0.1:9464"', modules),
        text=True,
        check=False,
    )
    assert written.returncode == 0


@needs_systemd
def test_the_unit_starts_tells_what_it_does_and_stops(host):
    started = host.ctl("start", "flowyd")
    assert started.returncode == 0, host.log
    host.until("flowyd", "StatusText", "6 of 6 workers ready")
    assert host.show("flowyd", "Type") == "notify"
    assert host.show("flowyd", "User") == "flowyd"
    modes = host.inside(
        "stat", "-c", "%a %U", "/run/flowyd", "/run/flowyd/ctl.sock", "/var/lib/flowyd"
    )
    assert modes.stdout.split("\n")[:3] == ["755 flowyd", "660 flowyd", "750 flowyd"]
    assert host.ctl("stop", "flowyd").returncode == 0
    assert host.show("flowyd", "Result") == "success", host.log


@needs_systemd
def test_a_stop_waits_for_the_running_task_past_the_units_own_limit(host):
    (host.directory / "units" / "flowyd.service.d" / "limit.conf").write_text(
        "[Service]\nTimeoutStopSec=3\n"
    )
    host.ctl("daemon-reload")
    assert host.ctl("start", "flowyd").returncode == 0, host.log
    place = "/var/lib/flowyd"
    begin(host, place)
    host.ctl("stop", "--no-block", "flowyd")
    host.until("flowyd", "StatusText", "draining")
    began = time.monotonic()
    while (
        time.monotonic() < began + 4
    ):  # longer than TimeoutStopSec: what systemd does then is asked
        assert host.show("flowyd", "ActiveState") == "deactivating", host.log
    host.inside("touch", f"{place}/go")
    host.until("flowyd", "ActiveState", "inactive")
    assert host.show("flowyd", "Result") == "success", host.log


@needs_systemd
def test_a_loop_that_stands_still_is_restarted_by_the_watchdog(host):
    (host.directory / "units" / "flowyd.service.d" / "limit.conf").write_text(
        "[Service]\nWatchdogSec=2\nTimeoutAbortSec=1\nRestartSec=0\n"
    )
    host.ctl("daemon-reload")
    assert host.ctl("start", "flowyd").returncode == 0, host.log
    host.until("flowyd", "StatusText", "6 of 6 workers ready")
    host.inside("kill", "-STOP", host.show("flowyd", "MainPID"))
    host.until("flowyd", "NRestarts", "1")
    host.until("flowyd", "StatusText", "6 of 6 workers ready")


@needs_systemd
def test_a_wrong_configuration_is_told_and_not_tried_again(host):
    configure(host, "flowyd.toml", "domian = 1\n")
    assert host.ctl("start", "flowyd").returncode != 0
    assert host.show("flowyd", "ExecMainStatus") == "78"
    assert host.show("flowyd", "NRestarts") == "0"
    assert "did you mean 'domain'?" in host.log


@needs_systemd
def test_a_reload_succeeds_or_fails_as_the_new_code_does(host):
    assert host.ctl("start", "flowyd").returncode == 0, host.log
    assert host.ctl("reload", "flowyd").returncode == 0, host.log
    main = host.show("flowyd", "MainPID")
    configure(host, "flowyd.toml", (SHIPPED / "flowyd.toml").read_text().replace("jobs", "other"))
    assert host.ctl("reload", "flowyd").returncode != 0
    assert host.show("flowyd", "ReloadResult") == "exit-code"
    assert host.show("flowyd", "ActiveState") == "active"
    assert host.show("flowyd", "MainPID") == main
    host.until("flowyd", "StatusText", "reload rejected: domain changed")


@needs_systemd
def test_two_instances_run_side_by_side(host):
    for name in ("one", "two"):
        text = (SHIPPED / "flowyd.toml").read_text()
        own = text.replace("/var/lib/flowyd", f"/var/lib/flowyd/{name}")
        configure(host, f"flowyd.{name}.toml", own.replace("/run/flowyd", f"/run/flowyd/{name}"))
        assert host.ctl("start", f"flowyd@{name}").returncode == 0, host.log
    host.until("flowyd@one", "StatusText", "6 of 6 workers ready")
    host.until("flowyd@two", "StatusText", "6 of 6 workers ready")
    assert host.ctl("stop", "flowyd@one").returncode == 0
    assert host.show("flowyd@two", "ActiveState") == "active"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", ["flowyd.service", "flowyd@.service"])
def test_the_shipped_units_are_right_and_their_sandbox_is_tight(unit, tmp_path):
    alone = tmp_path / unit.replace("@.", "@one.")
    text = (SHIPPED / unit).read_text()
    alone.write_text(re.sub("/opt/flowyd/current/bin/flowyd", sys.executable, text))
    verified = analyze("verify", "--man=no", str(alone))
    assert (verified.returncode, verified.stderr) == (0, "")
    scored = analyze("security", "--offline=yes", str(alone))
    exposure = re.search(r"exposure level for .*: ([0-9.]+)", scored.stdout)
    assert exposure is not None, scored.stdout
    assert float(exposure.group(1)) <= 1.5


def analyze(*arguments):
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def begin(host, place):
    """Start an execution and wait until its activity runs."""
    python, path = host_python()
    flowy = f"{python} -m flowy start Slowly --config /etc/flowyd/flowyd.toml"
    command = f"cd {place} && {flowy} '[\"{place}\"]'"
    environ = f"PYTHONPATH={path} LD_LIBRARY_PATH=/opt/flowyd/base/lib"
    done = host.inside("sh", "-c", f"{environ} sh -c {shlex.quote(command)}")
    assert done.returncode == 0, done.stderr + host.log
    deadline = time.monotonic() + 60
    while host.inside("test", "-e", f"{place}/begun").returncode != 0:
        assert time.monotonic() < deadline, host.log


def host_python():
    """This Python, and its path, as they are seen inside."""
    _, path, python = real_systemd.python_places()
    return python, path
