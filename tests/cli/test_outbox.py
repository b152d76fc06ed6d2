"""`outbox`: what waits, what was held back, and the owner's word about one mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.conftest import Home
from whiteglove.actions import Reply
from whiteglove.codec import encode_action
from whiteglove.ledger import Audience, MailState, PromiseKind
from whiteglove.store import messages, outbox

NOW = datetime.now(UTC).replace(microsecond=0)
ANSWER = Reply(reason="status_request", template="next_report", tells=PromiseKind.REPORT, calendar=True)


def plan(home: Home, **values: Any) -> int:
    """An answer to a message of Acme's that waits for another hour, or what `values` make of it."""
    with home.store() as store, store.write() as tx:
        uid = messages.count(tx) + 1
        message = messages.add(
            tx,
            mailbox="studio",
            folder="INBOX",
            uidvalidity=7,
            uid=uid,
            id_hash=store.hash_id(f"m{uid}@acme.example"),
            recorded_at=NOW,
            human=True,
            may_acknowledge=True,
            obliges=True,
            client="acme",
            message_id=f"m{uid}@acme.example",
            received_at=NOW,
            author_address="wile@acme.example",
            author_name="Wile Coyote",
            to=[["robin@vale.example", "Robin Vale"]],
            subject="Catalogue",
        )
        messages.set_thread(tx, message, None, ())
        known: dict[str, Any] = {
            "key": f"key {uid}",
            "audience": Audience.CLIENT,
            "state": MailState.PLANNED,
            "reason": "status_request",
            "plugin": "acknowledge",
            "action": encode_action(ANSWER),
            "template": "next_report",
            "mailbox": "studio",
            "address": "wile@acme.example",
            "client": "acme",
            "answers": message,
            "tells": PromiseKind.REPORT,
            "created_at": NOW,
            "not_before": NOW + timedelta(hours=1),
        }
        row = outbox.plan(tx, **{**known, **values})
        assert row is not None
        return row


def stored(home: Home, row: int) -> outbox.OutboxRow:
    with home.store() as store, store.read() as tx:
        return outbox.get(tx, row)


def settled(state: MailState, reason: str = "told", days: int = 1, **values: Any) -> dict[str, Any]:
    return {"state": state, "reason": reason, "settled_at": NOW - timedelta(days=days), **values}


class TestListed:
    def test_nothing_yet(self, home: Home) -> None:
        assert home.ask("outbox", "--json").json == {"mails": []}
        assert home.ask("outbox").out == "No mail waits, and none was held back lately.\n"
        assert home.ask("outbox", "--all").out == "There is no mail on record.\n"
        assert not home.state.exists()

    def test_what_waits_and_what_was_held_back_lately(self, home: Home) -> None:
        shown = [
            plan(home),
            plan(home, error="held: look_first"),
            plan(home, state=MailState.DEFERRED, error="451 try later"),
            plan(home, **settled(MailState.WITHHELD)),
            plan(home, **settled(MailState.FAILED, "status_request", error="550 no")),
            plan(home, **settled(MailState.UNKNOWN, "status_request", days=90)),
        ]
        hidden = [
            plan(home, **settled(MailState.SENT)),
            plan(home, **settled(MailState.CANCELLED, "answered")),
            plan(home, **settled(MailState.WITHHELD, days=8)),
            plan(home, **settled(MailState.FAILED, days=8)),
            plan(home, **settled(MailState.UNKNOWN, "by_owner")),
        ]
        assert [mail["id"] for mail in home.ask("outbox", "--json").json["mails"]] == shown
        assert [mail["id"] for mail in home.ask("outbox", "--all", "--json").json["mails"]] == shown + hidden

    def test_a_row_says_whose_when_why_and_what_it_answers(self, home: Home) -> None:
        row = plan(home, error="held: look_first")
        (mail,) = home.ask("outbox", "--json").json["mails"]
        assert (mail["state"], mail["held"], mail["reason"], mail["meaning"]) == ("planned", True, "look_first", None)
        assert mail["answers"] == {"message_id": "m1@acme.example", "subject": "Catalogue"}
        assert datetime.fromisoformat(mail["not_before"]) == NOW + timedelta(hours=1)
        heading, line = home.ask("outbox").out.splitlines()
        assert heading.split() == ["ID", "STATE", "TO", "WHEN", "REASON", "ANSWERS"]
        assert line.split()[:3] == [str(row), "held", "acme"]
        assert line.endswith("look_first  Catalogue")

    def test_a_reason_has_its_meaning(self, home: Home) -> None:
        plan(home, **settled(MailState.WITHHELD, "incident_open"))
        (mail,) = home.ask("outbox", "--json").json["mails"]
        assert mail["meaning"] == "an incident with this client is open"


