"""A teammate's mail to a client is seen as the answer, once, and nothing of it is kept but what a stranger's leaves."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from benches import BIRCH, QUESTION, acme, plugin
from whiteglove.actions import Forward, Reply
from whiteglove.ledger import DelegationState, PromiseKind, PromiseState
from whiteglove.store import schema as tables
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

KIM = "kim@vale.example"
LEE = "lee@vale.example"
TEAM = f"""
authserv_id = "mx.vale.example"
[[team]]
name = "Kim"
address = "{KIM}"
[[team]]
name = "Lee"
address = "{LEE}"
"""
CLIENTS = {"acme": acme(), "birch": BIRCH}
ASKED = "bench.1@elsewhere.example"


def passing() -> Any:
    return plugin(on_message=lambda event: [Forward(reason="x", message=event.message.row, to=KIM, brief="")])


def bench(**options: Any) -> Bench:
    return Bench(passing(), **{"toml": TEAM, "clients": CLIENTS, **options})


def write(b: Bench, *, sender: str = f"Kim <{KIM}>", to: str = "wile@acme.example", **written: Any) -> None:
    headers = {"Cc": "robin@vale.example", **written.pop("headers", {})}
    b.receive("The matt one.", sender=sender, to=to, headers=headers, **{"answers": ASKED, **written})


def events_of(b: Bench, kind: str) -> int:
    with b.store.read() as tx:
        of_kind = sa.select(sa.func.count()).where(tables.events.c.type == kind)
        return tx.execute(of_kind).scalar_one()


@pytest.mark.parametrize("sender", [KIM, f"Kim <{KIM.upper()}>", LEE])
def test_any_teammates_mail_in_the_thread_answers(sender: str) -> None:
    with bench() as b:
        b.receive(QUESTION)
        write(b, sender=sender)
        assert b.obligations == []
        assert [one.state for one in b.delegations] == [DelegationState.DONE]


def test_so_does_an_answer_to_the_mail_that_passed_it_on() -> None:
    with bench() as b:
        (mail,) = b.receive(QUESTION)
        write(b, answers=str(mail.message["Message-ID"]).strip("<>"))
        assert b.obligations == []


def test_seen_twice_it_answers_once() -> None:
    with bench() as b:
        b.receive(QUESTION)
        raw = b.compose("The matt one.", sender=KIM, to="wile@acme.example", answers=ASKED)
        for _ in range(2):
            b.world.account.deliver(raw)
        b.run()
        assert events_of(b, "TeamAnswered") == events_of(b, "ObligationAnswered") == 1


@pytest.mark.parametrize(
    "otherwise",
    [
        {"to": "robin@vale.example"},
        {"to": "jutta@birch.example"},
        {"answers": None},
        {"sender": "Kim <kim@elsewhere.example>"},
        {"sender": f"{KIM}, {LEE}"},
        {"headers": {"Auto-Submitted": "auto-replied"}},
        {"headers": {"Authentication-Results": "mx.vale.example; dmarc=fail header.from=vale.example"}},
    ],
    ids=["to nobody there", "to another client", "in no thread", "a stranger", "two authors", "a machine", "forged"],
)
def test_what_is_no_answer(otherwise: dict[str, Any]) -> None:
    with bench() as b:
        b.receive(QUESTION)
        write(b, **otherwise)
        assert len(b.obligations) == 1
        assert events_of(b, "TeamAnswered") == 0


def test_a_thread_that_nobody_passed_on_is_not_answered_by_the_team() -> None:
    with Bench(plugin(), toml=TEAM, clients=CLIENTS) as b:
        b.receive(QUESTION)
        write(b)
        assert len(b.obligations) == 1


def test_mail_that_is_older_than_the_handing_over_is_no_answer() -> None:
    with bench() as b:
        b.receive(QUESTION)
        raw = b.compose("The matt one.", sender=KIM, to="wile@acme.example", answers=ASKED)
        b.world.account.deliver(raw, received_at=b.clock.now().replace(year=2025))
        b.run()
        assert len(b.obligations) == 1


def test_the_time_that_the_client_was_told_is_kept_by_it() -> None:
    reply = Reply(reason="question", template="answer_by", tells=PromiseKind.ANSWER)
    with Bench(
        plugin("acknowledge", "whiteglove_plugins", on_message=lambda event: [reply]),
        toml=TEAM,
        clients=CLIENTS,
        beside={"passing": passing()},
    ) as b:
        b.receive(QUESTION)
        assert [promise.kind for promise in b.promises] == [PromiseKind.ANSWER]
        write(b)
        (promise,) = b.promises
        assert (promise.state, promise.evidence, promise.late) == (PromiseState.KEPT, "team", False)


def test_it_is_no_report_and_no_contact_of_the_owners() -> None:
    with bench() as b:
        b.receive(QUESTION)
        write(b, subject="Report")
        assert b.promises == []
        with b.store.read() as tx:
            known = tx.execute(sa.select(tables.messages).where(tables.messages.c.client.is_(None))).all()
        kept = [row for row in known if row.reason == "team"]
        assert [(row.author_address, row.subject, row.message_id, row.to) for row in kept] == [(None, None, None, None)]


def test_nobody_acknowledges_a_teammate() -> None:
    with Bench(acknowledge, delay="0s", toml=TEAM, clients=CLIENTS) as b:
        assert b.receive("How are things progressing?", sender=KIM) == []
        assert b.mails == []
