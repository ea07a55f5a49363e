"""`python -m flowyd.web HOST:PORT RUN_DIR`: what the supervisor starts."""

import socket
import sys
from pathlib import Path

import uvicorn

from flowyd.web.pages import application


def main(listen: str, run_dir: str) -> int:
    """Serve until SIGTERM. Prints where, once the socket is bound."""
    host, _, port = listen.rpartition(":")
    plain = host.strip("[]")
    family = socket.AF_INET6 if ":" in plain else socket.AF_INET
    try:
        bound = socket.create_server((plain, int(port)), family=family, backlog=128)
    except OSError as error:
        print(f"web: {listen} cannot be bound: {error.strerror}", file=sys.stderr)  # noqa: T201 — a process's last word
        return 1
    shown = bound.getsockname()
    print(f"listening on http://{host}:{shown[1]}", flush=True)  # noqa: T201 — for the supervisor
    # Two seconds for scrapes in flight: the supervisor kills after ten.
    config = uvicorn.Config(
        application(Path(run_dir)),
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(config).run(sockets=[bound])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
