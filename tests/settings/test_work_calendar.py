"""What is set aside for which client, as calendar programs write it, and nothing else of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from whiteglove.errors import GrammarError
from whiteglove.settings import work_calendar
from whiteglove.settings.work_calendar import CalendarFile, digest_of, planned_blocks

from .conftest import MAILBOX, OWNER, Folder

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 3, 2)
"""A Monday; the clocks change on Sunday, 29 March."""
NAMES = {"acme": "Acme GmbH", "birch": "Birch Holding", "lane": "Birch Lane"}
TUESDAY = "DTSTART;TZID=Europe/Berlin:20260303T110000\nDTEND;TZID=Europe/Berlin:20260303T130000"
ELEVEN_TO_ONE = ("2026-03-03 11:00", "13:00")


def event(*lines: str, when: str = TUESDAY, title: str = "Acme: catalogue", uid: str = "1") -> str:
    return "\n".join(("BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", when, *lines, "END:VEVENT"))


def calendar(*events: str) -> bytes:
    text = "\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Elsewhere//EN", *events, "END:VCALENDAR", ""))
    return text.replace("\n", "\r\n").encode()


def said(blocks: Sequence[tuple[datetime, datetime]]) -> list[tuple[str, str]]:
    """Each block on a clock in Berlin."""
    return [(f"{start.astimezone(BERLIN):%Y-%m-%d %H:%M}", f"{end.astimezone(BERLIN):%H:%M}") for start, end in blocks]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in this process: a child takes a fifth of a second, and there is one test of it."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")


def found(*events: str, key: str = "acme") -> list[tuple[str, str]]:
    return said(planned_blocks(calendar(*events), NAMES, BERLIN, TODAY).get(key, ()))


def test_a_child_process_reads_it_and_only_times_come_back() -> None:
    loaded = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "icalendar"}
    try:
        secret = event("DESCRIPTION:Talk about the price", "LOCATION:Dock 4", "ATTENDEE:mailto:wile@acme.example")
        blocks = planned_blocks(calendar(secret), NAMES, BERLIN, TODAY)
        assert "icalendar" not in sys.modules
    finally:
        sys.modules.update(loaded)
    assert blocks == {"acme": ((datetime(2026, 3, 3, 10, tzinfo=UTC), datetime(2026, 3, 3, 12, tzinfo=UTC)),)}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("content", [b"", b"no calendar", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"])
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(GrammarError, match="holds no calendar"):
        planned_blocks(content, NAMES, BERLIN, TODAY)


@pytest.mark.usefixtures("here")
class TestTimes:
    @pytest.mark.parametrize(
        "when",
        [
            TUESDAY,
            "DTSTART:20260303T100000Z\nDTEND:20260303T120000Z",
            "DTSTART:20260303T110000\nDTEND:20260303T130000",
            "DTSTART;TZID=Europe/Berlin:20260303T110000\nDURATION:PT2H",
            "DTSTART;TZID=America/New_York:20260303T050000\nDTEND;TZID=America/New_York:20260303T070000",
            "DTSTART;TZID=W. Europe Standard Time:20260303T110000\nDTEND;TZID=W. Europe Standard Time:20260303T130000",
        ],
    )
    def test_in_every_way_they_are_written(self, when: str) -> None:
        assert found(event(when=when)) == [ELEVEN_TO_ONE]

    @pytest.mark.parametrize(
        "when",
        [
            "DTSTART;VALUE=DATE:20260303\nDTEND;VALUE=DATE:20260304",
            "DTSTART;TZID=Europe/Berlin:20260303T220000\nDTEND;TZID=Europe/Berlin:20260304T020000",
            "DTSTART;TZID=Europe/Berlin:20260303T110000",
            "DTSTART;TZID=Europe/Berlin:20260303T130000\nDTEND;TZID=Europe/Berlin:20260303T110000",
            "DTSTART;TZID=Home of Robin:20260303T140000\nDTEND;TZID=Home of Robin:20260303T150000",
            "DTSTART;TZID=Europe/Berlin:20260227T110000\nDTEND;TZID=Europe/Berlin:20260227T130000",
            "DTSTART:tomorrow\nDTEND:20260303T120000Z",
            "DTEND:20260303T120000Z",
        ],
        ids=["all day", "over midnight", "no end", "backwards", "unknown zone", "past", "no time", "no start"],
    )
    def test_what_is_no_block_is_left_out_alone(self, when: str) -> None:
        assert found(event(when=when, uid="2"), event()) == [ELEVEN_TO_ONE]

    @pytest.mark.parametrize("line", ["STATUS:CANCELLED", "STATUS:TENTATIVE", "TRANSP:TRANSPARENT"])
    def test_what_does_not_stand_firm_is_no_plan(self, line: str) -> None:
        assert found(event(line)) == []
        assert found(event("STATUS:CONFIRMED", "TRANSP:OPAQUE")) == [ELEVEN_TO_ONE]

    def test_an_end_at_midnight_is_still_of_that_day(self) -> None:
        when = "DTSTART;TZID=Europe/Berlin:20260303T220000\nDTEND;TZID=Europe/Berlin:20260304T000000"
        assert found(event(when=when)) == [("2026-03-03 22:00", "00:00")]


@pytest.mark.usefixtures("here")
class TestSeries:
    def test_every_week_at_the_same_time_over_the_change_of_the_clocks(self) -> None:
        blocks = found(event("RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10"))
        assert len(blocks) == 10
        assert {(start[11:], end) for start, end in blocks} == {("11:00", "13:00")}
        assert [start[5:10] for start, _ in blocks[6:9]] == ["03-24", "03-26", "03-31"]

    def test_one_that_began_long_ago_goes_on_for_two_months(self) -> None:
        when = TUESDAY.replace("20260303", "20190101")
        blocks = found(event("RRULE:FREQ=WEEKLY", when=when))
        assert (blocks[0], blocks[-1][0]) == (ELEVEN_TO_ONE, "2026-04-28 11:00")

    @pytest.mark.parametrize("until", ["20260317T100000Z", "20260317T110000", "20260317"])
    def test_its_end_is_included_however_it_is_written(self, until: str) -> None:
        days = [start[8:10] for start, _ in found(event(f"RRULE:FREQ=WEEKLY;UNTIL={until}"))]
        assert days == ["03", "10", "17"]

    def test_exceptions_take_no_place(self) -> None:
        rule = "RRULE:FREQ=WEEKLY;COUNT=4"
        days = ("EXDATE;TZID=Europe/Berlin:20260310T110000", "EXDATE;VALUE=DATE:20260317")
        assert [start[8:10] for start, _ in found(event(rule, *days))] == ["03", "24"]
        assert [start[8:10] for start, _ in found(event("RDATE;TZID=Europe/Berlin:20260305T110000"))] == ["03", "05"]

    def test_a_moved_instance_stands_in_place_of_the_one_it_was(self) -> None:
        series = event("RRULE:FREQ=WEEKLY;COUNT=3")
        later = TUESDAY.replace("20260303", "20260311")
        moved = event("RECURRENCE-ID;TZID=Europe/Berlin:20260310T110000", when=later)
        off = event("RECURRENCE-ID:20260317T100000Z", "STATUS:CANCELLED", when=TUESDAY.replace("20260303", "20260317"))
        assert [start[8:10] for start, _ in found(series, moved, off)] == ["03", "11"]

    def test_an_instance_may_be_given_to_another_client(self) -> None:
        series = event("RRULE:FREQ=WEEKLY;COUNT=2")
        given = event("RECURRENCE-ID;TZID=Europe/Berlin:20260303T110000", title="Birch: cover")
        assert [start[8:10] for start, _ in found(series, given)] == ["10"]
        assert found(series, given, key="birch") == [ELEVEN_TO_ONE]

    @pytest.mark.parametrize(
        "rule",
        [
            "FREQ=SOMETIMES",
            "FREQ=WEEKLY;UNTIL=soon",
            "RSCALE=CHINESE;FREQ=YEARLY",
            "FREQ=SECONDLY",
            "FREQ=WEEKLY;INTERVAL=0",
        ],
    )
    def test_a_rule_that_nobody_understands_plans_nothing(self, rule: str) -> None:
        assert found(event(f"RRULE:{rule}", uid="2"), event(uid="3")) == [ELEVEN_TO_ONE]


@pytest.mark.usefixtures("here")
class TestWhose:
    @pytest.mark.parametrize(
        ("title", "key"),
        [
            ("Acme", "acme"),
            ("ACME GMBH – catalogue", "acme"),
            ("acme/pages", "acme"),
            ("Birch Holding", "birch"),
            ("birch: cover", "birch"),
            ("Birch Lane, signs", "lane"),
            ("lane", "lane"),
        ],
    )
    def test_the_title_begins_with_the_key_or_the_name(self, title: str, key: str) -> None:
        assert [of for of in NAMES if found(event(title=title), key=of)] == [key]

    @pytest.mark.parametrize("title", ["Call Acme", "Acmeology", "Dentist", "", "Cedar"])
    def test_anything_else_is_nobodys(self, title: str) -> None:
        assert planned_blocks(calendar(event(title=title)), NAMES, BERLIN, TODAY) == {}

    def test_a_category_says_it_too(self) -> None:
        assert found(event("CATEGORIES:Work,Acme GmbH", title="Catalogue")) == [ELEVEN_TO_ONE]

    def test_what_fits_two_is_nobodys(self) -> None:
        names = {"a": "Birch", "b": "Birch GmbH"}
        assert planned_blocks(calendar(event(title="Birch")), names, BERLIN, TODAY) == {}


TEXT = OWNER + 'work_calendar = "work.ics"\n' + MAILBOX
CLIENTS = {"acme": 'name = "Acme GmbH"', "birch": 'name = "Birch Holding"'}


class TestAsConfigured:
    def test_each_client_has_their_own(self, folder: Folder) -> None:
        content = calendar(event(when=TUESDAY.replace("20260303", "20261124")), event(title="Dentist", uid="2"))
        (folder.path / "work.ics").write_bytes(content)
        settings = folder.load(TEXT, CLIENTS)
        clients = settings.book.clients
        assert said(clients["acme"].planned) == [("2026-11-24 11:00", "13:00")]
        assert clients["birch"].planned == ()
        assert settings.work_calendar is not None
        assert settings.work_calendar.fingerprint() == settings.work_calendar.digest == digest_of(content)
        assert folder.load(clients=CLIENTS).work_calendar is None

    def test_one_that_is_missing_or_none_is_a_fault_with_its_line(self, folder: Folder) -> None:
        (missing,) = folder.faults(TEXT)
        assert missing.startswith("whiteglove.toml:5: owner.work_calendar: work.ics cannot be read (no such file or")
        (folder.path / "work.ics").write_text("Tuesday at eleven")
        (wrong,) = folder.faults(TEXT)
        assert wrong.startswith("whiteglove.toml:5: owner.work_calendar: work.ics holds no calendar that can be read")

    def test_one_that_is_too_large_is_not_read(self, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(work_calendar, "LARGEST", 100)
        (folder.path / "work.ics").write_bytes(calendar(event()))
        assert "is larger than" in folder.faults(TEXT)[0]


def test_a_file_that_is_gone_has_no_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "work.ics"
    path.write_bytes(b"one")
    file = CalendarFile(path, digest_of(b"one"), TODAY)
    assert file.fingerprint() == file.digest
    path.write_bytes(b"two")
    assert file.fingerprint() not in ("", file.digest)
    path.unlink()
    assert file.fingerprint() == ""


def test_two_months_reach_beyond_the_next_reading() -> None:
    assert timedelta(days=work_calendar.DAYS_AHEAD) > 2 * work_calendar.READ_AGAIN
