"""Where cgroups cannot be made the workers do without, after one warning."""

from structlog.testing import capture_logs

from flowyd.supervisor.cgroups import PREFIX, Cgroups, cgroups, enter


def test_a_tree_that_cannot_be_written_is_told_once_and_done_without(tmp_path):
    (tmp_path / "file").touch()
    groups = Cgroups(tmp_path / "file")
    with capture_logs() as logs:
        assert [groups.make("a"), groups.make("b")] == [None, None]

    assert [line["event"] for line in logs] == ["no cgroups: plain process groups"]
    assert "Delegate=yes" in logs[0]["hint"]


def test_nothing_is_made_unless_it_is_asked_for():
    assert cgroups(wanted=False).make("a") is None


def test_each_worker_has_one_that_is_killed_and_removed_at_its_end(tmp_path):
    groups = Cgroups(tmp_path)
    path = tmp_path / f"{PREFIX}a"
    assert groups.make("a") == str(path)

    groups.end("a")
    assert (path / "cgroup.kill").read_text() == "1"
    groups.sweep()
    assert path.exists()  # somebody is in it still: the next sweep tries again
    (path / "cgroup.kill").unlink()  # a real one goes with its directory
    groups.sweep()
    assert not path.exists()


def test_a_worker_that_cannot_go_in_works_outside(tmp_path):
    with capture_logs() as logs:
        enter(str(tmp_path / "absent"))

    assert logs[0]["event"] == "a worker cannot enter its cgroup"
