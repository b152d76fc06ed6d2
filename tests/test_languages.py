"""How French, Spanish, Italian, Portuguese and Dutch word what a mail says; and what holds in each of the languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import pytest

import whiteglove
from whiteglove.clients import AddressForm
from whiteglove.settings.fields import LANGUAGES as CODES
from whiteglove.wording import Language, forbidden_in, greeting, say_block, say_day, say_time

FOLDER = Path(whiteglove.__file__).parent / "languages"
TABLES: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))
}
LANGUAGES = {code: Language.from_table(code, table) for code, table in TABLES.items()}
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 10, 42, tzinfo=BERLIN)
Form = Literal["at", "by", "plain"]
Said = Mapping[str, str]
H = "\u00a0h"
"""The sign of the hour in French, with the space that keeps it on the line of its number."""


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def time_in(code: str, when: str, reader: str = "America/New_York", form: Form = "at") -> str:
    return say_time(
        berlin(when), now=NOW, owner_zone=BERLIN, reader_zone=ZoneInfo(reader), language=LANGUAGES[code], form=form
    )


def block_in(code: str, start: str, end: str, reader: str = "Europe/Berlin", same_day_as: str | None = None) -> str:
    return say_block(
        berlin(start),
        berlin(end),
        now=NOW,
        owner_zone=BERLIN,
        reader_zone=ZoneInfo(reader),
        language=LANGUAGES[code],
        same_day_as=berlin(same_day_as) if same_day_as else None,
    )


def every_text(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from every_text(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from every_text(inner)


def test_every_language_that_may_be_chosen_has_its_file() -> None:
    assert set(LANGUAGES) == set(CODES)


@pytest.mark.parametrize(
    ("when", "reader", "said"),
    [
        (
            "2026-11-24T16:00",
            "America/New_York",
            {
                "fr": f"aujourd’hui, mardi 24 novembre, à 16{H} (10{H} à New York)",
                "es": "hoy, martes 24 de noviembre, a las 16:00 (10:00 en Nueva York)",
                "it": "oggi, martedì 24 novembre, alle 16 (le 10 a New York)",
                "pt": "hoje, terça-feira, 24 de novembro, às 16h00 (10h00 em Nova Iorque)",
                "nl": "vandaag, dinsdag 24 november, om 16.00 uur (10.00 uur in New York)",
            },
        ),
        (
            "2026-11-25T09:30",
            "Europe/Berlin",
            {
                "fr": f"demain, mercredi 25 novembre, à 9{H}\u00a030",
                "es": "mañana, miércoles 25 de noviembre, a las 9:30",
                "it": "domani, mercoledì 25 novembre, alle 9:30",
                "pt": "amanhã, quarta-feira, 25 de novembro, às 9h30",
                "nl": "morgen, woensdag 25 november, om 9.30 uur",
            },
        ),
        (
            "2026-12-01T16:05",
            "Europe/London",
            {
                "fr": f"le mardi 1er décembre à 16{H}\u00a005 (15{H}\u00a005 à Londres)",
                "es": "el martes 1 de diciembre a las 16:05 (15:05 en Londres)",
                "it": "martedì 1º dicembre alle 16:05 (le 15:05 a Londra)",
                "pt": "na terça-feira, 1 de dezembro, às 16h05 (15h05 em Londres)",
                "nl": "dinsdag 1 december om 16.05 uur (15.05 uur in Londen)",
            },
        ),
        (
            "2026-11-24T15:00",
            "Australia/Sydney",
            {
                "fr": f"le mardi 24 novembre à 15{H} (mercredi, 1{H} à Sydney)",
                "es": "el martes 24 de noviembre a las 15:00 (miércoles, 1:00 en Sídney)",
                "it": "martedì 24 novembre alle 15 (mercoledì, l’una a Sydney)",
                "pt": "na terça-feira, 24 de novembro, às 15h00 (quarta-feira, 1h00 em Sydney)",
                "nl": "dinsdag 24 november om 15.00 uur (woensdag 1.00 uur in Sydney)",
            },
        ),
        (
            "2027-01-02T16:00",
            "UTC",
            {
                "fr": f"le samedi 2 janvier 2027 à 16{H} (15{H} UTC)",
                "es": "el sábado 2 de enero de 2027 a las 16:00 (15:00 UTC)",
                "it": "sabato 2 gennaio 2027 alle 16 (le 15 UTC)",
                "pt": "no sábado, 2 de janeiro de 2027, às 16h00 (15h00 UTC)",
                "nl": "zaterdag 2 januari 2027 om 16.00 uur (15.00 uur UTC)",
            },
        ),
    ],
)
def test_times(when: str, reader: str, said: Said) -> None:
    assert {code: time_in(code, when, reader) for code in said} == said


@pytest.mark.parametrize(
    ("form", "when", "said"),
    [
        (
            "by",
            "2026-11-24T16:00",
            {
                "fr": f"aujourd’hui, mardi 24 novembre, au plus tard à 16{H}",
                "es": "hoy, martes 24 de noviembre, a más tardar a las 16:00",
                "it": "oggi, martedì 24 novembre, entro le 16",
                "pt": "hoje, terça-feira, 24 de novembro, até às 16h00",
                "nl": "vandaag, dinsdag 24 november, uiterlijk om 16.00 uur",
            },
        ),
        (
            "by",
            "2026-11-26T12:00",
            {
                "fr": f"au plus tard le jeudi 26 novembre à 12{H}",
                "es": "a más tardar el jueves 26 de noviembre a las 12:00",
                "it": "giovedì 26 novembre entro le 12",
                "pt": "até quinta-feira, 26 de novembro, às 12h00",
                "nl": "uiterlijk donderdag 26 november om 12.00 uur",
            },
        ),
        (
            "plain",
            "2026-12-01T16:15",
            {
                "fr": f"le mardi 1er décembre à 16{H}\u00a015",
                "es": "el martes 1 de diciembre a las 16:15",
                "it": "martedì 1º dicembre alle 16:15",
                "pt": "terça-feira, 1 de dezembro, às 16h15",
                "nl": "dinsdag 1 december om 16.15 uur",
            },
        ),
    ],
)
def test_times_in_other_sentences(form: Form, when: str, said: Said) -> None:
    assert {code: time_in(code, when, "Europe/Berlin", form) for code in said} == said


@pytest.mark.parametrize(
    ("hour", "form", "said"),
    [
        ("01:00", "at", {"fr": f"à 1{H}", "es": "a la 1:00", "it": "all’una", "pt": "à 1h00", "nl": "om 1.00 uur"}),
        (
            "01:30",
            "at",
            {"fr": f"à 1{H}\u00a030", "es": "a la 1:30", "it": "all’1:30", "pt": "à 1h30", "nl": "om 1.30 uur"},
        ),
        ("00:00", "at", {"fr": f"à 0{H}", "es": "a las 0:00", "it": "alle 0:00", "pt": "às 0h00", "nl": "om 0.00 uur"}),
        ("01:00", "by", {"es": "26 de noviembre a la 1:00", "it": "entro l’una", "pt": "26 de novembro, à 1h00"}),
        ("01:30", "by", {"it": "entro l’1:30"}),
    ],
)
def test_hours_that_are_one_or_none(hour: str, form: Form, said: Said) -> None:
    for code, end in said.items():
        assert time_in(code, f"2026-11-26T{hour}", "Europe/Berlin", form).endswith(f" {end}")


def test_one_in_the_morning_of_tomorrow() -> None:
    said = time_in("pt", "2026-11-25T01:00", "Europe/Berlin", "by")

    assert said == "amanhã, quarta-feira, 25 de novembro, até à 1h00"


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (
            ("2026-11-24T11:00", "2026-11-24T13:00", "America/New_York"),
            {
                "fr": f"aujourd’hui, de 11{H} à 13{H} (de 5{H} à 7{H} à New York)",
                "es": "hoy, de 11:00 a 13:00 (de 5:00 a 7:00 en Nueva York)",
                "it": "oggi, dalle 11 alle 13 (dalle 5 alle 7 a New York)",
                "pt": "hoje, das 11h00 às 13h00 (das 5h00 às 7h00 em Nova Iorque)",
                "nl": "vandaag van 11.00 tot 13.00 uur (van 5.00 tot 7.00 uur in New York)",
            },
        ),
        (
            ("2026-11-25T01:00", "2026-11-25T01:45"),
            {
                "fr": f"demain, de 1{H} à 1{H}\u00a045",
                "es": "mañana, de 1:00 a 1:45",
                "it": "domani, dall’una all’1:45",
                "pt": "amanhã, da 1h00 à 1h45",
                "nl": "morgen van 1.00 tot 1.45 uur",
            },
        ),
        (
            ("2026-11-27T11:00", "2026-11-27T13:00", "Europe/Berlin", "2026-11-27T16:00"),
            {
                "fr": f"le même jour, de 11{H} à 13{H}",
                "es": "ese mismo día, de 11:00 a 13:00",
                "it": "lo stesso giorno, dalle 11 alle 13",
                "pt": "nesse mesmo dia, das 11h00 às 13h00",
                "nl": "diezelfde dag van 11.00 tot 13.00 uur",
            },
        ),
        (
            ("2026-11-30T09:00", "2026-11-30T09:45"),
            {
                "fr": f"lundi, de 9{H} à 9{H}\u00a045",
                "es": "el lunes, de 9:00 a 9:45",
                "it": "lunedì, dalle 9 alle 9:45",
                "pt": "na segunda-feira, das 9h00 às 9h45",
                "nl": "maandag van 9.00 tot 9.45 uur",
            },
        ),
        (
            ("2026-12-01T11:00", "2026-12-01T13:00"),
            {
                "fr": f"le mardi 1er décembre, de 11{H} à 13{H}",
                "es": "el martes 1 de diciembre, de 11:00 a 13:00",
                "it": "martedì 1º dicembre, dalle 11 alle 13",
                "pt": "na terça-feira, 1 de dezembro, das 11h00 às 13h00",
                "nl": "dinsdag 1 december van 11.00 tot 13.00 uur",
            },
        ),
        (
            ("2026-11-24T15:00", "2026-11-24T17:00", "Australia/Sydney"),
            {
                "fr": f"le mardi 24 novembre, de 15{H} à 17{H} (mercredi, de 1{H} à 3{H} à Sydney)",
                "es": "el martes 24 de noviembre, de 15:00 a 17:00 (miércoles, de 1:00 a 3:00 en Sídney)",
                "it": "martedì 24 novembre, dalle 15 alle 17 (mercoledì, dall’una alle 3 a Sydney)",
                "pt": "na terça-feira, 24 de novembro, das 15h00 às 17h00 (quarta-feira, da 1h00 às 3h00 em Sydney)",
                "nl": "dinsdag 24 november van 15.00 tot 17.00 uur (woensdag van 1.00 tot 3.00 uur in Sydney)",
            },
        ),
    ],
)
def test_hours_set_aside(block: tuple[str, ...], said: Said) -> None:
    assert {code: block_in(code, *block) for code in said} == said


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (
            "2026-11-24T08:00",
            {"fr": "plus tôt dans la journée", "es": "hoy mismo", "it": "oggi", "pt": "hoje", "nl": "eerder vandaag"},
        ),
        ("2026-11-23T16:12", {"fr": "hier", "es": "ayer", "it": "ieri", "pt": "ontem", "nl": "gisteren"}),
        (
            "2026-11-20T16:12",
            {"fr": "vendredi", "es": "el viernes", "it": "venerdì", "pt": "na sexta-feira", "nl": "vrijdag"},
        ),
        (
            "2026-11-11T16:12",
            {
                "fr": "le 11 novembre",
                "es": "el 11 de noviembre",
                "it": "mercoledì 11 novembre",
                "pt": "no dia 11 de novembro",
                "nl": "op 11 november",
            },
        ),
    ],
)
def test_the_day_of_an_earlier_note(at: str, said: Said) -> None:
    words = {
        code: say_day(berlin(at), now=NOW, owner_zone=BERLIN, reader_zone=BERLIN, language=LANGUAGES[code])
        for code in said
    }

    assert words == said


class TestPlaces:
    @pytest.mark.parametrize(
        ("zone", "places"),
        [
            ("Africa/Cairo", ["au Caire", "en El Cairo", "al Cairo", "no Cairo", "in Caïro"]),
            (
                "Atlantic/Azores",
                ["aux Açores", "en las Azores", "alle Azzorre", "nos Açores", "op de Azoren"],
            ),
            ("Europe/Lisbon", ["à Lisbonne", "en Lisboa", "a Lisbona", "em Lisboa", "in Lissabon"]),
            ("Europe/London", ["à Londres", "en Londres", "a Londra", "em Londres", "in Londen"]),
            ("Europe/Athens", ["à Athènes", "en Atenas", "ad Atene", "em Atenas", "in Athene"]),
            ("Africa/Accra", ["à Accra", "en Acra", "ad Accra", "em Acra", "in Accra"]),
            ("Asia/Dubai", ["à Dubaï", "en Dubái", "a Dubai", "no Dubai", "in Dubai"]),
            ("Asia/Tokyo", ["à Tokyo", "en Tokio", "a Tokyo", "em Tóquio", "in Tokio"]),
            ("America/Havana", ["à La Havane", "en La Habana", "all’Avana", "em Havana", "in Havana"]),
            (
                "America/Mexico_City",
                ["à Mexico", "en Ciudad de México", "a Città del Messico", "na Cidade do México", "in Mexico-Stad"],
            ),
            ("America/Jamaica", ["en Jamaïque", "en Jamaica", "in Giamaica", "na Jamaica", "op Jamaica"]),
            ("Indian/Mauritius", ["à l’île Maurice", "en Mauricio", "a Mauritius", "na Maurícia", "op Mauritius"]),
            (
                "America/Argentina/Buenos_Aires",
                ["à Buenos Aires", "en Buenos Aires", "a Buenos Aires", "em Buenos Aires", "in Buenos Aires"],
            ),
            ("US/Eastern", ["à New York", "en Nueva York", "a New York", "em Nova Iorque", "in New York"]),
        ],
    )
    def test_with_the_preposition_that_the_place_wants(self, zone: str, places: list[str]) -> None:
        said = [time_in(code, "2026-11-27T16:00", zone) for code in ("fr", "es", "it", "pt", "nl")]

        assert [text.endswith(f" {place})") for text, place in zip(said, places, strict=True)] == [True] * 5, said

    @pytest.mark.parametrize("code", sorted(LANGUAGES))
    def test_every_place_named_is_one_of_a_time_zone(self, code: str) -> None:
        zones = available_timezones()
        known = zones | {zone.rpartition("/")[2] for zone in zones}

        assert [place for place in TABLES[code]["places"] if place not in known] == []

    @pytest.mark.parametrize("code", sorted(LANGUAGES))
    def test_no_place_is_listed_that_the_usual_format_says_as_well(self, code: str) -> None:
        usual = LANGUAGES[code].reader["place"]

        needless = [
            name
            for name, phrase in TABLES[code]["places"].items()
            if "/" not in name and phrase == usual.format(city=name.replace("_", " "))
        ]
        assert needless == []

    @pytest.mark.parametrize(
        ("code", "clash"),
        [
            # An article that melts into the preposition, and two vowels that want a d between them.
            ("fr", r"\bà (?:Le|Les) "),
            ("it", r"\ba (?:A|Il )"),
            ("pt", r"\bem (?:O|Os|A|As) "),
        ],
    )
    def test_no_place_clashes_with_its_preposition(self, code: str, clash: str) -> None:
        zones = [zone for zone in available_timezones() if not zone.startswith(("posix", "right"))]
        said = {zone: time_in(code, "2026-11-27T16:00", zone).partition("(")[2] for zone in sorted(zones)}

        assert {zone: text for zone, text in said.items() if re.search(clash, text)} == {}


class TestGreeting:
    @pytest.mark.parametrize(
        ("code", "name", "familiar", "formal"),
        [
            ("fr", "Wile Coyote", "Bonjour Wile,", "Bonjour Wile Coyote,"),
            ("fr", "Mme Ana Lima", "Bonjour Ana,", "Bonjour Mme Ana Lima,"),
            ("fr", "M. Wile Coyote", "Bonjour Wile,", "Bonjour M. Wile Coyote,"),
            ("es", "Wile Coyote", "Hola, Wile:", "Hola, Wile Coyote:"),
            ("es", "D. Wile Coyote", "Hola, Wile:", "Hola, D. Wile Coyote:"),
            ("it", "Wile Coyote", "Ciao Wile,", "Gentile Wile Coyote,"),
            ("it", "Dott.ssa Ana Lima", "Ciao Ana,", "Gentile Dott.ssa Ana Lima,"),
            ("pt", "Wile Coyote", "Olá, Wile,", "Olá, Wile Coyote,"),
            ("pt", "Dra. Ana Lima", "Olá, Ana,", "Olá, Dra. Ana Lima,"),
            ("nl", "Wile Coyote", "Hallo Wile,", "Beste Wile Coyote,"),
            ("nl", "de heer Wile Coyote", "Hallo Wile,", "Beste de heer Wile Coyote,"),
            ("fr", None, "Bonjour,", "Bonjour,"),
            ("es", None, "Hola:", "Hola:"),
            ("it", None, "Ciao,", "Buongiorno,"),
            ("pt", None, "Olá,", "Olá,"),
            ("nl", None, "Hallo,", "Goedendag,"),
            ("it", "Sig.ra", "Ciao,", "Buongiorno,"),
        ],
    )
    def test_by_name_and_form(self, code: str, name: str | None, familiar: str, formal: str) -> None:
        assert greeting(LANGUAGES[code], name, AddressForm.FAMILIAR) == familiar
        assert greeting(LANGUAGES[code], name, AddressForm.FORMAL) == formal


class TestForbidden:
    @pytest.mark.parametrize(
        ("code", "text", "found"),
        [
            ("fr", "J’ai bien REÇU ton message, je travaille dessus.", ("je travaille", "travaille dessus", "reçu")),
            (
                "fr",
                "Nous vous confirmons l'envoi dans\nles meilleurs délais.",
                ("confirmons", "dans les meilleurs délais"),
            ),
            ("fr", "D'accord, à bientôt.", ("d'accord", "bientôt")),
            ("fr", "Merci de ne pas répondre.", ("ne pas répondre",)),
            ("fr", "Vous recevrez le prochain point au plus tard à 16 h.", ()),
            ("es", "Hemos recibido su mensaje y estamos trabajando en él.", ("trabajando", "recibido")),
            ("es", "Confirmado; le escribo lo antes posible.", ("confirmado", "lo antes posible")),
            ("es", "Por favor, no responda a este correo.", ("no responda",)),
            ("es", "Recibirá el informe a más tardar a las 16:00.", ()),
            ("it", "Ho ricevuto la mail, ci sto lavorando.", ("sto lavorando", "ci sto lavorando", "ricevuto")),
            ("it", "Le confermo che riceverà presto il file.", ("confermo", "presto")),
            ("it", "Si prega di non rispondere.", ("non rispondere", "si prega di non")),
            ("it", "Riceverà il prossimo aggiornamento alle 16.", ()),
            ("pt", "Recebi a mensagem e estou a trabalhar nisso.", ("a trabalhar", "recebi")),
            ("pt", "Fica combinado; respondo em breve.", ("combinado", "em breve")),
            ("pt", "Por favor, não responda a esta mensagem.", ("não responda",)),
            ("pt", "Receberá o próximo ponto de situação às 16h00.", ()),
            ("nl", "Je mail is goed ontvangen, ik ben er mee bezig.", ("mee bezig", "ontvangen")),
            ("nl", "Ik bevestig de afspraak zo snel mogelijk.", ("bevestig", "snel", "zo snel mogelijk")),
            ("nl", "Niet reageren op deze mail a.u.b.", ("niet reageren",)),
            ("nl", "U krijgt het verslag vandaag om 16.00 uur.", ()),
        ],
    )
    def test_in_each_language(self, code: str, text: str, found: tuple[str, ...]) -> None:
        assert forbidden_in(text, LANGUAGES[code]) == found

    @pytest.mark.parametrize("code", sorted(LANGUAGES))
    def test_no_phrase_stands_twice(self, code: str) -> None:
        phrases = LANGUAGES[code].forbidden

        assert sorted(set(phrases)) == sorted(phrases)

    @pytest.mark.parametrize("code", sorted(LANGUAGES))
    def test_no_fixed_text_of_the_language_says_a_forbidden_phrase(self, code: str) -> None:
        own = every_text({name: value for name, value in TABLES[code].items() if name != "forbidden"})

        assert {text: found for text in own if (found := forbidden_in(text, LANGUAGES[code]))} == {}


class TestTypography:
    @pytest.mark.parametrize("code", ["fr", "es", "it", "pt", "nl"])
    def test_apostrophes_are_curled_and_days_and_months_lower_case(self, code: str) -> None:
        language = LANGUAGES[code]

        assert [text for text in every_text(TABLES[code]) if "'" in text or '"' in text or "  " in text] == []
        assert all(word == word.casefold() for word in (*language.weekdays, *language.months))

    def test_french_puts_a_narrow_space_before_a_double_sign(self) -> None:
        own = [*LANGUAGES["fr"].notice.values(), *LANGUAGES["fr"].notice_short.values()]

        assert all("\u202f;" in text for text in own)
        assert not any(re.search(r"[^\u202f][;:!?»]", text) for text in own)


@pytest.mark.parametrize(
    ("code", "familiar", "formal"),
    [
        (
            "fr",
            "Ce mot a été écrit automatiquement pour que tu aies tout de suite la date et l’heure\u202f; "
            "je lis moi-même ton message.",
            "Ce mot a été écrit automatiquement pour que vous ayez tout de suite la date et l’heure\u202f; "
            "je lis moi-même votre message.",
        ),
        (
            "es",
            "Esta nota se ha escrito automáticamente para que tengas la fecha y la hora al momento; "
            "tu mensaje lo leo yo personalmente.",
            "Esta nota se ha escrito automáticamente para que tenga la fecha y la hora al momento; "
            "su mensaje lo leo yo personalmente.",
        ),
        (
            "it",
            "Queste righe sono state scritte automaticamente perché tu abbia subito il giorno e l’ora; "
            "il tuo messaggio lo leggo io personalmente.",
            "Queste righe sono state scritte automaticamente perché Lei abbia subito il giorno e l’ora; "
            "il Suo messaggio lo leggo io personalmente.",
        ),
        (
            "pt",
            "Esta nota foi escrita automaticamente para que saibas de imediato o dia e a hora; "
            "leio pessoalmente a tua mensagem.",
            "Esta nota foi escrita automaticamente para que saiba de imediato o dia e a hora; "
            "leio pessoalmente a sua mensagem.",
        ),
        (
            "nl",
            "Dit bericht is automatisch geschreven, zodat je het tijdstip meteen weet; je mail lees ik zelf.",
            "Dit bericht is automatisch geschreven, zodat u het tijdstip meteen weet; uw mail lees ik zelf.",
        ),
    ],
)
def test_the_notice(code: str, familiar: str, formal: str) -> None:
    assert LANGUAGES[code].notice == {"familiar": familiar, "formal": formal}


@pytest.mark.parametrize(
    ("code", "familiar", "formal"),
    [
        (
            "fr",
            "(Écrit automatiquement\u202f; je lis moi-même ton message.)",
            "(Écrit automatiquement\u202f; je lis moi-même votre message.)",
        ),
        (
            "es",
            "(Escrito automáticamente; tu mensaje lo leo yo personalmente.)",
            "(Escrito automáticamente; su mensaje lo leo yo personalmente.)",
        ),
        (
            "it",
            "(Scritto automaticamente; il tuo messaggio lo leggo io personalmente.)",
            "(Scritto automaticamente; il Suo messaggio lo leggo io personalmente.)",
        ),
        (
            "pt",
            "(Escrito automaticamente; leio pessoalmente a tua mensagem.)",
            "(Escrito automaticamente; leio pessoalmente a sua mensagem.)",
        ),
        (
            "nl",
            "(Automatisch geschreven; je mail lees ik zelf.)",
            "(Automatisch geschreven; uw mail lees ik zelf.)",
        ),
    ],
)
def test_the_short_notice(code: str, familiar: str, formal: str) -> None:
    assert LANGUAGES[code].notice_short == {"familiar": familiar, "formal": formal}


@pytest.mark.parametrize(
    ("code", "familiar", "formal", "report", "answer"),
    [
        ("fr", "Ton message", "Votre message", "Point d’avancement (Anne Orme)", "Réponse (Anne Orme)"),
        ("es", "Tu mensaje", "Su mensaje", "Informe de Anne Orme", "Respuesta de Anne Orme"),
        ("it", "Il tuo messaggio", "Il Suo messaggio", "Aggiornamento di Anne Orme", "Risposta di Anne Orme"),
        ("pt", "A tua mensagem", "A sua mensagem", "Ponto de situação (Anne Orme)", "Resposta (Anne Orme)"),
        ("nl", "Je bericht", "Uw bericht", "Voortgangsverslag van Anne Orme", "Antwoord van Anne Orme"),
    ],
)
def test_the_subject_without_one_and_the_titles_of_calendar_entries(
    code: str, familiar: str, formal: str, report: str, answer: str
) -> None:
    language = LANGUAGES[code]

    assert language.subject == {"familiar": familiar, "formal": formal}
    assert {kind: title.format(owner="Anne Orme") for kind, title in language.calendar.items()} == {
        "report": report,
        "answer": answer,
    }
