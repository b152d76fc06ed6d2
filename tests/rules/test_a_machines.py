"""A, first half: mail to which nothing is sent, told by its header and envelope.

RFC 3834 sections 2, 3.1 and 5; RFC 5230 sections 4.5 and 4.6; RFC 5321 section 4.5.5; RFC 5436 section 2.7.1; RFC 2369
section 3; RFC 2919 section 3; RFC 8058 sections 3.1 and 3.2; MS-OXCMAIL section 2.1.3.2.20.
"""

from __future__ import annotations

import pytest

from rules.conftest import Answers, IsAnswered, Judge
from rules.mails import SERVER, from_address, mail
from whiteglove.message import Kind
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

VOUCHED = f"Authentication-Results: {SERVER}; dmarc=pass header.from=acme.example"


def test_r01_any_auto_submitted_but_no_is_never_answered(answers: Answers) -> None:
    keywords = ["auto-replied", "auto-generated", "auto-notified", "x-unheard-of", "yes", ""]
    assert answers(*(mail(f"Auto-Submitted: {keyword}") for keyword in keywords)) == []


def test_r02_auto_submitted_is_read_by_its_grammar(is_answered: IsAnswered) -> None:
    by_a_person = {
        "no": True,
        "No": True,
        " NO ": True,
        "no (human)": True,
        "(a (nested) comment) no": True,
        "no; x=1": True,
        "no\r\n (folded)": True,
        "auto-replied (vacation)": False,
        'Auto-Replied; owner-email="a@b"': False,
        "(no) auto-replied": False,
        "auto-generated\r\n ;x=no": False,
        "no-reply": False,
    }
    assert is_answered({value: mail(f"Auto-Submitted: {value}") for value in by_a_person}) == by_a_person


def test_r03_one_of_several_auto_submitted_is_enough(answers: Answers) -> None:
    first, second = "Auto-Submitted: no", "Auto-Submitted: auto-replied"
    assert answers(mail(first, second), mail(second, first)) == []


def test_r04_an_empty_return_path_is_never_answered(answers: Answers, judge: Judge) -> None:
    mails = [mail(VOUCHED, Return_Path=path) for path in ("<>", "< >", "<  >")]
    assert [judge(raw).reason for raw in mails] == ["null_return_path"] * 3
    assert answers(*mails) == []


def test_r05_an_answer_needs_a_return_path_unless_the_book_knows_the_person(answers: Answers, judge: Judge) -> None:
    """Not followed for people of the book: many servers keep no Return-Path in what they deliver, and the book names
    the address itself. That it was missing is recorded. Who is known by the domain alone is not answered so."""
    known = mail(Return_Path=None)
    (answer,) = answers(known)
    assert answer.recipient == "wile@acme.example"
    assert judge(known).remarks == ("no_return_path",)
    unknown = from_address("new@birch.example", Return_Path=None)
    assert judge(unknown).reason == "no_return_path"
    assert answers(unknown) == []


def test_r06_a_return_path_elsewhere_needs_a_server_that_vouches(answers: Answers) -> None:
    """The book stands for the list of clients, and the same domain for the same address: servers write bounce addresses
    of their own at it."""
    elsewhere = {"Return_Path": "<v1.robin=vale.example@mailer.example>"}
    assert answers(mail(**elsewhere)) == []
    assert len(answers(mail(VOUCHED, **elsewhere))) == 1
    assert answers(mail(VOUCHED.replace("acme", "birch"), **elsewhere)) == []
    assert len(answers(mail(Return_Path="<srs0=x=y@mail.acme.example>"))) == 1


def test_r07_reply_to_and_sender_are_no_destination(answers: Answers, judge: Judge) -> None:
    """The destination is From: one of the client's people, or where the owner allowed that, anybody at their domain."""
    (answer,) = answers(mail(Reply_To="victim@else.example", Sender="office@else.example"))
    assert answer.recipient == "wile@acme.example"
    unknown = from_address("new@acme.example", Reply_To="wile@acme.example")
    assert judge(unknown).reason == "unknown_person"
    assert answers(unknown) == []
    (answer,) = answers(from_address("new@birch.example", Reply_To="wile@acme.example"))
    assert answer.recipient == "new@birch.example"


