"""C: what the receiving server found out about the sender, and when it is believed.

RFC 8601 sections 2.5, 2.6, 4.1, 5, 7.1 and 7.3; RFC 3834 section 2; RFC 5322 section 3.4.
"""

from __future__ import annotations

import pytest

from benches import to_clients
from rules.conftest import Answers, IsAnswered, Judge
from rules.mails import SERVER, mail
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

PASS = f"Authentication-Results: {SERVER}; dmarc=pass header.from=acme.example"
FAIL = PASS.replace("=pass", "=fail")
ELSEWHERE = {"Return_Path": "<v1@mailer.example>"}
"""A mail that is answered only where the server vouches for its author."""


def test_r45_only_the_configured_server_is_believed_and_none_by_default(answers: Answers, judge: Judge) -> None:
    forged = PASS.replace(SERVER, "mx.mailer.example")
    assert answers(mail(forged, **ELSEWHERE)) == []
    assert len(answers(mail(forged, PASS, **ELSEWHERE), mail(PASS, forged, **ELSEWHERE))) == 2
    assert judge(mail(PASS, **ELSEWHERE), authserv_id=None).reason == "return_path_elsewhere"
    assert judge(mail(FAIL), authserv_id=None).may_acknowledge


def test_r46_only_the_topmost_results_count(is_answered: IsAnswered) -> None:
    hop = "Received: from mailer.example by mx.vale.example; Mon, 02 Mar 2026 10:00:00 +0100"
    mails = {
        "good above bad": mail(PASS, FAIL, **ELSEWHERE),
        "bad above good": mail(FAIL, PASS, **ELSEWHERE),
        "good below our own hop": mail(hop, PASS, **ELSEWHERE),
        "good came with the message": mail(FAIL, hop, PASS, **ELSEWHERE),
        "good came below an empty one": mail(f"Authentication-Results: {SERVER}; none", hop, PASS, **ELSEWHERE),
    }
    expected = {
        "good above bad": True,
        "bad above good": False,
        "good below our own hop": True,
        "good came with the message": False,
        "good came below an empty one": False,
    }
    assert is_answered(mails) == expected


@pytest.mark.parametrize(
    "field",
    [
        f"Authentication-Results: {SERVER}; dmarc=great header.from=acme.example",
        f"Authentication-Results: {SERVER} 2; dmarc=pass header.from=acme.example",
        f"Authentication-Results: {SERVER}; x-own=pass header.from=acme.example",
        f"Authentication-Results: {SERVER}; dkim=pass x-type.d=acme.example",
        f"Authentication-Results: {SERVER}; (dmarc=pass header.from=acme.example)",
        "Authentication-Results: dmarc=pass header.from=acme.example",
    ],
)
def test_r47_what_is_not_known_is_never_a_pass(judge: Judge, field: str) -> None:
    assert judge(mail(field, **ELSEWHERE)).reason == "return_path_elsewhere"


def test_r48_a_client_who_may_be_forged_is_not_answered_and_the_owner_told(judge: Judge) -> None:
    both = f"Authentication-Results: {SERVER}; spf=fail; dkim=fail header.d=acme.example"
    with Bench(acknowledge, delay="0s", toml=f'authserv_id = "{SERVER}"') as bench:
        for number, field in enumerate((FAIL, both), 1):
            assert judge(mail(field)).remarks == ("maybe_forged",)
            bench.world.account.deliver(mail(field))
            assert to_clients(bench.run()) == []
            assert bench.reasons == ["not_authentic"] * number
            # Told once: a flood of forgeries must not become one of notices.
            assert [(warning.reason, warning.times) for warning in bench.warned] == [("not_authentic", number)]


def test_r49_a_display_name_makes_nobody_a_client(answers: Answers, judge: Judge) -> None:
    forged = mail(From='"wile@acme.example" <mallory@evil.example>', Return_Path="<mallory@evil.example>")
    assert judge(forged).reason == "stranger"
    assert answers(forged) == []
    flagged = mail(From='"ceo@client.example" <wile@acme.example>')
    assert judge(flagged).remarks == ("name_holds_address",)
    (answer,) = answers(flagged)
    assert answer.recipient == "wile@acme.example"
