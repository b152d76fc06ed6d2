"""Promises that come to lie in an absence: told at once when that comes into force, once, with a way out of it."""

from __future__ import annotations

from datetime import timedelta

from benches import BIRCH, MANY, STATUS, TUESDAY_REPORT, acme, plugin, to_clients, to_owner
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge

AWAY = {"away": ["2026-03-03/2026-03-05"]}
JUTTA = "Jutta Forst <jutta@birch.example>"


def bench(acme_file: str | None = None) -> Bench:
    clients = {"acme": acme_file or acme(), "birch": BIRCH}
    return Bench(acknowledge, delay="0s", answer=["status_request", "question"], clients=clients, toml=MANY)


def said(mail: SentMail) -> str:
    return " ".join(mail.text.split())


def test_one_notice_names_each_with_the_free_slot_and_the_command() -> None:
    with bench() as b:
        b.receive(STATUS)
        b.receive(STATUS, sender=JUTTA)
        (notice,) = b.restart(owner=AWAY)
        assert notice.recipient == "robin@vale.example"
        text = said(notice)
        assert "Acme GmbH: the report is due tomorrow at 16:00." in text
        assert "Free is Fri 6 Mar, 16:00: whiteglove reports move acme next" in text
        assert "Birch Holding: the report is due on Wednesday at 11:00." in text
        assert "Free is Fri 6 Mar, 11:00: whiteglove reports move birch next" in text
        assert [warning.reason for warning in b.warned] == ["promise_in_absence"]


def test_it_is_told_in_the_owners_words() -> None:
    with bench() as b:
        b.receive(STATUS)
        (notice,) = b.restart(owner={**AWAY, "language": "de"})
        text = said(notice)
        assert "Acme GmbH: Der Bericht ist morgen um 16 Uhr fällig." in text
        assert "Frei ist Fr 6. März, 16:00 Uhr: whiteglove reports move acme next" in text


def test_the_same_promises_are_told_once_and_another_set_again() -> None:
    with bench() as b:
        b.receive(STATUS)
        b.restart(owner=AWAY)
        assert b.restart() == []
        b.advance(hours=20)
        assert b.restart() == []
        assert len(b.warned) == 1
        b.restart(owner={"away": []})
        b.receive(STATUS, sender=JUTTA)
        assert len(to_owner(b.restart(owner=AWAY))) == 1


def test_nothing_is_told_where_nothing_is_broken() -> None:
    with bench() as b:
        b.receive(STATUS)
        assert b.restart(owner={"away": ["2026-03-02", "2026-03-04"]}) == []
        assert b.warned == []


def test_an_answer_is_named_too_and_cannot_be_moved() -> None:
    with bench(acme(report="[]", reply_within="16h")) as b:
        (mail,) = b.receive("Which paper do you recommend for the cover?")
        assert "by" in mail.text
        due = b.promises[0].due
        (notice,) = b.restart(owner={"away": [f"{due:%Y-%m-%d}"]})
        assert "Acme GmbH: your answer is promised by" in said(notice)
        assert "reports move" not in notice.text


def test_after_the_move_everybody_is_answered_with_the_new_time() -> None:
    with bench() as b:
        b.receive(STATUS)
        b.restart(owner=AWAY)
        assert to_clients(b.receive(STATUS, subject="Search")) == []
        assert b.reasons == ["promise_in_absence"]
        friday = TUESDAY_REPORT + timedelta(days=3)
        (moved,) = to_clients(b.moves_report(friday))
        assert "Friday, 6 March at 16:00" in moved.text
        (mail,) = to_clients(b.receive(STATUS, subject="Paper", sender="Ada Birdwell <ada@acme.example>"))
        assert "Friday, 6 March at 16:00" in mail.text
        assert b.restart() == []


def test_where_nothing_is_worked_any_more_a_time_is_the_owners_to_name() -> None:
    with bench() as b:
        b.receive(STATUS)
        (notice,) = b.restart(owner={"away": ["2026-03-03/2029-01-01"]})
        assert "whiteglove reports move acme WHEN" in said(notice)


def test_a_plugin_hears_of_it() -> None:
    heard: list[str] = []
    listening = plugin("listening", on_warning=lambda event: heard.append(event.reason))
    with Bench(acknowledge, delay="0s", toml=MANY, beside={"listening": listening}) as b:
        b.receive(STATUS)
        b.restart(owner=AWAY)
        assert heard == ["promise_in_absence"]
