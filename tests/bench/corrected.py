"""What the owner's corrections say of the cues: the part of `make evaluate` that looks into a store.

Nothing learns from it by itself: whoever writes cues reads it, and decides.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from whiteglove.message import Kind
from whiteglove.store import Store, corrections


def corrections_of(folder: Path | None) -> Iterator[str]:
    """What the owner's corrections in this store say of the cues, a line each; of mail nothing but cues is kept."""
    if folder is None:
        yield "no corrections are looked at: --store and $WHITEGLOVE_STATE name no store"
        return
    if (store := Store.open_existing(folder)) is None:
        yield f"no corrections: {folder} holds no store"
        return
    with contextlib.closing(store), store.read() as tx:
        said = corrections.everything(tx)
    if not said:
        yield f"no corrections in {folder}"
        return
    yield f"{len(said)} corrections in {folder}"
    misled = Counter[tuple[str, str, Kind]]()
    for word in said:
        was = word.was or "nothing"
        cues = ", ".join(f'"{cue}"' for cue in word.cues) or "no cue"
        yield f"{word.at:%Y-%m-%d}  taken for {was}, said to be {word.kind}: {cues}"
        misled.update((cue.casefold(), was, word.kind) for cue in word.cues if was != word.kind)
    for (cue, was, kind), times in misled.most_common():
        if times > 1:
            yield f'{times} times "{cue}" spoke for {was} where it was {kind}: a case for `unless`'
