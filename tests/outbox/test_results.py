"""What becomes of a mail is written in one commit with everything that follows from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benches import MANY, STATUS, TUESDAY_REPORT, acme, plugin, to_owner
from whiteglove.desk import bounces
from whiteglove.errors import SubmissionError
from whiteglove.ledger import MailState, PromiseKind
from whiteglove.outbox.results import pause_after, rest_after
from whiteglove.store import chores, decisions, outbox
from whiteglove.store import schema as tables
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

REFUSED = SubmissionError("permanent", "550 5.1.1 no such user", code=550)
WRONG = SubmissionError("temporary", "535 5.7.8 wrong", code=535, step="AUTH")


def bench(**options: Any) -> Bench:
    return Bench(acknowledge, delay="0s", **{"clients": {"acme": acme()}, "toml": MANY, **options})


def told(b: Bench) -> list[tuple[object, ...]]:
    """Whom, which time, by which promise, whether by the short line, whether in a rehearsal."""
    with b.store.read() as tx:
        rows = tx.execute(tables.told.select().order_by(tables.told.c.row))
        return [(row.address, row.due, row.promise, row.short, row.rehearsed) for row in rows]


def waiting_chores(b: Bench) -> int:
    with b.store.read() as tx:
        return len(chores.due(tx, b.clock.now() + timedelta(days=9), 99))


class TestAccepted:
    def test_who_was_told_what_stands_with_the_promise_and_the_copy_to_be_filed(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            (mail,) = b.mails
            assert (mail.state, mail.accepted_at, mail.error) == (MailState.SENT, b.clock.now(), None)
            assert told(b) == [("wile@acme.example", TUESDAY_REPORT, 1, False, False)]
            assert waiting_chores(b) == 1
            assert mail.promise == 1
            (line,) = b.logged("promise.made")
            assert (line["kind"], line["due"]) == ("report", TUESDAY_REPORT.isoformat())

    def test_a_second_mail_that_tells_it_makes_no_second_promise(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.receive(STATUS, subject="Pages")
            assert [row[2:4] for row in told(b)] == [(1, False), (1, True)]
            assert len(b.logged("promise.made")) == 1

    def test_an_answer_time_is_promised_for_its_obligation(self) -> None:
        with bench(clients={"acme": acme(report="[]")}) as b:
            b.receive(STATUS)
            b.receive(STATUS, subject="Pages")
            assert [(promise.kind, promise.obligation) for promise in b.promises] == [
                (PromiseKind.ANSWER, owed.row) for owed in b.obligations
            ]

    def test_a_rehearsal_tells_nobody_keeps_no_bytes_and_files_no_copy(self) -> None:
        with bench(daemon={"mode": "rehearsal"}) as b:
            b.receive(STATUS)
            (mail,) = b.mails
            assert (mail.state, mail.rehearsed, mail.raw) == (MailState.SENT, True, None)
            assert told(b) == [("wile@acme.example", TUESDAY_REPORT, None, False, True)]
            assert (b.promises, waiting_chores(b)) == ([], 0)

    def test_a_notice_leaves_no_copy_of_its_bytes(self) -> None:
        with bench() as b:
            b.receive("I am very disappointed. This is unacceptable.")
            (mail,) = b.mails
            assert (mail.raw, waiting_chores(b)) == (None, 0)
            assert [warned.state for warned in b.warned] == ["told"]

    def test_the_plugins_hear_of_it(self) -> None:
        heard: list[Any] = []
        other = plugin("other", on_delivery=lambda event: heard.append(event))
        with bench(beside={"other": other}) as b:
            b.receive(STATUS)
            b.world.server.answer(REFUSED)
            b.receive(STATUS, sender="Ada <ada@acme.example>", subject="Pages")
        assert [type(event).__name__ for event in heard] == ["MailSent", "MailFailed", "MailSent"]
        assert heard[0].mail.promise == 1
        assert "550" in heard[1].error


class TestRefused:
    def test_no_bytes_are_kept(self) -> None:
        with bench() as b:
            b.world.server.answer(REFUSED)
            b.receive(STATUS)
            b.world.server.answer(SubmissionError("temporary", "451 later", code=451))
            b.receive(STATUS, sender="Ada <ada@acme.example>", subject="Pages")
            assert [(mail.state, mail.raw) for mail in b.mails if mail.client] == [
                (MailState.FAILED, None),
                (MailState.DEFERRED, None),
            ]

    @pytest.mark.parametrize(
        ("step", "reply", "is_address"),
        [
            ("RCPT", "550 5.1.1 no such user", True),
            ("RCPT", "553 5.1.3 no such mailbox name", True),
            ("", "550 no", True),
            ("MAIL", "550 5.7.1 not as this sender", False),
            ("MAIL", "552 5.3.4 too large", False),
            ("DATA", "554 5.6.0 not like this", False),
        ],
    )
    def test_only_a_refused_address_ends_what_goes_there(self, step: str, reply: str, is_address: bool) -> None:
        with bench() as b:
            b.world.server.answer(SubmissionError("permanent", reply, code=int(reply[:3]), step=step))
            (notice,) = b.receive(STATUS)
            words = " ".join(notice.text.split())
            assert ("No further one goes to that address" in words) == is_address
            assert ("It was not the address that was refused" in words) != is_address
            assert b.mails[0].refused_step == (step or None)
            assert len(b.receive(STATUS, subject="Pages")) == (not is_address)
            assert b.reasons == (["failed_address"] if is_address else [])

    def test_the_owner_is_told_in_their_language(self) -> None:
        with bench(owner={"language": "fr"}) as b:
            b.world.server.answer(SubmissionError("permanent", "550 5.1.1 no such user", code=550, step="RCPT"))
            b.receive(STATUS)
            assert b.warned[0].text == (
                "Le serveur a refusé la réponse automatique à Acme GmbH (550 5.1.1 no such user). Plus aucun mail "
                "automatique ne part à cette adresse. Prochaine étape\u202f: répondre vous-même."
            )

    def test_what_came_back_ends_it_whatever_was_refused_before(self) -> None:
        with bench() as b:
            b.world.server.answer(SubmissionError("permanent", "554 no", code=554, step="DATA"))
            b.receive(STATUS)
            with b.store.write() as tx:
                decisions.release(tx, b.mails[0], b.clock.now())
            b.run()
            with b.store.write() as tx:
                bounces.came_back(tx, 1, "5.1.1", b.settings, b.clock.now())
            b.receive(STATUS, subject="Pages")
            assert b.reasons == ["failed_address"]

    def test_a_refused_rehearsal_takes_no_clients_address_for_dead(self) -> None:
        with bench(daemon={"mode": "rehearsal"}) as b:
            b.world.server.answer(REFUSED)
            assert b.receive(STATUS) == []
            assert b.logged("mail.cancelled")[0]["reason"] == "rehearsal_refused"
            b.restart(daemon={"mode": "live"})
            assert [mail.recipient for mail in b.receive(STATUS, subject="Pages")] == ["wile@acme.example"]

    def test_an_unknown_rehearsal_alarms_nobody(self) -> None:
        with bench(daemon={"mode": "rehearsal"}) as b:
            b.world.server.answer(SubmissionError("unknown", "broke"))
            assert b.receive(STATUS) == b.advance(seconds=12) == []
            assert [mail.state for mail in b.mails] == [MailState.UNKNOWN]
            assert b.warned == []
            assert b.promises == []

    def test_the_bytes_of_an_unknown_mail_are_kept_until_it_is_settled(self) -> None:
        with bench() as b:
            b.world.server.answer(SubmissionError("unknown", "broke"), accepted=True)
            b.receive(STATUS)
            assert b.mails[0].raw == b.world.server.sent[0].message
            b.advance(seconds=12)
            assert b.mails[0].raw == b.world.server.sent[0].message
            b.world.account.deliver(b.world.server.sent[0].message, "Sent")
            b.run()
            assert b.mails[0].raw is None

    def test_a_deferred_mail_gives_up_at_the_time_it_tells(self) -> None:
        with bench(now=TUESDAY_REPORT - timedelta(minutes=10)) as b:
            b.world.server.answer(SubmissionError("temporary", "451 later", code=451))
            b.receive(STATUS)
            assert b.mails[0].not_before == TUESDAY_REPORT


class TestARefusedLogin:
    def test_it_is_told_once_however_many_mails_meet_it(self) -> None:
        with bench() as b:
            b.world.server.answer(WRONG, times=9)
            assert b.receive(STATUS) == b.receive(STATUS, subject="Pages") == []
            (warned,) = b.warned
            assert (warned.reason, warned.key, warned.urgency) == ("login_refused", "smtp_login:studio", "now")
            assert "535 5.7.8 wrong" in warned.text
            assert [line["level"] for line in b.logged("mail.deferred")] == ["error"]
            for _ in range(4):
                assert b.advance(minutes=15) == []
            assert b.restart() == []
            assert len(b.warned) == 1
            with b.store.read() as tx:
                assert outbox.deferred_because(tx) == {"studio": "535 5.7.8 wrong"}

    def test_it_is_told_when_mail_leaves_again_and_the_next_time_anew(self) -> None:
        with bench() as b:
            b.world.server.answer(WRONG)
            b.receive(STATUS)
            mails = b.advance(minutes=15)
            assert sorted(mail.recipient for mail in mails) == ["robin@vale.example", "wile@acme.example"]
            assert "refuses the login" in " ".join(to_owner(mails)[0].text.split())
            with b.store.read() as tx:
                assert outbox.deferred_because(tx) == {}
            b.advance(hours=1)
            b.world.server.answer(WRONG)
            b.receive(STATUS, subject="Pages")
            assert [warned.state for warned in b.warned] == ["told", "planned"]

    @pytest.mark.parametrize(
        ("code", "step", "told"), [(534, "AUTH", 1), (550, "AUTH", 1), (530, "MAIL", 1), (454, "AUTH", 0), (451, "", 0)]
    )
    def test_what_only_a_person_can_mend_is_told(self, code: int, step: str, told: int) -> None:
        with bench() as b:
            b.world.server.answer(SubmissionError("temporary", f"{code} no", code=code, step=step))
            b.receive(STATUS)
            assert [warned.reason for warned in b.warned] == ["login_refused"] * told


class TestHowLongAMailWaits:
    @pytest.mark.parametrize(("code", "minutes"), [(421, 30), (451, 30), (452, 30), (535, 15), (454, 15), (530, 15)])
    def test_by_what_the_server_said(self, code: int, minutes: int) -> None:
        error = SubmissionError("temporary", "no", code=code)
        assert {pause_after(error, attempts) for attempts in range(5)} == {timedelta(minutes=minutes)}

    @pytest.mark.parametrize("code", [451, 550])
    def test_any_refusal_of_a_login_is_one_for_every_mail(self, code: int) -> None:
        error = SubmissionError("temporary", "no", code=code, step="AUTH")
        assert pause_after(error, 0) == rest_after(error, 0) == timedelta(minutes=15)

    @given(st.integers(min_value=0, max_value=10_000))
    def test_without_a_connection_longer_each_time_and_never_long(self, attempts: int) -> None:
        error = SubmissionError("temporary", "nobody there")
        assert timedelta(seconds=30) <= pause_after(error, attempts) <= pause_after(error, attempts + 1)
        assert pause_after(error, attempts) <= timedelta(minutes=5)


@pytest.mark.parametrize(
    ("outcome", "code", "minutes"),
    [
        ("temporary", 535, 15),
        ("temporary", 454, 15),
        ("temporary", 421, 0.5),
        ("temporary", 0, 0.5),
        ("temporary", 451, None),
        ("permanent", 550, None),
        ("unknown", 0, None),
    ],
)
def test_what_is_true_of_every_mail_spares_the_others_the_attempt(
    outcome: str, code: int, minutes: float | None
) -> None:
    expected = None if minutes is None else timedelta(minutes=minutes)
    assert rest_after(SubmissionError(outcome, "no", code=code), 0) == expected


def test_a_lookup_by_token_finds_the_mail_that_was_handed_over() -> None:
    with bench() as b:
        b.receive(STATUS)
        with b.store.read() as tx:
            found = outbox.by_token(tx, b.mails[0].token or "")
        assert found is not None
        assert found.row == 1
