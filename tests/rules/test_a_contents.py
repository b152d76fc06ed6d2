"""A, second half: mail to which nothing is sent, told by its parts, its words and its way here.

RFC 3834 section 2 and 3.1.5; RFC 3464 section 2; RFC 6522 section 3; RFC 8098 sections 2.1 and 3; RFC 5965 section 2;
RFC 6533; RFC 8460 section 5.3; RFC 6047 section 2.4; RFC 5546 section 1.4; RFC 5230 sections 4.5 and 4.6; RFC 5321
section 6.3.
"""

from __future__ import annotations

import pytest

from rules.conftest import Answers, IsAnswered, Judge
from rules.mails import TEXT, enclosed, from_address, mail, parted
from whiteglove.message import Kind
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

STATUS_PART = (
    "Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; kim@acme.example\r\nStatus: 5.1.1\r\n"
)


@pytest.mark.parametrize(
    "contents",
    [
        parted(TEXT, STATUS_PART, kind="report", parameters="report-type=delivery-status; "),
        parted(TEXT, STATUS_PART, kind="report", parameters="report-type=DELIVERY-STATUS; "),
        parted(TEXT, kind="report"),
        parted(TEXT, kind="report", parameters="report-type=feedback-report; "),
        parted(TEXT, STATUS_PART),
        parted(TEXT, enclosed(TEXT, STATUS_PART)),
        parted(TEXT, "Content-Type: message/disposition-notification\r\n\r\nDisposition: displayed\r\n"),
        parted(TEXT, "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"),
        parted(TEXT, "Content-Type: message/global-delivery-status\r\n\r\nStatus: 5.1.1\r\n"),
    ],
)
def test_r20_a_servers_report_is_never_answered(
    answers: Answers, judge: Judge, contents: dict[str, str | None]
) -> None:
    assert not judge(mail(**contents)).human
    assert answers(mail(**contents)) == []


@pytest.mark.parametrize("report_type", ["delivery-status", "disposition-notification", "feedback-report"])
def test_r21_a_report_that_a_person_attaches_is_the_persons_mail(answers: Answers, report_type: str) -> None:
    report = enclosed(TEXT, STATUS_PART, kind="report", parameters=f"report-type={report_type}; ")
    attached = f"Content-Type: message/rfc822\r\n\r\nFrom: MAILER-DAEMON@mx.vale.example\r\n{report}"
    assert len(answers(mail(**parted(TEXT, attached)))) == 1


BOUNCES = {
    "failure notice": "Hi. This is the qmail-send program at mx.vale.example.\r\n\r\n<kim@acme.example>:\r\nno mailbox",
    "Undeliverable: The catalogue": "Delivery has failed to these recipients or groups:\r\n\r\nkim@acme.example\r\n",
    "Returned mail: see transcript for details": "   ----- The following addresses had permanent fatal errors -----",
    "Mail System Error - Returned Mail": "The user(s) account is disabled.\r\n\r\n<kim@acme.example>\r\n",
    "Unzustellbar: Der Katalog": "Ihre Nachricht an kim@acme.example konnte leider nicht zugestellt werden.\r\n",
    "Недоставленное сообщение": "Ваше письмо не может быть доставлено:\r\n\r\nkim@acme.example\r\n",
    "メールエラー通知": "送信先が見つからないため、送信できませんでした。\r\n\r\nkim@acme.example\r\n",
    "系统退信": "您的邮件无法投递。\r\n\r\nkim@acme.example\r\n",
}


def test_r22_a_bounce_is_known_by_its_words_alone(answers: Answers, judge: Judge) -> None:
    bounces = [mail(Subject=subject, text=text) for subject, text in BOUNCES.items()]
    assert [judge(raw).kind for raw in bounces] == [Kind.BOUNCE] * len(bounces)
    assert answers(*bounces) == []


def test_r23_a_person_who_quotes_a_bounce_wrote_no_bounce(answers: Answers) -> None:
    speaks = 'I got "Undeliverable" when writing to you, what is the status?\r\n'
    quotes = "How are things progressing?\r\n\r\nOn Mon, 2 Mar 2026 at 09:00 MAILER-DAEMON wrote:\r\n"
    quotes += "".join(f"> {line}\r\n" for line in BOUNCES["Undeliverable: The catalogue"].splitlines())
    assert len(answers(mail(text=speaks), mail(Subject="Re: Undeliverable: The catalogue", text=quotes))) == 2


