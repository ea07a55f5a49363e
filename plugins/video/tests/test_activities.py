"""The activities one by one, with ffmpeg and with its stand-in."""

import json
import logging
from pathlib import Path

import pytest
from flowy_video import activities, files, standin, transcoders
from flowy_video.errors import NotAVideo, UnwritableTarget, VideoError
from PIL import Image

from flowy import Canceled


class Beats:
    """The activity's way to its worker, kept as a list; `stop_after` beats it is told to stop."""

    def __init__(self, stop_after=99):
        self.details = []
        self.stop_after = stop_after
        self.stopping = self.gone = False

    @property
    def canceled(self):
        return len(self.details) >= self.stop_after

    def beat(self, details):
        self.details.append(details)


def transcode(source, folder, beats=None, width=32):
    return Path(activities.Transcoding(None, beats or Beats()).run(str(source), str(folder), width))


def test_a_video_becomes_smaller_with_a_heartbeat_for_each_megabyte(transcoder, video, tmp_path):
    beats = Beats()
    made = transcode(video, tmp_path, beats)
    assert made.suffix == transcoder.SUFFIX
    assert transcoder.shape(made) == (32, 24)
    assert transcoder.seconds(made) == pytest.approx(5, abs=0.5)
    assert beats.details[0] == "0"


def test_each_megabyte_is_told_once():
    sizes = [10, 999_999, 1_000_000, 1_000_001, 3_500_000, 3_600_000]
    assert list(activities.megabytes(sizes)) == [0, 1, 3]


def test_a_cancelled_transcoding_leaves_no_file(transcoder, video, tmp_path):
    with pytest.raises(Canceled):
        transcode(video, tmp_path / "out", Beats(stop_after=1))
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []


def test_thumbnails_show_different_moments(transcoder, video, tmp_path):
    paths = activities.generate_thumbnails(str(video), str(tmp_path), 2, 32)
    assert [Path(path).name for path in paths] == [
        "thumbnail-00001667.jpg",
        "thumbnail-00003333.jpg",
    ]
    colours = []
    for path in paths:
        with Image.open(path) as image:
            assert image.size == (32, 24)
            colours.append(image.getpixel((16, 12)))
    assert max(abs(a - b) for a, b in zip(*colours, strict=True)) > 100


def test_the_metadata_are_written_and_returned(transcoder, video, tmp_path):
    made = transcode(video, tmp_path)
    known = activities.process_metadata(str(video), str(tmp_path), str(made), ["a", "b"])
    assert known["by"] == transcoder.NAME
    assert (known["width"], known["height"], known["thumbnails"]) == (32, 24, 2)
    assert known["bytes"] == made.stat().st_size
    assert json.loads((made.parent / "metadata.json").read_text()) == known


def test_subtitles_beside_the_video_are_taken(video, tmp_path):
    assert activities.add_subtitles(str(video), str(tmp_path)) is None
    video.with_suffix(".srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n")
    made = Path(activities.add_subtitles(str(video), str(tmp_path)))
    assert made.read_text() == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n"


def test_an_attempt_that_is_repeated_finds_nothing_in_its_way(transcoder, video, tmp_path):
    assert transcode(video, tmp_path) == transcode(video, tmp_path)


def test_removing_twice_is_as_good_as_once(video, tmp_path):
    folder = transcode(video, tmp_path).parent
    activities.remove_outputs(str(video), str(tmp_path))
    activities.remove_outputs(str(video), str(tmp_path))
    assert not folder.exists()
    assert video.exists()


def test_what_is_no_whole_video_is_told_by_its_name(transcoder, video, tmp_path):
    bad = tmp_path / "bad.avi"
    for data in (b"<html>", video.read_bytes()[:300], b""):
        bad.write_bytes(data)
        with pytest.raises(VideoError, match=r"bad\.avi"):
            transcode(bad, tmp_path / "out")
    with pytest.raises(NotAVideo, match=r"missing\.avi is no file"):
        transcode(tmp_path / "missing.avi", tmp_path / "out")


@pytest.mark.parametrize("name", ["with space.avi", "-i.avi", "ünïcode.avi", "%d.avi", "a:b.avi"])
def test_any_file_name_is_only_a_name(transcoder, film, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    source = film(Path(name))
    assert transcode(source, tmp_path / "out").exists()
    assert activities.generate_thumbnails(name, str(tmp_path / "out"), 1)


def test_two_videos_of_one_name_do_not_meet():
    one, other = files.outputs("/a/film.avi", "out"), files.outputs("/b/film.avi", "out")
    assert one != other
    assert one.name.startswith("film-")


def test_a_folder_that_cannot_be_written_is_told(video, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableTarget, match="cannot be written"):
        transcode(video, tmp_path / "file")


def test_without_ffmpeg_the_stand_in_says_so(monkeypatch, caplog):
    monkeypatch.setenv("PATH", "")
    with caplog.at_level(logging.WARNING):
        assert transcoders.at_hand() is standin
    assert "ffmpeg is not installed" in caplog.text
