"""The daemon of a worker host: loads plugins, forks pools of workers, keeps them alive."""

VERSION = "0.1.0"
PROTOCOL = 1
"""What supervisor and children speak with each other; another number needs a restart."""
