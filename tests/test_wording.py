"""How times, greetings and the notice read; golden texts in English and German, rules for every language there is."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import whiteglove
from whiteglove.clients import AddressForm
from whiteglove.wording import Language, forbidden_in, greeting, say_block, say_date, say_day, say_time

FILES = sorted((Path(whiteglove.__file__).parent / "languages").glob("*.toml"))
TABLES: dict[str, dict[str, Any]] = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in FILES}
LANGUAGES = {code: Language.from_table(code, table) for code, table in TABLES.items()}
EN, DE = LANGUAGES["en"], LANGUAGES["de"]
BERLIN, NEW_YORK, SYDNEY = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Sydney")
NOW = datetime(2026, 11, 24, 10, 42, tzinfo=BERLIN)
Form = Literal["at", "by", "plain"]


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def time_in(
    language: Language, when: str, reader: str = "America/New_York", form: Form = "at", now: datetime = NOW
) -> str:
    return say_time(
        berlin(when), now=now, owner_zone=BERLIN, reader_zone=ZoneInfo(reader), language=language, form=form
    )


def block_in(language: Language, start: str, end: str, reader: str = "Europe/Berlin", **more: Any) -> str:
    zones: dict[str, Any] = {"now": NOW, "owner_zone": BERLIN, "reader_zone": ZoneInfo(reader), "language": language}
    return say_block(berlin(start), berlin(end), **zones | more)


class TestTime:
    @pytest.mark.parametrize(
        ("when", "reader", "english", "german"),
        [
            (
                "2026-11-24T16:00",
                "America/New_York",
                "today, Tuesday 24 November, at 16:00 (10:00 in New York)",
                "heute, Dienstag, 24. November, um 16 Uhr (10 Uhr in New York)",
            ),
            (
                "2026-11-25T09:30",
                "Europe/Berlin",
                "tomorrow, Wednesday 25 November, at 09:30",
                "morgen, Mittwoch, 25. November, um 9:30 Uhr",
            ),
            (
                "2026-11-27T16:30",
                "America/New_York",
                "Friday, 27 November at 16:30 (10:30 in New York)",
                "am Freitag, 27. November, um 16:30 Uhr (10:30 Uhr in New York)",
            ),
            (
                "2026-11-24T15:00",
                "Australia/Sydney",
                "Tuesday, 24 November at 15:00 (Wednesday 01:00 in Sydney)",
                "am Dienstag, 24. November, um 15 Uhr (Mittwoch, 1 Uhr in Sydney)",
            ),
            (
                "2027-01-01T16:05",
                "Europe/Lisbon",
                "Friday, 1 January 2027 at 16:05 (15:05 in Lisbon)",
                "am Freitag, 1. Januar 2027, um 16:05 Uhr (15:05 Uhr in Lissabon)",
            ),
        ],
    )
    def test_golden(self, when: str, reader: str, english: str, german: str) -> None:
        assert time_in(EN, when, reader) == english
        assert time_in(DE, when, reader) == german

    @pytest.mark.parametrize(
        ("form", "when", "english", "german"),
        [
            (
                "by",
                "2026-11-24T15:00",
                "today, Tuesday 24 November, by 15:00",
                "heute, Dienstag, 24. November, bis 15 Uhr",
            ),
            ("by", "2026-11-26T12:00", "by Thursday, 26 November at 12:00", "bis Donnerstag, 26. November, 12 Uhr"),
            (
                "plain",
                "2026-11-25T16:00",
                "tomorrow, Wednesday 25 November, 16:00",
                "morgen, Mittwoch, 25. November, 16 Uhr",
            ),
            ("plain", "2026-12-01T16:15", "Tuesday, 1 December, 16:15", "Dienstag, 1. Dezember, 16:15 Uhr"),
        ],
    )
    def test_golden_in_other_sentences(self, form: Form, when: str, english: str, german: str) -> None:
        assert time_in(EN, when, "Europe/Berlin", form) == english
        assert time_in(DE, when, "Europe/Berlin", form) == german

    def test_the_sentence_of_an_acknowledgement_reads_naturally(self) -> None:
        assert f"Your next report on the catalogue comes {time_in(EN, '2026-11-24T16:00')}." == (
            "Your next report on the catalogue comes today, Tuesday 24 November, at 16:00 (10:00 in New York)."
        )
        assert f"Dein nächster Bericht kommt {time_in(DE, '2026-11-27T16:00', 'Europe/Warsaw')}." == (
            "Dein nächster Bericht kommt am Freitag, 27. November, um 16 Uhr."
        )

    def test_no_parenthesis_where_the_offsets_are_equal_at_that_instant(self) -> None:
        assert "(" not in time_in(EN, "2026-11-27T16:00", "Europe/Stockholm")
        # Between the changes in autumn, New York is an hour nearer than usual, and Lagos is where Berlin's winter is.
        assert "(11:00 in New York)" in time_in(EN, "2026-10-27T16:00")
        assert "(" not in time_in(EN, "2026-10-27T16:00", "Africa/Lagos")
        assert "(15:00 in Lagos)" in time_in(EN, "2026-10-23T16:00", "Africa/Lagos")

    def test_the_skipped_and_the_doubled_hour_are_said_as_the_clock_shows_them(self) -> None:
        skipped = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
        first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

        def said(instant: datetime) -> str:
            return say_time(
                instant, now=NOW, owner_zone=BERLIN, reader_zone=ZoneInfo("Asia/Kolkata"), language=EN, form="plain"
            )

        assert said(skipped) == "Sunday, 29 March, 03:30 (07:00 in Kolkata)"
        assert said(first) == "Sunday, 25 October, 02:30 (06:00 in Kolkata)"
        assert said(second) == "Sunday, 25 October, 02:30 (07:00 in Kolkata)"

    def test_today_needs_both_to_have_the_same_date_now_and_then(self) -> None:
        late_evening = berlin("2026-11-24T23:30")
        early = berlin("2026-11-24T00:30")

        assert time_in(EN, "2026-11-24T23:45", "Europe/Kyiv", now=NOW).startswith("Tuesday, 24")
        assert time_in(EN, "2026-11-24T23:45", "Europe/Kyiv", now=late_evening).startswith("Tuesday, 24")
        assert time_in(EN, "2026-11-25T11:00", "Europe/Kyiv", now=late_evening).startswith("Wednesday, 25")
        assert time_in(EN, "2026-11-24T11:00", "Europe/London", now=early).startswith("Tuesday, 24")
        assert time_in(EN, "2026-11-24T11:00", "Europe/London", now=NOW).startswith("today, Tuesday 24")

    def test_the_year_is_said_where_it_is_another_one(self) -> None:
        new_years_eve = berlin("2026-12-31T12:00")

        assert time_in(EN, "2027-01-01T16:00", "Europe/Berlin", now=new_years_eve) == (
            "tomorrow, Friday 1 January 2027, at 16:00"
        )
        assert "2026" not in time_in(EN, "2026-12-31T23:00", "Europe/Berlin", now=new_years_eve)

    @pytest.mark.parametrize(
        ("zone", "english", "german"),
        [
            ("UTC", "(15:00 UTC)", "(15 Uhr UTC)"),
            ("Etc/UTC", "(15:00 UTC)", "(15 Uhr UTC)"),
            ("GMT", "(15:00 UTC)", "(15 Uhr UTC)"),
            ("Etc/GMT+3", "(12:00 UTC-3)", "(12 Uhr UTC-3)"),
            ("Iran", "(18:30 UTC+3:30)", "(18:30 Uhr UTC+3:30)"),
            ("US/Eastern", "(10:00 in New York)", "(10 Uhr in New York)"),
            ("America/Argentina/Buenos_Aires", "(12:00 in Buenos Aires)", "(12 Uhr in Buenos Aires)"),
            ("America/Sao_Paulo", "(12:00 in São Paulo)", "(12 Uhr in São Paulo)"),
            ("Atlantic/Azores", "(14:00 in the Azores)", "(14 Uhr auf den Azoren)"),
            ("Europe/Athens", "(17:00 in Athens)", "(17 Uhr in Athen)"),
        ],
    )
    def test_the_readers_place(self, zone: str, english: str, german: str) -> None:
        assert time_in(EN, "2026-11-27T16:00", zone).endswith(english)
        assert time_in(DE, "2026-11-27T16:00", zone).endswith(german)

    def test_naive_input_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no time zone"):
            say_time(datetime(2026, 1, 1), now=NOW, owner_zone=BERLIN, reader_zone=BERLIN, language=EN)  # noqa: DTZ001


class TestBlock:
    @pytest.mark.parametrize(
        ("start", "end", "english", "german"),
        [
            ("2026-11-24T11:00", "2026-11-24T13:00", "11:00–13:00 today", "heute von 11 bis 13 Uhr"),
            ("2026-11-25T11:30", "2026-11-25T13:00", "11:30–13:00 tomorrow", "morgen von 11:30 bis 13 Uhr"),
            ("2026-11-30T09:00", "2026-11-30T09:45", "09:00–09:45 on Monday", "am Montag von 9 bis 9:45 Uhr"),
            (
                "2026-12-01T11:00",
                "2026-12-01T13:00",
                "11:00–13:00 on Tuesday, 1 December",
                "am Dienstag, 1. Dezember, von 11 bis 13 Uhr",
            ),
            (
                "2027-01-05T11:00",
                "2027-01-05T13:00",
                "11:00–13:00 on Tuesday, 5 January 2027",
                "am Dienstag, 5. Januar 2027, von 11 bis 13 Uhr",
            ),
        ],
    )
    def test_golden(self, start: str, end: str, english: str, german: str) -> None:
        assert block_in(EN, start, end) == english
        assert block_in(DE, start, end) == german

    def test_that_day_is_the_day_of_the_report_unless_a_nearer_word_is_true(self) -> None:
        report = berlin("2026-11-27T16:00")
        friday = ("2026-11-27T11:00", "2026-11-27T13:00")

        assert block_in(EN, *friday, same_day_as=report) == "11:00–13:00 that day"
        assert block_in(DE, *friday, same_day_as=report) == "am selben Tag von 11 bis 13 Uhr"
        assert block_in(EN, *friday, same_day_as=berlin("2026-12-04T16:00")) == "11:00–13:00 on Friday"
        today = block_in(EN, "2026-11-24T11:00", "2026-11-24T13:00", same_day_as=berlin("2026-11-24T16:00"))
        assert today == "11:00–13:00 today"

    def test_the_readers_hours_follow_where_the_offset_differs(self) -> None:
        hours = ("2026-11-24T15:00", "2026-11-24T17:00")

        assert block_in(EN, *hours, reader="America/New_York") == "15:00–17:00 today (09:00–11:00 in New York)"
        assert (
            block_in(DE, *hours, reader="America/New_York") == "heute von 15 bis 17 Uhr (von 9 bis 11 Uhr in New York)"
        )
        assert block_in(EN, *hours, reader="Australia/Sydney") == (
            "15:00–17:00 on Tuesday, 24 November (Wednesday 01:00–03:00 in Sydney)"
        )
        assert block_in(EN, *hours, reader="Europe/Vienna") == "15:00–17:00 today"


def day_in(language: Language, when: str, reader: str = "Europe/Berlin") -> str:
    return say_day(berlin(when), now=NOW, owner_zone=BERLIN, reader_zone=ZoneInfo(reader), language=language)


class TestDay:
    @pytest.mark.parametrize(
        ("when", "english", "german"),
        [
            ("2026-11-24T09:00", "today", "heute"),
            ("2026-11-23T09:00", "yesterday", "gestern"),
            ("2026-11-20T09:00", "on Friday", "am Freitag"),
            ("2026-11-10T09:00", "on 10 November", "am 10. November"),
        ],
    )
    def test_a_past_day_is_said_by_word_weekday_or_date(self, when: str, english: str, german: str) -> None:
        assert day_in(EN, when) == english
        assert day_in(DE, when) == german

    def test_a_day_that_only_one_of_the_two_calls_today_is_said_by_weekday(self) -> None:
        assert day_in(EN, "2026-11-24T01:00", reader="America/New_York") == "on Tuesday"


class TestDate:
    @pytest.mark.parametrize(
        ("day", "english", "german"),
        [
            (date(2026, 11, 24), "on Tuesday, 24 November", "am Dienstag, 24. November"),
            (date(2026, 11, 20), "on Friday, 20 November", "am Freitag, 20. November"),
            (date(2027, 1, 8), "on Friday, 8 January 2027", "am Freitag, 8. Januar 2027"),
        ],
    )
    def test_it_is_the_same_on_whatever_day_it_is_read(self, day: date, english: str, german: str) -> None:
        assert say_date(day, today=date(2026, 11, 24), language=EN) == english
        assert say_date(day, today=date(2026, 11, 24), language=DE) == german

    def test_plain_it_has_no_preposition(self) -> None:
        day = date(2026, 11, 25)
        assert say_date(day, today=day, language=EN, form="plain") == "Wednesday, 25 November"
        assert say_date(day, today=day, language=DE, form="plain") == "Mittwoch, 25. November"


class TestGreeting:
    @pytest.mark.parametrize(
        ("name", "form", "english", "german"),
        [
            ("Wile Coyote", AddressForm.FAMILIAR, "Hi Wile,", "Hallo Wile,"),
            ("Wile Coyote", AddressForm.FORMAL, "Dear Wile Coyote,", "Guten Tag Wile Coyote,"),
            ("  Ana   Lima ", AddressForm.FORMAL, "Dear Ana Lima,", "Guten Tag Ana Lima,"),
            ("Cher", AddressForm.FAMILIAR, "Hi Cher,", "Hallo Cher,"),
            ("Dr. Ines Falk", AddressForm.FAMILIAR, "Hi Ines,", "Hallo Ines,"),
            ("Prof. Dr. Ines Falk", AddressForm.FORMAL, "Dear Prof. Dr. Ines Falk,", "Guten Tag Prof. Dr. Ines Falk,"),
            ("{odd} name", AddressForm.FAMILIAR, "Hi {odd},", "Hallo {odd},"),
            (None, AddressForm.FAMILIAR, "Hello,", "Hallo,"),
            (None, AddressForm.FORMAL, "Hello,", "Guten Tag,"),
            (" ", AddressForm.FORMAL, "Hello,", "Guten Tag,"),
            ("Dr.", AddressForm.FAMILIAR, "Hello,", "Hallo,"),
        ],
    )
    def test_by_name_and_form(self, name: str | None, form: AddressForm, english: str, german: str) -> None:
        assert greeting(EN, name, form) == english
        assert greeting(DE, name, form) == german

    def test_german_titles_are_no_first_names(self) -> None:
        assert greeting(DE, "Frau Dipl.-Ing. Ines Falk", AddressForm.FAMILIAR) == "Hallo Ines,"


class TestForbidden:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("I am Working\n  on the catalogue.", ("working on",)),
            ("We have RECEIVED and accepted it", ("received", "accepted")),
            ("You hear from me soon, as soon as possible.", ("soon", "as soon as possible")),
            ("Please don’t reply", ("don't reply",)),
            ("the unconfirmed networking on Tuesday", ()),
            ("Your next report comes Tuesday, 24 November at 16:00.", ()),
        ],
    )
    def test_english(self, text: str, found: tuple[str, ...]) -> None:
        assert forbidden_in(text, EN) == found

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Ich ARBEITE DARAN und melde mich in Ku\u0308rze", ("arbeite daran", "in kürze")),
            ("Sobald der Bericht da ist", ()),
            ("Das Treffen ist vereinbart.", ("vereinbart",)),
        ],
    )
    def test_german(self, text: str, found: tuple[str, ...]) -> None:
        assert forbidden_in(text, DE) == found


@pytest.mark.parametrize("code", sorted(LANGUAGES))
class TestEveryLanguage:
    def test_says_nothing_it_forbids(self, code: str) -> None:
        language = LANGUAGES[code]
        own = [*language.notice.values(), *language.notice_short.values(), *language.subject.values()]
        times = [time_in(language, "2026-11-27T16:00", form=form) for form in ("at", "by", "plain")]

        assert [forbidden_in(text, language) for text in own + times] == [()] * (len(own) + len(times))
        assert all("!" not in text for text in own)

    def test_forbids_words_of_each_sort(self, code: str) -> None:
        assert len(LANGUAGES[code].forbidden) >= 12

    def test_the_day_the_date_and_both_hours_are_said_in_every_form(self, code: str) -> None:
        language = LANGUAGES[code]
        for form in ("at", "by", "plain"):
            for when in ("2026-11-24T16:17", "2026-11-25T16:17", "2026-11-27T16:17"):
                here = berlin(when)
                said = time_in(language, when, form=form)
                weekday, month = language.weekdays[here.weekday()], language.months[here.month - 1]
                city = language.places.get("New_York", "New York")
                for part in (weekday, str(here.day), month, "16", "10", "17", city):
                    assert part.casefold() in said.casefold()

    def test_blocks_say_both_ends(self, code: str) -> None:
        said = [
            block_in(LANGUAGES[code], f"{day}T11:00", f"{day}T13:45", reader="America/New_York")
            for day in ("2026-11-24", "2026-11-25", "2026-11-26", "2026-12-10")
        ]

        assert len(set(said)) == 4
        assert all("11" in text and "13" in text and "45" in text and "5" in text for text in said)

    def test_the_words_of_the_week_and_the_year_are_distinct(self, code: str) -> None:
        language = LANGUAGES[code]

        assert len(set(language.weekdays)) == len(set(language.on_weekdays)) == 7
        assert len(set(language.months)) == 12


class TestFromTable:
    def table(self) -> dict[str, Any]:
        return deepcopy(TABLES["en"])

    def refusal(self, table: dict[str, Any]) -> str:
        with pytest.raises(ValueError, match="language xx: ") as error:
            Language.from_table("xx", table)
        return str(error.value)

    def test_every_missing_and_unknown_key_is_named(self) -> None:
        table = self.table()
        del table["months"], table["when_at"]["today"], table["summary"]["failed"]
        table["colour"] = "red"
        table["notice"]["casual"] = "Hey."

        refusal = self.refusal(table)

        for fault in (
            "missing key months",
            "missing key when_at.today",
            "missing key summary.failed",
            "unknown key colour",
            "unknown key notice.casual",
        ):
            assert fault in refusal

    @pytest.mark.parametrize(
        ("place", "value", "fault"),
        [
            (("weekdays",), ["Mon"], "weekdays must hold 7 texts, not 1"),
            (("weekdays",), "Mon", "weekdays must be a list of texts"),
            (("forbidden",), ["soon", " "], "forbidden must be a list of texts"),
            (("notice",), "Automatic.", "notice must be a table"),
            (("notice", "formal"), "", "notice.formal must be a text"),
            (("subject", "formal"), 3, "subject.formal must be a text"),
            (("when_at", "today"), "{month}", "when_at.today has an unknown field {month}; known: at, clock"),
            (("when_at", "today"), "{}", "when_at.today has an unknown field {}"),
            (("when_at", "today"), "{at.real}", "when_at.today has an unknown field {at.real}"),
            (("when_at", "today"), "{at", "when_at.today is no format"),
            (("hour_at", "full"), "{hour:zz}", "hour_at.full is no format"),
            (("short_months",), ["Jan"], "short_months must hold 12 texts, not 1"),
            (("summary", "more"), "+ {number}", "summary.more has an unknown field {number}; known: count"),
            (("summary", "quiet"), "", "summary.quiet must be a text"),
            (("hour_at", "25"), "{hour}", "unknown key hour_at.25"),
            (("hour_at", "1:60"), "{hour}", "unknown key hour_at.1:60"),
            (("greeting_formal", "nameless"), "Dear {name},", "unknown field {name}; known: none"),
        ],
    )
    def test_a_wrong_value_is_named(self, place: tuple[str, ...], value: object, fault: str) -> None:
        table = self.table()
        target = table
        for key in place[:-1]:
            target = target[key]
        target[place[-1]] = value

        assert fault in self.refusal(table)

    def test_texts_that_are_no_formats_may_hold_braces(self) -> None:
        table = self.table()
        table["notice"]["formal"] = "Written {automatically}."
        table["places"]["Paris"] = "in {Paris}"

        language = Language.from_table("xx", table)

        assert language.notice["formal"] == "Written {automatically}."
        assert time_in(language, "2026-11-27T16:00", "America/New_York").endswith("in New York)")


class TestALanguageIsDataAlone:
    """What other languages need of the formats: a first of the month, an hour of its own, a preposition by the city."""

    def language(self, **tables: Any) -> Language:
        return Language.from_table("xx", deepcopy(TABLES["en"]) | tables)

    def test_a_counted_first_and_hours_with_and_without_minutes(self) -> None:
        hour = {"full": "à {hour} h", "minutes": "à {hour} h {minute:02}"}
        french = self.language(
            weekdays=["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
            months=[*TABLES["en"]["months"][:11], "décembre"],
            date=TABLES["en"]["date"] | {"first": "1er"},
            hour_at=hour,
            hour_clock={"full": "{hour} h", "minutes": "{hour} h {minute:02}"},
            when_at=dict.fromkeys(("today", "tomorrow", "other"), "le {weekday} {date} {at}"),
            reader=TABLES["en"]["reader"] | {"place": "à {city}"},
            places={"Cairo": "au Caire"},
        )

        assert time_in(french, "2026-12-01T16:30") == "le mardi 1er décembre à 16 h 30 (10 h 30 à New York)"
        assert time_in(french, "2026-12-02T16:00", "Africa/Cairo") == "le mercredi 2 décembre à 16 h (17 h au Caire)"

    def test_an_hour_with_an_article_of_its_own(self) -> None:
        italian = self.language(
            hour_at={
                "full": "alle {hour}",
                "minutes": "alle {hour}:{minute:02}",
                "1": "all'{hour}:{minute:02}",
                "1:00": "all'una",
            },
            hour_clock={"full": "le {hour}", "minutes": "le {hour}:{minute:02}", "1:00": "l'una"},
            hour_start={"full": "dalle {hour}", "minutes": "dalle {hour}:{minute:02}", "1:00": "dall'una"},
            hour_end={"full": "alle {hour}", "minutes": "alle {hour}:{minute:02}"},
            block=TABLES["en"]["block"] | {"hours": "{start} {end}"},
        )

        assert time_in(italian, "2026-12-02T01:00", "Europe/Rome").endswith(" all'una")
        assert time_in(italian, "2026-12-02T01:30", "Europe/Rome").endswith(" all'1:30")
        assert time_in(italian, "2026-12-02T07:00").endswith("alle 7 (l'una in New York)")
        assert block_in(italian, "2026-12-10T01:00", "2026-12-10T03:30").startswith("dall'una alle 3:30 ")


ZONES = [
    "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe", "Africa/Casablanca",
    "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC",
]  # fmt: skip
zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.datetimes(datetime(2010, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
nearby = st.timedeltas(timedelta(days=-2), timedelta(days=9))


@settings(deadline=None)
@given(instants, nearby, zones, zones, st.sampled_from(["at", "by", "plain"]))
def test_relative_days_are_true_for_both_and_the_parenthesis_is_there_when_needed(
    now: datetime, ahead: timedelta, owner: ZoneInfo, reader: ZoneInfo, form: Form
) -> None:
    instant = now + ahead

    said = say_time(instant, now=now, owner_zone=owner, reader_zone=reader, language=EN, form=form)

    here, there = instant.astimezone(owner), instant.astimezone(reader)
    for zone in (owner, reader):
        distance = (instant.astimezone(zone).date() - now.astimezone(zone).date()).days
        assert "today" not in said or distance == 0
        assert "tomorrow" not in said or distance == 1
    assert ("(" in said) == (here.utcoffset() != there.utcoffset())
    assert f"{here:%H:%M}" in said
    assert f"{here:%A}" in said
    assert str(here.day) in said
    if here.utcoffset() != there.utcoffset():
        parenthesis = said.partition("(")[2]
        assert f"{there:%H:%M}" in parenthesis
        assert (f"{there:%A}" in parenthesis) == (here.date() != there.date())
    assert (str(here.year) in said) == (here.year != now.astimezone(owner).year)


@settings(deadline=None)
@given(instants, nearby, st.integers(1, 8), zones, zones)
def test_a_block_without_a_date_lies_within_six_days_for_both(
    now: datetime, ahead: timedelta, hours: int, owner: ZoneInfo, reader: ZoneInfo
) -> None:
    start = now + ahead

    said = say_block(start, start + timedelta(hours=hours), now=now, owner_zone=owner, reader_zone=reader, language=EN)

    here = start.astimezone(owner)
    if f"{here:%B}" not in said:
        distances = {(start.astimezone(zone).date() - now.astimezone(zone).date()).days for zone in (owner, reader)}
        assert all(0 <= distance < 7 for distance in distances)
        assert 0 not in distances or "today" in said
    assert f"{here:%H:%M}–" in said
