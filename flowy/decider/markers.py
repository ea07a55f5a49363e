"""What an execution notes in its own history: markers, side effects, patches.

A marker of a side effect stands in the batch of its turn, which replay reads ahead; so replay finds
the value by the marker's name. Patches are left out of the comparison: a recorded one is not asked
for again, so that its call may be moved and, one day, removed.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from flowy import forms
from flowy.converter import PLAIN, Converter
from flowy.decider import closing
from flowy.decider.asked import Ask, Asked
from flowy.decider.identity import PATCH
from flowy.decider.memory import Memory
from flowy.decider.places import caller
from flowy.errors import OptionError, TaskError
from flowy.reserved import check_given
from flowy.swf import limits
from flowy.swf.decisions import RecordMarker

EFFECT = "flowy.effect-"
REFUSED = (
    "SWF refused to record it, so its value is lost: permit RecordMarker, start the execution anew"
)


class Markers:
    """The markers of one execution. `differ` ends its replay with what the code asked for."""

    def __init__(
        self,
        asked: Asked,
        differ: Callable[[str, str], NoReturn],
        converter: Converter = PLAIN,
    ) -> None:
        self._converter = converter
        self._asked = asked
        self._differ = differ
        self._patches: dict[str, bool] = {}

    def record(self, name: str, details: Any) -> None:
        """Ask for a marker.

        Raises:
            OptionError: for a name that SWF would refuse, or that is ours.
            SerializationError: for details without a JSON form, or too long.
        """
        check_given("marker", name)
        said = "the marker's details"
        text = None if details is None else self._converter.dumps(details, said)
        self._note(name, text and forms.fitting(text, said, self._converter.longest))

    def side_effect(self, name: str, code: Callable[[], Any], memory: Memory) -> Any:
        """The recorded value of a side effect, or, in a live turn, the one that it gives now.

        What the code raises is recorded and raised as well, as a `TaskFailed`.
        """
        marker = f"{EFFECT}{name}"
        if marker in memory.markers:
            text = memory.markers[marker]
        elif memory.is_live(RecordMarker, self._asked):
            text = run(code, self._converter)
        elif memory.has_marker(marker):
            self._differ(f"RecordMarker {marker}", REFUSED)
        else:
            self._differ(f"RecordMarker {marker}", "keep side effects in order, or use patched()")
        self._note(marker, text)
        value = forms.read_effect(text, self._converter)
        if isinstance(value, TaskError):
            raise value
        return value

    def patched(self, id: str, memory: Memory) -> bool:
        """Whether the execution goes the new way. Its first call decides, for good.

        A later one would change its mind: a loop that began before the deploy, for one.
        """
        known = self._patches.get(id)
        if known is None:
            marker = patch_marker(id)
            recorded = memory.has_marker(marker)
            known = self._patches[id] = recorded or memory.is_live(RecordMarker, self._asked)
            if known and not recorded:
                self._note(marker, None)
        return known

    def patch_done(self, id: str, memory: Memory) -> None:
        """The same as a claim: an execution that went the old way is a difference."""
        if not self.patched(id, memory):
            self._differ(
                f"RecordMarker {patch_marker(id)}",
                f"this execution is older than the patch: bring patched({id!r}) back until it ends",
            )

    def _note(self, marker: str, details: str | None) -> None:
        decision = RecordMarker(marker_name=marker, details=details)
        self._asked.ask(Ask(decision, arguments=details or "", place=caller()))


def run(code: Callable[[], Any], converter: Converter) -> str:
    """Run a side effect; its value or its failure as text."""
    try:
        value = code()
    except closing.NOT_THE_CODES_FAULT:
        raise
    except Exception as error:  # noqa: BLE001  # task execution: recorded, so that replay raises it too
        return forms.write_effect_failure(error)
    return forms.write_result(value, converter)


def patch_marker(id: str) -> str:
    """The name of a patch's marker.

    Raises:
        OptionError: for an id that is too long.
    """
    name = f"{PATCH}{id}"
    if not id or len(name) > limits.NAME:
        raise OptionError(f"the patch {id!r} has no id", hint="give a short text")
    return name
