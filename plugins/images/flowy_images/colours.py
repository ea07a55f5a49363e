"""Names of colours. Pure: bytes of RGB pixels in, names out.

Distances are taken in Oklab (Björn Ottosson, 2020), where equal steps look equally large to people;
in RGB a dull brown is nearer to grey than to brown.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache

Lab = tuple[float, float, float]

PALETTE = {
    "black": ("#000000", "#1c1c1e"),
    "grey": ("#4a4a4a", "#808080", "#b4b4b4"),
    "white": ("#ffffff", "#e6e6e6"),
    "red": ("#e01b24", "#a01818", "#5c0f0f"),
    "orange": ("#f28c28", "#e2662c"),
    "yellow": ("#f5d90a", "#e8d98a"),
    "green": ("#2e9e3f", "#1b4a24", "#9ccc65", "#5b7042"),
    "turquoise": ("#1fb5ad", "#0e4f50", "#a6dcd8"),
    "blue": ("#2463d6", "#14285a", "#8fb8e8"),
    "purple": ("#8e3cc8", "#43205e", "#b9a0d8"),
    "pink": ("#f06ca8", "#f5b8c8"),
    "brown": ("#8b5a2b", "#4e3420", "#c49a6c"),
}
"""Twelve names, each with the shades that people call so. The table is the whole judgement."""


def predominant(counts: Counter[str]) -> str:
    """The name with most pixels; of equals, the first in the palette, so that repeats agree.

    Raises:
        ValueError: for a picture without pixels.
    """
    if not counts:
        raise ValueError("a picture without pixels has no colour")
    return max(PALETTE, key=lambda name: counts[name])


def count(pixels: bytes) -> Counter[str]:
    """How many pixels have each name. `pixels` is R, G, B, R, G, B, … of one byte each."""
    counts: Counter[str] = Counter()
    colours = Counter(zip(pixels[0::3], pixels[1::3], pixels[2::3], strict=True))
    for (red, green, blue), number in colours.items():
        # 32 levels a channel are finer than the palette, and keep the table of names small.
        counts[name(red & 0xF8, green & 0xF8, blue & 0xF8)] += number
    return counts


@cache
def name(red: int, green: int, blue: int) -> str:
    """The palette's name that is nearest to a colour of three bytes."""
    lab = oklab(red, green, blue)
    return min(shades(), key=lambda shade: distance(lab, shade[1]))[0]


@cache
def shades() -> tuple[tuple[str, Lab], ...]:
    """The palette in Oklab: (name, place)."""
    return tuple(placed())


def placed() -> Iterator[tuple[str, Lab]]:
    """Each shade of the palette with its name."""
    for word, codes in PALETTE.items():
        for code in codes:
            yield word, oklab(*bytes.fromhex(code[1:]))


def distance(one: Lab, other: Lab) -> float:
    """How different two colours look, squared. Hue counts double: it is what names tell."""
    light, red_green, yellow_blue = (a - b for a, b in zip(one, other, strict=True))
    return light**2 + 4 * (red_green**2 + yellow_blue**2)


def oklab(red: int, green: int, blue: int) -> Lab:
    """A colour of three sRGB bytes in Oklab. The numbers are Ottosson's."""
    r, g, b = linear(red), linear(green), linear(blue)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    medium = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def linear(byte: int) -> float:
    """The light that an sRGB byte stands for, 0 to 1."""
    value = byte / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
