"""Write the learned layer of the classifier, `classify/cues/learned.toml`, from labelled sentences.

    .venv/bin/python tests/bench/learn.py

It learns from `classify/taught.tsv` and `classify/blind/*.tsv`, written for it, from the half `dev` of
`classify/labelled.tsv`, and from the examples and counter-examples of the cues; never from the half that is held out,
nor from `classify/exam_*.tsv`. Who wrote what lies in `blind` had seen no cue, so that it also tells how far each is to
be believed; each file there is one way of writing: mail, posts, tickets, titles, statements of no consequence.
The same sentences make the same file, byte for byte on one machine: nothing is left to chance. It is to be run whenever
one of these has changed, and takes a minute or two.
"""

from __future__ import annotations

import base64
import sys
import tomllib
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import exp, sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.evaluate import ASKED, Row, load_lexicon, own_rows, rows_of
from whiteglove.classify.learned import CUE_SHARE, MOST_WORDS, NOTHING, PAIRS, PLACE, marks, marks_of_cues, share_of
from whiteglove.classify.lexicon import Lexicon
from whiteglove.classify.paragraphs import wishes
from whiteglove.classify.sentences import split
from whiteglove.message import Kind
from whiteglove.settings import data

CUES = Path(data.__file__).parent.parent / "classify" / "cues"
TAUGHT = Path(__file__).resolve().parent.parent / "classify" / "taught.tsv"
BLIND = TAUGHT.with_name("blind")
LEARNED = CUES / "learned.toml"

_ROUNDS = 8
_STEP = 0.6
_SHRINK = 1e-4
# As if a mark had been corrected before: or the first text that it stands in would move it as far as many do later.
_SPENT = 3e-3
# A mark that stands in a few texts says more of these than of a kind. And so many pairs, the most frequent ones, are
# what a dictionary holds before it takes twice the room.
_PAIRS = 43_600
_ALONE = 30_000
_RIGHT = 1e-3
_TIMES = 5
SCALE = 0.08
"""A step of the weights, as they are written."""

_LINE = 118

Example = tuple[list[tuple[int, float]], Sequence[bool | None]]
"""The marks of a text with the share of each in its sum, and whether it is of each kind; None where nobody said."""

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
    """What may be learned from and was written by who knew the cues."""
    return rows_of(TAUGHT) + [row for row in own_rows() if not row.held_out] + 2 * sentences_of_cues("example")


def blind_rows() -> list[Row]:
    """What may be learned from and was written by who knew no cue."""
    return [row for path in sorted(BLIND.glob("*.tsv")) for row in rows_of(path)]


def read(rows: Iterable[Row], blind: Iterable[Row] = (), others: Iterable[Row] = ()) -> list[Example]:
    """The texts as marks with what each counts; all but the most frequent are left out, and count all the same.

    Of the rows that are `blind` to the cues, their cues are marks too: how far a cue is to be believed is learned where
    it was not written for. Of `others` it is known only that they are not of their kind; each counts several times.
    """
    bare = replace(load_lexicon(), learned=None)
    texts = [(_found(row), [kind in row.kinds for kind in ASKED]) for row in rows]
    texts += [(_found(row) + _cues(row, bare), [kind in row.kinds for kind in ASKED]) for row in blind]
    seen = Counter(mark for found, _ in texts for mark, _ in found)
    ranked = sorted(seen, key=lambda mark: (-seen[mark], mark))
    pairs = [mark for mark in ranked if mark >= PAIRS]
    kept = {*pairs[:_PAIRS], *[mark for mark in ranked if mark < PAIRS][:_ALONE]}
    texts += _TIMES * [(_found(row), [False if kind in row.kinds else None for kind in ASKED]) for row in others]
    return [([(mark, share) for mark, share in found if mark in kept], wanted) for found, wanted in texts]


def _found(row: Row) -> list[tuple[int, float]]:
    sentences = split(row.subject) + split(row.text)
    if not sentences:
        return []
    share = share_of(min(sum(len(sentence.words) for sentence in sentences) + 1, MOST_WORDS))
    return [(mark, share) for mark in marks(sentences)]


def _cues(row: Row, lexicon: Lexicon) -> list[tuple[int, float]]:
    return [(mark, CUE_SHARE) for mark in marks_of_cues(wishes(row.text, lexicon))]


def learn(examples: Sequence[Example]) -> Weights:
    """The weights of each mark for each kind, by AdaGrad. The texts are read in another order in every round."""
    known = sorted({mark for found, _ in examples for mark, _ in found})
    weights = {mark: [0.0] * len(ASKED) for mark in known}
    spent = {mark: [_SPENT] * len(ASKED) for mark in known}
    for turn in range(_ROUNDS):
        for number in sorted(range(len(examples)), key=lambda number: zlib.crc32(b"%d %d" % (turn, number))):
            found, wanted = examples[number]
            rows = [(share, weights[mark], spent[mark]) for mark, share in found]
            for k, truth in enumerate(wanted):
                if truth is None:
                    continue
                total = sum([share * row[k] for share, row, _ in rows])
                error = 1 / (1 + exp(-max(-30.0, min(30.0, total)))) - truth
                if abs(error) > _RIGHT:
                    for share, row, use in rows:
                        slope = error * share + _SHRINK * row[k]
                        use[k] += slope * slope
                        row[k] -= _STEP * slope / sqrt(use[k])
    return weights


def packed(weights: Weights) -> dict[int, bytes]:
    """The weights in bytes, without the marks that say nothing."""
    rows = {
        mark: bytes(NOTHING + max(-NOTHING, min(NOTHING, round(weight / SCALE))) for weight in row)
        for mark, row in weights.items()
    }
    return {mark: row for mark, row in rows.items() if any(weight != NOTHING for weight in row)}


def table(rows: Mapping[int, bytes]) -> str:
    """The text of the file."""
    raw = b"".join(mark.to_bytes(PLACE, "little") + row for mark, row in sorted(rows.items()))
    text = base64.b64encode(zlib.compress(raw, 9)).decode()
    lines = "\n".join(text[start : start + _LINE] for start in range(0, len(text), _LINE))
    kinds = ", ".join(f'"{kind}"' for kind in ASKED)
    return (
        "# Written by tests/bench/learn.py; what it means is told in learned.py.\n\n"
        f"kinds = [{kinds}]\nscale = {SCALE}\nweights = '''\n{lines}\n'''\n"
    )


def made() -> str:
    """The text of the file, as it follows from everything that may be learned from."""
    return table(packed(learn(read(taught_rows(), blind_rows(), sentences_of_cues("counter")))))


def main() -> int:
    LEARNED.write_text(made(), "utf-8")
    print(f"{LEARNED.name}: {LEARNED.stat().st_size // 1024} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
