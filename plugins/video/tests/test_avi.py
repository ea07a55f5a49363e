"""Motion-JPEG AVI files are read as they were written; broken ones are told."""

import pytest
from flowy_video import avi
from flowy_video.errors import BrokenVideo, NotAVideo, VideoError
from hypothesis import given
from hypothesis import strategies as st

pictures = st.lists(st.binary(min_size=1, max_size=40), max_size=6)


def write(path, header, frames):
    with path.open("wb") as file:
        return list(avi.write(file, header, frames))


@given(frames=pictures, rate=st.integers(1, 10**6), size=st.tuples(*[st.integers(1, 4000)] * 2))
def test_what_was_written_is_read_again(tmp_path_factory, frames, rate, size):
    path = tmp_path_factory.getbasetemp() / "again.avi"
    told = write(path, avi.Header(rate, 0, *size), frames)
    assert list(avi.read_pictures(path)) == frames
    assert avi.read_header(path) == avi.Header(rate, len(frames), *size)
    assert told[-1] == path.stat().st_size
    assert told == sorted(told)


@given(cut=st.integers(0, 10**6))
def test_a_file_that_was_cut_is_never_taken_for_a_whole_one(tmp_path_factory, cut):
    path = tmp_path_factory.getbasetemp() / "cut.avi"
    write(path, avi.Header(40_000, 0, 8, 8), [b"abc", b"defg", b"hi"])
    whole = path.read_bytes()
    end = whole.index(b"idx1")
    path.write_bytes(whole[: cut % end])
    with pytest.raises(VideoError, match=r"cut\.avi"):
        list(avi.read_pictures(path))


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVEfmt ", b"\x1aE\xdf\xa3" * 9])
def test_another_format_is_no_video(tmp_path, data):
    path = tmp_path / "x.avi"
    path.write_bytes(data)
    with pytest.raises(NotAVideo, match="is no AVI file"):
        avi.read_header(path)


def test_a_length_that_cannot_be_true_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "liar.avi"
    write(path, avi.Header(40_000, 0, 8, 8), [b"abcd"])
    lied = path.read_bytes().replace(b"00dc\x04\0\0\0", b"00dc\xff\xff\xff\xff", 1)
    path.write_bytes(lied)
    with pytest.raises(BrokenVideo):
        list(avi.read_pictures(path))
