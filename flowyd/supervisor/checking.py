"""`flowyd check`'s child: a zygote's load without the zygote. The order comes on stdin."""

import os
import sys

import msgspec

from flowyd.supervisor.faults import texts
from flowyd.supervisor.loading import load_generation
from flowyd.supervisor.messages import Load


def main() -> int:
    """Load, and write the faults as JSON to what was standard output."""
    # Plugins that print at import print to the log instead of into our answer.
    answer = os.dup(1)
    os.dup2(2, 1)
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)
    _, faults = load_generation(order)
    with os.fdopen(answer, "wb") as out:
        out.write(msgspec.json.encode(texts(faults)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
