"""The loops over one store, wired to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.conftest import House
from benches import plugin
from oauth.conftest import client_of
from servers.issuer import Issuer
from whiteglove.errors import MailboxError, SubmissionError, TokenError
from whiteglove.events import MailboxLost, MailboxRecovered
from whiteglove.ledger import MailState
from whiteglove.store import folders, outbox, warnings
from whiteglove.store import schema as tables
from whiteglove.testing import Bench


def work_off(house: House) -> None:
    """One round of everything, as the threads would do it."""
    daemon = house.made[-1]
    for watcher in daemon.watchers:
        watcher.catch_up()
    busy = 1
    while busy:
        busy = daemon.desk.drain() + daemon.scheduler.look() + daemon.outbox.drain() + daemon.chores.drain()


def all_warnings(house: House) -> list[warnings.WarningRow]:
    with house.store.read() as tx:
        rows = tx.execute(tables.warnings.select().order_by(tables.warnings.c.row)).all()
        return [warnings.get(tx, row.row) for row in rows]


def test_a_message_becomes_an_answer(house: House) -> None:
    daemon = house.daemon()
    work_off(house)
    house.deliver()
    assert daemon.watchers[0].catch_up() == 1
    assert daemon.woken["desk"].is_set()
    assert daemon.desk.drain() > 0
    assert daemon.woken["outbox"].is_set()
    assert daemon.outbox.drain() == 1
    assert daemon.woken["chores"].is_set()
    assert house.sent == ["wile@acme.example"]


def test_whoever_reads_may_be_told_of_each_batch(house: House) -> None:
    daemon = house.daemon()
    told: list[str] = []
    daemon.after_batch = lambda: told.append("batch")
    house.deliver()
    daemon.watchers[0].catch_up()
    assert told == ["batch"]
    assert not daemon.woken["desk"].is_set()


def test_it_is_ready_once_each_mailbox_has_its_line_or_is_lost(make_house: Callable[..., House]) -> None:
    house = make_house(mailboxes=("studio", "shop"))
    daemon, told = house.daemon(), []
    daemon.on_ready = lambda: told.append(house.events("daemon.ready"))
    daemon._on_settled("studio")
    daemon._on_settled("studio")
    assert house.events("daemon.ready") == told == []
    assert not daemon.is_ready
    daemon._on_settled("shop")
    daemon._on_settled("studio")
    assert daemon.is_ready
    assert house.events("daemon.ready") == ["daemon.ready"]
    assert told == [["daemon.ready"]]
    assert house.lines[-1]["mode"] == "live"
    assert house.lines[-1]["store"] == str(house.store.path)


def test_the_owner_is_told_once_of_a_password_that_is_refused(house: House) -> None:
    daemon = house.daemon()
    error = MailboxError("login", "authentication failed", fatal=True)
    daemon._on_fatal("studio", error)
    daemon._on_fatal("studio", error)
    with house.store.read() as tx:
        (warning,) = warnings.due(tx, daemon.clock.now())
    assert warning.reason == "login_refused"
    assert warning.times == 2
    assert "studio" in warning.text
    daemon.outbox.drain()
    assert house.sent == ["robin@vale.example"]


def test_the_owner_is_told_in_their_language(house: House) -> None:
    house.settings = replace(house.settings, owner=replace(house.settings.owner, language="es"))
    daemon = house.daemon()
    daemon._on_fatal("studio", MailboxError("login", "authentication failed", fatal=True))
    daemon._on_alert("studio", "Maintenance at noon.")
    (refused, alert) = all_warnings(house)
    assert "El buzón «studio» rechaza el acceso (authentication failed)" in refused.text
    assert "hasta que la contraseña sea correcta" in refused.text
    assert alert.text == "El servidor del buzón «studio» pide que leas esto: Maintenance at noon."


def by_oauth(house: House, issuer: Issuer) -> None:
    """The studio logs in by OAuth 2.0 from now on; nobody has done so yet."""
    (account, *others) = house.settings.mailboxes
    client = client_of(issuer, house.folder)
    house.settings = replace(
        house.settings, mailboxes=(replace(account, password=None, smtp_password=None, oauth=client), *others)
    )


def test_of_a_login_that_is_over_the_owner_is_told_once_by_another_mailbox(make_house: Callable[..., House]) -> None:
    house = make_house(mailboxes=("studio", "shop"))
    with Issuer() as issuer:
        by_oauth(house, issuer)
        daemon = house.daemon()
        error = MailboxError("login", "nobody has logged in", fatal=True)
        error.__cause__ = TokenError("nobody has logged in", lasting=True)
        daemon._on_fatal("studio", error)
        assert all_warnings(house) == []
        assert daemon.logins.look() == 1
        daemon._on_fatal("studio", error)
    (warning,) = all_warnings(house)
    assert (warning.reason, warning.times) == ("login_missing", 1)
    assert "run `whiteglove login studio`" in warning.text
    house.world.servers["studio"].answer(SubmissionError("temporary", "nobody has logged in"))
    daemon.outbox.drain()
    assert house.sent == []
    with house.store.write() as tx:
        (mail,) = outbox.in_state(tx, MailState.DEFERRED)
        outbox.change(tx, [mail.row], not_before=daemon.clock.now())
    daemon.outbox.drain()
    assert [mail.recipient for mail in house.world.servers["shop"].sent] == ["robin@vale.example"]


def test_a_server_that_refuses_a_token_makes_the_owner_log_in_anew(house: House) -> None:
    with Issuer() as issuer:
        by_oauth(house, issuer)
        house.daemon()._on_fatal("studio", MailboxError("login", "[AUTHENTICATIONFAILED] no", fatal=True))
    (warning,) = all_warnings(house)
    assert warning.reason == "login_refused"
    assert "run `whiteglove login studio`; until then no client gets an answer" in warning.text
    assert "password" not in warning.text


def test_what_a_server_wants_to_be_read_reaches_the_owner_once(house: House) -> None:
    daemon = house.daemon()
    for text in ("Storage is 91 % full.", "Storage is 92 % full.", "Maintenance at noon."):
        daemon._on_alert("studio", text)
    (first, second) = all_warnings(house)
    assert (first.reason, first.urgency, first.times) == ("server_alert", "today", 2)
    assert first.text.endswith("“studio” asks you to read this: Storage is 92 % full.")
    assert second.text.endswith("Maintenance at noon.")
    with house.store.write() as tx:
        warnings.put_into(tx, [first.row, second.row], 1)
    daemon._on_alert("studio", "Maintenance at noon.")
    assert len(all_warnings(house)) == 2


def test_a_mailbox_that_is_lost_and_comes_back_is_an_event_where_a_plugin_listens() -> None:
    heard: list[tuple[str, str]] = []

    def on_mailbox(event: MailboxLost | MailboxRecovered, ctx: object) -> None:
        heard.append((type(event).__name__, event.mailbox))

    with Bench(plugin("listening", on_mailbox=on_mailbox)) as bench:
        bench.daemon._on_changed("studio", MailboxError("timeout", "no answer"))
        assert bench.daemon.woken["desk"].is_set()
        bench.daemon._on_changed("studio", None)
        bench.run()
    assert heard == [("MailboxLost", "studio"), ("MailboxRecovered", "studio")]
    with Bench(plugin("deaf")) as bench:
        bench.daemon._on_changed("studio", None)
        assert not bench.daemon.woken["desk"].is_set()


def test_a_mail_is_looked_for_in_the_sent_folder_of_its_own_mailbox(make_house: Callable[..., House]) -> None:
    house = make_house(mailboxes=("studio", "shop"))
    daemon = house.daemon()
    house.world.accounts["shop"].deliver(house.mail("ours@vale.example"), folder="Sent")
    assert daemon._lies_in_sent("shop", "<ours@vale.example>", "")
    assert not daemon._lies_in_sent("studio", "<ours@vale.example>", "")
    assert not daemon._lies_in_sent("gone from the configuration", "<ours@vale.example>", "")
    house.world.accounts["shop"].fail("connect", MailboxError("unreachable", "no route"), times=5)
    house.world.accounts["shop"].fail("folders", MailboxError("unreachable", "gone"), times=5)
    with pytest.raises(MailboxError):
        daemon._lies_in_sent("shop", "<ours@vale.example>", "")


def test_without_a_sent_folder_nothing_lies_there(house: House) -> None:
    daemon = house.daemon()
    house.world.accounts["studio"].fail("folders", MailboxError("missing_folder", "no such folder"))
    assert not daemon._lies_in_sent("studio", "<ours@vale.example>", "")


def test_each_batch_that_is_read_is_a_sign_of_life(house: House) -> None:
    daemon = house.daemon()
    daemon.liveness.expect_mailbox("studio", 60)
    part = daemon.liveness._parts["mailbox studio"]
    part.seen_at = 0.0
    daemon._batch_read("studio")
    assert part.seen_at > 0.0


def test_going_live_draws_new_lines(make_house: Callable[..., House]) -> None:
    rehearsal = make_house(mode="rehearsal")
    rehearsal.daemon()
    work_off(rehearsal)
    rehearsal.deliver()
    work_off(rehearsal)
    assert rehearsal.sent == ["robin@vale.example"]
    live = make_house(mode="live")
    live.daemon()
    live.world = rehearsal.world
    with live.store.read() as tx:
        assert [state.redraw for state in folders.everything(tx)] == [True, True]
    work_off(live)
    assert live.sent == ["robin@vale.example"]
    with live.store.read() as tx:
        assert dict(outbox.counts(tx)) == {"sent": 1}
