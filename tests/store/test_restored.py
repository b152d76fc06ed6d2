"""A store that was put back to an earlier state answers nothing twice, and loses nothing that was owed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from benches import MANY, STATUS, acme, plugin, to_clients, to_owner
from drafty import wish
from store.conftest import DAY, HOUR, NOW, AddMessage, PlanMail
from whiteglove.actions import Hold
from whiteglove.ledger import DraftState, MailState, PromiseState
from whiteglove.store import changes, drafts, messages, outbox, restored, timers
from whiteglove.store.backup import restore, write_backup
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge


class Studio:
    """A bench whose store can be put back to where it was."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.bench = Bench(acknowledge, delay="0s", **{"clients": {"acme": acme()}, "toml": MANY, **options})
        self._file = folder / "backup"

    def __enter__(self) -> Studio:
        return self

    def __exit__(self, *_: object) -> None:
        self.bench.close()

    def backup(self) -> None:
        write_backup(self.bench.settings.daemon.state, self._file, replace=True)

    def put_back(self) -> list[SentMail]:
        """Restore the backup and start on it; what leaves then."""
        self.bench.store.close()
        restore(self.bench.settings.daemon.state, self._file, self.bench.clock.now())
        return self.bench.restart()


@pytest.mark.parametrize("live_since", [{}, {"live_since": NOW - DAY}])
@pytest.mark.parametrize("renumbered", [False, True])
def test_what_was_answered_since_the_backup_is_not_answered_again(
    tmp_path: Path, live_since: dict[str, datetime], renumbered: bool
) -> None:
    with Studio(tmp_path, daemon=live_since) as studio:
        b = studio.bench
        studio.backup()
        assert len(to_clients(b.receive(STATUS))) == 1
        b.advance(hours=1)
        assert len(to_clients(b.receive(STATUS, subject="Pages"))) == 1
        if renumbered:
            b.world.account.renumber("INBOX")
        b.advance(minutes=5)
        assert to_clients(studio.put_back()) == []
        assert to_clients(b.advance(minutes=10)) == []
        assert b.recorded == 2
        # What comes from now on is answered, under an id of its own.
        (mail,) = to_clients(b.receive(STATUS, subject="Cover"))
        ids = [mail.message["Message-ID"], *(message_id(sent.message) for sent in b.world.server.sent[:-1])]
        assert len(set(ids)) == len(ids)


def test_no_message_id_is_given_twice_although_what_was_answered_is_archived(tmp_path: Path) -> None:
    with Studio(tmp_path) as studio:
        b = studio.bench
        studio.backup()
        uid = b.deliver(STATUS)
        (first,) = to_clients(b.run())
        b.world.account.expunge(uid)
        studio.put_back()
        (second,) = to_clients(b.receive(STATUS, subject="Cover"))
        assert first.message["Message-ID"] != second.message["Message-ID"]


def message_id(raw: bytes) -> str:
    return raw.partition(b"Message-ID: ")[2].split(b"\r\n")[0].decode()


def test_what_waited_in_the_backup_is_called_off(tmp_path: Path) -> None:
    with Studio(tmp_path, beside={"second": plugin(review=lambda mail: Hold(reason="look_first"))}) as studio:
        studio.bench.receive(STATUS)
        studio.backup()
        assert to_clients(studio.put_back()) == []
        assert studio.bench.reasons[0] == "restored"
        assert to_clients(studio.bench.advance(days=1)) == []


def test_a_report_that_was_given_since_keeps_its_promise(tmp_path: Path) -> None:
    with Studio(tmp_path) as studio:
        b = studio.bench
        b.receive(STATUS)
        studio.backup()
        b.advance(days=1)
        b.owner_sends("Here is your report.", subject="Report")
        assert [promise.state for promise in b.promises] == [PromiseState.KEPT]
        b.advance(hours=12)
        studio.put_back()
        assert [promise.state for promise in b.promises] == [PromiseState.KEPT]
        assert to_owner(b.advance(hours=1)) == []


def test_a_question_that_came_since_is_owed_an_answer_unless_it_has_one(tmp_path: Path) -> None:
    with Studio(tmp_path) as studio:
        b = studio.bench
        studio.backup()
        b.receive("Which ink do you recommend?", subject="Ink")
        b.advance(minutes=1)
        b.owner_sends("The blue one.", subject="Re: Ink", answers=b.last_message_id)
        b.advance(minutes=1)
        b.receive("Which paper do you recommend?", subject="Paper")
        studio.put_back()
        with b.store.read() as tx:
            assert [messages.get(tx, owed.message).subject for owed in b.obligations] == ["Paper"]


def test_a_draft_that_was_wanted_then_is_not_laid_there_once_more(tmp_path: Path) -> None:
    with Studio(tmp_path) as studio:
        b = studio.bench
        with b.store.write() as tx:
            drafts.want(tx, "acknowledge", wish(), b.clock.now())
        studio.backup()
        studio.put_back()
        assert [(draft.state, draft.error) for draft in b.drafts] == [(DraftState.WITHDRAWN, "restored")]
        assert b.drafted == []


def test_a_draft_that_has_its_marks_lies_there_and_is_known_by_them(tx: sa.Connection) -> None:
    for key, values in {
        "named": {"token": "t"}, "placed": {"token": "u", "state": DraftState.PLACED, "placed_at": NOW - DAY},
    }.items():  # fmt: skip
        row = drafts.want(tx, "drafty", wish(key=key), NOW - DAY)
        assert row is not None
        drafts.change(tx, row, **values)
    restored.mark(tx, NOW)
    named, placed = drafts.everything(tx)
    assert (named.state, named.placed_at) == (DraftState.PLACED, NOW)
    assert (placed.state, placed.placed_at) == (DraftState.PLACED, NOW - DAY)


def test_timers_that_went_off_since_do_not_do_so_again_and_those_ahead_stay(tx: sa.Connection) -> None:
    for key, due in (("over", NOW - HOUR), ("now", NOW), ("ahead", NOW + HOUR)):
        timers.set_at(tx, "x", key, due, None)
    restored.mark(tx, NOW)
    assert set(timers.of_plugin(tx, "x")) == {"ahead"}


def test_what_was_to_be_changed_then_is_left_as_it_is(tx: sa.Connection) -> None:
    changes.plan(tx, key="k", plugin="x", event=1, message=1, action="{}", now=NOW)
    restored.mark(tx, NOW)
    (change,) = changes.everything(tx)
    assert (change.state, change.error) == ("failed", "restored")


def test_numbers_go_on_above_what_the_lost_time_can_have_used(
    tx: sa.Connection, add_message: AddMessage, plan_mail: PlanMail
) -> None:
    add_message()
    plan_mail(state=MailState.SENT)
    assert restored.mark(tx, NOW) == 0
    assert messages.count(tx) == 1
    first = (add_message(), plan_mail())
    assert min(first) > NOW.timestamp()
    assert restored.mark(tx, NOW + HOUR) == 1
    assert min(add_message(), plan_mail()) >= NOW.timestamp() + 3600
    assert restored.mark(tx, NOW - DAY) == 1
    assert min(add_message(), plan_mail()) > NOW.timestamp() + 3600
    assert outbox.any_waiting(tx)


def test_an_earlier_live_since_does_not_reach_behind_the_restore(tx: sa.Connection) -> None:
    earlier, later = NOW - DAY, NOW + timedelta(seconds=1)
    assert restored.live_since(tx, earlier) == earlier
    restored.mark(tx, NOW)
    assert restored.live_since(tx, earlier) is None
    assert restored.live_since(tx, None) is None
    assert restored.live_since(tx, later) == later
