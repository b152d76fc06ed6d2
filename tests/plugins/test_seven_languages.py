"""What a client reads, word for word, in all seven languages and both forms of address."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from whiteglove.clients import AddressForm
from whiteglove.compose import render
from whiteglove.settings.fields import LANGUAGES
from whiteglove.wording import Language, forbidden_in, greeting, say_block, say_day, say_time

BERLIN, NEW_YORK, SYDNEY = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Sydney")
NOW = datetime(2026, 11, 24, 9, 45, tzinfo=UTC)
TODAY, NEXT_WEEK = datetime(2026, 11, 24, 15, 0, tzinfo=UTC), datetime(2026, 12, 1, 15, 30, tzinfo=UTC)
YESTERDAY = datetime(2026, 11, 23, 16, 12, tzinfo=UTC)
TEMPLATES = files("whiteglove_plugins").joinpath("templates", "acknowledge")
FILES = {file.name for file in TEMPLATES.iterdir() if file.name.endswith(".txt")}
NAMES = ("next_report", "next_report_again", "answer_by", "answer_by_again", "calm_receipt")
OWN = ("notice", "rehearsal")
PROJECT = {
    "en": "the catalogue", "de": "Katalog", "fr": "Catalogue", "es": "Catálogo", "it": "Catalogo", "pt": "Catálogo",
    "nl": "Catalogus",
}  # fmt: skip


@cache
def language_of(code: str) -> Language:
    return Language.from_table(
        code, tomllib.loads(files("whiteglove").joinpath("languages", f"{code}.toml").read_text("utf-8"))
    )


def said(
    name: str, code: str, form: AddressForm, *, due: datetime = TODAY, reader: ZoneInfo = NEW_YORK, project: bool = True
) -> str:
    """The template filled in as the core fills it, with two hours set aside in the morning of the day of the report."""
    language = language_of(code)
    zones: dict[str, Any] = {"now": NOW, "owner_zone": BERLIN, "reader_zone": reader, "language": language}
    morning = (due.replace(hour=10, minute=0), due.replace(hour=12, minute=0))
    values = {
        "greeting": greeting(language, "Wile Coyote", form),
        "when": say_time(due, form="at" if name.startswith("next_report") else "by", **zones),
        "told_on": say_day(YESTERDAY, **zones),
        "block": say_block(*morning, same_day_as=due, **zones),
        "project": PROJECT[code] if project else None,
        "formal": form is AddressForm.FORMAL,
        "owner_name": "Robin Vale",
    }
    return render(TEMPLATES.joinpath(f"{name}.{code}.txt").read_text("utf-8"), values)


# The familiar form, then the formal one; a no-break space holds a French hour together, a narrow one its quotation.
SAID: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "next_report": (
            "Your next report on the catalogue comes today, Tuesday 24 November, at 16:00 (10:00 in "
            "New York). I have set aside 11:00–13:00 today (05:00–07:00 in New York) for it.",
            "Your next report on the catalogue comes today, Tuesday 24 November, at 16:00 (10:00 in "
            "New York). I have set aside 11:00–13:00 today (05:00–07:00 in New York) for it.",
        ),
        "next_report_again": (
            "As noted yesterday: your next report on the catalogue comes today, Tuesday 24 November, "
            "at 16:00 (10:00 in New York).",
            "As noted yesterday: your next report on the catalogue comes today, Tuesday 24 November, "
            "at 16:00 (10:00 in New York).",
        ),
        "answer_by": (
            "You will have my answer today, Tuesday 24 November, by 16:00 (10:00 in New York).",
            "You will have my answer today, Tuesday 24 November, by 16:00 (10:00 in New York).",
        ),
        "answer_by_again": (
            "As noted yesterday: you will have my answer today, Tuesday 24 November, by 16:00 (10:00 in New York).",
            "As noted yesterday: you will have my answer today, Tuesday 24 November, by 16:00 (10:00 in New York).",
        ),
        "calm_receipt": (
            "Your message is with me, and I will answer you personally today, Tuesday 24 November, by "
            "16:00 (10:00 in New York).",
            "Your message is with me, and I will answer you personally today, Tuesday 24 November, by "
            "16:00 (10:00 in New York).",
        ),
    },
    "de": {
        "next_report": (
            "dein nächster Bericht zu „Katalog“ kommt heute, Dienstag, 24. November, um 16 Uhr (10 "
            "Uhr in New York). Dafür habe ich heute von 11 bis 13 Uhr (von 5 bis 7 Uhr in New York) "
            "eingeplant.",
            "Ihr nächster Bericht zu „Katalog“ kommt heute, Dienstag, 24. November, um 16 Uhr (10 Uhr "
            "in New York). Dafür habe ich heute von 11 bis 13 Uhr (von 5 bis 7 Uhr in New York) "
            "eingeplant.",
        ),
        "next_report_again": (
            "wie gestern geschrieben: Dein nächster Bericht zu „Katalog“ kommt heute, Dienstag, 24. "
            "November, um 16 Uhr (10 Uhr in New York).",
            "wie gestern geschrieben: Ihr nächster Bericht zu „Katalog“ kommt heute, Dienstag, 24. "
            "November, um 16 Uhr (10 Uhr in New York).",
        ),
        "answer_by": (
            "meine Antwort hast du heute, Dienstag, 24. November, bis 16 Uhr (10 Uhr in New York).",
            "meine Antwort haben Sie heute, Dienstag, 24. November, bis 16 Uhr (10 Uhr in New York).",
        ),
        "answer_by_again": (
            "wie gestern geschrieben: Meine Antwort hast du heute, Dienstag, 24. November, bis 16 Uhr "
            "(10 Uhr in New York).",
            "wie gestern geschrieben: Meine Antwort haben Sie heute, Dienstag, 24. November, bis 16 "
            "Uhr (10 Uhr in New York).",
        ),
        "calm_receipt": (
            "deine Nachricht ist bei mir, und ich antworte dir persönlich heute, Dienstag, 24. "
            "November, bis 16 Uhr (10 Uhr in New York).",
            "Ihre Nachricht ist bei mir, und ich antworte Ihnen persönlich heute, Dienstag, 24. "
            "November, bis 16 Uhr (10 Uhr in New York).",
        ),
    },
    "fr": {
        "next_report": (
            "Tu recevras le prochain point d’avancement du projet «\u202fCatalogue\u202f» "
            "aujourd’hui, mardi 24 novembre, à 16\u00a0h (10\u00a0h à New York). Pour cela, j’ai "
            "réservé un créneau aujourd’hui, de 11\u00a0h à 13\u00a0h (de 5\u00a0h à 7\u00a0h à New "
            "York).",
            "Vous recevrez le prochain point d’avancement du projet «\u202fCatalogue\u202f» "
            "aujourd’hui, mardi 24 novembre, à 16\u00a0h (10\u00a0h à New York). Pour cela, j’ai "
            "réservé un créneau aujourd’hui, de 11\u00a0h à 13\u00a0h (de 5\u00a0h à 7\u00a0h à New "
            "York).",
        ),
        "next_report_again": (
            "Comme indiqué hier, tu recevras le prochain point d’avancement du projet "
            "«\u202fCatalogue\u202f» aujourd’hui, mardi 24 novembre, à 16\u00a0h (10\u00a0h à New "
            "York).",
            "Comme indiqué hier, vous recevrez le prochain point d’avancement du projet "
            "«\u202fCatalogue\u202f» aujourd’hui, mardi 24 novembre, à 16\u00a0h (10\u00a0h à New "
            "York).",
        ),
        "answer_by": (
            "Tu auras ma réponse aujourd’hui, mardi 24 novembre, au plus tard à 16\u00a0h (10\u00a0h à New York).",
            "Vous aurez ma réponse aujourd’hui, mardi 24 novembre, au plus tard à 16\u00a0h (10\u00a0h à New York).",
        ),
        "answer_by_again": (
            "Comme indiqué hier, tu auras ma réponse aujourd’hui, mardi 24 novembre, au plus tard à "
            "16\u00a0h (10\u00a0h à New York).",
            "Comme indiqué hier, vous aurez ma réponse aujourd’hui, mardi 24 novembre, au plus tard à "
            "16\u00a0h (10\u00a0h à New York).",
        ),
        "calm_receipt": (
            "Ton message est entre mes mains, et je te répondrai personnellement aujourd’hui, mardi "
            "24 novembre, au plus tard à 16\u00a0h (10\u00a0h à New York).",
            "Votre message est entre mes mains, et je vous répondrai personnellement aujourd’hui, "
            "mardi 24 novembre, au plus tard à 16\u00a0h (10\u00a0h à New York).",
        ),
    },
    "es": {
        "next_report": (
            "Recibirás el próximo informe del proyecto «Catálogo» hoy, martes 24 de noviembre, a las "
            "16:00 (10:00 en Nueva York). Para ello he reservado tiempo hoy, de 11:00 a 13:00 (de "
            "5:00 a 7:00 en Nueva York).",
            "Recibirá el próximo informe del proyecto «Catálogo» hoy, martes 24 de noviembre, a las "
            "16:00 (10:00 en Nueva York). Para ello he reservado tiempo hoy, de 11:00 a 13:00 (de "
            "5:00 a 7:00 en Nueva York).",
        ),
        "next_report_again": (
            "Como te indicaba ayer, recibirás el próximo informe del proyecto «Catálogo» hoy, martes "
            "24 de noviembre, a las 16:00 (10:00 en Nueva York).",
            "Como le indicaba ayer, recibirá el próximo informe del proyecto «Catálogo» hoy, martes "
            "24 de noviembre, a las 16:00 (10:00 en Nueva York).",
        ),
        "answer_by": (
            "Tendrás mi respuesta hoy, martes 24 de noviembre, a más tardar a las 16:00 (10:00 en Nueva York).",
            "Tendrá mi respuesta hoy, martes 24 de noviembre, a más tardar a las 16:00 (10:00 en Nueva York).",
        ),
        "answer_by_again": (
            "Como te indicaba ayer, tendrás mi respuesta hoy, martes 24 de noviembre, a más tardar a "
            "las 16:00 (10:00 en Nueva York).",
            "Como le indicaba ayer, tendrá mi respuesta hoy, martes 24 de noviembre, a más tardar a "
            "las 16:00 (10:00 en Nueva York).",
        ),
        "calm_receipt": (
            "Tengo tu mensaje y te responderé personalmente hoy, martes 24 de noviembre, a más tardar "
            "a las 16:00 (10:00 en Nueva York).",
            "Tengo su mensaje y le responderé personalmente hoy, martes 24 de noviembre, a más tardar "
            "a las 16:00 (10:00 en Nueva York).",
        ),
    },
    "it": {
        "next_report": (
            "riceverai il prossimo aggiornamento sul progetto «Catalogo» oggi, martedì 24 novembre, "
            "alle 16 (le 10 a New York). Per questo ho riservato del tempo oggi, dalle 11 alle 13 "
            "(dalle 5 alle 7 a New York).",
            "riceverà il prossimo aggiornamento sul progetto «Catalogo» oggi, martedì 24 novembre, "
            "alle 16 (le 10 a New York). Per questo ho riservato del tempo oggi, dalle 11 alle 13 "
            "(dalle 5 alle 7 a New York).",
        ),
        "next_report_again": (
            "come ti ho scritto ieri, riceverai il prossimo aggiornamento sul progetto «Catalogo» "
            "oggi, martedì 24 novembre, alle 16 (le 10 a New York).",
            "come Le ho scritto ieri, riceverà il prossimo aggiornamento sul progetto «Catalogo» "
            "oggi, martedì 24 novembre, alle 16 (le 10 a New York).",
        ),
        "answer_by": (
            "avrai la mia risposta oggi, martedì 24 novembre, entro le 16 (le 10 a New York).",
            "avrà la mia risposta oggi, martedì 24 novembre, entro le 16 (le 10 a New York).",
        ),
        "answer_by_again": (
            "come ti ho scritto ieri, avrai la mia risposta oggi, martedì 24 novembre, entro le 16 (le 10 a New York).",
            "come Le ho scritto ieri, avrà la mia risposta oggi, martedì 24 novembre, entro le 16 (le 10 a New York).",
        ),
        "calm_receipt": (
            "ho qui il tuo messaggio e ti risponderò personalmente oggi, martedì 24 novembre, entro "
            "le 16 (le 10 a New York).",
            "ho qui il Suo messaggio e Le risponderò personalmente oggi, martedì 24 novembre, entro "
            "le 16 (le 10 a New York).",
        ),
    },
    "pt": {
        "next_report": (
            "Receberás o próximo ponto de situação do projeto «Catálogo» hoje, terça-feira, 24 de "
            "novembro, às 16h00 (10h00 em Nova Iorque). Para isso, reservei tempo hoje, das 11h00 às "
            "13h00 (das 5h00 às 7h00 em Nova Iorque).",
            "Receberá o próximo ponto de situação do projeto «Catálogo» hoje, terça-feira, 24 de "
            "novembro, às 16h00 (10h00 em Nova Iorque). Para isso, reservei tempo hoje, das 11h00 às "
            "13h00 (das 5h00 às 7h00 em Nova Iorque).",
        ),
        "next_report_again": (
            "Como te escrevi ontem, receberás o próximo ponto de situação do projeto «Catálogo» hoje, "
            "terça-feira, 24 de novembro, às 16h00 (10h00 em Nova Iorque).",
            "Como lhe escrevi ontem, receberá o próximo ponto de situação do projeto «Catálogo» hoje, "
            "terça-feira, 24 de novembro, às 16h00 (10h00 em Nova Iorque).",
        ),
        "answer_by": (
            "Terás a minha resposta hoje, terça-feira, 24 de novembro, até às 16h00 (10h00 em Nova Iorque).",
            "Terá a minha resposta hoje, terça-feira, 24 de novembro, até às 16h00 (10h00 em Nova Iorque).",
        ),
        "answer_by_again": (
            "Como te escrevi ontem, terás a minha resposta hoje, terça-feira, 24 de novembro, até às "
            "16h00 (10h00 em Nova Iorque).",
            "Como lhe escrevi ontem, terá a minha resposta hoje, terça-feira, 24 de novembro, até às "
            "16h00 (10h00 em Nova Iorque).",
        ),
        "calm_receipt": (
            "Tenho a tua mensagem e vou responder-te pessoalmente hoje, terça-feira, 24 de novembro, "
            "até às 16h00 (10h00 em Nova Iorque).",
            "Tenho a sua mensagem e vou responder-lhe pessoalmente hoje, terça-feira, 24 de novembro, "
            "até às 16h00 (10h00 em Nova Iorque).",
        ),
    },
    "nl": {
        "next_report": (
            "Het volgende voortgangsverslag van het project ‘Catalogus’ krijg je vandaag, dinsdag 24 "
            "november, om 16.00 uur (10.00 uur in New York). Daarvoor heb ik vandaag van 11.00 tot "
            "13.00 uur (van 5.00 tot 7.00 uur in New York) vrijgehouden.",
            "Het volgende voortgangsverslag van het project ‘Catalogus’ krijgt u vandaag, dinsdag 24 "
            "november, om 16.00 uur (10.00 uur in New York). Daarvoor heb ik vandaag van 11.00 tot "
            "13.00 uur (van 5.00 tot 7.00 uur in New York) vrijgehouden.",
        ),
        "next_report_again": (
            "Zoals ik gisteren schreef, krijg je het volgende voortgangsverslag van het project "
            "‘Catalogus’ vandaag, dinsdag 24 november, om 16.00 uur (10.00 uur in New York).",
            "Zoals ik gisteren schreef, krijgt u het volgende voortgangsverslag van het project "
            "‘Catalogus’ vandaag, dinsdag 24 november, om 16.00 uur (10.00 uur in New York).",
        ),
        "answer_by": (
            "Mijn antwoord krijg je vandaag, dinsdag 24 november, uiterlijk om 16.00 uur (10.00 uur in New York).",
            "Mijn antwoord krijgt u vandaag, dinsdag 24 november, uiterlijk om 16.00 uur (10.00 uur in New York).",
        ),
        "answer_by_again": (
            "Zoals ik gisteren schreef, krijg je mijn antwoord vandaag, dinsdag 24 november, "
            "uiterlijk om 16.00 uur (10.00 uur in New York).",
            "Zoals ik gisteren schreef, krijgt u mijn antwoord vandaag, dinsdag 24 november, "
            "uiterlijk om 16.00 uur (10.00 uur in New York).",
        ),
        "calm_receipt": (
            "Je bericht ligt bij mij, en mijn persoonlijke antwoord krijg je vandaag, dinsdag 24 "
            "november, uiterlijk om 16.00 uur (10.00 uur in New York).",
            "Uw bericht ligt bij mij, en mijn persoonlijke antwoord krijgt u vandaag, dinsdag 24 "
            "november, uiterlijk om 16.00 uur (10.00 uur in New York).",
        ),
    },
}

# A report next week, without a project, to whom it reaches on another day of the week.
LATER: dict[str, str] = {
    "en": (
        "Your next report comes Tuesday, 1 December at 16:30 (Wednesday 02:30 in Sydney). I have "
        "set aside 11:00–13:00 that day (21:00–23:00 in Sydney) for it."
    ),
    "de": (
        "Ihr nächster Bericht kommt am Dienstag, 1. Dezember, um 16:30 Uhr (Mittwoch, 2:30 Uhr in "
        "Sydney). Dafür habe ich am selben Tag von 11 bis 13 Uhr (von 21 bis 23 Uhr in Sydney) "
        "eingeplant."
    ),
    "fr": (
        "Vous recevrez le prochain point d’avancement le mardi 1er décembre à 16\u00a0h\u00a030 "
        "(mercredi, 2\u00a0h\u00a030 à Sydney). Pour cela, j’ai réservé un créneau le même jour, "
        "de 11\u00a0h à 13\u00a0h (de 21\u00a0h à 23\u00a0h à Sydney)."
    ),
    "es": (
        "Recibirá el próximo informe el martes 1 de diciembre a las 16:30 (miércoles, 2:30 en "
        "Sídney). Para ello he reservado tiempo ese mismo día, de 11:00 a 13:00 (de 21:00 a 23:00 "
        "en Sídney)."
    ),
    "it": (
        "riceverà il prossimo aggiornamento martedì 1º dicembre alle 16:30 (mercoledì, le 2:30 a "
        "Sydney). Per questo ho riservato del tempo lo stesso giorno, dalle 11 alle 13 (dalle 21 "
        "alle 23 a Sydney)."
    ),
    "pt": (
        "Receberá o próximo ponto de situação na terça-feira, 1 de dezembro, às 16h30 "
        "(quarta-feira, 2h30 em Sydney). Para isso, reservei tempo nesse mesmo dia, das 11h00 às "
        "13h00 (das 21h00 às 23h00 em Sydney)."
    ),
    "nl": (
        "Het volgende voortgangsverslag krijgt u dinsdag 1 december om 16.30 uur (woensdag 2.30 "
        "uur in Sydney). Daarvoor heb ik diezelfde dag van 11.00 tot 13.00 uur (van 21.00 tot "
        "23.00 uur in Sydney) vrijgehouden."
    ),
}

GREETINGS = {
    "en": ("Hi Wile,", "Dear Wile Coyote,"),
    "de": ("Hallo Wile,", "Guten Tag Wile Coyote,"),
    "fr": ("Bonjour Wile,", "Bonjour Wile Coyote,"),
    "es": ("Hola, Wile:", "Hola, Wile Coyote:"),
    "it": ("Ciao Wile,", "Gentile Wile Coyote,"),
    "pt": ("Olá, Wile,", "Olá, Wile Coyote,"),
    "nl": ("Hallo Wile,", "Beste Wile Coyote,"),
}

# Words of the one form of address that must never slip into a mail in the other.
FAMILIAR = {
    "de": "du dein deine dir hast",
    "fr": "tu te t’ ton ta recevras auras",
    "es": "te tu recibirás tendrás",
    "it": "ti tuo tua riceverai avrai",
    "pt": "te tua teu receberás terás responder-te",
    "nl": "je jij jou jouw",
}
FORMAL = {
    "de": "Sie Ihr Ihre Ihnen haben",
    "fr": "vous votre Vous Votre recevrez aurez",
    "es": "le su recibirá tendrá",
    "it": "Le Suo Lei riceverà avrà",
    "pt": "lhe sua seu receberá terá responder-lhe",
    "nl": "u uw U Uw krijgt",
}


@pytest.mark.parametrize(("name", "code"), list(product(sorted({name.partition(".")[0] for name in FILES}), LANGUAGES)))
def test_every_template_exists_in_every_language(name: str, code: str) -> None:
    assert f"{name}.{code}.txt" in FILES


@pytest.mark.parametrize(("name", "code"), list(product(OWN, LANGUAGES)))
def test_so_does_every_text_to_the_owner(name: str, code: str) -> None:
    assert files("whiteglove").joinpath("templates", f"{name}.{code}.txt").is_file()


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, texts in SAID.items() for name in texts])
def test_each_text_in_both_forms(code: str, name: str) -> None:
    familiar, formal = SAID[code][name]
    first, full = GREETINGS[code]

    assert said(name, code, AddressForm.FAMILIAR) == f"{first}\n\n{familiar}"
    assert said(name, code, AddressForm.FORMAL) == f"{full}\n\n{formal}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_report_next_week_of_no_project_to_a_reader_whose_day_is_another(code: str) -> None:
    shown = said("next_report", code, AddressForm.FORMAL, due=NEXT_WEEK, reader=SYDNEY, project=False)

    assert shown.partition("\n\n")[2] == LATER[code]


@pytest.mark.parametrize(("code", "name"), list(product(LANGUAGES, NAMES)))
def test_no_text_says_a_forbidden_word_nor_mixes_the_forms(code: str, name: str) -> None:
    language = language_of(code)
    for form, others in ((AddressForm.FAMILIAR, FORMAL), (AddressForm.FORMAL, FAMILIAR)):
        for due, project in product((TODAY, NEXT_WEEK), (False, True)):
            shown = said(name, code, form, due=due, project=project)
            mail = f"{shown}\n\n{language.notice[form]}\n\n{language.notice_short[form]}"
            words = mail.replace("’", "’ ").replace(",", " ").replace(";", " ").replace("(", " ").split()

            assert forbidden_in(mail, language) == ()
            assert not set(words) & set(others.get(code, "").split())


@pytest.mark.parametrize("name", NAMES)
def test_french_spaces_and_quotation_marks_and_apostrophes(name: str) -> None:
    source = TEMPLATES.joinpath(f"{name}.fr.txt").read_text("utf-8")
    shown = said(name, "fr", AddressForm.FORMAL)

    assert "'" not in source
    assert '"' not in source
    assert shown.count("«\u202f") == shown.count("«")
    assert shown.count("\u202f»") == shown.count("»")
    assert re.search(r"\d h", shown) is None


REHEARSALS = {
    "en": "This is a rehearsal: nothing went to a client. In live mode this mail would go",
    "de": 'Das ist eine Probe: Kein Kunde hat etwas bekommen. Im Betrieb (mode = "live") ginge diese Mail',
    "fr": 'Ceci est une répétition\u202f: rien n’est parti chez un client. En service (mode = "live"), ce message '
    "partirait",
    "es": 'Esto es un ensayo: no ha salido nada para ningún cliente. En servicio (mode = "live"), este mensaje saldría',
    "it": 'Questa è una prova: a nessun cliente è arrivato nulla. In servizio (mode = "live"), questo messaggio '
    "partirebbe",
    "pt": 'Isto é um ensaio: nada seguiu para nenhum cliente. Em serviço (mode = "live"), esta mensagem seguiria',
    "nl": 'Dit is een proef: er is niets naar een klant gegaan. In bedrijf (mode = "live") zou deze mail gaan',
}
ENVELOPES = {
    "en": ("to ", "with the subject: ", "because of: "),
    "de": ("an ", "mit dem Betreff: ", "wegen: "),
    "fr": ("à ", "avec l’objet\u202f: ", "motif\u202f: "),
    "es": ("para ", "con el asunto: ", "motivo: "),
    "it": ("per ", "con oggetto: ", "motivo: "),
    "pt": ("para ", "com o assunto: ", "motivo: "),
    "nl": ("aan ", "met het onderwerp: ", "vanwege: "),
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_a_rehearsal_tells_the_owner(code: str) -> None:
    source = files("whiteglove").joinpath("templates", f"rehearsal.{code}.txt").read_text("utf-8")
    values = {"recipient": "wile@acme.example", "subject": "Re: X", "reason": "status_request", "text": "Y"}
    to, subject, reason = ENVELOPES[code]

    assert render(source, values).split("\n") == [
        REHEARSALS[code],
        "",
        f"{to}wile@acme.example",
        f"{subject}Re: X",
        f"{reason}status_request",
        "",
        "-" * 64,
        "",
        "Y",
    ]
