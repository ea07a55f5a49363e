"""A cgroup for each worker, where the configuration asks for it and the kernel allows it.

What a worker started cannot leave its cgroup, whatever session or environment it has, and ends at
one word. systemd gives a service its own part of the tree with `Delegate=yes`; elsewhere, as root.
"""

import contextlib
from pathlib import Path

import structlog

_log = structlog.get_logger()
PREFIX = "flowyd-worker."


class Cgroups:
    """The cgroups below the supervisor's own; none at all if they cannot be made."""

    def __init__(self, parent: Path | None) -> None:
        self._parent = parent
        self._ended: set[Path] = set()
        self._made: dict[str, Path] = {}

    def make(self, name: str) -> str | None:
        """Make the cgroup of a worker; the worker itself goes in. None: it has none."""
        if self._parent is None:
            return None
        path = self._parent / f"{PREFIX}{name}"
        try:
            path.mkdir(exist_ok=True)
        except OSError as error:
            hint = (
                "use Delegate=yes with ProtectControlGroups=no, or set [supervisor] cgroups = false"
            )
            _log.warning("no cgroups: plain process groups", error=str(error), hint=hint)
            self._parent = None
            return None
        self._made[name] = path
        return str(path)

    def end(self, name: str) -> None:
        """Kill whatever is left in a worker's cgroup."""
        path = self._made.pop(name, None)
        if path is not None:
            with contextlib.suppress(OSError):
                (path / "cgroup.kill").write_text("1", encoding="ascii")
            self._ended.add(path)

    def sweep(self) -> None:
        """Remove what is empty by now."""
        for path in tuple(self._ended):
            with contextlib.suppress(OSError):  # still busy: a killed process takes its time
                path.rmdir()
            if not path.exists():
                self._ended.discard(path)


def cgroups(wanted: bool) -> Cgroups:
    """The cgroups of this process's workers; what an earlier one left empty is removed."""
    parent = own_cgroup() if wanted else None
    if wanted and parent is None:
        _log.warning("no cgroups: plain process groups", error="no cgroup file system of version 2")
    for left in parent.glob(f"{PREFIX}*") if parent else ():
        with contextlib.suppress(OSError):  # somebody lives there
            left.rmdir()
    return Cgroups(parent)


def own_cgroup() -> Path | None:
    """Where this process's own cgroup is in the file system, of version 2."""
    with contextlib.suppress(OSError):
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
        roots = [line.split()[1] for line in mounts if line.split()[2] == "cgroup2"]
        groups = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
        paths = [line.removeprefix("0::/") for line in groups if line.startswith("0::/")]
        if roots and paths:
            return Path(roots[0], paths[0])
    return None


def enter(path: str | None) -> None:
    """In a worker: go into its cgroup, before anything of a plugin runs."""
    if path is not None:
        try:
            Path(path, "cgroup.procs").write_text("0", encoding="ascii")
        except OSError as error:
            _log.warning("a worker cannot enter its cgroup", path=path, error=str(error))
