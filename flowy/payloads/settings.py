"""What `[payloads]` in flowyd.toml says, as a frozen value."""

from dataclasses import dataclass

from flowy.swf import limits


@dataclass(frozen=True, slots=True)
class PayloadSettings:
    """The store's URI, the threshold in characters, the names of the codecs that write, in order.

    Keys are in a file, or in a variable of the environment, and never in flowyd.toml. `converter`
    names one of the daemon's, as `module:name`.
    """

    store: str | None = None
    threshold: int = limits.DATA
    codecs: tuple[str, ...] = ()
    keys_file: str | None = None
    keys_env: str | None = None
    converter: str | None = None
