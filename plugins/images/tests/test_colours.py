"""The names that colours get."""

from collections import Counter

import pytest
from flowy_images import colours


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("050505", "black"),
        ("7a7a7a", "grey"),
        ("fbfbfb", "white"),
        ("c01010", "red"),
        ("ff8800", "orange"),
        ("ffe000", "yellow"),
        ("228833", "green"),
        ("20b0b0", "turquoise"),
        ("1040d0", "blue"),
        ("7a20b0", "purple"),
        ("ff70b0", "pink"),
        ("70461f", "brown"),
    ],
)
def test_each_name_is_given_to_a_plain_shade_of_it(code, expected):
    assert colours.name(*bytes.fromhex(code)) == expected


def test_the_colour_of_most_pixels_wins():
    pixels = bytes([200, 20, 20]) * 3 + bytes([20, 40, 200]) * 5
    assert colours.predominant(colours.count(pixels)) == "blue"


def test_counts_of_strips_add_up_to_the_count_of_the_whole():
    first, second = bytes(range(240)), bytes(range(15, 255))
    both = colours.count(first) + colours.count(second)
    assert both == colours.count(first + second)


def test_every_pixel_is_counted_once():
    assert colours.count(bytes(range(252))).total() == 84


def test_of_equals_the_first_in_the_palette_wins_so_that_repeats_agree():
    assert colours.predominant(Counter(pink=4, red=4)) == "red"


def test_no_pixels_have_no_colour():
    with pytest.raises(ValueError, match="without pixels"):
        colours.predominant(Counter())


def test_the_palette_has_twelve_names_and_each_shade_is_named_as_the_palette_says():
    assert len(colours.PALETTE) == 12
    for word, codes in colours.PALETTE.items():
        assert {colours.name(*bytes.fromhex(code[1:])) for code in codes} == {word}


def test_white_is_the_lightest_and_grey_has_no_hue():
    light, red_green, yellow_blue = colours.oklab(255, 255, 255)
    assert light == pytest.approx(1, abs=1e-4)
    assert (red_green, yellow_blue) == pytest.approx((0, 0), abs=1e-4)
