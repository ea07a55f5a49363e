"""Who may use the sockets, and directories that a daemon refuses to work in."""

import grp
import os

import pytest


def group() -> grp.struct_group:
    """A group that this process may give a file to and that is not its own."""
    mine = {os.getegid()}
    allowed = {g.gr_gid for g in grp.getgrall()} if os.geteuid() == 0 else set(os.getgroups())
    if not allowed - mine:
        pytest.skip("this user is in one group only")
    return grp.getgrgid(min(allowed - mine))


def test_each_socket_belongs_to_the_group_that_has_its_right(launch):
    other = group()
    daemon = launch(more=f'[supervisor]\nstatus_group = "{other.gr_name}"')
    daemon.until_ready()
    found = {path.name: path.stat() for path in daemon.run_dir.iterdir()}

    assert found["status.sock"].st_gid == other.gr_gid
    assert found["ctl.sock"].st_gid == os.getegid()
    assert {stat.st_mode & 0o777 for stat in found.values()} == {0o660}


def test_a_group_that_does_not_exist_is_refused_with_what_to_do(launch):
    daemon = launch(more='[supervisor]\ncontrol_group = "nobody-knows-it"')

    assert daemon.wait() == 78
    assert "there is no group 'nobody-knows-it' (groupadd" in daemon.log
    assert not list(daemon.run_dir.iterdir())


@pytest.mark.parametrize("name", ["state", "state/run"])
def test_a_directory_that_others_may_write_is_refused_with_what_to_do(launch, tmp_path, name):
    (tmp_path / name).mkdir(parents=True)
    (tmp_path / name).chmod(0o777)
    daemon = launch()

    assert daemon.wait() == 78
    place = tmp_path / name
    why = f"{place} has mode 0777: others may write to it (chmod go-w {place})"
    assert daemon.log.splitlines() == [f"flowyd: {why}"]
