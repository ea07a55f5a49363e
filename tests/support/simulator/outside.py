"""What drawn workflow code finds outside of its history, in any process that runs it.

`now` is what side effects read: the id of the live turn, so that two attempts at one turn differ
and all ways of deciding one attempt agree. `deployed` says whether the code of the next release
runs. `done` counts the steps that code has gone through.
"""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Outside:
    now: int = 0
    deployed: bool = True
    done: Counter[str] = field(default_factory=Counter)


OUTSIDE = Outside()
