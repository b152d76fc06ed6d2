"""The keys of a client's file."""

from __future__ import annotations

import tomllib
from datetime import date, time, timedelta

import pytest
from pydantic import ValidationError

from whiteglove.clients import AddressForm, Engagement, Limit, Money, ReportSlot, WorkBlock
from whiteglove.message import Kind
from whiteglove.settings.book_models import ClientFile


def read(text: str) -> ClientFile:
    return ClientFile.model_validate(tomllib.loads(text))


def test_a_name_is_enough() -> None:
    file = read('name = "Birch"')
    assert (file.engagement, file.address_form) == (Engagement.CONTRACT, AddressForm.FAMILIAR)
    assert (file.acknowledge, file.acknowledge_domain, file.in_writing) == (True, False, False)
    assert (file.report, file.people, file.timezone, file.language) == ((), [], None, None)


def test_every_text_becomes_a_value() -> None:
    file = read(
        """
        name = "Birch"
        engagement = "retainer"
        address_form = "formal"
        report = ["Fri 16:00", { at = "Tue 16:00", by = "call" }]
        reply_within = "8h"
        contact_limit = "2 per day"
        quiet_after = "7d"
        hourly_rate = "90 EUR"
        muted_until = 2026-12-01
        work = ["Tue 11:00-13:00"]
        dates = [{ what = "Fair", when = "2026-12-01/2026-12-03", yearly = true }, { what = "Move", when = 2026-12-05 }]
        rules = [{ words = "FYI only", kind = "fyi" }]
        """
    )
    assert (file.engagement, file.address_form) == (Engagement.RETAINER, AddressForm.FORMAL)
    assert file.report == (ReportSlot(1, time(16), "call"), ReportSlot(4, time(16)))
    assert (file.reply_within, file.quiet_after) == (timedelta(hours=8), timedelta(days=7))
    assert (file.contact_limit, file.hourly_rate) == (Limit(2, timedelta(days=1)), Money("90", "EUR"))
    assert file.muted_until == date(2026, 12, 1)
    assert file.work == (WorkBlock(1, time(11), time(13)),)
    assert [date(2026, 12, 3) in occasion.when for occasion in file.dates] == [True, False]
    assert file.rules[0].kind is Kind.FYI


@pytest.mark.parametrize(
    "line",
    [
        'reply_within = "0s"',
        'quiet_after = "30m"',
        'contact_limit = "0 per day"',
        'engagement = "marriage"',
        'domains = ["acme"]',
        "acknowledge = 1",
        'grade = "a\\nb"',
        "rules = [{ words = 'x' }]",
        "projects = [{ name = 'x', profile = 'huge' }]",
        "unknown = 1",
    ],
)
def test_a_wrong_value_is_refused(line: str) -> None:
    with pytest.raises(ValidationError):
        read(f'name = "Birch"\n{line}')
