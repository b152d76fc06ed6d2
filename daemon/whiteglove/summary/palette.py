"""The colours of the page, in light and in dark: text has a contrast of 4.5:1 or more to its ground (WCAG 2, AA)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from whiteglove.sections import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Six-digit colours. `marks` holds ink and ground of each mark's badge, by the tone that several marks share.

    `heat` is the scale of how much happened on a day, nothing first: one hue, ever further from the card in lightness,
    so that it is a scale to every eye and stays one where a mail program turns all colours round.
    """

    page: str
    card: str
    rule: str
    ink: str
    muted: str
    marks: Mapping[str, tuple[str, str]]
    heat: tuple[str, str, str, str, str]


TONES: Mapping[Mark, str] = MappingProxyType(
    {
        Mark.NOW: "bad",
        Mark.LATE: "bad",
        Mark.FAILED: "bad",
        Mark.DUE: "warn",
        Mark.HELD: "warn",
        Mark.OK: "ok",
    }
)

LIGHT = Palette(
    page="#f4f5f7",
    card="#ffffff",
    rule="#d0d7de",
    ink="#1b1f24",
    muted="#57606a",
    marks=MappingProxyType(
        {"bad": ("#8c1d18", "#fdecea"), "warn": ("#6b4000", "#fff4dc"), "ok": ("#14532d", "#e7f5ec")}
    ),
    heat=("#e9edf1", "#6a96cc", "#4174b3", "#1f4d89", "#0a2550"),
)
DARK = Palette(
    page="#101418",
    card="#1b2128",
    rule="#3a434d",
    ink="#e8ecf0",
    muted="#a3adb8",
    marks=MappingProxyType(
        {"bad": ("#ffb4ab", "#3b1a18"), "warn": ("#f5cf86", "#38290c"), "ok": ("#9ae6b4", "#12301f")}
    ),
    heat=("#28313b", "#4a73a6", "#739fd3", "#a5c8ec", "#e6f1fc"),
)
