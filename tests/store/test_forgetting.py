"""A person or a client is erased to the last byte; everybody else's record is as it was, and the daemon goes on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from benches import BIRCH, COMPLAINT, MANY, QUESTION, STATUS, acme, plugin, to_clients
from drafty import wish
from store.conftest import DAY, NOW, PlanMail
from whiteglove.actions import Hold, Move, Remember, WakeAt, Warn
from whiteglove.errors import StoreError, SubmissionError
from whiteglove.ledger import DraftState, MailState
from whiteglove.message import Kind
from whiteglove.store import (
    Store,
    changes,
    corrections,
    drafts,
    events,
    forgetting,
    messages,
    notes,
    outbox,
    schema,
    silences,
)
from whiteglove.store.forgetting import Whom
from whiteglove.store.remarks import FORGOTTEN
from whiteglove.store.schema import plugin_health
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

YEAR = 365 * DAY
JUTTA = "Jutta Forst <jutta@birch.example>"
ADA = "Ada Birdwell <ada@acme.example>"
WILE = Whom(
    client=None,
    addresses=frozenset({"wile@acme.example", "wile.coyote@acme.example"}),
    names=frozenset({"Wile Coyote"}),
)
ACME = Whom(
    client="acme", addresses=WILE.addresses | {"ada@acme.example"}, names=frozenset({"Wile Coyote", "Acme GmbH"})
)


def bench(**options: Any) -> Bench:
    given = {"clients": {"acme": acme(), "birch": BIRCH}, "toml": MANY, **options}
    return Bench(acknowledge, delay="0s", **given)


def forget(b: Bench, whom: Whom) -> dict[str, int]:
    with b.store.write() as tx:
        done = dict(forgetting.forget(tx, b.store, forgetting.find(tx, whom)))
    assert b.store.path is not None
    forgetting.overwrite(b.store.path)
    return done


def raw(b: Bench) -> bytes:
    """Every byte of the database and of its journal."""
    assert b.store.path is not None
    return b"".join(path.read_bytes() for path in b.store.path.parent.glob("whiteglove.sqlite3*"))


def traces_left(b: Bench, *texts: str) -> list[str]:
    found = raw(b).lower()
    forms = {text: (text.lower().encode(), json.dumps(text.lower())[1:-1].encode()) for text in texts}
    return [text for text, encoded in forms.items() if any(form in found for form in encoded)]


def record_of(b: Bench, client: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows that are this client's."""
    with b.store.read() as tx:
        return {
            table.name: [tuple(row) for row in tx.execute(sa.select(table).where(table.c.client == client))]
            for table in schema.metadata.sorted_tables
            if "client" in table.c
        }


def everything(b: Bench, whose: str, *addresses: str) -> None:
    """Whatever a client's people can bring about, with a subject that tells whose it is."""
    first, *others = addresses
    b.receive(STATUS, sender=first, subject=f"{whose} report", to="Robin <robin@vale.example>")
    thread = b.last_message_id
    for other in others:
        b.receive(QUESTION, sender=other, subject=f"{whose} paper", to=f"robin@vale.example, {first}", answers=thread)
    b.advance(minutes=1)
    b.owner_sends("The blue one.", to=", ".join(addresses), subject=f"Re: {whose} report", answers=thread)
    b.advance(hours=1)
    b.receive(COMPLAINT, sender=first, subject=f"{whose} mistake")
    b.receive(STATUS, sender=first, subject=f"{whose} again")
    with b.store.write() as tx:
        row = messages.find(tx, b.store.hash_id(b.last_message_id))
        assert row is not None
        about = messages.recorded(row)
        said = {"thread": about.thread, "address": about.author.folded, "message": about.row}
        corrections.add(tx, at=b.clock.now(), client=about.client, was=None, kind=Kind.BILLING, **said)


SUBJECTS = ("Anvil report", "Anvil mistake", "Anvil again")


