"""Every text of the page can be read, by light and by dark; computed as WCAG 2 defines it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product
from math import dist

import pytest

from whiteglove.sections import Mark
from whiteglove.summary.palette import DARK, LIGHT, TONES, Palette


def linear(colour: str) -> tuple[float, ...]:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


# How colours are seen without one of the three cones: Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
EYES = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
# From linear RGB to CIE XYZ over the white of D65.
XYZ = ((0.4339, 0.3762, 0.1899), (0.2126, 0.7152, 0.0722), (0.0178, 0.1095, 0.8727))


def seen(colour: str, eye: str) -> tuple[float, ...]:
    """A colour in linear RGB, as such an eye sees it."""
    return tuple(min(1.0, max(0.0, sumprod(row, linear(colour)))) for row in EYES[eye])


def lab(rgb: tuple[float, ...]) -> tuple[float, float, float]:
    """CIE L*a*b*, in which distances are roughly as large as they seem."""
    x, y, z = (
        value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116
        for value in (sumprod(row, rgb) for row in XYZ)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def sumprod(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def inverted(colour: str) -> str:
    return f"#{0xFFFFFF - int(colour[1:], 16):06x}"


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_from_its_ground(palette: Palette) -> None:
    pairs = [*product((palette.ink, palette.muted), (palette.card, palette.page)), *palette.marks.values()]

    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read_where_a_mail_program_turns_colours_round(palette: Palette) -> None:
    pairs = [*product((palette.ink, palette.muted), (palette.card, palette.page)), *palette.marks.values()]

    assert [pair for pair in pairs if contrast(*map(inverted, pair)) < 4.5] == []


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_shades_differ_for_every_eye(palette: Palette, eye: str) -> None:
    heat = [lab(seen(colour, eye)) for colour in palette.heat]

    assert min(dist(one, other) for one, other in pairwise(heat)) > 12
    lightness = [shade[0] for shade in heat]
    assert sorted(lightness, reverse=palette is LIGHT) == lightness


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_a_day_with_anything_stands_out_from_the_card_and_one_with_nothing_does_not(palette: Palette) -> None:
    nothing, *something = palette.heat

    assert all(contrast(shade, palette.card) >= 3 for shade in (*something, palette.marks["bad"][0]))
    assert 1.1 < contrast(nothing, palette.card) < 1.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_shades_are_a_scale_when_turned_round(palette: Palette) -> None:
    turned = [luminance(inverted(colour)) for colour in palette.heat]

    assert sorted(turned, reverse=palette is DARK) == turned


def test_every_mark_has_a_tone_and_every_tone_its_colours() -> None:
    assert set(TONES) == set(Mark) - {Mark.PLAIN}
    assert set(TONES.values()) == set(LIGHT.marks) == set(DARK.marks)
