#!/bin/bash
# PID 1 of private namespaces: a real systemd whose units come from UNITS only, over a root of which
# /etc is a copy-on-write layer and /run, /opt and /var/lib are empty. Needs root, util-linux, systemd.
#   systemd_namespace.sh UNITS LAYER [SOURCE TARGET]...   each SOURCE is seen at TARGET, read-only
set -eu
units=$1 layer=$2
shift 2
mount --make-rprivate /
mkdir -p "$layer/upper" "$layer/work"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$layer/upper,workdir=$layer/work" /etc
for place in /run /opt /var/lib; do mount -t tmpfs -o mode=0755 tmpfs "$place"; done
mkdir -p /run/systemd/system /run/lock
while [ $# -gt 0 ]; do
    mkdir -p "$2"
    mount --bind "$1" "$2"
    shift 2
done
umount -Rl /sys/fs/cgroup || true
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys
hostname flowyd-test
exec env -i PATH="$PATH" container=flowyd-test SYSTEMD_UNIT_PATH="$units" \
    /lib/systemd/systemd --system --unit=test.target --log-target=console --log-level=info --show-status=no
