"""Write the learned layer of the classifier, `classify/cues/learned.toml`, from labelled sentences.

    .venv/bin/python tests/bench/learn.py

It learns from `classify/taught.tsv`, written for it, from the half `dev` of `classify/labelled.tsv`, and from the
examples and counter-examples of the cues; never from the half that is held out. The same sentences make the same file,
byte for byte on one machine: nothing is left to chance. It is to be run whenever one of these has changed, and takes
ten seconds.
"""

from __future__ import annotations

import base64
import sys
import tomllib
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import exp, sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.evaluate import ASKED, Row, own_rows, rows_of
from whiteglove.classify.learned import PLACE, marks
from whiteglove.classify.sentences import split
from whiteglove.message import Kind
from whiteglove.settings import data

CUES = Path(data.__file__).parent.parent / "classify" / "cues"
TAUGHT = Path(__file__).resolve().parent.parent / "classify" / "taught.tsv"
LEARNED = CUES / "learned.toml"

_ROUNDS = 10
_STEP = 0.3
_SHRINK = 1e-4
# A mark that stands in one sentence alone says more of that sentence than of a kind.
_SEEN = 2
_RIGHT = 1e-3
SCALE = 0.06
"""A step of the weights, as they are written."""

_LINE = 118

Example = tuple[list[int], float, Sequence[bool | None]]
"""The marks of a text, the share that each has in its sum, and whether it is of each kind; None where nobody said."""

Weights = dict[int, list[float]]
"""For each mark the weights of all kinds."""


def sentences_of_cues(key: str) -> list[Row]:
    """Each `example` or `counter` of each cue, as a row of that cue's kind."""
    rows = []
    for path in sorted(CUES.glob("*.toml")):
        for cue in tomllib.loads(path.read_text("utf-8")).get("cues", []):
            rows += [Row((Kind(cue["kind"]),), path.stem, "", text) for text in cue[key]]
    return rows


def taught_rows() -> list[Row]:
    """Everything that may be learned from."""
    return rows_of(TAUGHT) + [row for row in own_rows() if not row.held_out] + sentences_of_cues("example")


def read(rows: Iterable[Row], others: Iterable[Row] = ()) -> list[Example]:
    """The rows as marks; those seen too seldom are left out, and count all the same.

    Of `others` it is known only that they are not of their kind; each counts twice.
    """
    texts = [(_found(row), [kind in row.kinds for kind in ASKED]) for row in rows]
    seen = Counter(mark for found, _ in texts for mark in found)
    texts += 2 * [(_found(row), [False if kind in row.kinds else None for kind in ASKED]) for row in others]
    return [
        (sorted(mark for mark in found if seen[mark] >= _SEEN), 1 / sqrt(len(found) or 1), wanted)
        for found, wanted in texts
    ]


def _found(row: Row) -> set[int]:
    return {mark for sentence in split(row.subject) + split(row.text) for mark in marks(sentence)}


def learn(examples: Sequence[Example]) -> Weights:
    """The weights of each mark for each kind, by AdaGrad. The texts are read in another order in every round."""
    known = sorted({mark for found, _, _ in examples for mark in found})
    weights = {mark: [0.0] * len(ASKED) for mark in known}
    spent = {mark: [1e-6] * len(ASKED) for mark in known}
    for turn in range(_ROUNDS):
        for number in sorted(range(len(examples)), key=lambda number: zlib.crc32(b"%d %d" % (turn, number))):
            found, share, wanted = examples[number]
            rows = [weights[mark] for mark in found]
            sums = [sum(column) * share for column in zip(*rows, strict=True)] if rows else []
            wrong = []
            for k, (total, truth) in enumerate(zip(sums, wanted, strict=False)):
                error = 0.0 if truth is None else 1 / (1 + exp(-max(-30.0, min(30.0, total)))) - truth
                if abs(error) > _RIGHT:
                    wrong.append((k, error * share))
            for mark, row in zip(found, rows, strict=True):
                use = spent[mark]
                for k, error in wrong:
                    slope = error + _SHRINK * row[k]
                    use[k] += slope * slope
                    row[k] -= _STEP * slope / sqrt(use[k])
    return weights


def packed(weights: Weights) -> dict[int, bytes]:
    """The weights in bytes, without the marks that say nothing."""
    rows = {
        mark: bytes(max(0, min(255, 128 + round(weight / SCALE))) for weight in row) for mark, row in weights.items()
    }
    return {mark: row for mark, row in rows.items() if row.strip(b"\x80")}


def table(rows: Mapping[int, bytes]) -> str:
    """The text of the file."""
    raw = b"".join(mark.to_bytes(PLACE, "little") + row for mark, row in sorted(rows.items()))
    text = base64.b85encode(zlib.compress(raw, 9)).decode()
    lines = "\n".join(text[start : start + _LINE] for start in range(0, len(text), _LINE))
    kinds = ", ".join(f'"{kind}"' for kind in ASKED)
    return (
        "# Written by tests/bench/learn.py; what it means is told in learned.py.\n\n"
        f"kinds = [{kinds}]\nscale = {SCALE}\nweights = '''\n{lines}\n'''\n"
    )


def main() -> int:
    rows = taught_rows()
    weights = packed(learn(read(rows, sentences_of_cues("counter"))))
    LEARNED.write_text(table(weights), "utf-8")
    size = LEARNED.stat().st_size // 1024
    print(f"{LEARNED.name}: {len(weights)} marks learned from {len(rows)} texts, {size} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
