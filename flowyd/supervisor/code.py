"""Which code a process holds, in short: to see that what lies on disk is another by now."""

import hashlib
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

MOST_FILES = 600
"""More do not fit into a packet; then a change is only seen when a zygote is replaced."""


def sources(plugins: Sequence[ModuleType]) -> tuple[str, ...]:
    """The files of the loaded modules that a deploy may change: plugins' own, and local ones."""
    own = {module.__name__.partition(".")[0] for module in plugins}
    installed = tuple({sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib")})
    found = set()
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and (name.partition(".")[0] in own or not file.startswith(installed)):
            found.add(file)
    return tuple(sorted(found))


def digest(files: Sequence[str]) -> str:
    """The state of these files (time and size), and of the installed distributions."""
    told = hashlib.sha256()
    for file in files:
        told.update(f"{file} {state_of(file)}\n".encode())
    for site in sites():
        told.update("\n".join(sorted(distributions(site))).encode())
    return told.hexdigest()


def state_of(file: str) -> str:
    """Time and size of a file, or that it is gone."""
    try:
        found = Path(file).stat()
    except OSError:
        return "gone"
    return f"{found.st_mtime_ns} {found.st_size}"


def sites() -> list[str]:
    """Where distributions are installed."""
    return sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})


def distributions(site: str) -> list[str]:
    """Names and versions of what is installed there: `boto3-1.44.5.dist-info`."""
    try:
        return [path.name for path in Path(site).iterdir() if path.suffix == ".dist-info"]
    except OSError:
        return []
