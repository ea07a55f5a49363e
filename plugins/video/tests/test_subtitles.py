"""SubRip becomes WebVTT."""

from flowy_video.subtitles import webvtt
from hypothesis import given
from hypothesis import strategies as st

SUBRIP = (
    "\ufeff1\r\n00:00:01,500 --> 00:00:02,000\r\nHello\r\nthere\r\n\r\n"
    "2\r\n1:00:03,5 --> 01:00:04,250\r\nBye\r\n"
)


def test_cues_keep_their_lines_and_get_points_for_commas():
    assert webvtt(SUBRIP) == (
        "WEBVTT\n\n00:00:01.500 --> 00:00:02.000\nHello\nthere\n\n"
        "01:00:03.500 --> 01:00:04.250\nBye\n"
    )


def test_blocks_without_a_time_or_a_text_are_left_out():
    assert webvtt("1\nnonsense\n\n2\n00:00:01,000 --> 00:00:02,000\n\n") == "WEBVTT\n"


@given(st.text())
def test_any_text_gives_a_file_that_begins_as_it_must(text):
    assert webvtt(text).startswith("WEBVTT\n")
