"""Tiny videos, made of a few pictures; nothing is downloaded."""

import io
import shutil

import pytest
from flowy_video import avi, ffmpeg, standin
from PIL import Image

COLOURS = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30), (30, 200, 200)]


def picture(colour, size):
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "JPEG")
    return written.getvalue()


def make_film(path, pictures=5, size=(64, 48)):
    """Write a video of one second for each picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = [picture(COLOURS[n % len(COLOURS)], size) for n in range(pictures)]
    with path.open("wb") as file:
        list(avi.write(file, avi.Header(1_000_000, 0, *size), frames))
    return path


@pytest.fixture
def film():
    return make_film


@pytest.fixture
def video(tmp_path):
    return make_film(tmp_path / "uploads" / "holiday film.avi")


@pytest.fixture(params=[standin, ffmpeg], ids=["stand-in", "ffmpeg"])
def transcoder(request, monkeypatch):
    """Each of the two, and `at_hand` finds that one."""
    if request.param is ffmpeg and not shutil.which("ffmpeg"):
        pytest.skip("ffmpeg is not installed (Debian package ffmpeg)")
    if request.param is standin:
        monkeypatch.setenv("PATH", "")
    return request.param
