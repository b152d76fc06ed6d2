"""Machines known by their words alone, and people who use the same words."""

from collections.abc import Callable

import pytest

from whiteglove.message import Kind, Verdicts
from whiteglove.settings.data import load_languages

Judge = Callable[..., Verdicts]

BOUNCES = [
    (
        "failure notice",
        "Hi. This is the qmail-send program at mx.vale.example.\nI'm afraid I wasn't able to deliver your message to "
        "the following addresses.\n\n<kim@acme.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n",
    ),
    (
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
        "delivered to one or more of its\nrecipients.\n\n  kim@acme.example\n    550 5.1.1 User unknown\n",
    ),
    (
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host mx.vale.example.\n\nI'm sorry to have to inform you that your message could\n"
        "not be delivered to one or more recipients.\n",
    ),
    ("Undeliverable: The catalogue", "Delivery has failed to these recipients or groups:\n\nkim@acme.example\n"),
    (
        "Returned mail: see transcript for details",
        "The original message was received at Tue, 24 Nov 2026 10:42:09\n\n"
        "   ----- The following addresses had permanent fatal errors -----\n<kim@acme.example>\n",
    ),
    ("Undeliverable Mail", "Unknown user: kim@acme.example\n\n\nOriginal message follows.\n\nReceived: from a by b\n"),
    (
        "DELIVERY FAILURE: User not listed",
        "Your message\n\n  Subject: The catalogue\n\nwas not delivered to:\n\n  kim@acme.example\n",
    ),
    (
        "Delivery Status Notification (Failure)",
        "This is an automatically generated Delivery Status Notification.\n\n"
        "Delivery to the following recipients failed.\n",
    ),
    ("Mail System Error - Returned Mail", "The user(s) account is disabled.\n\n<kim@acme.example>\n"),
    (
        "Unzustellbar: Der Katalog",
        "Ihre Nachricht an kim@acme.example konnte leider nicht zugestellt werden.\n\n550 5.1.1 unbekannt\n",
    ),
    ("Non remis : Le catalogue", "Votre message n'a pas pu être remis à\n\nkim@acme.example\n"),
    ("No se puede entregar: El catálogo", "Su mensaje no pudo ser entregado a\n\nkim@acme.example\n"),
    ("Mancato recapito", "Il messaggio non è stato recapitato a:\n\nkim@acme.example\n"),
    ("Não entregue", "A sua mensagem não pôde ser entregue a:\n\nkim@acme.example\n"),
    ("Onbestelbaar: De catalogus", "Uw bericht kon niet worden bezorgd bij\n\nkim@acme.example\n"),
    ("Недоставленное сообщение", "Ваше письмо не может быть доставлено:\n\nkim@acme.example\n"),
    ("メールエラー通知", "送信先が見つからないため、送信できませんでした。\n\nkim@acme.example\n"),
    ("系统退信", "您的邮件无法投递。\n\nkim@acme.example\n"),
]


@pytest.mark.parametrize(("subject", "text"), BOUNCES)
def test_r22_a_bounce_without_any_header_of_one(judge: Judge, subject: str, text: str) -> None:
    verdicts = judge(Subject=subject, text=text)

    assert (verdicts.human, verdicts.reason, verdicts.kind) == (False, "bounce_text", Kind.BOUNCE)


@pytest.mark.parametrize(("subject", "text"), BOUNCES)
def test_r23_the_same_quoted_by_a_person_is_the_persons_mail(judge: Judge, subject: str, text: str) -> None:
    quoted = "\n".join(f"> {line}" for line in text.split("\n"))
    forwarded = (
        f"---------- Forwarded message ---------\nFrom: MAILER-DAEMON@vale.example\nSubject: {subject}\n\n{text}"
    )

    for below in (f"On Tue, 24 Nov 2026 at 10:42 MAILER-DAEMON wrote:\n\n{quoted}", forwarded):
        for prefix in ("Re: ", "Fwd: ", "AW: ", "WG: "):
            assert judge(Subject=prefix + subject, text=f"What does this mean?\n\n{below}").may_acknowledge


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("The catalogue", 'I got "Undeliverable" when writing to you, what is the status?'),
        ("Undeliverable?", "Hi Robin,\n\nyour message could not be delivered to Kim: 550 5.1.1 user unknown.\n\nWile"),
        (
            "Mail delivery problem",
            "Dear Robin Vale,\n\nThe following addresses had fatal errors:\n\nkim@acme.example\n\nCan you look?",
        ),
        ("Delivery of the posters failed", "Could not deliver the posters today, the shop was closed. Tomorrow?"),
        ("Delivery delayed", "The following addresses changed:\n\nkim@acme.example\n\nPlease send the posters there."),
        ("Delivery problem", "Sorry, we could not take the parcel. It cost 550 EUR."),
        ("Failure of the shop", "The user account is gone, and nobody can log in."),
        ("Returned draft", "Your message was not quite clear to us.\n\nWile\nwile@acme.example"),
        ("New addresses", "The e-mail address on page 3 is not right, use\n\nkim@acme.example"),
        ("Quota", "The mailbox is full of questions. Quota or not, when does it come?"),
        ("Your message", "Your message arrived.\nThe following pages are fine."),
    ],
)
def test_r23_a_person_who_uses_a_servers_words(judge: Judge, subject: str, text: str) -> None:
    assert judge(Subject=subject, text=text).may_acknowledge


