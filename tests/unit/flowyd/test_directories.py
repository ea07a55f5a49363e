"""Nobody else may write where the daemon keeps its database and its sockets."""

import os
import stat

import pytest

from flowyd.supervisor.directories import Exposed, prepare


def test_a_missing_directory_is_made_and_may_be_entered_whatever_the_umask(tmp_path):
    umask = os.umask(0o077)
    try:
        prepare(tmp_path / "a" / "b")
    finally:
        os.umask(umask)

    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o755


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755])
def test_one_that_only_its_owner_writes_is_taken_as_it_is(tmp_path, mode):
    tmp_path.chmod(mode)
    prepare(tmp_path)

    assert stat.S_IMODE(tmp_path.stat().st_mode) == mode


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o1777])
def test_one_that_others_may_write_is_refused_with_what_to_do(tmp_path, mode):
    tmp_path.chmod(mode)
    with pytest.raises(Exposed, match=f"mode {mode:04o}") as refused:
        prepare(tmp_path)

    assert refused.value.hint == f"chmod go-w {tmp_path}"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_one_of_another_user_is_refused_with_what_to_do(tmp_path):
    os.chown(tmp_path, 12345, -1)
    with pytest.raises(Exposed, match="belongs to user 12345, not to 0") as refused:
        prepare(tmp_path)

    assert f"chown 0 {tmp_path}" in refused.value.hint
