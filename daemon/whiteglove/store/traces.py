"""What somebody can be recognised by in free text: addresses, names, subjects, a client's key."""

from __future__ import annotations

import re
from collections.abc import Iterable

from whiteglove.actions import Json

QUOTED = 59
"""A subject may be quoted shortened; this much of it is in every quote."""


class Traces:
    """Finds them in texts, whatever their case. Names and subjects count as whole words only: "Birch" is not in
    "Birchwood". A key may be any word, and counts where it stands between the marks that keys are joined with."""

    def __init__(
        self,
        *,
        addresses: Iterable[str],
        names: Iterable[str] = (),
        subjects: Iterable[str] = (),
        key: str | None = None,
    ) -> None:
        """A subject of one word ("Question") is looked for after a quotation mark only: anything may hold that word."""
        cut = {_plain(subject)[:QUOTED].strip() for subject in subjects} - {""}
        words = {_plain(name) for name in names} | {subject for subject in cut if " " in subject}
        parts = [rf"(?<!\w){re.escape(word)}(?!\w)" for word in words if word]
        parts += [rf"(?<=[“„\"]){re.escape(subject)}(?!\w)" for subject in cut]
        parts += [re.escape(_plain(address)) for address in addresses if address]
        parts += [rf"(?:^|(?<=[:/|,;'])){re.escape(_plain(key))}(?:$|(?=[:/|,;']))"] if key else []
        self._pattern = re.compile("|".join(sorted(parts, key=len, reverse=True)) or r"(?!)")

    def occur_in(self, text: str | None) -> bool:
        return bool(text) and self._pattern.search(_plain(text or "")) is not None

    def without(self, value: Json) -> Json:
        """A JSON value without the members and elements that tell of them; None for one that does so itself."""
        match value:
            case str():
                return None if self.occur_in(value) else value
            case dict():
                told = {name for name, one in value.items() if self.occur_in(name) or self.are_in(one)}
                kept = {name: self.without(one) for name, one in value.items() if not self.occur_in(name)}
                return {name: one for name, one in kept.items() if name not in told or one}
            case list():
                return [one for before in value if (one := self.without(before)) or not self.are_in(before)]
            case _:
                return value

    def are_in(self, value: Json) -> bool:
        """Whether a JSON value tells of them anywhere."""
        match value:
            case str():
                return self.occur_in(value)
            case dict():
                return any(self.occur_in(name) or self.are_in(one) for name, one in value.items())
            case list():
                return any(self.are_in(one) for one in value)
            case _:
                return False


def _plain(text: str) -> str:
    """Folded, and on one line, as texts that quote it are."""
    return " ".join(text.casefold().split())
