"""The edge to the kernel: start, signal and reap processes.

The supervisor is the parent of every process that it signals (a subreaper is the parent of the
orphans below it), and only `reap` frees a pid: so no signal can hit a stranger, and no pidfd is
needed. Each child leads a session of its own; what it started dies with it.
"""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int) -> None:
    """Set one of this process's attributes.

    Raises:
        OSError: if the kernel refuses.
    """
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def become_subreaper() -> None:
    """Adopt the orphans among our descendants, as PID 1 does in a container."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def allow_descriptors(wanted: int) -> None:
    """Be allowed so many open files, as far as the hard limit goes: each worker takes two."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def die_with(parent: int) -> None:
    """Get SIGTERM when the parent's thread that made us ends; leave if it is too late for that."""
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(os.EX_TEMPFAIL)


def launch(
    arguments: Sequence[str],
    *,
    pass_fds: Sequence[int] = (),
    environment: Mapping[str, str],
    capture: bool,
    outlives: bool = False,
) -> subprocess.Popen[bytes]:
    """Run a Python module (`arguments` follow `-m`) that gets SIGTERM when this process dies.

    One that `outlives` this process does not: it has a way of its own to notice.

    The current directory is not on its path: a file of the user's must not shadow ours.

    With `capture` its standard output is a pipe that does not block.

    Raises:
        OSError: if no process can be made.
    """
    parent = os.getpid()
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if capture else None,
        env=dict(environment),
        pass_fds=pass_fds,
        start_new_session=True,  # a Ctrl-C in the terminal is for the supervisor alone
        preexec_fn=None if outlives else lambda: die_with(parent),  # noqa: PLW1509 — the supervisor has one thread
    )
    if child.stdout is not None:
        os.set_blocking(child.stdout.fileno(), False)
    return child


def send(pid: int, sign: str) -> None:
    """Send a signal to a child that has not been reaped."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.Signals[sign])


def reap() -> Iterator[tuple[int, int]]:
    """Each child that ended: pid and exit code (negative: the signal).

    Its process group is killed while it is a zombie and its pid, which is the group's, still taken.
    """
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None:
            return
        # A child that is no leader of a group (an adopted stranger) has none of its pid.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(ended.si_pid, signal.SIGKILL)
        _, status = os.waitpid(ended.si_pid, 0)
        yield ended.si_pid, os.waitstatus_to_exitcode(status)


def kill_descendants() -> None:
    """Kill what is left below us: orphans that left their worker's session."""
    import psutil  # deferred: 20 ms that only the end needs

    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
