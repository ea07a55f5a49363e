"""Sort the photographs: start flowyd, start the workflow, show how it goes and what came of it."""

import argparse
import contextlib
import signal
import sys
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from flowy.cli.target import connect
from flowy.client import Handle
from flowy.errors import FlowyError, ServiceUnreachable, Throttled
from flowy_images.demo import daemon, show, site
from flowy_images.demo.progress import steps
from flowy_images.workflow import ClassifyImages

LOOK = 0.3
"""Seconds between two looks at the history."""

PATIENCE = 60.0
"""Seconds that the engine may be away."""


def main(words: Sequence[str] | None = None) -> int:
    """Run the demo; the exit code is 0 if the workflow completed, 130 after Ctrl-C, else 1."""
    options = parsed(words)
    console = Console()
    # Whoever ends the demo ends it in good order: flowyd must not be left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(options, console)
    except (daemon.NotReady, FlowyError) as error:
        console.print(f"[red]error:[/] {escape(str(error))}", soft_wrap=True, highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("stopped")
        return 130
    return 0


def parsed(words: Sequence[str] | None) -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(prog="python -m flowy_images.demo", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("flowyd.toml"), help="flowyd's own")
    parser.add_argument("--folder", type=Path, help="where the pictures go; under state_dir else")
    parser.add_argument("--url", action="append", help="a picture of yours instead of ours")
    parser.add_argument("--bad", action="store_true", help="add three bad URLs")
    parser.add_argument("--width", type=int, default=320, help="of the sorted pictures, in pixels")
    parser.add_argument("--id", help="the workflowId, a new one for each run")
    return parser.parse_args(words)


def run(options: argparse.Namespace, console: Console) -> None:
    """Do what the options say.

    Raises:
        NotReady, FlowyError: if it cannot be done.
    """
    config: Path = options.config.resolve()
    workflow_id = options.id or fresh_id()
    folder = (options.folder or daemon.state_dir(config) / "pictures" / workflow_id).resolve()
    with site.serving(site.pages()) as home:
        urls = addresses(home, options.url, bad=options.bad)
        console.print(f"flowyd: log in {daemon.state_dir(config) / 'demo.log'}", soft_wrap=True)
        with daemon.running(config) as own:
            console.print(f"flowyd is ready{'' if own else ' (it ran already)'}: {workflow_id}")
            handle = start(config, urls, folder, options.width, workflow_id)
            pictures = watch(handle, console, len(urls))
    console.print(show.summary(pictures))
    console.print(f"the pictures are in {folder}", soft_wrap=True, highlight=False, markup=False)


def fresh_id() -> str:
    """A workflowId that no run had: readable, in the order of time."""
    return f"images-{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:4]}"


def addresses(home: str, given: list[str] | None, *, bad: bool) -> list[str]:
    """The URLs to classify: those given, else our photographs; and the bad ones if asked for."""
    urls = given or [f"{home}/{name}" for name in site.photographs()]
    return urls + [f"{home}/{name}" for name in site.BAD] * bad


def start(config: Path, urls: list[str], folder: Path, width: int, workflow_id: str) -> Handle:
    """Start the workflow on the flowyd of that configuration."""
    client = connect(str(config), domain=None, endpoint_url=None, region=None, profile=None)
    return client.start(ClassifyImages, urls, str(folder), width, id=workflow_id)


def watch(handle: Handle, console: Console, total: int) -> list[dict[str, str]]:
    """Show the progress until the execution closes; its result.

    Raises:
        ExecutionFailed: if it did not complete.
        ServiceUnreachable: if the engine was away for longer than `PATIENCE`.
    """
    seen = time.monotonic()
    with show.progress(console, total) as update:
        while True:
            try:
                update(steps(handle.history()))
                seen = time.monotonic()
            except (ServiceUnreachable, Throttled):
                # The engine may be starting again: flowyd sees to that.
                if time.monotonic() - seen > PATIENCE:
                    raise
            with contextlib.suppress(TimeoutError):
                pictures: list[dict[str, str]] = handle.result(timeout=LOOK)
                update(steps(handle.history()))
                return pictures


if __name__ == "__main__":
    sys.exit(main())
