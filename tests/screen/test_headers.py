"""Machines known by their header, and people who look like one."""

from collections.abc import Callable

import pytest

from whiteglove.message import Kind, Verdicts
from whiteglove.screen import headers
from whiteglove.screen.evidence import Evidence

Judge = Callable[..., Verdicts]
Look = Callable[..., Evidence]


@pytest.mark.parametrize(
    ("keyword", "kind"),
    [
        ("auto-replied", Kind.AUTO_REPLY),
        ("auto-generated", Kind.MACHINE_REPORT),
        ("auto-notified", Kind.MACHINE_REPORT),
        ("x-vendor", Kind.MACHINE_REPORT),
        ("yes", Kind.MACHINE_REPORT),
        ("", Kind.MACHINE_REPORT),
    ],
)
def test_r01_any_keyword_but_no_is_a_machine(look: Look, keyword: str, kind: Kind) -> None:
    assert headers.auto_submitted(look(Auto_Submitted=keyword)) == ("auto_submitted", kind)


@pytest.mark.parametrize(
    "value",
    [
        "no",
        "No",
        "NO ",
        " no",
        "no (human)",
        "(a (nested) comment) no",
        "no; x=1",
        "no(x);y=z",
        "no\n\t(folded)",
        "(\\) odd) no",
    ],
)
def test_r02_no_is_read_by_its_grammar(look: Look, value: str) -> None:
    assert headers.auto_submitted(look(Auto_Submitted=value)) is None


@pytest.mark.parametrize(
    "value",
    [
        "auto-replied (vacation)",
        'Auto-Replied; owner-email="a@b.example"',
        "(no) auto-replied",
        "\n auto-generated",
        "no-really",
        "no auto-replied",
    ],
)
def test_r02_comments_and_parameters_hide_no_machine(look: Look, value: str) -> None:
    found = headers.auto_submitted(look(Auto_Submitted=value))

    assert found is not None


@pytest.mark.parametrize("values", [("no", "auto-replied"), ("auto-replied", "no")])
def test_r03_one_of_several_is_enough(look: Look, values: tuple[str, str]) -> None:
    assert headers.auto_submitted(look(*(f"Auto-Submitted: {value}" for value in values))) is not None


@pytest.mark.parametrize("path", ["<>", "< >", "<  >", "", " <>"])
def test_r04_a_null_return_path_is_a_machine(judge: Judge, path: str) -> None:
    verdicts = judge(Return_Path=path)

    assert (verdicts.human, verdicts.reason) == (False, "null_return_path")


def test_r04_a_null_return_path_below_another_counts(look: Look) -> None:
    assert headers.null_return_path(look("Return-Path: <>")) is not None
    assert headers.null_return_path(look("Return-Path: <wile@acme.example>", Return_Path="<>")) is not None


LIST_FIELDS = [
    "List-Id",
    "List-Help",
    "List-Subscribe",
    "List-Unsubscribe",
    "List-Post",
    "List-Owner",
    "List-Archive",
    "List-Unsubscribe-Post",
    "X-BeenThere",
    "X-Mailing-List",
    "Mailing-List",
    "X-Mailman-Version",
    "X-List-Admin",
    "X-ML-Name",
]


@pytest.mark.parametrize("name", LIST_FIELDS)
@pytest.mark.parametrize("form", [str, str.lower, str.upper])
@pytest.mark.parametrize("value", ["<news.acme.example>", ""])
def test_r09_r10_r11_list_fields_in_any_case_and_even_empty(look: Look, name: str, form: type[str], value: str) -> None:
    assert headers.list_headers(look(f"{form(name)}: {value}")) == ("list_headers", Kind.LIST)


@pytest.mark.parametrize(
    "sender",
    [
        "owner-news@acme.example",
        "news-bounces@acme.example",
        "news-bounces+robin=vale.example@acme.example",
        "news-owner@acme.example",
    ],
)
def test_r11_a_list_as_sender(look: Look, sender: str) -> None:
    assert headers.list_headers(look(Sender=sender)) is not None


def test_r11_an_assistant_as_sender_is_no_list(look: Look) -> None:
    assert headers.list_headers(look(Sender="Office <office@acme.example>")) is None


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("bulk", Kind.LIST),
        ("Bulk", Kind.LIST),
        ("  junk ", Kind.LIST),
        ("list", Kind.LIST),
        ("bulk bulk", Kind.LIST),
        ("auto_reply", Kind.AUTO_REPLY),
        ("auto-reply", Kind.AUTO_REPLY),
        ("first-class", None),
        ("normal", None),
        ("special-delivery", None),
        ("neko", None),
        ("", None),
    ],
)
def test_r12_precedence_counts_by_its_first_word(look: Look, value: str, kind: Kind | None) -> None:
    found = headers.precedence(look(Precedence=value))

    assert (found.kind if found else None) == kind


def test_r12_precedence_may_be_repeated(look: Look) -> None:
    assert headers.precedence(look("Precedence: first-class", "Precedence: bulk")) is not None
    assert headers.precedence(look("X-Precedence: bulk")) is not None


@pytest.mark.parametrize(
    "value",
    ["All", "all", "OOF", "AutoReply", "DR, OOF, AutoReply", "AutoReply,DR", "RN;  OOF", "NRN OOF", "DR,\n AutoReply"],
)
def test_r13_r14_a_wish_not_to_be_answered_is_a_persons_wish(judge: Judge, value: str) -> None:
    verdicts = judge(X_Auto_Response_Suppress=value)

    assert (verdicts.human, verdicts.may_acknowledge, verdicts.obliges) == (True, False, True)
    assert verdicts.reason == "auto_response_suppress"


