"""Flags and moves that a plugin wants are made in the mailbox once, by the core, and told where they cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from benches import QUESTION, acme, plugin
from whiteglove.actions import Action, Flag, Move
from whiteglove.changing import LONGEST_TRIED
from whiteglove.cli.explaining import explanation
from whiteglove.errors import MailboxError
from whiteglove.store import changes, messages
from whiteglove.store.changes import Change
from whiteglove.testing import Bench, Flagged, Moved
from whiteglove_plugins import daily_summary

FLAGGED = Flag(reason="urgent", flag=r"\Flagged")
ARCHIVED = Move(reason="sorted", folder="Clients/Acme")
LOST = MailboxError("unreachable", "gone")
WATCHED = 'folders = ["INBOX", "Clients/Acme"]'


@contextmanager
def bench(*actions: Action, hook: str = "on_message", **options: Any) -> Iterator[Bench]:
    made = plugin("sorter", **{hook: lambda event: actions})
    with Bench(made, looked=False, **{"clients": {"acme": acme()}, **options}) as b:
        b.world.account.create("Clients/Acme")
        b.run()
        yield b


def on_record(b: Bench) -> list[Change]:
    with b.store.read() as tx:
        return list(changes.everything(tx))


def states(b: Bench) -> list[tuple[str, str | None]]:
    return [(change.state, change.error) for change in on_record(b)]


def place(b: Bench, row: int = 1) -> tuple[str, int]:
    with b.store.read() as tx:
        found = messages.get(tx, row)
    return found.folder, found.uid


def lying(b: Bench, folder: str = "INBOX") -> list[int]:
    return [mail.uid for mail in b.world.account.mails(folder)]


def handled(b: Bench) -> int:
    """How often a message was put before the plugin."""
    with b.store.read() as tx:
        return tx.execute(sa.text("SELECT count(*) FROM events WHERE type = 'MessageReceived'")).scalar_one()


class TestFlags:
    def test_one_is_set_and_another_taken_away(self) -> None:
        unread = Flag(reason="urgent", flag=r"\seen", set=False)
        with bench(FLAGGED, unread, Flag(reason="urgent", flag="$Label1")) as b:
            b.world.account.deliver(b.compose(QUESTION, sender="wile@acme.example"), flags=frozenset({r"\Seen"}))
            b.run()
            assert [mail.flags for mail in b.world.account.mails()] == [{r"\Flagged", "$Label1"}]
            assert b.flagged[0] == Flagged(r"\Flagged", True, b.flagged[0].subject)
            assert [(one.flag, one.set) for one in b.flagged] == [
                (r"\Flagged", True), (r"\seen", False), ("$Label1", True),
            ]  # fmt: skip
            lines = b.logged("message.flagged")
            assert [(line["flag"], line["set"], line["client"], line["plugin"]) for line in lines] == [
                (r"\Flagged", True, "acme", "sorter"), (r"\seen", False, "acme", "sorter"),
                ("$Label1", True, "acme", "sorter"),
            ]  # fmt: skip

    def test_the_message_that_an_obligation_is_about(self) -> None:
        with bench(FLAGGED, hook="on_obligation") as b:
            b.receive(QUESTION)
            assert [mail.flags for mail in b.world.account.mails()] == [{r"\Flagged"}]

    def test_the_owners_own_mail_is_flagged_in_sent(self) -> None:
        with bench(FLAGGED, hook="on_sent") as b:
            b.owner_sends("Here it is.")
            assert [mail.flags for mail in b.world.account.mails("Sent")] == [{r"\Flagged"}]

    @pytest.mark.parametrize("action", [FLAGGED, ARCHIVED], ids=["flag", "move"])
    def test_what_the_owner_has_deleted_meanwhile_is_no_failure(self, action: Action) -> None:
        with bench(action) as b:
            uid = b.deliver(QUESTION)
            b.daemon.watchers[0].catch_up()
            b.world.account.expunge(uid)
            b.run()
            assert states(b) == [("gone", "gone")]
            assert [line["reason"] for line in b.logged("message.untouched")] == ["gone"]
            assert (b.warned, b.flagged, b.moved) == ([], [], [])

    def test_a_folder_that_was_renumbered_is_searched_for_the_message(self) -> None:
        with bench(FLAGGED) as b:
            b.deliver(b"".decode(), subject="Other")
            b.deliver(QUESTION, subject="Catalogue")
            b.daemon.watchers[0].catch_up()
            b.world.account.expunge(1)
            b.world.account.renumber()
            b.daemon.desk.drain()
            b.daemon.changes.drain()
            assert [(mail.uid, mail.flags) for mail in b.world.account.mails()] == [(1, {r"\Flagged"})]
            assert b.flagged == [(r"\Flagged", True, "Catalogue")]

    def test_of_two_of_one_name_in_a_renumbered_folder_reading_tells(self) -> None:
        with bench(FLAGGED) as b:
            uid = b.deliver(QUESTION)
            forged = b.world.account.mails()[0].message.replace(QUESTION.encode(), b"Another text altogether")
            b.daemon.watchers[0].catch_up()
            b.world.account.deliver(forged)
            b.world.account.renumber()
            b.daemon.desk.drain()
            b.daemon.changes.drain()
            assert states(b) == [("waiting", "not_sure")]
            b.advance(seconds=10)
            assert [mail.flags for mail in b.world.account.mails() if mail.uid == uid] == [{r"\Flagged"}]
            assert states(b)[0] == ("done", None)


class TestMoves:
    def test_the_message_lies_there_and_the_record_knows(self) -> None:
        with bench(ARCHIVED) as b:
            b.receive(QUESTION, subject="Catalogue")
            assert (lying(b), lying(b, "Clients/Acme")) == ([], [1])
            assert place(b) == ("Clients/Acme", 1)
            assert b.moved == [Moved("Clients/Acme", "Catalogue")]
            (line,) = b.logged("message.moved")
            assert (line["folder"], line["client"], line["reason"]) == ("Clients/Acme", "acme", "sorted")

    def test_what_is_wanted_after_a_move_finds_it_in_its_new_place(self) -> None:
        with bench(ARCHIVED, FLAGGED) as b:
            b.receive(QUESTION)
            assert [mail.flags for mail in b.world.account.mails("Clients/Acme")] == [{r"\Flagged"}]

    def test_and_waits_for_the_move(self) -> None:
        with bench(ARCHIVED, FLAGGED) as b:
            b.world.account.fail("move", LOST)
            b.receive(QUESTION)
            assert states(b) == [("waiting", "unreachable"), ("waiting", None)]
            b.advance(seconds=10)
            assert [mail.flags for mail in b.world.account.mails("Clients/Acme")] == [{r"\Flagged"}]

    def test_a_plugin_that_is_late_still_reads_its_text(self) -> None:
        seen: list[str | None] = []

        def stumble(event: Any) -> None:
            seen.append(event.text)
            if len(seen) == 1:
                raise ValueError("not yet")

        with bench(ARCHIVED, beside={"late": plugin("late", on_message=stumble)}) as b:
            b.receive(QUESTION)
            assert place(b) == ("Clients/Acme", 1)
            b.advance(minutes=1)
            assert seen == [QUESTION, QUESTION]

    def test_into_a_watched_folder_it_is_not_handled_again(self) -> None:
        with bench(ARCHIVED, toml=WATCHED) as b:
            b.receive(QUESTION)
            b.run()
            assert (handled(b), b.recorded, len(b.obligations)) == (1, 1, 1)
            assert place(b) == ("Clients/Acme", 1)
            assert len(b.logged("message.received")) == 1

    def test_nor_where_it_was_read_there_before_the_record_knew(self) -> None:
        with bench(ARCHIVED, FLAGGED, toml=WATCHED) as b:
            b.deliver(QUESTION)
            b.daemon.watchers[0].catch_up()
            b.daemon.desk.drain()
            # The answer to the move is lost, and the watcher is faster than the next try.
            b.world.account.move(1, "Clients/Acme")
            with b.store.write() as tx:
                changes.change(tx, 1, begun=True)
            b.daemon.watchers[0].catch_up()
            b.run()
            assert (handled(b), b.recorded, len(b.obligations)) == (1, 1, 1)
            assert (place(b, 1), place(b, 2)) == (("Clients/Acme", 1), ("INBOX", 1))
            assert [mail.flags for mail in b.world.account.mails("Clients/Acme")] == [{r"\Flagged"}]

    def test_moved_back_by_the_owner_it_is_not_handled_again(self) -> None:
        with bench(ARCHIVED) as b:
            b.receive(QUESTION)
            b.world.account.move(1, "INBOX", "Clients/Acme")
            b.run()
            assert (handled(b), lying(b)) == (1, [2])

    def test_what_the_owner_put_there_themselves_is_found_there(self) -> None:
        with bench(ARCHIVED) as b:
            b.deliver(QUESTION)
            b.daemon.watchers[0].catch_up()
            b.world.account.move(1, "Clients/Acme")
            b.run()
            assert (states(b), place(b)) == ([("done", None)], ("Clients/Acme", 1))

    def test_where_it_lies_already_nothing_is_done(self) -> None:
        with bench(Move(reason="sorted", folder="inbox")) as b:
            b.receive(QUESTION)
            assert (states(b), lying(b), place(b)) == ([("done", None)], [1], ("INBOX", 1))


class TestTroubles:
    @pytest.mark.parametrize(
        ("action", "error", "said"),
        [
            (ARCHIVED, MailboxError("missing_folder", "no"), "there is no folder of that name"),
            (ARCHIVED, MailboxError("not_supported", "no"), "can neither move nor delete a single message"),
            (FLAGGED, MailboxError("not_permitted", "no"), "does not permit it"),
        ],
        ids=["missing_folder", "not_supported", "not_permitted"],
    )
    def test_what_the_server_does_not_do_is_told_in_the_summary(
        self, action: Action, error: MailboxError, said: str
    ) -> None:
        with bench(action, beside={"daily_summary": daily_summary}) as b:
            b.world.account.fail("flag" if action is FLAGGED else "move", error, times=2)
            b.receive(QUESTION)
            b.receive(QUESTION, subject="Another")
            assert states(b) == [("failed", error.code)] * 2
            (line, _) = b.logged("message.untouched")
            assert (line["reason"], line["level"]) == (error.code, "warning")
            assert [(warned.urgency, warned.times) for warned in b.warned] == [("digest", 2)]
            mails = b.advance(days=1)
            assert sum(said in " ".join(mail.text.split()) for mail in mails) == 1

    @pytest.mark.parametrize(
        ("action", "said"),
        [
            (FLAGGED, "kon de markering ‘\\Flagged’ in ‘INBOX’ niet zetten (mailbox ‘studio’)"),
            (replace(FLAGGED, set=False), "kon de markering ‘\\Flagged’ in ‘INBOX’ niet weghalen"),
            (ARCHIVED, "kon een bericht niet van ‘INBOX’ naar ‘Clients/Acme’ verplaatsen"),
        ],
        ids=["set", "taken_away", "moved"],
    )
    def test_the_owner_is_told_in_their_language(self, action: Action, said: str) -> None:
        with bench(action, owner={"language": "nl"}) as b:
            b.world.account.fail("move" if action is ARCHIVED else "flag", MailboxError("not_permitted", "no"))
            b.receive(QUESTION)
            assert said in b.warned[0].text
            assert "de server staat het daar niet toe" in b.warned[0].text

    @pytest.mark.parametrize("folder", ["Drafts", "sent"])
    def test_nothing_is_moved_into_sent_or_drafts(self, folder: str) -> None:
        with bench(Move(reason="sorted", folder=folder)) as b:
            b.receive(QUESTION)
            assert (states(b), lying(b)) == ([("failed", "protected_folder")], [1])

    def test_nor_out_of_them_where_they_are_watched(self) -> None:
        with bench(ARCHIVED, toml='folders = ["INBOX", "Drafts"]') as b:
            b.world.account.deliver(b.compose(QUESTION, sender="wile@acme.example"), "Drafts")
            b.run()
            assert (states(b), lying(b, "Drafts")) == ([("failed", "protected_folder")], [1])

    def test_what_could_not_be_known_again_is_not_moved(self) -> None:
        with bench(ARCHIVED) as b:
            raw = b.compose(QUESTION, sender="wile@acme.example").replace(b"Message-ID:", b"X-Nothing:")
            b.world.account.deliver(raw)
            b.run()
            assert (states(b), lying(b)) == ([("failed", "no_message_id")], [1])

    def test_a_lost_connection_is_tried_again_with_growing_pauses_for_a_day(self) -> None:
        with bench(FLAGGED) as b:
            b.world.account.fail("flag", LOST, times=10_000)
            b.receive(QUESTION)
            pauses = []
            for _ in range(3):
                (change,) = on_record(b)
                pauses.append((change.not_before - b.clock.now()).total_seconds())
                b.advance(seconds=pauses[-1])
            assert pauses == [10, 20, 40]
            b.advance(seconds=LONGEST_TRIED.total_seconds())
            assert states(b) == [("failed", "unreachable")]
            assert "did not do it for a day (unreachable)" in b.warned[0].text

    def test_a_server_that_wants_to_be_left_alone_is(self) -> None:
        with bench(FLAGGED) as b:
            b.world.account.fail("flag", MailboxError("unavailable", "too much", pause=600), times=2)
            b.receive(QUESTION)
            assert b.daemon.changes.next_due() == b.clock.now() + timedelta(minutes=10)
            b.advance(minutes=10)
            assert states(b) == [("done", None)]

    def test_a_mailbox_that_left_the_configuration_is_left_alone(self) -> None:
        with bench(FLAGGED) as b:
            b.deliver(QUESTION)
            b.daemon.watchers[0].catch_up()
            b.daemon.desk.drain()
            with b.store.write() as tx:
                tx.execute(sa.text("UPDATE messages SET mailbox = 'gone'"))
            b.run()
            assert states(b) == [("gone", "gone")]

    def test_a_restart_goes_on_with_it_once(self) -> None:
        with bench(ARCHIVED) as b:
            b.world.account.fail("move", LOST)
            b.receive(QUESTION)
            b.restart()
            b.advance(seconds=10)
            assert (lying(b, "Clients/Acme"), states(b)) == ([1], [("done", None)])


class TestRehearsal:
    def test_nothing_is_changed_and_the_record_says_what_would_have_been(self) -> None:
        with bench(FLAGGED, ARCHIVED, daemon={"mode": "rehearsal"}) as b:
            b.receive(QUESTION)
            assert [(mail.uid, mail.flags) for mail in b.world.account.mails()] == [(1, frozenset())]
            assert states(b) == [("rehearsed", "rehearsal")] * 2
            first, second = b.logged("message.untouched")
            assert (first["reason"], first["flag"], first["set"]) == ("rehearsal", r"\Flagged", True)
            assert (second["reason"], second["folder"]) == ("rehearsal", "Clients/Acme")
            assert (b.flagged, b.moved) == ([], [])
            b.restart(daemon={"mode": "live"})
            assert lying(b) == [1], "what was rehearsed is not made up for"

    def test_what_waited_as_it_began_is_not_made(self) -> None:
        with bench(FLAGGED) as b:
            b.world.account.fail("flag", LOST, times=2)
            b.receive(QUESTION)
            b.restart(daemon={"mode": "rehearsal"})
            b.advance(minutes=1)
            assert states(b) == [("rehearsed", "rehearsal")]


@pytest.mark.parametrize(
    ("hook", "action", "fault"),
    [
        ("on_message", Flag(reason="x", flag=r"\Deleted"), r"Flag changes no \\Deleted"),
        ("on_message", Flag(reason="x", flag="two words"), "Flag needs a keyword"),
        ("on_sent", ARCHIVED, "Move takes no message out of Sent"),
        ("on_draft", FLAGGED, "Flag needs an event that is about a message"),
    ],
)
def test_what_makes_no_sense_is_the_plugins_failure_at_once(hook: str, action: Action, fault: str) -> None:
    with bench(action, hook=hook) as b:
        if hook == "on_message":
            b.receive(QUESTION)
        elif hook == "on_sent":
            b.owner_sends("Here it is.")
        else:
            b.owner_drafts("I begin.")
        assert fault.replace(r"\\", "\\") in b.failures[0]
        assert on_record(b) == []


def test_explain_says_what_was_wanted_and_what_became_of_it() -> None:
    with bench(FLAGGED, ARCHIVED) as b:
        b.world.account.fail("move", MailboxError("missing_folder", "no"))
        b.receive(QUESTION)
        with b.store.read() as tx:
            row = messages.find(tx, b.store.hash_id(b.last_message_id))
            assert row is not None
            told = explanation(tx, row, b.last_message_id, b.settings.worktime.zone)["changes"]
    common = {"plugin": "sorter"}
    assert told == [
        {
            **common, "action": "Flag", "flag": r"\Flagged", "set": True, "reason": "urgent", "state": "done",
            "error": None,
        },
        {
            **common, "action": "Move", "folder": "Clients/Acme", "reason": "sorted", "state": "failed",
            "error": "missing_folder",
        },
    ]  # fmt: skip


def test_a_stop_leaves_the_rest() -> None:
    with bench(FLAGGED) as b:
        for number in range(2):
            b.deliver(QUESTION, subject=f"Matter {number}")
        b.daemon.watchers[0].catch_up()
        b.daemon.desk.drain()
        stops = iter([False, False, True, True])
        b.daemon.changes.drain(lambda: next(stops))
        assert [state for state, _ in states(b)] == ["done", "waiting"]
