"""What `{hostname}` and `{instance}` stand for in this process."""

import socket

from flowy.names import Names


def own_names(instance: str = "") -> Names:
    """The names of this host and of the daemon's instance; only flowyd has one."""
    return {"hostname": socket.gethostname(), "instance": instance}
