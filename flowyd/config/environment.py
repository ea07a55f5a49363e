"""Every key also comes from the environment: FLOWYD_STATE_DIR, FLOWYD_POOLS_IMAGES_PROCESSES."""

import re
from collections.abc import Iterator, Mapping

from flowyd.config.schema import POOL, SECTIONS, TOP

PREFIX = "FLOWYD_"
RESERVED = frozenset({"FLOWYD_CONFIG"})
Path = tuple[str, ...]


def settings(
    environ: Mapping[str, str], pools: tuple[str, ...]
) -> Iterator[tuple[str, Path | None]]:
    """Each FLOWYD_* variable with the key it stands for, or None where there is no such key."""
    fixed = {shout(path): path for path in fixed_paths()}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in RESERVED:
            yield name, fixed.get(name) or pool_path(name, pools)


def fixed_paths() -> Iterator[Path]:
    """The paths of all keys but the pools'."""
    yield from ((key,) for key in TOP)
    for section, keys in SECTIONS.items():
        yield from ((section, key) for key in keys)


def pool_path(name: str, pools: tuple[str, ...]) -> Path | None:
    """The pool's key that a variable names; a pool that the file lacks is named in lower case."""
    rest = name.removeprefix(PREFIX + "POOLS_")
    key = next((key for key in POOL if rest.endswith("_" + key.upper())), None)
    if rest == name or key is None:
        return None
    shouted = rest.removesuffix("_" + key.upper())
    pool = next((pool for pool in pools if shout_word(pool) == shouted), shouted.lower())
    return ("pools", pool, key) if pool else None


def shout(path: Path) -> str:
    """The variable of a key."""
    return PREFIX + "_".join(shout_word(word) for word in path)


def shout_word(word: str) -> str:
    """A name in capitals, with underscores for what a variable's name cannot hold."""
    return re.sub(r"[^A-Z0-9]", "_", word.upper())
