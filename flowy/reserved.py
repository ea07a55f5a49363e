"""Names of signals and markers: those that begin with `flowy.` are ours."""

from flowy.errors import OptionError
from flowy.swf import limits

OURS = "flowy."
"""How the names of our own signals, markers and timers begin."""


def check_given(what: str, name: object) -> None:
    """Refuse a name that is ours, or that SWF would refuse; `what` has it.

    Raises:
        OptionError: with the name.
    """
    if not isinstance(name, str) or not 0 < len(name) <= limits.NAME:
        raise OptionError(f"{name!r} is no name of a {what}", hint=f"1 to {limits.NAME} characters")
    if name.startswith(OURS):
        raise OptionError(f"the {what} {name!r} is flowy's own", hint="choose another name")
