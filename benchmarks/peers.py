"""`make bench`: what a decision costs elsewhere, on the same history of a sequential workflow.

Each peer is installed from PyPI into an environment of its own (`.venv-peer-NAME`), once.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PEERS = {
    "simpleflow 0.36": ("peer_simpleflow.py", ["simpleflow==0.36.0"]),
    "flowy 0.4.1": ("peer_flowy041.py", ["flowy==0.4.1", "setuptools<70"]),
}
PLACES = (10, 100, 1_000, 4_000)


def python_of(name: str, packages: list[str]) -> Path:
    where = HERE.parent / f".venv-peer-{name.split(maxsplit=1)[0]}"
    python = where / "bin" / "python"
    if not (where / ".ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", where], check=True)
        quiet = ["--quiet", "--disable-pip-version-check"]
        subprocess.run([python, "-m", "pip", "install", *quiet, *packages], check=True)
        (where / ".ready").touch()
    return python


def measured(script: str, python: Path) -> dict[str, float]:
    command = [python, HERE / script, *map(str, PLACES)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def main() -> int:
    print("CPU of a decision of a sequential workflow after so many activities, without the wire")
    for name, (script, packages) in PEERS.items():
        try:
            figures = measured(script, python_of(name, packages))
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"{name:<18} could not be run: {error}")
            continue
        told = "".join(f"{figures[str(place)]:>14,.0f} µs" for place in PLACES)
        print(f"{name:<18}{told}")
    print(f"{'':<18}" + "".join(f"{f'at {place:,}':>17}" for place in PLACES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
