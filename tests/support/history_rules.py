"""The ordering rules of histories, which `flowy engine check` applies, too."""

from flowy.engine.history_rules import broken_rules

__all__ = ["broken_rules"]
