"""A real systemd in namespaces of its own, with the units that the project ships."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("systemd_namespace.sh")
SYSTEMD = Path("/lib/systemd/systemd")
SECONDS = 30


def missing() -> str:
    """Why there can be no systemd here, or an empty text."""
    if os.geteuid() != 0:
        return "only root can make namespaces for a systemd"
    lacking = [tool for tool in ("unshare", "nsenter", "systemctl") if not shutil.which(tool)]
    if lacking or not SYSTEMD.exists():
        return f"not installed: {', '.join(lacking) or SYSTEMD} (Debian package systemd)"
    return ""


@dataclass
class Systemd:
    """The systemd of one test. `etc` is what differs from the host's /etc."""

    pid: int
    directory: Path

    @property
    def etc(self) -> Path:
        return self.directory / "layer" / "upper"

    @property
    def log(self) -> str:
        """What systemd and the units' processes wrote."""
        files = [self.directory / "manager.log", *self.directory.glob("units/*.log")]
        return "\n".join(f"== {path.name}\n{path.read_text()}" for path in files)

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the namespaces."""
        return subprocess.run(
            ["nsenter", "-t", str(self.pid), "-a", *command],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `systemctl`."""
        return self.inside("systemctl", "--no-pager", *arguments)

    def show(self, unit: str, name: str) -> str:
        """The value of one property of a unit."""
        return self.ctl("show", unit, "-p", name, "--value").stdout.strip()

    def until(self, unit: str, name: str, value: str) -> None:
        """Wait until a property of a unit contains a text."""
        deadline = time.monotonic() + 60
        while value not in (found := self.show(unit, name)):
            assert time.monotonic() < deadline, f"{name} is {found!r}\n{self.log}"


@contextlib.contextmanager
def running(directory: Path, seen: dict[Path, str]) -> Iterator[Systemd]:
    """A systemd with the units in `directory/units`; `seen` paths lie where the values say."""
    units = directory / "units"
    for target in ("basic", "sysinit", "shutdown"):
        (units / f"{target}.target").write_text("[Unit]\nDefaultDependencies=no\n")
    (units / "test.target").write_text("[Unit]\nDefaultDependencies=no\nAllowIsolate=yes\n")
    cgroup = cgroup_root() / f"flowyd-test.{os.getpid()}.{directory.name}"
    cgroup.mkdir()
    (directory / "layer").mkdir()
    places = [text for path, place in seen.items() for text in (str(path), place)]
    flags = ["--pid", "--fork", "--kill-child=KILL", "--mount", "--cgroup", "--uts", "--ipc"]
    with (directory / "manager.log").open("wb") as log:
        process = subprocess.Popen(
            ["unshare", *flags, "--mount-proc", SCRIPT, units, directory / "layer", *places],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Before the exec: the cgroup namespace begins where the process then is.
            preexec_fn=lambda: join(cgroup),  # noqa: PLW1509  # the tests' threads hold no lock here
        )
    try:
        yield booted(process, directory)
    finally:
        process.kill()
        process.wait(SECONDS)
        remove(cgroup)


def booted(process: "subprocess.Popen[bytes]", directory: Path) -> Systemd:
    """The systemd, once it answers."""
    deadline = time.monotonic() + SECONDS
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while True:
        told = (directory / "manager.log").read_text()
        assert process.poll() is None, told
        assert time.monotonic() < deadline, told
        if pids := children.read_text().split():
            systemd = Systemd(int(pids[0]), directory)
            if systemd.ctl("is-system-running").stdout.strip() in {"running", "degraded"}:
                return systemd


def join(cgroup: Path) -> None:
    """Move this process there."""
    (cgroup / "cgroup.procs").write_text(str(os.getpid()))


def cgroup_root() -> Path:
    """Where cgroups of version 2 are."""
    unified = Path("/sys/fs/cgroup/unified")
    return unified if unified.is_dir() else Path("/sys/fs/cgroup")


def remove(cgroup: Path) -> None:
    """Remove a cgroup and those below it, once their processes are gone."""
    deadline = time.monotonic() + SECONDS
    while cgroup.exists():
        for path in sorted(cgroup.rglob("*"), reverse=True):
            if path.is_dir():
                with contextlib.suppress(OSError):
                    path.rmdir()
        with contextlib.suppress(OSError):
            cgroup.rmdir()
        assert time.monotonic() < deadline, f"{cgroup} is still there"


def python_places() -> tuple[dict[Path, str], str, str]:
    """What to show of this Python where the sandbox does not hide it: paths, PYTHONPATH, python."""
    entries = [Path(entry) for entry in sys.path if entry and Path(entry).is_dir()]
    base = Path(sys.base_prefix)
    outside = [entry for entry in entries if not entry.is_relative_to(base)]
    seen = {entry: f"/opt/flowyd/path/{number}" for number, entry in enumerate(outside)}
    python = Path(os.path.realpath(sys.executable))
    if base != Path("/usr"):
        seen[base] = "/opt/flowyd/base"
        python = Path("/opt/flowyd/base") / python.relative_to(base)
    return seen, ":".join(seen[entry] for entry in outside), str(python)