class TestAPerson:
    def test_no_byte_of_them_is_left_and_the_neighbours_rows_are_untouched(self) -> None:
        with bench() as b:
            everything(b, "Anvil", "Wile Coyote <wile@acme.example>")
            everything(b, "Harbour", JUTTA)
            before = record_of(b, "birch")
            assert traces_left(b, "wile@acme.example", "Wile Coyote", *SUBJECTS) == [
                "wile@acme.example", "Wile Coyote", *SUBJECTS,
            ]  # fmt: skip
            forget(b, WILE)
            assert traces_left(b, "wile@acme.example", "wile.coyote", "Wile Coyote", *SUBJECTS) == []
            assert record_of(b, "birch") == before

    def test_a_colleague_of_theirs_stays_without_them(self) -> None:
        with bench() as b:
            everything(b, "Anvil", "Wile Coyote <wile@acme.example>", ADA)
            assert forget(b, WILE)["copies"] == 2
            assert traces_left(b, "wile@acme.example", "Wile Coyote", "Anvil mistake", "Anvil again") == []
            with b.store.read() as tx:
                found = messages.of_client(tx, "acme", NOW)
            assert [(one.author.address, [to.address for to in one.to]) for one in found] == [
                ("ada@acme.example", ["robin@vale.example"]),
                ("robin@vale.example", ["ada@acme.example"]),
            ]
            assert found[0].in_reply_to == ()

    def test_their_messages_become_strangers_and_are_not_read_again(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            recorded = b.recorded
            assert forget(b, WILE) == {"messages": 1, "outbox": 1, "told": 1, "obligations": 1, "events": 3}
            with b.store.read() as tx:
                (row,) = tx.execute(sa.select(schema.messages).where(schema.messages.c.outbound.is_(False))).all()
            assert (row.client, row.subject, row.reason, row.thread) == (None, None, FORGOTTEN, None)
            assert row.id_hash is not None
            assert b.advance(hours=1) == []
            assert b.recorded == recorded

    def test_the_clients_promise_and_incident_stay(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            with b.store.write() as tx:
                incident = schema.inserted(
                    tx.execute(
                        schema.incidents.insert().values(
                            client="acme", kind="complaint", matter="thread:1", state="opened", opened_at=NOW
                        )
                    )
                )
                tx.execute(
                    schema.incident_entries.insert().values(
                        incident=incident, at=NOW, reason="x", state="opened", message=1, cue="very disappointed"
                    )
                )
            forget(b, WILE)
            assert len(b.promises) == 1
            with b.store.read() as tx:
                (entry,) = tx.execute(sa.select(schema.incident_entries)).all()
            assert (entry.message, entry.cue) == (None, "")

    def test_what_waits_for_them_never_goes_and_the_daemon_goes_on(self) -> None:
        hold = plugin(review=lambda mail: Hold(reason="look_first"))
        with bench(beside={"second": hold}) as b:
            b.receive(STATUS)
            assert b.mails[0].state is MailState.PLANNED
            forget(b, WILE)
            assert (b.mails[0].state, b.mails[0].reason, b.mails[0].address) == (MailState.CANCELLED, FORGOTTEN, "")
            assert to_clients(b.advance(days=2)) == []
            with b.store.read() as tx:
                assert events.counts(tx) == {"open": 0, "parked": 0}
            # The book still names them: their next mail is recorded as before.
            b.receive(STATUS, subject="Cover")
            assert "wile@acme.example" in [mail.address for mail in b.mails]

    def test_what_plugins_and_servers_said_of_them_is_gone(self) -> None:
        def on_message(event: Any) -> list[Any]:
            address = event.message.author.address
            return [
                Remember(reason="x", key=f"last:{address}", value=event.message.subject),
                Remember(reason="x", key="counts", value={"wile@acme.example": 1, "jutta@birch.example": 2}),
                Warn(
                    reason="x",
                    key=f"k{event.message.row}",
                    text=f"{event.message.author.name} wrote.",
                    urgency="digest",
                ),
            ]

        with bench(beside={"curious": plugin("curious", on_message=on_message)}) as b:
            b.world.server.answer(SubmissionError("permanent", "550 <wile@acme.example>: no such user", code=550))
            b.receive(STATUS)
            b.receive(STATUS, sender=JUTTA)
            with b.store.write() as tx:
                tx.execute(plugin_health.insert().values(plugin="x", failures=1, last_error="KeyError('Wile Coyote')"))
                event = events.add(tx, "ScheduleFired", NOW, None, {"plugin": "x", "address": "wile@acme.example"})
                events.park(tx, event, "it raised over wile@acme.example")
            done = forget(b, WILE)
            assert traces_left(b, "wile@acme.example", "Wile Coyote") == []
            assert (done["memory"], done["remarks"], done["warnings"]) == (2, 3, 2)
            with b.store.read() as tx:
                left = {row.key: row.value for row in tx.execute(sa.select(schema.memory))}
            assert left["counts"] == {"jutta@birch.example": 2}
            assert left["last:jutta@birch.example"] == "Catalogue"

    def test_a_mail_that_is_being_handed_over_is_waited_for(self, store: Store, plan_mail: PlanMail, tx: Any) -> None:
        plan_mail(state=MailState.SUBMITTING)
        with pytest.raises(StoreError, match="being handed over"):
            forgetting.forget(tx, store, WILE)

    def test_somebody_unknown_changes_nothing(self) -> None:
        with bench() as b:
            everything(b, "Anvil", "Wile Coyote <wile@acme.example>")
            before = record_of(b, "acme")
            assert forget(b, Whom(client=None, addresses=frozenset({"nobody@acme.example"}), names=frozenset())) == {}
            assert record_of(b, "acme") == before


class TestAClient:
    def test_no_byte_of_anybody_there_is_left(self) -> None:
        with bench() as b:
            everything(b, "Harbour", JUTTA)
            before = record_of(b, "birch")
            everything(b, "Anvil", "Wile Coyote <wile@acme.example>", ADA)
            forget(b, ACME)
            gone = ("wile@acme.example", "ada@acme.example", "Wile Coyote", "Ada Birdwell", "Acme", *SUBJECTS)
            assert traces_left(b, *gone) == []
            assert all(rows == [] for rows in record_of(b, "acme").values())
            assert record_of(b, "birch") == before
            assert len(to_clients(b.receive(STATUS, sender=JUTTA, subject="Harbour once more"))) in (0, 1)
            assert forget(b, ACME) == {}

    def test_whoever_wrote_from_their_domain_is_found_on_record(self) -> None:
        with bench() as b:
            b.receive(QUESTION, sender="Road Runner <runner@acme.example>", subject="Beep")
            forget(b, ACME)
            assert traces_left(b, "runner@acme.example", "Road Runner") == []

    def test_a_summary_that_waits_goes_out_without_them(self) -> None:
        from whiteglove_plugins import daily_summary

        with bench(beside={"daily_summary": (daily_summary, {"at": "08:00"})}) as b:
            everything(b, "Anvil", "Wile Coyote <wile@acme.example>")
            everything(b, "Harbour", JUTTA)
            b.world.server.answer(SubmissionError("temporary", "451 later", code=451), times=50)
            b.advance(days=1)
            assert any(mail.template == "summary" and "Anvil" in mail.action for mail in b.mails)
            forget(b, ACME)
            assert traces_left(b, "Anvil", "acme") == []
            b.world.server.answer(SubmissionError("temporary", "451 later", code=451), times=0)
            while mails := [mail for mail in b.mails if mail.state is MailState.DEFERRED]:
                b.advance(hours=3)
                assert len(mails) < 20
            told = [mail for mail in b.mails if mail.template == "summary" and mail.state is MailState.SENT]
            assert told


class TestWhatWasMoved:
    @pytest.mark.parametrize("is_there", [True, False])
    def test_no_name_of_a_folder_is_left(self, is_there: bool) -> None:
        def on_message(event: Any) -> list[Any]:
            return [Move(reason="sorted", folder=f"Clients/{event.client.key} anvils")]

        made = plugin(on_message=on_message)
        with Bench(made, clients={"acme": acme(), "birch": BIRCH}, toml=MANY) as b:
            if is_there:
                b.world.account.create("Clients/acme anvils")
                b.world.account.create("Clients/birch anvils")
            for sender in ("Wile Coyote <wile@acme.example>", JUTTA):
                b.receive(QUESTION, sender=sender)
            before = record_of(b, "birch")
            assert traces_left(b, "acme anvils", "birch anvils") == ["acme anvils", "birch anvils"]
            forget(b, ACME)
            assert traces_left(b, "acme anvils", "birch anvils") == ["birch anvils"]
            assert record_of(b, "birch") == before
            with b.store.read() as tx:
                assert [change.message for change in changes.everything(tx)] == [2]


class TestWhatIsPrepared:
    """Drafts, timers, notes and silences: of a client all of them, of a person what tells of them."""

    def busy(self) -> Bench:
        """A plugin that lays a draft ready for whoever writes, and sets a timer about them."""

        def on_message(event: Any) -> list[Any]:
            client, person = event.client.key, event.person.name
            draft = wish(
                key=f"ask:{client}:{event.message.row}",
                client=client,
                brief=f"{person} asked.",
                values={"words": f" about {event.message.subject}"},
                to=event.message.author.address,
                answers=event.message.row,
            )
            wake = WakeAt(reason="x", key=f"again:{client}", at=event.at + YEAR, value={"who": person})
            return [draft, wake]

        made = plugin("drafty", package="drafty", on_message=on_message)
        return Bench(made, clients={"acme": acme(), "birch": BIRCH}, toml=MANY)

    def fill(self, b: Bench) -> None:
        for sender, subject in (("Wile Coyote <wile@acme.example>", "Anvil paper"), (JUTTA, "Harbour paper")):
            b.receive(QUESTION, sender=sender, subject=subject)
        with b.store.write() as tx:
            for client, text in (("acme", "Wile Coyote has an anvil"), ("birch", "Jutta Forst has a harbour")):
                notes.add(tx, client=client, at=b.clock.now(), text=text)
                notes.add(tx, client=client, at=b.clock.now(), text=f"{text} too", call=True, outbound=True)
                silences.begin(tx, client, NOW, DAY, NOW)

    def test_no_byte_of_a_client_is_left_and_the_neighbours_rows_are_untouched(self) -> None:
        with self.busy() as b:
            self.fill(b)
            before = record_of(b, "birch")
            assert len(traces_left(b, "Wile Coyote", "wile@acme.example", "Anvil paper", "an anvil")) == 4
            done = forget(b, ACME)
            assert {kind: done[kind] for kind in ("drafts", "timers", "client_notes", "silences")} == {
                "drafts": 1, "timers": 1, "client_notes": 2, "silences": 1,
            }  # fmt: skip
            assert traces_left(b, "Wile Coyote", "wile@acme.example", "Anvil", "acme", "Acme") == []
            assert all(rows == [] for rows in record_of(b, "acme").values())
            assert record_of(b, "birch") == before
            assert set(b.timers) == {"again:birch"}
            assert forget(b, ACME) == {}

    def test_an_untouched_draft_is_taken_away_and_the_others_stay(self) -> None:
        with self.busy() as b:
            self.fill(b)
            assert [mail.recipient for mail in b.drafted] == ["wile@acme.example", "jutta@birch.example"]
            forget(b, ACME)
            b.run()
            assert [mail.recipient for mail in b.drafted] == ["jutta@birch.example"]
            assert [draft.state for draft in b.drafts] == [DraftState.WITHDRAWN, DraftState.PLACED]
            assert b.failures == []

    def test_one_that_is_only_wanted_is_never_laid_there(self) -> None:
        with self.busy() as b:
            with b.store.write() as tx:
                drafts.want(tx, "drafty", wish(key="soon", to="wile@acme.example"), b.clock.now())
            forget(b, ACME)
            b.run()
            assert b.drafted == []
            assert [draft.state for draft in b.drafts] == [DraftState.WITHDRAWN]

    def test_of_a_person_what_tells_of_them(self) -> None:
        with self.busy() as b:
            self.fill(b)
            b.receive(QUESTION, sender=ADA, subject="Bird paper")
            before = record_of(b, "birch")
            done = forget(b, WILE)
            assert (done["drafts"], done["client_notes"], done.get("timers", 0)) == (1, 2, 0)
            assert traces_left(b, "Wile Coyote", "wile@acme.example", "Anvil", "an anvil") == []
            assert record_of(b, "birch") == before
            with b.store.read() as tx:
                assert [(one.text, one.call) for one in notes.of_client(tx, "acme", NOW)] == [("", True)]
                assert silences.lasting_of(tx, "acme") is not None
            b.run()
            assert {mail.recipient for mail in b.drafted} == {"ada@acme.example", "jutta@birch.example"}

    def test_who_never_wrote_is_known_by_the_client_they_belong_to(self) -> None:
        with self.busy() as b:
            self.fill(b)
            runner = Whom(client=None, addresses=frozenset({"r@acme.example"}), names=frozenset({"Road Runner"}))
            with b.store.write() as tx:
                notes.add(tx, client="acme", at=b.clock.now(), text="Road Runner is fast")
            assert forget(b, runner) == {}
            assert forget(b, replace(runner, belongs_to=frozenset({"acme"}))) == {"client_notes": 1}
            assert traces_left(b, "Road Runner") == []

    def test_a_timer_that_went_off_and_waits_is_over(self) -> None:
        with self.busy() as b:
            with b.store.write() as tx:
                details = {"plugin": "drafty", "key": "again:acme", "due": NOW.isoformat(), "value": None}
                events.park(tx, events.add(tx, "TimerFired", NOW, None, details), "it raised")
            forget(b, ACME)
            assert traces_left(b, "acme") == []
            with b.store.read() as tx:
                assert events.counts(tx) == {"open": 0, "parked": 0}

    def test_who_is_known_by_a_note_alone_is_known(self, tx: sa.Connection) -> None:
        assert forgetting.is_known(tx, "cedar") is False
        notes.add(tx, client="cedar", at=NOW, text="x")
        assert forgetting.is_known(tx, "cedar") is True


@budget(max_examples=12, deadline=None)
@given(
    name=st.text(st.characters(categories=["L"]), min_size=5, max_size=12),
    subject=st.text(st.characters(categories=["L", "N"]), min_size=8, max_size=300),
    times=st.integers(1, 6),
)
@pytest.mark.long
def test_whatever_they_are_called_and_write_about_no_byte_is_left(name: str, subject: str, times: int) -> None:
    # Words of the schema's own are not theirs.
    name, subject = f"Qz{name}", f"Qz{subject}"
    sender = f"{name} Qwertz <someone.special@acme.example>"
    whom = Whom(client=None, addresses=frozenset({"someone.special@acme.example"}), names=frozenset())
    with bench() as b:
        b.receive(STATUS, sender=JUTTA, subject="Harbour")
        for _ in range(times):
            b.receive(STATUS, sender=sender, subject=subject)
            b.receive(COMPLAINT, sender=sender, subject=subject)
        forget(b, whom)
        assert traces_left(b, "someone.special@acme.example", f"{name} Qwertz", subject) == []
        with b.store.read() as tx:
            assert [one.subject for one in messages.of_client(tx, "birch", NOW)] == ["Harbour"]


def test_a_reader_at_work_does_not_keep_the_old_bytes(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    try:
        with store.write() as tx:
            for number in range(500):
                outbox_values(tx, number)
        with store.read() as tx:
            tx.execute(sa.select(schema.outbox)).all()
        with store.write() as tx:
            forgetting.forget(tx, store, forgetting.find(tx, WILE))
        forgetting.overwrite(tmp_path / "whiteglove.sqlite3")
        found = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"wile@acme.example" not in found
        with store.read() as tx:
            assert len(outbox.in_state(tx, MailState.SENT)) == 500
    finally:
        store.close()


def outbox_values(tx: sa.Connection, number: int) -> None:
    outbox.plan(
        tx, key=f"{number}:wile@acme.example", audience="client", state="sent", reason="x", plugin="x", action="",
        template="x", mailbox="studio", address="wile@acme.example", client="acme", created_at=NOW, not_before=NOW,
    )  # fmt: skip
