"""What all events have in common.

Frozen values form no cycles: the collector, which would walk each event of a long history several
times, need not know of them (`gc=False`).
"""

from msgspec import Struct


class Attributes(Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """The attribute block of one event type; the class is the type."""


class Event(Struct, frozen=True, gc=False):
    """One entry of a history.

    `id` counts from 1 without gaps; `at` is in integer milliseconds since the epoch.
    """

    id: int
    at: int
    attributes: Attributes

    @property
    def type(self) -> str:
        """SWF's name of the event type."""
        return type(self.attributes).__name__