class TestShown:
    def test_a_mail_that_waits_says_what_it_would_say_now(self, home: Home) -> None:
        row = plan(home)
        said = home.ask("outbox", "show", str(row), "--json").json
        assert said["now"]["refused"] is None
        assert said["now"]["subject"] == "Re: Catalogue"
        assert "Your next report" in said["now"]["text"]
        assert "written automatically" in said["now"]["text"]
        assert said["now"]["calendar"] is True
        text = home.ask("outbox", "show", str(row)).out
        assert "To        Acme GmbH (wile@acme.example)\n" in text
        assert "Now it would say, with a calendar entry:\n\n  Subject: Re: Catalogue\n\n  Hi Wile" in text
        after = stored(home, row)
        assert (after.state, after.raw, after.message_id) == (MailState.PLANNED, None, None)

    def test_or_why_it_would_not_go(self, home: Home) -> None:
        row = plan(home)
        home.ask("mute", "acme", "3d")
        said = home.ask("outbox", "show", str(row), "--json").json
        assert (said["now"]["refused"], said["now"]["meaning"]) == ("muted", "the client is muted for now")
        assert (
            "Now it would be withheld: muted (the client is muted for now).\n"
            in home.ask("outbox", "show", str(row)).out
        )

    def test_what_cannot_be_written_any_more_is_said(self, home: Home) -> None:
        row = plan(home, client="cedar")
        assert home.ask("outbox", "show", str(row), "--json").json["now"]["refused"] == "client_left_book"
        assert "its client is not in the book any more" in home.ask("outbox", "show", str(row)).out

    def test_a_mail_that_is_over_says_no_more_than_that(self, home: Home) -> None:
        row = plan(home, **settled(MailState.FAILED, "status_request", error="550 no such user"))
        assert home.ask("outbox", "show", str(row), "--json").json["now"] is None
        assert "Error    550 no such user\n" in home.ask("outbox", "show", str(row)).out


class TestDecided:
    def test_a_held_mail_is_released(self, home: Home) -> None:
        row = plan(home, error="held: look_first")
        done = home.ask("outbox", "release", str(row))
        assert done.out.startswith(f"Mail {row} to Acme GmbH goes now, unless ")
        mail = stored(home, row)
        assert (mail.state, mail.error) == (MailState.PLANNED, None)
        assert abs(mail.not_before - datetime.now(UTC)) < timedelta(minutes=2)

    def test_a_mail_is_called_off(self, home: Home) -> None:
        row = plan(home)
        said = home.ask("outbox", "cancel", str(row), "--json").json
        assert (said["state"], said["reason"], said["meaning"]) == ("cancelled", "by_owner", "you said so")
        again = home.ask("outbox", "cancel", str(row))
        assert (again.code, again.err) == (
            1,
            f"whiteglove: mail {row} was cancelled for good: by_owner (you said so)\n",
        )

    def test_one_of_unknown_fate_is_settled(self, home: Home) -> None:
        row = plan(home, **settled(MailState.UNKNOWN, raw=b"Subject: x\r\n\r\ny"))
        refused = home.ask("outbox", "release", str(row))
        assert (refused.code, "never sent again" in refused.err) == (1, True)
        assert "is settled: it counts as told" in home.ask("outbox", "cancel", str(row)).out
        assert stored(home, row).raw is None
        assert home.ask("outbox", "cancel", str(row)).err == f"whiteglove: mail {row} is settled already\n"
        assert "unknown, settled" in home.ask("outbox", "--all").out

    def test_one_that_was_refused_is_tried_once_more(self, home: Home) -> None:
        row = plan(home, **settled(MailState.FAILED, error="550 no"))
        assert "is tried once more" in home.ask("outbox", "release", str(row)).out
        assert stored(home, row).state is MailState.PLANNED

    @pytest.mark.parametrize(
        ("word", "values", "said"),
        [
            ("cancel", {"state": MailState.SUBMITTING}, "is being handed over to the server at this moment"),
            ("release", {"state": MailState.SENT}, "was sent"),
            ("cancel", {"state": MailState.SENT}, "was sent"),
            ("release", {"state": MailState.WITHHELD, "reason": "muted"}, "was withheld for good: muted"),
            ("cancel", {"state": MailState.FAILED}, "it waits for nothing"),
            ("cancel", {"audience": Audience.OWNER, "client": None}, "is to you, and what it tells would be lost"),
            ("release", {"audience": Audience.OWNER, "state": MailState.FAILED}, "waits for the next mail to you"),
        ],
    )
    def test_what_cannot_be_done_is_one_line_and_changes_nothing(
        self, home: Home, word: str, values: dict[str, Any], said: str
    ) -> None:
        row = plan(home, **values)
        before = stored(home, row)
        done = home.ask("outbox", word, str(row))
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
        assert done.err.startswith(f"whiteglove: mail {row} ")
        assert said in done.err
        assert stored(home, row) == before

    @pytest.mark.parametrize("word", ["show", "release", "cancel"])
    def test_an_unknown_number_exits_1_and_creates_nothing(self, home: Home, word: str) -> None:
        done = home.ask("outbox", word, "17")
        assert (done.code, done.err) == (1, "whiteglove: there is no mail 17\n")
        assert not home.state.exists()

    @pytest.mark.parametrize("number", ["seventeen", "-1", "1.5", "9" * 30])
    def test_what_is_no_number_is_bad_usage(self, home: Home, number: str) -> None:
        done = home.ask("outbox", "show", number)
        assert done.code == 2
        assert "Traceback" not in done.err
