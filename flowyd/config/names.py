"""`{hostname}` and `{instance}` in values: what tells one host's or one daemon's things apart."""

import re
from collections.abc import Mapping

_NAME = re.compile(r"\{([a-z_]*)\}")


def filled(text: str, names: Mapping[str, str]) -> str:
    """The text with each `{name}` replaced.

    Raises:
        ValueError: for a name that is unknown, or that has no value here.
    """

    def value_of(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in names:
            known = " and ".join(f"{{{known}}}" for known in names)
            raise ValueError(f"may hold {known} only")
        if not names[name]:
            raise ValueError(f"holds {{{name}}}, but there is none: start with -i NAME")
        return names[name]

    return _NAME.sub(value_of, text)
