"""How often a folder may be renumbered, and for how long it is then left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from whiteglove.intake.renumbering import CALM, FIRST_REST, LONGEST_REST, MOST, Renumberings, RestingFolderError

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NONE = timedelta(0)


def test_a_few_renumberings_are_borne_and_then_each_makes_the_rest_longer() -> None:
    renumberings = Renumberings()
    rests = []
    for count in range(1, MOST + 5):
        assert renumberings.note("INBOX", NOON) == count
        rests.append(renumberings.rest("INBOX", NOON))

    assert rests == [NONE, NONE, FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST, LONGEST_REST, LONGEST_REST]


def test_a_rest_ends_and_another_folder_has_none() -> None:
    renumberings = Renumberings()
    for _ in range(MOST):
        renumberings.note("INBOX", NOON)

    assert renumberings.rest("INBOX", NOON + timedelta(minutes=2)) == FIRST_REST - timedelta(minutes=2)
    assert renumberings.rest("INBOX", NOON + FIRST_REST) == NONE
    assert renumberings.rest("Sent", NOON) == NONE


def test_after_a_calm_hour_it_begins_anew() -> None:
    renumberings = Renumberings()
    for _ in range(MOST):
        renumberings.note("INBOX", NOON)
    later = NOON + CALM + timedelta(seconds=1)

    assert renumberings.note("INBOX", later) == 1
    assert renumberings.rest("INBOX", later) == NONE


def test_the_fault_says_which_folder_and_for_how_long() -> None:
    error = RestingFolderError("INBOX", FIRST_REST)

    assert (error.code, error.fatal, error.pause) == ("resting", False, 300.0)
    assert "INBOX" in str(error)