@pytest.mark.parametrize("value", ["DR", "RN, NRN", "NDR", "None", "", "Alley"])
def test_r13_other_wishes_do_not_matter(judge: Judge, value: str) -> None:
    assert judge(X_Auto_Response_Suppress=value).may_acknowledge


@pytest.mark.parametrize(
    "field",
    [
        "X-Autoreply: yes",
        "X-AutoReply-From: wile@acme.example",
        "X-Auto-Reply: 1",
        "X-Autorespond:",
        "X-AutoResponder: vacation",
        "X-Auto-Response: yes",
        "X-Autoresponse: yes",
        "X-Mail-Autoreply: true",
        "X-Autogenerated: Reply",
        "X-FC-MachineGenerated: true",
        "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent",
        "X-MS-Exchange-Inbox-Rules-Loop: wile@acme.example",
        "X-Apple-Action: VACATION",
        "Delivered-To: autoresponder",
    ],
)
def test_r15_marks_of_programs_that_answer(look: Look, field: str) -> None:
    assert headers.auto_reply_header(look(field)) == ("auto_reply_header", Kind.AUTO_REPLY)


@pytest.mark.parametrize(
    "field",
    [
        "X-Autoreply: no",
        "X-Auto-Response-Suppress: All",
        "X-Autogenerated: no",
        "X-FC-MachineGenerated: false",
        "Delivered-To: robin@vale.example",
    ],
)
def test_r15_what_only_looks_like_one(look: Look, field: str) -> None:
    assert headers.auto_reply_header(look(field)) is None


@pytest.mark.parametrize("field", ["X-Loop: wile@acme.example", "X-Loop: yes", "X-Loop:", "X-Ack: no", "X-Ack: No"])
def test_r16_marks_against_loops(look: Look, field: str) -> None:
    assert headers.loop_header(look(field)) is not None


def test_r16_an_acknowledgement_that_is_wanted_is_no_mark(look: Look) -> None:
    assert headers.loop_header(look("X-Ack: yes")) is None


def test_r16_our_own_mark_comes_before_everything(judge: Judge) -> None:
    verdicts = judge("X-Whiteglove: token", "Auto-Submitted: auto-generated")

    assert (verdicts.human, verdicts.reason) == (False, "own_mail")


def test_the_mark_of_a_reports_draft_is_not_our_mark(judge: Judge) -> None:
    assert judge("X-Whiteglove-Report: token").human


@pytest.mark.parametrize(
    "field", ["X-Spam-Flag: YES", "X-Spam-Flag: yes", "X-Spam-Status: Yes, score=9.1 required=5.0"]
)
def test_r27_spam_by_its_headers(judge: Judge, field: str) -> None:
    verdicts = judge(field)

    assert (verdicts.human, verdicts.reason, verdicts.kind) == (False, "spam", Kind.SPAM)


def test_r27_spam_by_its_folder(judge: Judge) -> None:
    assert judge(junk=True).kind is Kind.SPAM


@pytest.mark.parametrize(
    ("flags", "is_junk"),
    [
        ({"$junk"}, True),
        ({r"\seen", "junk"}, True),
        (set(), False),
        ({"$notjunk"}, False),
        ({"$junk", "$notjunk"}, False),
        ({"junk", "nonjunk"}, False),
        ({r"\flagged", "junkyard"}, False),
    ],
)
def test_r27_spam_by_a_keyword(flags: set[str], is_junk: bool) -> None:
    assert headers.marked_as_junk(flags) is is_junk


@pytest.mark.parametrize("field", ["X-Spam-Flag: NO", "X-Spam-Status: No, score=-1.0", "X-Spam-Score: 9"])
def test_r27_a_mail_that_was_found_good(judge: Judge, field: str) -> None:
    assert judge(field).may_acknowledge


@pytest.mark.parametrize(
    "field",
    [
        "Feedback-ID: 1:acme",
        "X-SES-Outgoing: 192.0.2.1",
        "X-Mailgun-Sid: x",
        "X-MC-User: x",
        "X-Campaign: x",
        "X-CSA-Complaints: x@y.example",
    ],
)
def test_r28_a_senders_tool_is_no_proof_and_gets_no_answer(judge: Judge, field: str) -> None:
    verdicts = judge(field)

    assert (verdicts.human, verdicts.may_acknowledge, verdicts.obliges) == (True, False, True)
    assert verdicts.reason == "mailing_service"


@pytest.mark.parametrize("field", ["Feedback: yes", "X-Session: x", "X-MC-Unique: x", "X-CSA: x"])
def test_r28_what_only_looks_like_such_a_tool(judge: Judge, field: str) -> None:
    assert judge(field).may_acknowledge


@pytest.mark.parametrize(("hops", "found"), [(50, False), (51, True)])
def test_r35_more_than_fifty_servers_are_a_loop(look: Look, hops: int, found: bool) -> None:
    seen = look(*["Received: from a by b; Tue, 24 Nov 2026 10:42:09 +0100"] * hops)

    assert (headers.too_many_hops(seen) is not None) is found


def test_a_plain_mail_bears_no_mark_at_all(look: Look) -> None:
    rules = (
        headers.own_mail,
        headers.spam,
        headers.auto_submitted,
        headers.null_return_path,
        headers.list_headers,
        headers.precedence,
        headers.auto_reply_header,
        headers.loop_header,
        headers.too_many_hops,
        headers.auto_response_suppress,
    )

    assert [rule for rule in rules if rule(look()) is not None] == []


def test_r96_a_hostile_comment_takes_no_time_to_speak_of(look: Look) -> None:
    assert headers.auto_submitted(look(Auto_Submitted="(" * 100_000 + ")" * 100_000 + "no")) is None
