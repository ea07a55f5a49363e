"""The engine's key under flowyd."""

import stat

import pytest

from flowy.errors import FlowyError
from flowyd.supervisor.keys import FILE, engine_key


def test_a_key_is_made_once_and_for_the_owner_alone(tmp_path):
    made = engine_key(tmp_path)

    assert engine_key(tmp_path) == made
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_each_state_dir_has_a_key_of_its_own(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    assert engine_key(tmp_path / "a") != engine_key(tmp_path / "b")


def test_what_a_crash_left_is_no_key(tmp_path):
    (tmp_path / f".{FILE}.new").write_text("[default]\naws_acc")

    assert len(engine_key(tmp_path)) == 2


def test_a_file_without_a_key_is_refused_and_kept(tmp_path):
    (tmp_path / FILE).write_text("mine")

    with pytest.raises(FlowyError, match="no file of credentials"):
        engine_key(tmp_path)
    assert (tmp_path / FILE).read_text() == "mine"
