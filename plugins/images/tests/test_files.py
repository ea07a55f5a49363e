"""Files are whole or not there, and repeated attempts agree."""

import pytest
from flowy_images import files


def test_names_are_readable_harmless_and_differ_by_url():
    one = files.name_of("http://a/../../etc/x%2Fpass%20wd.jpg?size=1")
    other = files.name_of("http://b/../../etc/x%2Fpass%20wd.jpg?size=1")
    assert one.startswith("pass_wd-")
    assert one != other
    assert files.name_of("http://a/").startswith("picture-")


def test_a_write_leaves_only_the_whole_file(tmp_path):
    files.write(tmp_path / "new" / "a.jpg", b"abc")
    files.write(tmp_path / "new" / "a.jpg", b"abcd")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.jpg"]
    assert (tmp_path / "new" / "a.jpg").read_bytes() == b"abcd"


def test_a_write_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(TypeError):
        files.write(tmp_path / "a.jpg", "no bytes")
    assert list(tmp_path.iterdir()) == []


def test_a_repeated_move_changes_nothing(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"abc")
    once = files.move(tmp_path / "a.jpg", tmp_path / "red")
    assert not (tmp_path / "a.jpg").exists()
    again = files.move(tmp_path / "a.jpg", tmp_path / "red")
    assert once == again == tmp_path / "red" / "a.jpg"
    assert once.read_bytes() == b"abc"


def test_a_file_that_was_never_there_cannot_be_moved(tmp_path):
    with pytest.raises(FileNotFoundError):
        files.move(tmp_path / "a.jpg", tmp_path / "red")