@pytest.mark.usefixtures("no_network")
def test_r24_a_challenge_is_neither_answered_nor_met(answers: Answers, judge: Judge) -> None:
    challenges = [
        "Your message is being held until you confirm that you are a person.\r\n\r\nPlease click the link below to "
        "verify your address: https://wait.example/c/1\r\n",
        "I use a service to stop spam. Your message was held because you are not on my Guest List.\r\n\r\nReply to "
        "this message to confirm your message.\r\n",
    ]
    mails = [mail(Subject="Please confirm", text=text) for text in challenges]
    assert [judge(raw).kind for raw in mails] == [Kind.AUTO_REPLY] * 2
    assert answers(*mails) == []


def test_r25_out_of_office_counts_at_the_very_start_and_auto_alone_does_not(is_answered: IsAnswered) -> None:
    away = [
        "Automatic reply: The catalogue", "Out of Office: The catalogue", "Automatische Antwort: Der Katalog",
        "Abwesenheitsnotiz: Der Katalog", "Réponse automatique : Le catalogue", "Respuesta automática: El catálogo",
        "Risposta automatica: Il catalogo", "Automatisch antwoord: De catalogus", "Autosvar: Katalogen",
        "Odpowiedź automatyczna: Katalog", "Автоответ: Каталог", "自動応答: カタログ", "自动回复: 目录",
    ]  # fmt: skip
    people = ["Auto: insurance quote", "Re: Automatic reply: The catalogue", "Out of office next week"]
    subjects = dict.fromkeys(away, False) | dict.fromkeys(people, True)
    assert is_answered({subject: mail(Subject=subject) for subject in subjects}) == subjects


def test_r26_mail_without_a_readable_sender_is_kept_and_named_unreadable(house: Bench, answers: Answers) -> None:
    """The mail itself stays where it is, on the server; the record names the reason."""
    broken = [*(mail(From=sender) for sender in (None, "", "nobody at all", "undisclosed:;")), b"\r\n\r\nno header"]
    before, lay = house.recorded, len(house.world.account.mails())
    assert answers(*broken) == []
    assert house.recorded - before == len(house.world.account.mails()) - lay == len(broken) + 1
    reasons = [line["reason"] for line in house.logged("message.received")[-len(broken) - 1 : -1]]
    assert reasons == ["unreadable"] * len(broken)


def test_r27_spam_is_known_by_its_header_its_keyword_or_its_folder(house: Bench, answers: Answers) -> None:
    """Keywords count as they are when the mail is read. Who has left both has said nothing (RFC 9051 section 2.3.2)."""
    assert answers(mail("X-Spam-Flag: YES"), mail("X-Spam-Status: Yes, score=7.1")) == []
    assert len(answers(mail("X-Spam-Flag: NO", "X-Spam-Status: No, score=-1"))) == 1
    account = house.world.account
    for flags in ({"$Junk"}, {"\\Seen", "JUNK"}):
        account.deliver(mail(), flags=frozenset(flags))
    assert answers() == []
    assert [line["reason"] for line in house.logged("message.received")[-3:-1]] == ["spam", "spam"]
    marked_good = [{"$NotJunk"}, {"$Junk", "$NotJunk"}, {"Junk", "NonJunk"}, {"\\Flagged", "$Forwarded"}]
    for flags in marked_good:
        account.deliver(mail(), flags=frozenset(flags))
    assert len(answers()) == len(marked_good)
    with Bench(acknowledge, delay="0s", toml='folders = ["INBOX", "Junk"]') as bench:
        bench.world.account.deliver(mail(), "Junk")
        assert bench.run() == []
        assert bench.logged("message.received")[-1]["kind"] == "spam"


def test_r28_a_mailing_service_is_no_proof_but_gets_no_answer(answers: Answers, judge: Judge) -> None:
    fields = ["Feedback-ID: 1:acme", "X-SES-Outgoing: 192.0.2.1", "X-Mailgun-Sid: x", "X-MC-User: x", "X-Campaign: 17"]
    mails = [mail(field) for field in [*fields, "X-Campaign-Id: 17", "X-CSA-Complaints: x@y.example"]]
    for verdicts in map(judge, mails):
        assert (verdicts.human, verdicts.obliges, verdicts.reason) == (True, True, "mailing_service")
    assert answers(*mails) == []