def test_r08_exactly_one_recipient_and_never_several_authors(answers: Answers) -> None:
    crowd = ", ".join(["robin@vale.example", *(f"x{number}@else.example" for number in range(299))])
    (answer,) = answers(mail(To=crowd))
    assert answer.recipient == "wile@acme.example"
    assert answer.message["To"] == "Wile Coyote <wile@acme.example>"
    assert answer.message["Cc"] is answer.message["Bcc"] is None
    assert answers(mail(From="wile@acme.example, jutta@birch.example"), mail("From: wile@acme.example")) == []


def test_r09_each_list_field_silences_in_any_case_and_even_empty(answers: Answers) -> None:
    names = ("Id", "Help", "Subscribe", "Unsubscribe", "Post", "Owner", "Archive")
    forms = ("List-{}: <talk.acme.example>", "LIST-{}:", "list-{}: ")
    assert answers(*(mail(form.format(name)) for name in names for form in forms)) == []


@pytest.mark.usefixtures("no_network")
def test_r10_one_click_means_a_newsletter_and_nobody_clicks(answers: Answers, judge: Judge) -> None:
    one_click = mail("List-Unsubscribe-Post: List-Unsubscribe=One-Click", text="https://news.acme.example/u")
    assert judge(one_click).kind is Kind.LIST
    assert answers(one_click) == []


def test_r11_older_signs_of_a_list_count(answers: Answers, judge: Judge) -> None:
    fields = [
        "X-BeenThere: talk@acme.example",
        "X-Mailing-List: talk@acme.example",
        "Mailing-List: contact talk-help@acme.example",
        "X-Mailman-Version: 2.1.39",
        "X-List-Administrivia: yes",
        "Sender: owner-talk@acme.example",
        "Sender: talk-bounces@acme.example",
    ]
    assert {field: judge(mail(field)).kind for field in fields} == dict.fromkeys(fields, Kind.LIST)
    assert answers(*map(mail, fields)) == []


def test_r12_precedence_counts_by_its_first_word(answers: Answers, is_answered: IsAnswered) -> None:
    silences = ["bulk", " Bulk ", "bulk bulk", "junk", "LIST", "auto_reply"]
    matters_not = ["first-class", "normal", "neko"]
    values = dict.fromkeys(silences, False) | dict.fromkeys(matters_not, True)
    assert is_answered({value: mail(f"Precedence: {value}") for value in values}) == values
    assert answers(*(mail(f"Precedence: {value}", "Precedence: bulk") for value in matters_not)) == []


def test_r13_the_wish_for_no_automatic_answer_is_granted(is_answered: IsAnswered) -> None:
    wishes = ["All", "all", "OOF", "DR, OOF, AutoReply", "RN,NRN,AutoReply"]
    others = ["DR, NDR, RN, NRN", "RN, NRN", "None"]
    values = dict.fromkeys(wishes, False) | dict.fromkeys(others, True)
    assert is_answered({value: mail(f"X-Auto-Response-Suppress: {value}") for value in values}) == values


def test_r14_that_wish_says_nothing_about_who_wrote(judge: Judge) -> None:
    wish = "X-Auto-Response-Suppress: DR, OOF, AutoReply"
    assert judge(mail(wish)).human
    with Bench(acknowledge, delay="0s", complaints="receipt") as bench:
        bench.world.account.deliver(mail(wish, text="I am very disappointed. This is unacceptable."))
        (notice,) = bench.run()
        assert notice.recipient == "robin@vale.example"
        assert [obligation.kinds[0] for obligation in bench.obligations] == [Kind.COMPLAINT]
        assert [warning.reason for warning in bench.warned] == ["complaint"]
        assert bench.reasons == ["auto_response_suppress"]


