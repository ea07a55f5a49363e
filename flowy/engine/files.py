"""How many files this process may have open: each held poll is one."""

import sys

MOST = 65_536


def allow_many_files() -> None:
    """Raise the soft limit, which is often 1,024, to what the system lets us have."""
    if sys.platform == "win32":
        return  # sockets are not counted there
    import resource  # does not exist on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(MOST, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
