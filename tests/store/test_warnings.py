"""A warning waits, is put into a mail, is told; the same one twice is one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from store.conftest import DAY, HOUR, MINUTE, NOW, PlanMail
from whiteglove.ledger import Audience, MailState
from whiteglove.store import outbox, warnings
from whiteglove.store.warnings import PLANNED, TOLD, WAITING


def warn(
    tx: sa.Connection,
    key: str = "late",
    *,
    at: datetime = NOW,
    due: datetime | None = NOW,
    once: timedelta | None = None,
    **values: Any,
) -> int | None:
    known = {"plugin": "core", "text": "Acme waits.", "urgency": "now", "reason": "promise_late", "client": "acme"}
    return warnings.add(tx, key=key, at=at, due=due, once=once, **{**known, **values})


def row_of(found: int | None) -> int:
    assert found is not None
    return found


def test_a_warning_comes_back_as_it_was_raised(tx: sa.Connection) -> None:
    warning = warnings.get(tx, row_of(warn(tx, due=NOW + HOUR)))

    assert (warning.plugin, warning.key, warning.text, warning.client) == ("core", "late", "Acme waits.", "acme")
    assert (warning.urgency, warning.reason, warning.times) == ("now", "promise_late", 1)
    assert (warning.raised_at, warning.due, warning.state, warning.mail) == (NOW, NOW + HOUR, WAITING, None)


def test_the_same_key_that_waits_is_one_warning_with_the_newer_words(tx: sa.Connection) -> None:
    row = row_of(warn(tx, text="Acme wrote twice."))
    assert warn(tx, at=NOW + DAY, text="Acme wrote three times.", reason="often") is None
    warning = warnings.get(tx, row)

    assert (warning.times, warning.text, warning.reason) == (2, "Acme wrote three times.", "often")
    assert warning.raised_at == NOW


def test_keys_belong_to_their_plugin(tx: sa.Connection) -> None:
    assert len({warn(tx), warn(tx, "other"), warn(tx, plugin="incidents")}) == 3


@pytest.mark.parametrize(
    ("first", "second", "due", "urgency"),
    [
        ((None, "digest"), (NOW, "now"), NOW, "now"),
        ((NOW + HOUR, "today"), (NOW, "now"), NOW, "now"),
        ((NOW, "now"), (NOW + HOUR, "today"), NOW, "now"),
        ((NOW + HOUR, "today"), (None, "digest"), NOW + HOUR, "today"),
        ((None, "digest"), (None, "digest"), None, "digest"),
    ],
)
def test_the_more_urgent_of_two_decides_when_they_are_told(
    tx: sa.Connection,
    first: tuple[datetime | None, str],
    second: tuple[datetime | None, str],
    due: datetime | None,
    urgency: str,
) -> None:
    row = row_of(warn(tx, due=first[0], urgency=first[1]))
    warn(tx, due=second[0], urgency=second[1])
    warning = warnings.get(tx, row)

    assert (warning.due, warning.urgency) == (due, urgency)


def test_a_warning_is_due_when_its_time_has_come_and_in_the_digest_never(tx: sa.Connection) -> None:
    first = warn(tx, "first", due=NOW)
    warn(tx, "later", due=NOW + MINUTE)
    warn(tx, "digest", due=None)
    second = warn(tx, "second", due=NOW - HOUR)

    assert [warning.row for warning in warnings.due(tx, NOW)] == [first, second]


def test_a_warning_is_told_by_the_mail_it_was_put_into(tx: sa.Connection) -> None:
    rows = [row_of(warn(tx, key)) for key in ("first", "second", "third")]
    warnings.put_into(tx, rows[:2], 7)
    assert [(warning.row, warning.state) for warning in warnings.of_mail(tx, 7)] == [(row, PLANNED) for row in rows[:2]]
    assert [warning.row for warning in warnings.due(tx, NOW)] == [rows[2]]
    warnings.told(tx, 7)

    assert [warning.state for warning in warnings.of_mail(tx, 7)] == [TOLD, TOLD]
    assert warnings.get(tx, rows[2]).state == WAITING


def test_a_warning_whose_mail_was_refused_waits_for_the_next(tx: sa.Connection) -> None:
    row = row_of(warn(tx))
    warnings.put_into(tx, [row], 7)
    warnings.wait_again(tx, 7, NOW + HOUR)
    warning = warnings.get(tx, row)

    assert (warning.state, warning.mail, warning.due) == (WAITING, None, NOW + HOUR)


@pytest.mark.parametrize("told", [False, True])
def test_what_stands_in_a_mail_already_is_a_new_warning_when_it_comes_again(tx: sa.Connection, told: bool) -> None:
    row = row_of(warn(tx))
    warnings.put_into(tx, [row], 7)
    if told:
        warnings.told(tx, 7)

    assert warn(tx) not in (None, row)


@pytest.mark.parametrize(("after", "again"), [(HOUR, False), (12 * HOUR, False), (12 * HOUR + MINUTE, True)])
def test_with_once_a_key_is_not_told_again_within_that_time(tx: sa.Connection, after: timedelta, again: bool) -> None:
    row = row_of(warn(tx))
    warnings.put_into(tx, [row], 7)
    warnings.told(tx, 7)

    assert (warn(tx, at=NOW + after, once=12 * HOUR) is not None) is again
    assert warnings.get(tx, row).times == (1 if again else 2)
    assert warnings.get(tx, row).text == "Acme waits."


def test_once_counts_from_when_it_was_told_where_that_was_later(tx: sa.Connection, plan_mail: PlanMail) -> None:
    row = row_of(warn(tx, at=NOW - 3 * DAY))
    mail = plan_mail(audience=Audience.OWNER, state=MailState.SENT, accepted_at=NOW - HOUR)
    warnings.put_into(tx, [row], mail)
    warnings.told(tx, mail)

    assert warn(tx, once=12 * HOUR) is None
    outbox.change(tx, [mail], accepted_at=NOW - DAY)
    assert warn(tx, once=12 * HOUR) is not None


def test_what_waits_for_the_summary_is_what_has_no_time_of_its_own(tx: sa.Connection, plan_mail: PlanMail) -> None:
    first = row_of(warn(tx, "habit", due=None, urgency="digest"))
    warn(tx, "late", due=NOW)
    second = row_of(warn(tx, "date", due=None, urgency="digest"))
    told = row_of(warn(tx, "old", due=None, urgency="digest"))
    warnings.put_into(tx, [told], plan_mail(audience=Audience.OWNER))

    assert [found.row for found in warnings.for_summary(tx)] == [first, second]
    assert warnings.due(tx, NOW + DAY)[0].key == "late"
