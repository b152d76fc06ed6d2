"""Reason codes in words."""

from __future__ import annotations

import pytest

from whiteglove.cli.reasons import meaning_of, with_meaning


@pytest.mark.parametrize(
    ("reason", "meaning"),
    [
        ("told", "this person was told this time in this thread already"),
        ("stranger", "its sender is not in the client book"),
        ("by_owner", "you said so"),
        ("no_template", "there is no text for it in their language"),
        ("restored", "it waited in a backup that was restored, and may have gone out since"),
    ],
)
def test_a_code_of_the_daemons_own_has_a_meaning(reason: str, meaning: str) -> None:
    assert meaning_of(reason) == meaning
    assert with_meaning(reason) == f"{reason} ({meaning})"


def test_a_plugins_own_code_stands_alone() -> None:
    assert (meaning_of("status_request"), with_meaning("status_request")) == (None, "status_request")
    assert (meaning_of(None), with_meaning(None)) == (None, "")
