"""What is left of a mail when everything is cut that its author did not write for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.text import clean, new_text

QUESTION = "How is the catalogue coming along?"
ATTRIBUTIONS = [
    "On Tue, 24 Nov 2026 at 10:42, Robin Vale <robin@vale.example> wrote:",
    'On 11/24/2026 10:42 AM, "Robin Vale" wrote:',
    "At 10:42 24.11.2026, you wrote:",
    "Robin Vale <robin@vale.example> writes:",
    "Am Di., 24. Nov. 2026 um 10:42 Uhr schrieb Robin Vale <robin@vale.example>:",
    "Am 24.11.2026 um 10:42 schrieb Robin Vale:",
    "Robin Vale <robin@vale.example> schrieb am Di., 24. Nov. 2026, 10:42:",
    "Le mar. 24 nov. 2026 à 10:42, Robin Vale <robin@vale.example> a écrit :",
    "El mar, 24 nov 2026 a las 10:42, Robin Vale (<robin@vale.example>) escribió:",
    "Il giorno mar 24 nov 2026 alle ore 10:42 Robin Vale <robin@vale.example> ha scritto:",
    "Em ter., 24 de nov. de 2026 às 10:42, Robin Vale <robin@vale.example> escreveu:",
    "Op di 24 nov. 2026 om 10:42 schreef Robin Vale <robin@vale.example>:",
    "Op 24 nov. 2026 om 10:42 heeft Robin Vale <robin@vale.example> het volgende geschreven:",
    "Den tis 24 nov. 2026 kl 10:42 skrev Robin Vale <robin@vale.example>:",
    "tir. 24. nov. 2026 kl. 10:42 skrev Robin Vale <robin@vale.example>:",
    "wt., 24 lis 2026 o 10:42 Robin Vale <robin@vale.example> napisał(a):",
    "út 24. 11. 2026 v 10:42 odesílatel Robin Vale <robin@vale.example> napsal:",
    "ti 24. marrask. 2026 klo 10.42 Robin Vale (robin@vale.example) kirjoitti:",
    "вт, 24 нояб. 2026 г. в 10:42, Robin Vale <robin@vale.example> написал(а):",
    "вт, 24 лист. 2026 р. о 10:42 Robin Vale <robin@vale.example> пише:",
    "Robin Vale <robin@vale.example>, 24 Kas 2026 Sal, 10:42 tarihinde şunu yazdı:",
    "2026年11月24日(火) 10:42 Robin Vale <robin@vale.example>:",
    "Robin Vale <robin@vale.example> 于2026年11月24日周二 10:42写道：",
    "2026-11-24 10:42 GMT+01:00 Robin Vale <robin@vale.example>:",
    "---- On Tue, 24 Nov 2026 10:42:00 +0100 Robin Vale <robin@vale.example> wrote ----",
]  # fmt: skip


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_r99_the_line_above_a_quote_goes_with_it_in_every_language(attribution: str) -> None:
    quote = "> The report comes at 16:00.\n> Robin"

    assert new_text(f"{QUESTION}\n\n{attribution}\n\n{quote}\n") == QUESTION
    assert new_text(f"{attribution}\n{quote}\n\n{QUESTION}\n") == QUESTION


@pytest.mark.parametrize("attribution", [line.upper() for line in ATTRIBUTIONS if "@" in line])
def test_an_attribution_may_be_in_capitals(attribution: str) -> None:
    assert new_text(f"{QUESTION}\n\n{attribution}\n> The report comes at 16:00.\n") == QUESTION


@pytest.mark.parametrize("attribution", [line for line in ATTRIBUTIONS if "@" in line])
def test_below_an_attribution_everything_goes_where_a_program_quotes_without_marks(attribution: str) -> None:
    assert new_text(f"{QUESTION}\n\n{attribution}\n\nThe report comes at 16:00.\n\nRobin\n") == QUESTION


@pytest.mark.parametrize(
    "attribution", [line for line in ATTRIBUTIONS if line[:2] in ("On", "At", "Am", "Le", "El", "Il", "Em", "Op")]
)
def test_an_attribution_may_be_wrapped(attribution: str) -> None:
    words = attribution.split(" ")
    for cut in range(3, len(words)):
        wrapped = " ".join(words[:cut]) + "\n" + " ".join(words[cut:])

        assert new_text(f"{QUESTION}\n\n{wrapped}\n> The report comes at 16:00.\n") == QUESTION


def test_an_address_that_wraps_before_its_bracket_is_no_quote() -> None:
    text = (
        f'{QUESTION}\n\nAm 24.11.2026 10:42 schrieb "Robin Vale" <robin.vale@vale.example\n>:\n\n> Der Bericht kommt.\n'
    )

    assert new_text(text) == QUESTION


def test_answers_between_quotes_are_kept() -> None:
    text = "\n".join(
        [
            "Hi Robin, see below.",
            "On 24 Nov 2026, at 10:42, Robin Vale wrote:",
            "> Is the header right?",
            "Yes, it is.",
            "> And the prices?",
            ">",
            "> They are from last year.",
            "Please take this year's.",
        ]
    )

    assert [line for line in new_text(text).split("\n") if line] == [
        "Hi Robin, see below.",
        "Yes, it is.",
        "Please take this year's.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote:\n\nthe prices are wrong. Are they?",
        "Am Montag schrieb ich dir 3 Dinge:\n\nPreise, Farben, Termine.",
        "We have two wishes:\n\n- a new header\n- no footer",
        "From: Berlin\nTo: Hamburg\nDate: Tuesday\n\nCould you book that?",
        "-----\nThe new header\n-----\n\nLooks good.",
        "Sent via DHL today, it should be there tomorrow.\n\nWhen do you start?",
        "The environment\nbefore printing was fine. Now it is not.",
        "This is confidential: we may be bought. Please tell nobody, and do not write an e-mail about it.",
        "The C> prompt comes back. What now?",
        "How do I get Outlook to work?",
        "| Page | Price |\n| 1    | 20    |\n\nIs that right?",
        "Settings> Shop> Colours is where I looked.",
        "It works here.\n\nFrom mobile it is still broken",
        "I cannot open it.\n\nOutlook for iOS crashes when I try",
        "All fine.\n\nCheers,\nWile\n\nThe new logo is attached, please use it.",
        "Best way forward is to wait.\n\nOr is it?",
    ],
)
def test_what_a_person_wrote_stays(text: str) -> None:
    assert new_text(text) == text


HEADER_BLOCKS = [
    ("From", "Sent", "To", "Subject"),
    ("From", "Date", "To", "Subject"),
    ("Von", "Gesendet", "An", "Betreff"),
    ("De", "Envoyé", "À", "Objet"),
    ("De", "Enviado el", "Para", "Asunto"),
    ("Da", "Inviato", "A", "Oggetto"),
    ("De", "Enviada em", "Para", "Assunto"),
    ("Van", "Verzonden", "Aan", "Onderwerp"),
    ("Från", "Skickat", "Till", "Ämne"),
    ("Fra", "Sendt", "Til", "Emne"),
    ("Od", "Wysłano", "Do", "Temat"),
    ("От", "Отправлено", "Кому", "Тема"),
    ("发件人", "发送时间", "收件人", "主题"),
    ("差出人", "送信日時", "宛先", "件名"),
]


@pytest.mark.parametrize("names", HEADER_BLOCKS)
@pytest.mark.parametrize("form", ["{}: {}", "*{}:* {}", "{} : {}"])
@pytest.mark.parametrize("rule", ["", "________________________________\n", "-----\n"])
def test_a_copied_header_ends_what_is_new(names: tuple[str, ...], form: str, rule: str) -> None:
    values = ("Robin Vale <robin@vale.example>", "24 November 2026 10:42", "Wile Coyote", "The catalogue")
    block = "\n".join(form.format(name, value) for name, value in zip(names, values, strict=True))

    assert new_text(f"{QUESTION}\n\n{rule}{block}\n\nThe report comes at 16:00.\n") == QUESTION


def test_the_colons_of_a_copied_header_may_be_wide() -> None:
    assert new_text(f"{QUESTION}\n\n发件人：Robin\n收件人：Wile\n主题：目录\n\n报告今天下午到。\n") == QUESTION


@pytest.mark.parametrize(
    "line",
    [
        "-----Original Message-----",
        "*-------- Original Message --------*",
        "-----Ursprüngliche Nachricht-----",
        "-------- Message d'origine --------",
        "-----Mensaje original-----",
        "----- Messaggio originale -----",
        "-----Mensagem original-----",
        "-----Oorspronkelijk bericht-----",
        "---------- Forwarded message ---------",
        "-------- Weitergeleitete Nachricht --------",
        "-------- Message transféré --------",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
        "Début du message réexpédié :",
        "Inizio messaggio inoltrato:",
    ],
)
def test_forwarded_text_is_not_new(line: str) -> None:
    assert new_text(f"{QUESTION}\n\n{line}\nSomebody is late again.\n") == QUESTION
    assert new_text(f"{line}\nSomebody is late again.\n") == ""


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nWile Coyote\nHead of Procurement\nInvoices to billing@acme.example",
        "--\nWile Coyote\nHead of Procurement",
        "—\nWile Coyote\nHead of Procurement",
        "–\nWile Coyote\nHead of Procurement",
        "_____________________\nWile Coyote\nHead of Procurement",
        "Best regards,\nWile Coyote\nHead of Procurement",
        "Kind regards\n\nWile Coyote\nAcme GmbH, Roadrunner Street 1",
        "Mit freundlichen Grüßen\nWile Coyote\nEinkauf",
        "Viele Grüße,\n\nWile",
        "Cordialement,\nWile Coyote",
        "Un saludo,\nWile",
        "Cordiali saluti\nWile",
        "Atenciosamente,\nWile",
        "Met vriendelijke groet,\nWile",
        "Sent from my iPhone",
        "Sent from my Samsung Galaxy smartphone.",
        "Sent from Yahoo Mail on Android",
        "Sent from Mail<https://go.example/?LinkId=1> for Windows",
        "Get Outlook for iOS<https://aka.example/o>",
        "Von meinem iPhone gesendet",
        "Gesendet von Outlook für Android<https://aka.example/o>",
        "Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet.",
        "Envoyé de mon iPhone",
        "Télécharger Outlook pour Android<https://aka.example/o>",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Enviado do meu iPhone",
        "Verzonden vanaf mijn iPhone",
        "Sendt fra min iPad",
        "Skickat från min iPhone",
        "Отправлено с iPhone",
    ],
)
def test_signatures_and_what_a_device_adds_are_cut(signature: str) -> None:
    assert new_text(f"{QUESTION}\n\n{signature}\n") == QUESTION
    assert new_text(f"{QUESTION}\n\n{signature}\n\nOn 24 Nov 2026 at 10:42 Robin Vale wrote:\n> Soon.\n") == QUESTION


def test_what_follows_a_closing_stays_where_it_says_something() -> None:
    asked = f"All is fine.\n\nBest regards,\nWile\n\nP.S. {QUESTION}"
    alone = "Best regards,\nWile"

    assert new_text(asked) == asked
    assert new_text(alone) == alone


def test_an_answer_below_a_signature_and_a_quote_stays() -> None:
    text = f"-- \nWile Coyote\n\n> What do you want to know?\n\n{QUESTION}"

    assert new_text(text) == QUESTION


@pytest.mark.parametrize(
    "notice",
    [
        "This e-mail and any attachments may contain confidential information. If you are not the intended recipient, "
        "please notify the sender and delete it.",
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind oder diese "
        "Nachricht irrtümlich erhalten haben, informieren Sie bitte den Absender.",
        "Ce message et ses pièces jointes sont confidentiels et destinés exclusivement à leur destinataire. Si vous "
        "avez reçu ce message par erreur, merci de le détruire.",
        "Este mensaje y sus anexos son confidenciales. Si usted no es el destinatario, o lo ha recibido por error, le "
        "rogamos que lo borre.",
        "Le informazioni contenute in questo messaggio sono riservate e destinate esclusivamente al destinatario; se "
        "lo avete ricevuto per errore, cancellatelo.",
        "De informatie in dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde. Bent u dat niet, "
        "dan verzoeken wij u de e-mail te verwijderen.",
        "Please consider the environment before printing this e-mail.",
    ],
)
def test_legal_notices_are_cut_and_nothing_else_goes_with_them(notice: str) -> None:
    assert new_text(f"{QUESTION}\n\n{notice}\n") == QUESTION
    assert new_text(f"{notice}\n\n{QUESTION}\n") == QUESTION


def test_nothing_is_left_of_a_mail_that_only_quotes() -> None:
    assert new_text("> The report comes at 16:00.\n> Robin\n") == ""
    assert new_text("") == ""


def test_lines_lose_nothing_but_blanks_at_their_end() -> None:
    assert new_text("  - one  \r\n    - two\r\n\r\n\r\n  - three") == "- one\n    - two\n\n\n  - three"


HOSTILE = [
    "a:\n",
    "--\n",
    ":\n",
    "wrote:\n",
    "* * * * *\n",
    "? ? ?\n> x\n",
    "From: x\nSubject: y\n",
    ">",
    "\n",
    "sent from my ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_r96_a_long_hostile_text_takes_no_time_to_speak_of(piece: str) -> None:
    assert isinstance(new_text(piece * 300_000), str)


LINES = st.one_of(
    st.sampled_from(
        [*ATTRIBUTIONS, QUESTION, "> x", "-- ", "--", "", "From: a", "Subject: b", "To: c", "Regards,", ">:"]
    ),
    st.text(max_size=30),
)


@given(st.lists(LINES, max_size=20))
def test_nothing_is_added_and_no_order_is_changed(lines: list[str]) -> None:
    source = iter(line.strip() for line in clean("\n".join(lines)).split("\n"))
    kept = [line.strip() for line in new_text("\n".join(lines)).split("\n") if line.strip()]

    assert all(line in source for line in kept)
