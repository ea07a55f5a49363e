"""The configuration: `flowyd.toml` and FLOWYD_* read into frozen values, all faults at once."""

from flowyd.config.reading import Reading, read
from flowyd.config.search import find
from flowyd.config.shapes import Config, PoolConfig

__all__ = ["Config", "PoolConfig", "Reading", "find", "read"]
