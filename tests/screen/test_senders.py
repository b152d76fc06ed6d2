"""Addresses at which nobody reads, and people whose address only looks like one."""

from collections.abc import Callable

import pytest

from whiteglove.message import Kind, Verdicts
from whiteglove.screen import senders
from whiteglove.screen.evidence import Evidence

Judge = Callable[..., Verdicts]
Look = Callable[..., Evidence]

ROBOTS = [
    "listserv", "LISTSERV", "majordomo", "bounce", "bounces", "bounce+1a2b", "bounces-123", "news-bounces",
    "news-bounce+x=y.example", "noreply", "no-reply", "No.Reply", "no_reply", "noreply-invoices", "noreply+x",
    "noreply2", "shop-noreply", "do-not-reply", "donotreply", "do_not_reply", "notification", "notifications",
    "notifications-shop", "nobody", "automailer", "auto-reply", "keine-antwort", "nicht-antworten", "ne-pas-repondre",
    "noresponder", "no-responder", "nao-responda", "non-rispondere", "niet-beantwoorden",
]  # fmt: skip
OFFICIAL = ["postmaster", "abuse", "root", "owner-news", "news-owner", "news-request"]
PEOPLE = [
    "wile", "norbert.reply", "request", "requests", "owner", "robot", "noreen", "casino", "juno.reply", "bouncer",
    "nobodyknows", "notify.me", "abusekeeper", "rootes", "info", "hello", "office", "anno.reply", "antwort",
    "majordomos",
]  # fmt: skip


@pytest.mark.parametrize("local_part", ROBOTS)
def test_r18_an_author_that_is_a_program(judge: Judge, local_part: str) -> None:
    verdicts = judge(From=f"{local_part}@acme.example", Return_Path=f"<{local_part}@acme.example>")

    assert (verdicts.human, verdicts.reason) == (False, "system_sender")


@pytest.mark.parametrize("local_part", OFFICIAL)
def test_r17_r18_an_official_address_may_be_a_person_who_is_not_answered(judge: Judge, local_part: str) -> None:
    verdicts = judge(From=f"{local_part}@birch.example", Return_Path=f"<{local_part}@birch.example>")

    assert (verdicts.human, verdicts.may_acknowledge, verdicts.obliges) == (True, False, True)
    assert verdicts.reason == "system_sender"


@pytest.mark.parametrize("local_part", PEOPLE)
def test_r18_people_whose_address_only_looks_like_it(judge: Judge, local_part: str) -> None:
    assert judge(From=f"{local_part}@birch.example", Return_Path=f"<{local_part}@birch.example>").may_acknowledge


@pytest.mark.parametrize("local_part", [*ROBOTS, *OFFICIAL])
@pytest.mark.parametrize("field", ["Return_Path", "Sender"])
def test_r19_the_same_as_sender_or_return_path_withholds(look: Look, local_part: str, field: str) -> None:
    assert senders.system_sender(look(**{field: f"<{local_part}@acme.example>"})) == "system_sender"


def test_r19_a_person_behind_a_mailing_service(judge: Judge) -> None:
    verdicts = judge(Return_Path="<bounces+1a2b@acme.example>")

    assert (verdicts.human, verdicts.may_acknowledge, verdicts.obliges) == (True, False, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"From": "MAILER-DAEMON@acme.example"},
        {"From": "Mail Delivery Subsystem <MAILER-DAEMON>"},
        {"From": "MAILER-DAEMON"},
        {"From": "Mail Delivery System <mailer_daemon@acme.example>"},
        {"Return_Path": "<MAILER-DAEMON>"},
        {"Return_Path": "MAILER-DAEMON@mx.vale.example"},
        {"X_Failed_Recipients": "kim@acme.example"},
    ],
)
def test_r17_a_mail_system_gives_a_mail_back(judge: Judge, changes: dict[str, str]) -> None:
    verdicts = judge(**changes)

    assert (verdicts.human, verdicts.kind) == (False, Kind.BOUNCE)


@pytest.mark.parametrize(
    ("path", "local_part"),
    [("Wile@acme.example", "wile"), ("MAILER-DAEMON", "mailer-daemon"), ("", ""), ("a@b@c", "a@b")],
)
def test_the_local_part_of_a_return_path(path: str, local_part: str) -> None:
    assert senders.return_local_part(path) == local_part


def test_a_postmaster_is_known_by_author_or_return_path(look: Look) -> None:
    assert senders.is_postmaster(look(From="Postmaster@acme.example"))
    assert senders.is_postmaster(look(Return_Path="<postmaster@acme.example>"))
    assert not senders.is_postmaster(look())
