"""What the owner corrected is shown with the words that had misled, so that whoever writes cues can mend them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bench.corrected import corrections_of
from whiteglove.message import Kind
from whiteglove.store import Store, corrections

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def correct(folder: Path, was: Kind | None, kind: Kind, *cues: str) -> None:
    store = Store.open(folder)
    with store.write() as tx:
        corrections.add(
            tx, at=NOW, client="acme", thread=1, address="wile@acme.example", message=1, was=was, kind=kind, cues=cues
        )
    store.close()


def test_each_correction_is_shown_with_its_cues(tmp_path: Path) -> None:
    correct(tmp_path, Kind.FYI, Kind.COMPLAINT, "all well", "for the record")
    correct(tmp_path, None, Kind.BILLING)

    assert list(corrections_of(tmp_path)) == [
        f"2 corrections in {tmp_path}",
        '2026-03-02  taken for fyi, said to be complaint: "all well", "for the record"',
        "2026-03-02  taken for nothing, said to be billing: no cue",
    ]


def test_a_cue_that_misled_again_is_a_case_for_a_negator(tmp_path: Path) -> None:
    correct(tmp_path, Kind.SCHEDULING, Kind.FYI, "meeting")
    correct(tmp_path, Kind.SCHEDULING, Kind.FYI, "Meeting", "on Monday")
    correct(tmp_path, Kind.FYI, Kind.FYI, "here is")
    correct(tmp_path, Kind.FYI, Kind.FYI, "here is")

    assert list(corrections_of(tmp_path))[5:] == [
        '2 times "meeting" spoke for scheduling where it was fyi: a case for `unless`'
    ]


def test_where_nothing_is_there_one_line_says_so(tmp_path: Path) -> None:
    assert list(corrections_of(None)) == ["no corrections are looked at: --store and $WHITEGLOVE_STATE name no store"]
    assert list(corrections_of(tmp_path)) == [f"no corrections: {tmp_path} holds no store"]
    assert not list(tmp_path.iterdir())
    Store.open(tmp_path).close()
    assert list(corrections_of(tmp_path)) == [f"no corrections in {tmp_path}"]
