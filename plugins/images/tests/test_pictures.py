"""Decoding, scaling, cutting into strips."""

from io import BytesIO

import pytest
from flowy_images import pictures
from flowy_images.errors import BrokenPicture, NotAPicture
from PIL import Image


def encoded(size=(60, 40), format="JPEG", colour="red"):
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, format)
    return buffer.getvalue()


@pytest.mark.parametrize(("format", "expected"), [("JPEG", ".jpg"), ("PNG", ".png")])
def test_a_picture_gets_the_suffix_of_its_format(format, expected):
    assert pictures.suffix(encoded(format=format), "x") == expected


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_picture_cut_in_half_is_broken_in_every_format(format):
    noise = BytesIO()
    Image.effect_noise((120, 120), 90).convert("RGB").save(noise, format)
    with pytest.raises((BrokenPicture, NotAPicture), match="http://x"):
        pictures.suffix(noise.getvalue()[: len(noise.getvalue()) // 2], "http://x")


def test_too_many_pixels_are_refused_before_they_are_unpacked(monkeypatch):
    monkeypatch.setattr(pictures, "LIMIT", 100)
    with pytest.raises(BrokenPicture, match="60 x 40 pixels are too many"):
        pictures.suffix(encoded(), "x")


def test_a_wide_picture_is_scaled_and_a_narrow_one_keeps_its_size(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(encoded((60, 40), "PNG"))
    for width, size in ((30, (30, 20)), (100, (60, 40))):
        with Image.open(BytesIO(pictures.scaled(path, width))) as small:
            assert (small.format, small.size) == ("JPEG", size)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1"])
def test_pictures_of_every_mode_are_scaled(tmp_path, mode):
    path = tmp_path / "a.tif"
    Image.new("RGB", (60, 40), "red").convert(mode).save(path)
    assert pictures.scaled(path, 30).startswith(b"\xff\xd8")


def test_strips_hold_all_pixels_in_order(tmp_path):
    path = tmp_path / "a.png"
    picture = Image.linear_gradient("L").convert("RGB")
    picture.save(path)
    strips = list(pictures.strips(path, size=10_000))
    assert len(strips) == 7
    assert b"".join(strips) == picture.tobytes()
