"""Every text of the page can be read, by light and by dark; computed as WCAG 2 defines it."""

from __future__ import annotations

from itertools import product

import pytest

from whiteglove.sections import Mark
from whiteglove.summary.palette import DARK, LIGHT, TONES, Palette


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_from_its_ground(palette: Palette) -> None:
    pairs = [*product((palette.ink, palette.muted), (palette.card, palette.page)), *palette.marks.values()]

    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


def test_every_mark_has_a_tone_and_every_tone_its_colours() -> None:
    assert set(TONES) == set(Mark) - {Mark.PLAIN}
    assert set(TONES.values()) == set(LIGHT.marks) == set(DARK.marks)
