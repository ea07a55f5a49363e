"""The shipped unit in a real systemd: start, status, watchdog, stop, crash loops, its sandbox."""

import shutil
import subprocess

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
def test_the_unit_starts_reports_and_stops(host):
    started = host.ctl("start", "flowyd")
    assert started.returncode == 0, host.log
    host.until("flowyd", "StatusText", "6 of 6 workers ready")
    assert host.show("flowyd", "Type") == "notify"
    assert host.ctl("stop", "flowyd").returncode == 0
    assert host.show("flowyd", "Result") == "success"
