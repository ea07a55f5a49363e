"""The activities one by one, with files of the test."""

from pathlib import Path

import pytest
from flowy_images.activities import PredominantColour, download, move, resize
from PIL import Image

from flowy import Canceled


class Beats:
    """The activity's way to its worker, kept as a list; `stop_after` beats it is told to stop."""

    def __init__(self, stop_after=99):
        self.details = []
        self.stop_after = stop_after
        self.canceled = self.gone = False

    @property
    def stopping(self):
        return len(self.details) >= self.stop_after

    def defer(self):
        return "token"

    def beat(self, details):
        self.details.append(details)


def test_a_picture_goes_all_the_way_to_its_colours_folder(site, tmp_path):
    path = download(f"{site}/rocket.jpg", str(tmp_path))
    small = resize(path, 100)
    colour = PredominantColour(None, Beats()).run(small)
    moved = Path(move(small, colour, str(tmp_path)))
    assert moved.parent == tmp_path / "blue"
    with Image.open(moved) as picture:
        assert picture.width == 100


def test_each_step_may_be_repeated(site, tmp_path):
    url = f"{site}/coffee.jpg"
    assert download(url, str(tmp_path)) == download(url, str(tmp_path))
    path = download(url, str(tmp_path))
    assert resize(path, 100) == resize(path, 100)
    small = resize(path, 100)
    assert move(small, "brown", str(tmp_path)) == move(small, "brown", str(tmp_path))


def test_there_is_a_heartbeat_for_every_megapixel(tmp_path):
    Image.new("RGB", (2000, 1400), "green").save(tmp_path / "a.jpg")
    beats = Beats()
    assert PredominantColour(None, beats).run(str(tmp_path / "a.jpg")) == "green"
    assert beats.details == ["1", "2", "3"]


def test_it_stops_when_its_heartbeat_says_so(tmp_path):
    Image.new("RGB", (2000, 1400), "green").save(tmp_path / "a.jpg")
    beats = Beats(stop_after=2)
    with pytest.raises(Canceled):
        PredominantColour(None, beats).run(str(tmp_path / "a.jpg"))
    assert len(beats.details) == 2
