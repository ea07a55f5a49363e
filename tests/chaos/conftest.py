"""A world per test, of which nothing is left."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from chaos.feed import Feed
from chaos.world import World

Make = Callable[..., World]
DISKS = {"engine": "512m", "both/state": "4m", "acts/state": "4m"}


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Make]:
    """Makes a world whose disks are small, where that is allowed, and starts it."""
    with ExitStack() as stack:

        def make(wanted: int, at_once: int, seed: int) -> World:
            world = World(tmp_path, seed, Feed(wanted, at_once))
            for name, size in DISKS.items():
                mount(tmp_path / name, size, stack)
            world.engine.inject()
            stack.callback(world.end)
            world.start()
            return world

        yield make


def mount(directory: Path, size: str, stack: ExitStack) -> None:
    """Mount a small disk at a directory; without the right to, it stays as it is."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(directory)]
    if subprocess.run(command, capture_output=True, check=False).returncode == 0:
        stack.callback(subprocess.run, ["umount", "--lazy", str(directory)], check=True)
