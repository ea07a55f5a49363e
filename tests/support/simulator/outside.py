"""What drawn workflow code finds outside of its history, in any process that runs it.

`deployed` says whether the code of the next release runs, `done` counts the steps that code has
gone through.
"""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Outside:
    deployed: bool = True
    done: Counter[str] = field(default_factory=Counter)


OUTSIDE = Outside()
