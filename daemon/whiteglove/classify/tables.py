"""The tables in which cues are written, read strictly: every fault says in which language, cue and key it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whiteglove.classify.phrases import Phrase
from whiteglove.classify.vocabulary import Vocabulary
from whiteglove.errors import GrammarError
from whiteglove.message import MACHINE_KINDS, Kind

ASKED_KINDS = frozenset(Kind) - MACHINE_KINDS
"""The kinds that words can show."""

LANGUAGE_KEYS = frozenset({"common", "words", "courtesies", "pressure", "cues", "dampers"})
CUE_KEYS = frozenset({"name", "kind", "weight", "phrases", "unless", "example", "counter"})
DAMPER_KEYS = frozenset({"name", "kinds", "factor", "phrases", "example", "counter"})


class Table:
    """One table of the data. Its methods raise `GrammarError` where a value is missing or cannot be used."""

    def __init__(self, values: Mapping[str, Any], place: str, known: frozenset[str]) -> None:
        self.values = values
        self.place = place
        if unknown := values.keys() - known:
            raise self.fault(f"unknown key {min(unknown)!r}, known are {', '.join(sorted(known))}")

    def fault(self, reason: str) -> GrammarError:
        return GrammarError(f"cues {self.place}: {reason}")

    def entries(self, key: str, known: frozenset[str]) -> Iterator[Table]:
        """The tables of a list, each with a name of its own and with sentences that show what it does."""
        tables = self.values.get(key, [])
        if not isinstance(tables, list) or not all(isinstance(entry, Mapping) for entry in tables):
            raise self.fault(f"{key} must be a list of tables, as [[{key}]]")
        names: set[str] = set()
        for entry in tables:
            name = entry.get("name")
            if not isinstance(name, str) or not name or name in names:
                raise self.fault(f"each of {key} needs a name of its own, as name = 'how-is-it-going', not {name!r}")
            names.add(name)
            table = Table(entry, f"{self.place}.{name}", known)
            table.texts("example", required=True)
            table.texts("counter", required=True)
            yield table

    def words(self) -> Mapping[str, str]:
        words = self.values.get("words", {})
        if not isinstance(words, Mapping) or not all(isinstance(value, str) for value in words.values()):
            raise self.fault("words must be a table of texts, as thing = 'website|site'")
        return words

    def texts(self, key: str, *, required: bool = False) -> Sequence[str]:
        texts = self.values.get(key, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
            raise self.fault(f"{key} must be a list of texts")
        if required and not texts:
            raise self.fault(f"{key} is missing")
        return texts

    def phrases(self, key: str, vocabulary: Vocabulary) -> list[Phrase]:
        """The phrases of a list, each of which sentences can be found by."""
        phrases = self.guards(key, vocabulary)
        for text, phrase in zip(self.texts(key), phrases, strict=True):
            if phrase.anchor is None:
                raise self.fault(f"phrase {text!r}: one whole word must always be there, for sentences to be found by")
        return phrases

    def guards(self, key: str, vocabulary: Vocabulary) -> list[Phrase]:
        """The phrases of a list that are only tried on sentences found already."""
        try:
            return [vocabulary.phrase(text) for text in self.texts(key, required=key == "phrases")]
        except GrammarError as error:
            raise self.fault(str(error)) from error

    def kind(self) -> Kind:
        return self._kind(self.values.get("kind"))

    def kinds(self) -> frozenset[Kind]:
        return frozenset(self._kind(kind) for kind in self.texts("kinds", required=True))

    def _kind(self, value: object) -> Kind:
        for kind in ASKED_KINDS:
            if kind == value:
                return kind
        raise self.fault(f"{value!r} is not one of the kinds {', '.join(sorted(ASKED_KINDS))}")

    def share(self, key: str, *, default: float | None = None) -> float:
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
            raise self.fault(f"{key} must be a number from 0 to below 1, as {key} = 0.9")
        return float(value)
