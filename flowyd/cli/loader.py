"""Loading plugins where they can do no harm: in a child that answers on its standard output."""

import subprocess
import sys

import msgspec

from flowy.errors import Fault
from flowyd.supervisor.messages import Load

SECONDS = 60


def answer_of(module: str, order: Load) -> bytes | Fault:
    """What a module of `flowyd.supervisor` answers to an order to load, or why it does not."""
    from flowyd.supervisor.commands import zygote_environment

    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", f"flowyd.supervisor.{module}"],
            input=msgspec.json.encode(order),
            stdout=subprocess.PIPE,
            env=zygote_environment(),
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Fault("[plugins]", f"loading takes more than {SECONDS} s", "import less")
    if done.returncode != 0:
        return Fault("[plugins]", f"loading ended the process, code {done.returncode}")
    return done.stdout
