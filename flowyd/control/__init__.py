"""The control sockets: `status.sock` tells, `ctl.sock` also obeys."""
