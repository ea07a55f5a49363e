"""The groups that may use the control sockets."""

import grp

from flowy.errors import FlowyError
from flowyd.config.shapes import SupervisorConfig
from flowyd.control.addresses import CTL, STATUS


class UnknownGroup(FlowyError):
    """The configuration names a group that this host does not know."""


def group_ids(config: SupervisorConfig) -> dict[str, int]:
    """The group of each socket that shall not have the daemon's own.

    Raises:
        UnknownGroup: if there is no such group.
    """
    named = {STATUS: config.status_group, CTL: config.control_group}
    return {socket: id_of(group) for socket, group in named.items() if group is not None}


def id_of(group: str) -> int:
    """A group's number."""
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError as error:
        hint = f"groupadd --system {group}, or correct [supervisor] in flowyd.toml"
        raise UnknownGroup(f"there is no group {group!r}", hint=hint) from error
