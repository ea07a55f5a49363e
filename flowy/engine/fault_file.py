"""The file of `--faults`, read again when it changes: so a test steers a live engine."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from random import Random

import msgspec

from flowy.engine.injection import BadRules, Injector, Rules, Strike, read_rules

_Stamp = tuple[int, int, int] | None


class FaultFile:
    """Chooses what happens to each call, by the rules that the file holds at that moment.

    A file that has gone means no faults; one that cannot be understood leaves the last good rules.

    Raises:
        BadRules: if the file is missing or broken at the start.
    """

    def __init__(self, path: Path, log: Callable[[str], None]) -> None:
        self._path = path
        self._log = log
        self._stamp = self._look()
        self._injector = _injector(_read(path))

    def choose(self, operation: str) -> Strike:
        """Say what happens to this call."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            self._read_again(gone=stamp is None)
        return self._injector.choose(operation)

    def _look(self) -> _Stamp:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size

    def _read_again(self, *, gone: bool) -> None:
        try:
            self._injector = _injector(Rules() if gone else _read(self._path))
        except BadRules as error:
            self._log(f"{error}; the rules before it stay")
        else:
            self._log(f"{self._path} {'has gone' if gone else 'was read again'}")


def _injector(rules: Rules) -> Injector:
    return Injector(rules, Random(rules.seed).random)  # noqa: S311  # seeded, so that it repeats


def _read(path: Path) -> Rules:
    try:
        text = path.read_bytes()
        tree = msgspec.json.decode(text) if path.suffix == ".json" else tomllib.loads(text.decode())
        return read_rules(tree)
    except OSError as error:
        raise BadRules(f"cannot read {path}: {error.strerror}") from error
    except (msgspec.DecodeError, ValueError, BadRules) as error:
        raise BadRules(f"{path} holds no rules of faults: {error}") from error