def test_r29_aggregate_reports_are_machines(answers: Answers, judge: Judge) -> None:
    subject = "Report Domain: vale.example Submitter: mx.acme.example Report-ID: <1>"
    for report in (mail(Subject=subject), mail("TLS-Report-Domain: vale.example")):
        assert judge(report).kind is Kind.MACHINE_REPORT
        assert answers(report) == []


def test_r30_an_invitation_is_answered_only_beside_a_persons_own_text(is_answered: IsAnswered) -> None:
    def invite(method: str) -> str:
        return f"Content-Type: text/calendar{method}\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"

    empty = "Content-Type: text/plain\r\n\r\n\r\n"
    methods = ("REQUEST", "reply", "CANCEL", "COUNTER")
    mails = {method: mail(**parted(TEXT, invite(f"; method={method}"), kind="alternative")) for method in methods}
    mails["beside nothing"] = mail(**parted(empty, invite("; method=REQUEST")))
    mails["beside a text"] = mail(**parted(TEXT, invite("; method=REQUEST")))
    mails["without a method"] = mail(**parted(TEXT, invite("")))
    expected = dict.fromkeys([*methods, "beside nothing"], False) | {"beside a text": True, "without a method": True}
    assert is_answered(mails) == expected


def test_r31_a_read_receipt_is_a_machine_in_every_language(answers: Answers, judge: Judge) -> None:
    receipts = {
        "Read: The catalogue": "Your message\r\n\r\n  To: Wile Coyote\r\n\r\nwas read on Monday 10:42.\r\n",
        "Gelesen: Der Katalog": "Ihre Nachricht\r\n\r\n  An: Wile\r\n\r\nwurde am Montag, 2. März 2026 gelesen.\r\n",
        "Lu : Le catalogue": "Votre message a été lu le 2 mars 2026.\r\n",
    }
    mails = [mail(Subject=subject, text=text) for subject, text in receipts.items()]
    assert [judge(raw).kind for raw in mails] == [Kind.RECEIPT] * 3
    assert answers(*mails) == []


def test_r32_no_receipt_is_ever_sent(answers: Answers) -> None:
    wish = "Disposition-Notification-To: wile@acme.example"
    assert answers(mail(wish, text="Thank you very much!\r\n")) == []
    (answer,) = answers(mail(wish))
    assert {part.get_content_type() for part in answer.message.walk()} == {"text/plain"}


def test_r33_an_own_address_must_stand_in_to(is_answered: IsAnswered) -> None:
    """Stricter than the rule: who is only in copy was not asked, and no other field says more."""
    elsewhere = "kim@else.example"
    mails = {
        "bcc": mail(To=elsewhere),
        "nobody": mail(To="undisclosed-recipients:;"),
        "cc": mail(To=elsewhere, Cc="robin@vale.example"),
        "resent": mail("Resent-To: robin@vale.example", To=elsewhere),
        "delivered": mail("Delivered-To: robin@vale.example", "X-Original-To: robin@vale.example", To=elsewhere),
        "to": mail(To=f"{elsewhere}, ROBIN@vale.example"),
        "tag": mail(To="robin+acme@vale.example"),
        "alias": mail(To="hello@vale.example"),
    }
    assert is_answered(mails) == {called: called in ("to", "tag", "alias") for called in mails}


def test_r34_the_daemon_answers_neither_its_owner_nor_itself(answers: Answers) -> None:
    """A client's answer to an automatic mail is a client's mail, so In-Reply-To decides nothing: that it leads to no
    second answer is because the time was told."""
    own = [from_address(address) for address in ("robin@vale.example", "hello+x@vale.example")]
    assert answers(*own) == []
    with Bench(acknowledge, delay="0s") as bench:
        bench.world.account.deliver(mail())
        (answer,) = bench.run()
        bench.world.account.deliver(bytes(answer.message))
        assert bench.advance(minutes=1) == []
        bench.world.account.deliver(mail(In_Reply_To=answer.message["Message-ID"]))
        assert bench.run() == []
        assert bench.reasons == ["told"]
        assert [line.get("client") for line in bench.logged("message.received")] == ["acme", None, "acme"]


def test_r35_more_than_fifty_servers_are_a_loop(is_answered: IsAnswered) -> None:
    hop = "Received: from a.example by b.example; Mon, 02 Mar 2026 10:00:00 +0100"
    assert is_answered({"50": mail(*[hop] * 50), "51": mail(*[hop] * 51)}) == {"50": True, "51": False}
