"""The texts themselves: as they are read, in each language and form, and never with a word that must not be said."""

import tomllib
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from whiteglove.clients import AddressForm
from whiteglove.compose import render
from whiteglove.wording import Language, forbidden_in, greeting, say_block, say_day, say_time

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 24, 9, 45, tzinfo=UTC)
DUE = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
BLOCK = (datetime(2026, 11, 24, 10, 0, tzinfo=UTC), datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
NAMES = ["next_report", "next_report_again", "answer_by", "answer_by_again", "calm_receipt"]
LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl"]
TOLD_AT = datetime(2026, 11, 23, 15, 12, tzinfo=UTC)
PROJECT = {
    "en": "the catalogue", "de": "Katalog", "fr": "Catalogue", "es": "Catálogo", "it": "Catalogo", "pt": "Catálogo",
    "nl": "Catalogus",
}  # fmt: skip


def source(name: str, language: str) -> str:
    return files("whiteglove_plugins").joinpath("templates", "acknowledge", f"{name}.{language}.txt").read_text("utf-8")


def own(name: str, language: str) -> str:
    return files("whiteglove").joinpath("templates", f"{name}.{language}.txt").read_text("utf-8")


@cache
def language_of(code: str) -> Language:
    return Language.from_table(
        code, tomllib.loads(files("whiteglove").joinpath("languages", f"{code}.toml").read_text("utf-8"))
    )


def text(name: str, code: str, *, formal: bool = False, block: bool = True, project: bool = True) -> str:
    """The template, filled in as the core fills it."""
    language = language_of(code)
    reader = NEW_YORK if code == "en" else BERLIN
    form = AddressForm.FORMAL if formal else AddressForm.FAMILIAR
    told = "at" if name.startswith("next_report") else "by"
    set_aside = say_block(*BLOCK, now=NOW, owner_zone=BERLIN, reader_zone=BERLIN, language=language)
    values = {
        "greeting": greeting(language, "Wile Coyote", form),
        "when": say_time(DUE, now=NOW, owner_zone=BERLIN, reader_zone=reader, language=language, form=told),
        "told_on": say_day(TOLD_AT, now=NOW, owner_zone=BERLIN, reader_zone=reader, language=language),
        "block": set_aside if block else None,
        "project": PROJECT[code] if project else None,
        "formal": formal,
        "owner_name": "Robin Vale",
    }
    return render(source(name, code), values)


EVERY = list(product(NAMES, LANGUAGES, [False, True], [False, True], [False, True]))


@pytest.mark.parametrize(("name", "code", "formal", "block", "project"), EVERY)
def test_every_template_reads_cleanly_in_every_form(
    name: str, code: str, formal: bool, block: bool, project: bool
) -> None:
    shown = text(name, code, formal=formal, block=block, project=project)

    assert "None" not in shown
    assert "  " not in shown
    assert "\n\n\n" not in shown
    assert shown.endswith(".")
    assert not {"!", "{", "}"} & set(shown)
    assert len(shown) < 400


@pytest.mark.parametrize(("name", "code", "formal", "block", "project"), EVERY)
def test_no_template_says_what_must_not_be_said(name: str, code: str, formal: bool, block: bool, project: bool) -> None:
    assert forbidden_in(text(name, code, formal=formal, block=block, project=project), language_of(code)) == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_german_form_of_address_is_never_mixed(name: str) -> None:
    familiar, formal = (set(text(name, "de", formal=form).replace(",", " ").split()) for form in (False, True))

    assert not familiar & {"Sie", "Ihr", "Ihre", "Ihnen", "haben"}
    assert not formal & {"du", "dein", "deine", "dir", "hast"}


def test_the_acknowledgement_in_english() -> None:
    assert text("next_report", "en") == (
        "Hi Wile,\n\n"
        "Your next report on the catalogue comes today, Tuesday 24 November, at 16:00 (10:00 in New York). "
        "I have set aside 11:00–13:00 today for it."
    )
    assert text("next_report", "en", block=False, project=False) == (
        "Hi Wile,\n\nYour next report comes today, Tuesday 24 November, at 16:00 (10:00 in New York)."
    )


def test_the_acknowledgement_in_german() -> None:
    assert text("next_report", "de") == (
        "Hallo Wile,\n\n"
        "dein nächster Bericht zu „Katalog“ kommt heute, Dienstag, 24. November, um 16 Uhr. "
        "Dafür habe ich heute von 11 bis 13 Uhr eingeplant."
    )
    assert text("next_report", "de", formal=True) == (
        "Guten Tag Wile Coyote,\n\n"
        "Ihr nächster Bericht zu „Katalog“ kommt heute, Dienstag, 24. November, um 16 Uhr. "
        "Dafür habe ich heute von 11 bis 13 Uhr eingeplant."
    )


def test_the_short_line() -> None:
    assert text("next_report_again", "en") == (
        "Hi Wile,\n\n"
        "As noted yesterday: your next report on the catalogue comes today, Tuesday 24 November, at 16:00 "
        "(10:00 in New York)."
    )
    assert text("next_report_again", "de", project=False) == (
        "Hallo Wile,\n\nwie gestern geschrieben: Dein nächster Bericht kommt heute, Dienstag, 24. November, um 16 Uhr."
    )


def test_the_time_of_the_answer() -> None:
    assert text("answer_by", "en").endswith(
        "You will have my answer today, Tuesday 24 November, by 16:00 (10:00 in New York)."
    )
    assert text("answer_by", "de").endswith("meine Antwort hast du heute, Dienstag, 24. November, bis 16 Uhr.")
    assert text("answer_by_again", "de", formal=True).endswith(
        "wie gestern geschrieben: Meine Antwort haben Sie heute, Dienstag, 24. November, bis 16 Uhr."
    )


def test_the_calm_receipt() -> None:
    assert text("calm_receipt", "en").endswith(
        "Your message is with me, and I will answer you personally today, Tuesday 24 November, by 16:00 "
        "(10:00 in New York)."
    )
    assert text("calm_receipt", "de", formal=True).endswith(
        "Ihre Nachricht ist bei mir, und ich antworte Ihnen persönlich heute, Dienstag, 24. November, bis 16 Uhr."
    )


@pytest.mark.parametrize(
    ("code", "second", "end"),
    [
        ("en", "Birch: Nine messages in two days. (3 times)", "whiteglove, for Robin Vale"),
        ("de", "Birch: Nine messages in two days. (3-mal)", "whiteglove, für Robin Vale"),
        ("fr", "Birch\u202f: Nine messages in two days. (3 fois)", "whiteglove, pour Robin Vale"),
        ("es", "Birch: Nine messages in two days. (3 veces)", "whiteglove, para Robin Vale"),
        ("it", "Birch: Nine messages in two days. (3 volte)", "whiteglove, per Robin Vale"),
        ("pt", "Birch: Nine messages in two days. (3 vezes)", "whiteglove, para Robin Vale"),
        ("nl", "Birch: Nine messages in two days. (3 keer)", "whiteglove, voor Robin Vale"),
    ],
)
def test_a_notice_to_the_owner_holds_every_warning(code: str, second: str, end: str) -> None:
    warnings = [
        {"client": "Acme", "text": "Acme: the report is late.", "times": 1},
        {"client": "Birch", "text": "Nine messages in two days.", "times": 3},
        {"client": "", "text": "The mailbox cannot be reached.", "times": 1},
    ]

    shown = render(own("notice", code), {"warnings": warnings, "owner_name": "Robin Vale"})

    assert shown.split("\n\n")[:3] == [
        "Acme: the report is late.",
        second,
        "The mailbox cannot be reached.",
    ]
    assert shown.split("\n\n")[3:] == [end]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_rehearsal_names_the_recipient_and_the_reason_before_the_text(code: str) -> None:
    values = {
        "recipient": "Wile Coyote <wile@acme.example>",
        "reason": "status_request",
        "subject": "Catalogue",
        "text": text("next_report", code),
    }

    shown = render(own("rehearsal", code), values)

    places = [shown.index(part) for part in values.values()]
    assert sorted(places[:3]) == sorted(places)[:3]
    assert shown.endswith(values["text"])