@pytest.mark.parametrize(
    "text",
    [
        "Your message is being held until you confirm that you are a person.\n\nPlease click the link below to verify "
        "your address. This is a one-time process.\n",
        "I use a service to stop spam. Your message was held because you are not on my Guest List.\n\nPlease confirm "
        "your message: reply to this message to confirm.\n",
    ],
)
def test_r24_a_challenge_is_not_answered(judge: Judge, text: str) -> None:
    verdicts = judge(Subject="Please confirm", text=text)

    assert (verdicts.human, verdicts.reason, verdicts.kind) == (False, "challenge", Kind.AUTO_REPLY)


@pytest.mark.parametrize(
    "text",
    [
        "Could you put Kim on the guest list for the opening?",
        "Please confirm your message of yesterday.",
        "The form should say: click here to verify your address. When can you build that?",
    ],
)
def test_r24_people_who_speak_of_such_things(judge: Judge, text: str) -> None:
    assert judge(text=text).may_acknowledge


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: The catalogue",
        "AUTOMATIC REPLY: The catalogue",
        "Auto reply: The catalogue",
        "Auto-Reply",
        "Autoreply: The catalogue",
        "Auto response: The catalogue",
        "Out of Office: The catalogue",
        "Out of office reply: The catalogue",
        "Out of the office",
        "Automatische Antwort: Der Katalog",
        "Abwesenheitsnotiz: Der Katalog",
        "Réponse automatique : Le catalogue",
        "Respuesta automática: El catálogo",
        "Risposta automatica: Il catalogo",
        "Resposta automática: O catálogo",
        "Automatisch antwoord: De catalogus",
        "Afwezigheidsbericht: De catalogus",
        "Autosvar: Katalogen",
        "Automatiskt svar: Katalogen",
        "Automatisk svar: Katalogen",
        "Automaattinen vastaus: Luettelo",
        "Odpowiedź automatyczna: Katalog",
        "Automatická odpověď: Katalog",
        "Automatikus válasz: Katalógus",
        "Răspuns automat: Catalogul",
        "Otomatik yanıt: Katalog",
        "Автоответ: Каталог",
        "Автоматический ответ: Каталог",
        "自動応答: カタログ",
        "【自動返信】カタログ",
        "自动回复: 目录",
    ],
)
def test_r25_the_subject_of_an_automatic_answer(judge: Judge, subject: str) -> None:
    verdicts = judge(Subject=subject, text="I am back on Monday.")

    assert (verdicts.human, verdicts.reason, verdicts.kind) == (False, "out_of_office", Kind.AUTO_REPLY)


@pytest.mark.parametrize(
    "text",
    [
        "I am currently out of the office until Monday.\n\nThis is an automatic reply.",
        "This is an automated message. I will be on vacation until 4 December.",
        "Bis zum 4. Dezember bin ich nicht im Büro.\n\nDies ist eine automatisch erzeugte Antwort.",
        "Ich bin im Urlaub. Ihre E-Mail wird nicht weitergeleitet.",
        "Je suis absent jusqu'au 4 décembre. Ceci est une réponse automatique.",
        "Estoy fuera de la oficina hasta el lunes. Este es un mensaje automático.",
        "Sono assente fino a lunedì. Questo è un messaggio automatico.",
        "Ik ben afwezig tot maandag. Dit is een automatisch bericht.",
    ],
)
def test_r25_an_absence_that_calls_itself_automatic(judge: Judge, text: str) -> None:
    assert judge(Subject="Re: The catalogue", text=text).reason == "out_of_office"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Auto: insurance quote", "How much would it be?"),
        ("Out of office next week", "I am out of the office next week. Could the report go to Kim?"),
        ("Automatic reply feature is broken", "Can you have a look?"),
        ("Re: Automatic reply: The catalogue", "Is that so? When are you back?"),
        ("Abwesenheit: 3. bis 7. Dezember", "Bitte noch eintragen."),
        ("Out of office – next week", "Kim will answer you."),
        ("The form", "The form sends: this is an automatic reply. Can we change that?"),
        ("Holiday", "I am on holiday until Monday, please call Kim meanwhile."),
    ],
)
def test_r25_a_person_who_is_away_or_speaks_of_it(judge: Judge, subject: str, text: str) -> None:
    assert judge(Subject=subject, text=text).may_acknowledge


