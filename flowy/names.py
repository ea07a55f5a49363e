"""`{hostname}` and `{instance}` in names: what tells one host's or one daemon's things apart."""

import re
from collections.abc import Mapping

Names = Mapping[str, str]
"""What `hostname` and `instance` stand for; an empty text says that there is none here."""

NO_NAMES: Names = {"hostname": "", "instance": ""}
_NAME = re.compile(r"\{([a-z_]*)\}")


def filled(text: str, names: Names) -> str:
    """The text with each `{name}` replaced.

    Raises:
        ValueError: for a name that is unknown, or that has no value here.
    """

    def value_of(found: re.Match[str]) -> str:
        check_known(found)
        name = found.group(1)
        if not names[name]:
            raise ValueError(f"holds {{{name}}}, but there is none: only `flowyd -i NAME` has one")
        return names[name]

    return _NAME.sub(value_of, text)


def check_names(text: str) -> None:
    """Refuse names that nothing stands for.

    Raises:
        ValueError: for the first of them.
    """
    for found in _NAME.finditer(text):
        check_known(found)


def check_known(found: re.Match[str]) -> None:
    """Refuse what is in braces and no name."""
    if found.group(1) not in NO_NAMES:
        known = " and ".join(f"{{{known}}}" for known in NO_NAMES)
        raise ValueError(f"may hold {known} only")