def test_r15_fields_that_only_automatic_answers_have(answers: Answers, judge: Judge) -> None:
    fields = [
        "X-Autoreply: yes",
        "X-Autorespond: The catalogue",
        "X-AutoResponder: x",
        "X-Autoresponse: x",
        "X-AutoReply-From: wile@acme.example",
        "X-Mail-Autoreply: wile",
        "X-Autogenerated: Reply",
        "X-FC-MachineGenerated: true",
        "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent",
        "X-MS-Exchange-Inbox-Rules-Loop: wile@acme.example",
        "Delivered-To: autoresponder",
    ]
    assert {field: judge(mail(field)).kind for field in fields} == dict.fromkeys(fields, Kind.AUTO_REPLY)
    assert answers(*map(mail, fields)) == []


def test_r16_marks_against_loops_silence_whatever_they_say(answers: Answers) -> None:
    marks = ["X-Loop: wile@acme.example", "X-Loop: yes", "X-Ack: no", "X-Whiteglove: 0a1b2c"]
    assert answers(*map(mail, marks)) == []


def test_r17_a_mail_system_gives_a_mail_back(answers: Answers, judge: Judge) -> None:
    for bounce in (mail("X-Failed-Recipients: kim@acme.example"), from_address("MAILER-DAEMON@birch.example")):
        assert judge(bounce).kind is Kind.BOUNCE
        assert answers(bounce) == []
    report = (
        "This is the mail system at host mx.vale.example.\r\n\r\nI'm sorry to have to inform you that your message "
    )
    given_back = from_address("postmaster@birch.example", Subject="Undelivered Mail", text=report + "was returned.\r\n")
    assert judge(given_back).kind is Kind.BOUNCE
    # A postmaster may be a person, who is not answered, and waits for the owner's own answer.
    person = from_address("postmaster@birch.example")
    assert (judge(person).human, judge(person).obliges) == (True, True)
    assert answers(given_back, person) == []


ROBOTS = [
    "mailer-daemon", "LISTSERV", "majordomo", "owner-news", "news-request", "news-owner", "news-bounces", "news-bounce",
    "bounce", "bounces+1a2b", "bounce-17", "noreply", "no-reply", "No.Reply", "noreply-invoices", "do-not-reply",
    "donotreply", "do_not_reply", "notification", "notifications", "nobody", "abuse", "root", "automailer",
    "postmaster",
]  # fmt: skip
PEOPLE = ["norbert.reply", "request", "noreen", "bouncer", "nobodyknows", "rootes", "info", "jutta"]


def test_r18_addresses_at_which_nobody_reads_are_no_destination(answers: Answers, judge: Judge) -> None:
    """A bare `request@` is a small firm's address more often than a robot's, and is answered.

    The list has no key in the configuration. Strangers are never answered, whatever their address, and what else is a
    machine at a client's is said in the client's own file, by a rule for its sender.
    """
    robots = [from_address(f"{local_part}@birch.example") for local_part in ROBOTS]
    assert [judge(raw).reason for raw in robots] == ["system_sender"] * len(ROBOTS)
    perhaps_people = [local_part for local_part, raw in zip(ROBOTS, robots, strict=True) if judge(raw).human]
    assert perhaps_people == ["owner-news", "news-request", "news-owner", "abuse", "root", "postmaster"]
    assert answers(*robots) == []
    people = [from_address(f"{local_part}@birch.example") for local_part in PEOPLE]
    assert [answer.recipient for answer in answers(*people)] == [f"{local_part}@birch.example" for local_part in PEOPLE]
    assert answers(from_address("tickets@birch.example")) == []


def test_r19_a_person_is_not_answered_over_such_an_address(answers: Answers) -> None:
    addresses = [f"{name}@acme.example" for name in ("bounces+x", "MAILER-DAEMON", "noreply", "listserv", "a-request")]
    assert answers(*(mail(Return_Path=f"<{address}>") for address in addresses)) == []
    assert answers(*(mail(Sender=address) for address in addresses)) == []