@pytest.mark.parametrize(
    "subject",
    [
        "Report domain: vale.example Submitter: mx.example Report-ID: 1",
        "Report Domain: vale.example\n Submitter: mx.example Report-ID: <1>",
        "DMARC Forensic Report for vale.example from IP 192.0.2.1",
        "complaint about message from 192.0.2.1",
    ],
)
def test_r29_reports_for_machines(judge: Judge, subject: str) -> None:
    verdicts = judge(Subject=subject, text="")

    assert (verdicts.human, verdicts.reason, verdicts.kind) == (False, "machine_report", Kind.MACHINE_REPORT)


def test_r29_a_report_on_tls_by_its_header(judge: Judge) -> None:
    assert judge("TLS-Report-Domain: vale.example").reason == "machine_report"


@pytest.mark.parametrize(
    "subject", ["Report", "Report for the domain acme.example", "DMARC report from the provider: what now?"]
)
def test_r29_people_want_reports_too(judge: Judge, subject: str) -> None:
    assert judge(Subject=subject).may_acknowledge


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "Read: The catalogue",
            "Your message\n\n  To: Wile Coyote\n  Subject: The catalogue\n\nwas read on Tuesday 10:42.\n",
        ),
        ("Gelesen: Der Katalog", "Ihre Nachricht\n\n  An: Wile\n\nwurde am Dienstag, 24. November 2026 gelesen.\n"),
        ("Lu : Le catalogue", "Votre message a été lu le 24 novembre 2026.\n"),
        ("Leído: El catálogo", "El mensaje se ha leído el 24 de noviembre.\n"),
        ("Letto: Il catalogo", "Il messaggio è stato letto il 24 novembre.\n"),
        ("Gelezen: De catalogus", "Uw bericht is gelezen op 24 november.\n"),
        (
            "Return receipt",
            "This is a return receipt for the mail that you sent. This receipt verifies that it was displayed.\n",
        ),
    ],
)
def test_r31_receipts_without_their_parts(judge: Judge, subject: str, text: str) -> None:
    verdicts = judge(Subject=subject, text=text)

    assert (verdicts.human, verdicts.reason, verdicts.kind) == (False, "receipt", Kind.RECEIPT)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Read: the new contract", "Your message was helpful. When do we start?"),
        ("Read: page 3", "Please look at it again."),
        ("Gelesen: alles gut", "Wann geht es weiter?"),
    ],
)
def test_r31_people_who_have_read_something(judge: Judge, subject: str, text: str) -> None:
    assert judge(Subject=subject, text=text).may_acknowledge


def test_r32_a_wish_for_a_receipt_is_a_persons_wish(judge: Judge) -> None:
    assert judge("Disposition-Notification-To: wile@acme.example").may_acknowledge


@pytest.mark.parametrize(
    "piece", ["<", "\n", " received: x\n", "your message ", "sorry ", "the following address ", "* "]
)
def test_r96_a_long_hostile_text_takes_no_time_to_speak_of(judge: Judge, piece: str) -> None:
    assert judge(Subject="Undeliverable: x", text=piece * 100_000) is not None


NOTICES = [
    notice
    for language in load_languages().values()
    for notices in (language.notice, language.notice_short)
    for notice in notices.values()
]


@pytest.mark.parametrize("notice", NOTICES)
def test_r40_an_answer_that_lost_its_headers_is_known_by_what_it_says_of_itself(judge: Judge, notice: str) -> None:
    folded = notice.replace("; ", ";\n", 1)
    verdicts = judge(text=f"Hi,\n\nHow are things progressing?\n\n{folded}\n\nWile\n")
    assert (verdicts.human, verdicts.obliges, verdicts.reason) == (True, True, "says_it_is_automatic")
    assert judge(text=f"How are things progressing?\n\nOn Monday Robin wrote:\n> Hi,\n> {notice}\n").may_acknowledge


def test_half_of_that_sentence_says_nothing(judge: Judge) -> None:
    assert judge(text="Was this written automatically? How are things progressing?\n").may_acknowledge


@pytest.mark.parametrize(
    ("subject", "text", "reason"),
    [
        BOUNCES[0] + ("bounce_text",),
        ("Please confirm", "Please click the link to verify your message.\nThis is a one-time process.", "challenge"),
        ("The catalogue", "I will be on vacation until 4 December. This is an automated message.", "out_of_office"),
        ("The catalogue", "Please do not reply to this mail. This inbox is not monitored.", "out_of_office"),
        ("The catalogue", "We have received your request. The ticket number is 1234.", "out_of_office"),
        ("Read: The catalogue", "Your message was read on Tuesday, 24 November.", "receipt"),
        ("Accepted: The catalogue", "Kim has accepted this invitation.", "calendar"),
    ],
)
def test_machines_are_known_by_their_words_in_capitals_too(judge: Judge, subject: str, text: str, reason: str) -> None:
    assert judge(Subject=subject, text=text).reason == reason
    assert judge(Subject=subject, text=text.upper()).reason == reason
