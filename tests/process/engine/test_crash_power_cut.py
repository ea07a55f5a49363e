"""The power fails: every write after the last sync is gone, what was acknowledged is not.

`tests/support/power_cut.c` says how a power cut is modelled.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from crash_load import Found, Load, faults
from doomed import Stem, kill, register

CUTS = 5
SOURCE = Path(__file__).parents[2] / "support" / "power_cut.c"

pytestmark = pytest.mark.skipif(
    shutil.which("gcc") is None, reason="no C compiler: a power cut is modelled by preloaded code"
)


@pytest.fixture(scope="module")
def stem(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stem]:
    """Engines on a disk that keeps only what has been synced."""
    library = tmp_path_factory.mktemp("disk") / "power_cut.so"
    command = ["gcc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True, timeout=60)
    process = Stem(LD_PRELOAD=str(library))
    yield process
    process.close()


def cut_power(database: Path) -> None:
    """Put what was synced in the place of what was written; the engine is dead already."""
    database.with_name(f"{database.name}-shm").unlink(missing_ok=True)
    for name in (database.name, f"{database.name}-wal"):
        file, durable = database.with_name(name), database.with_name(f"{name}.durable")
        if durable.exists():
            shutil.copyfile(durable, file)
        else:
            file.unlink(missing_ok=True)


def test_nothing_acknowledged_is_lost_with_the_power(tmp_path: Path, stem: Stem) -> None:
    database = tmp_path / "engine.db"
    load = Load()
    register(stem, database, load)
    for number in range(CUTS):
        kill(stem, database, load, calls=60 + 10 * number)
        cut_power(database)
        found = Found(database)
        assert not load.acknowledged - found.facts()
        assert faults(found) == []
    assert load.refused == []


def test_without_full_syncs_the_power_takes_acknowledged_calls(tmp_path: Path, stem: Stem) -> None:
    database = tmp_path / "engine.db"
    load = Load()
    register(stem, database, load)
    kill(stem, database, load, synchronous="NORMAL", every=1 << 30, calls=100)
    cut_power(database)
    assert load.acknowledged - Found(database).facts()
