"""What becomes of one message: a client's, a stranger's, the owner's own, one of ours, and a broken one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from benches import STATUS
from intake.mailroom import Mailroom
from whiteglove.actions import Draft
from whiteglove.compose import own_ids
from whiteglove.intake.recording import SENT
from whiteglove.ledger import DraftState
from whiteglove.store import drafts
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge


@pytest.fixture
def room() -> Mailroom:
    """A mailroom whose folders have their lines already."""
    room = Mailroom()
    room.read()
    room.read("Sent", SENT)
    return room


def test_a_clients_message_becomes_a_row_and_an_event_and_its_text_is_kept_in_memory(room: Mailroom) -> None:
    room.deliver(room.mail())

    assert room.read() == 1
    (row,) = room.rows
    assert (row.client, row.message_id, row.subject, row.history) == ("acme", "m1@acme.example", "Catalogue", False)
    assert (row.human, row.may_acknowledge, row.obliges) == (True, True, True)
    assert row.to == [["robin@vale.example", ""]]
    assert row.remarks == ["no_return_path"]
    assert row.thread == row.row
    assert room.events == [("MessageReceived", row.row)]
    assert [line["client"] for line in room.lines if line["event"] == "message.received"] == ["acme"]


def test_of_a_stranger_nothing_is_kept_that_says_who_it_was(room: Mailroom) -> None:
    room.deliver(room.mail("s1@elsewhere.example", sender="Eve <eve@elsewhere.example>", subject="Secret offer"))

    room.read()

    (row,) = room.rows
    assert (row.reason, row.may_acknowledge) == ("stranger", False)
    assert row.id_hash == room.store.hash_id("s1@elsewhere.example")
    kept = "".join(str(value) for value in row)
    assert "eve" not in kept
    assert "Secret" not in kept
    assert (row.message_id, row.received_at, row.digest, row.client) == (None, None, None, None)
    assert room.events == []
    assert "elsewhere" not in room.output.getvalue()


@pytest.mark.parametrize(("folder", "flags"), [("INBOX", {"$Junk"}), ("Junk", set())])
def test_a_clients_mail_that_a_spam_filter_marked_or_filed_is_spam(
    room: Mailroom, folder: str, flags: set[str]
) -> None:
    room.read("Junk")
    room.account.deliver(room.mail(), folder, flags=frozenset(flags))

    assert room.read(folder) == 1
    (row,) = room.rows
    assert (row.human, row.obliges, row.reason, row.machine_kind) == (False, False, "spam", "spam")


def test_what_the_owner_wrote_is_no_junk_whatever_a_filter_thinks(room: Mailroom) -> None:
    theirs = room.mail("o1@vale.example", sender="robin@vale.example", to="wile@acme.example")
    room.account.deliver(theirs, "Sent", flags=frozenset({"$Junk"}))

    room.read("Sent", SENT)

    assert [event for event, _ in room.events] == ["OwnerSent"]


def test_the_same_mail_twice_is_recorded_as_a_duplicate_and_handled_once(room: Mailroom) -> None:
    room.deliver(room.mail())
    room.deliver(room.mail())

    room.read()

    first, second = room.rows
    assert (first.duplicate_of, second.duplicate_of) == (None, first.row)
    assert room.events == [("MessageReceived", first.row)]


def test_one_message_id_with_another_text_is_another_mail(room: Mailroom) -> None:
    room.deliver(room.mail())
    room.deliver(room.mail(text="Please send the invoice.\n"))

    room.read()

    assert [row.duplicate_of for row in room.rows] == [None, None]
    assert len(room.events) == 2


def test_mails_without_a_message_id_are_never_taken_for_one(room: Mailroom) -> None:
    room.deliver(room.mail(None))
    room.deliver(room.mail(None))

    room.read()

    assert len(room.events) == 2


def test_answers_to_one_lost_mail_share_a_thread(room: Mailroom) -> None:
    for number in (1, 2):
        headers = {"References": "<lost@acme.example>"}
        room.deliver(room.mail(f"m{number}@acme.example", subject=f"Matter {number}", headers=headers))

    room.read()

    first, second = room.rows
    assert first.thread == second.thread


def test_the_owners_mail_to_a_client_becomes_an_event(room: Mailroom) -> None:
    raw = room.mail("o1@vale.example", sender="robin@vale.example", to="wile@acme.example")
    room.deliver(raw, "Sent")

    room.read("Sent", SENT)

    (row,) = room.rows
    assert (row.outbound, row.own, row.client, row.human) == (True, False, "acme", True)
    assert room.events == [("OwnerSent", row.row)]


def test_the_owners_own_vacation_responder_is_no_contact(room: Mailroom) -> None:
    raw = room.mail(
        "v1@vale.example",
        sender="robin@vale.example",
        to="wile@acme.example",
        headers={"Auto-Submitted": "auto-replied"},
    )
    room.deliver(raw, "Sent")

    room.read("Sent", SENT)

    assert room.rows[0].human is False
    assert room.events == []


def test_mail_of_ours_in_sent_is_recognised_and_reported(room: Mailroom) -> None:
    token = own_ids.message_token(room.store.key, "1", "acknowledge:next_report", "wile@acme.example")
    raw = room.mail(
        "replaced.by.the.provider@vale.example",
        sender="robin@vale.example",
        to="wile@acme.example",
        headers={"X-Whiteglove": token},
    )
    room.deliver(raw, "Sent")

    room.read("Sent", SENT)

    assert room.rows[0].own is True
    assert room.events == []
    assert room.settled == [token]


def test_a_forged_marker_makes_nothing_ours(room: Mailroom) -> None:
    raw = room.mail(
        "o2@vale.example", sender="robin@vale.example", to="wile@acme.example", headers={"X-Whiteglove": "a" * 32}
    )
    room.deliver(raw, "Sent")

    room.read("Sent", SENT)

    assert room.rows[0].own is False
    assert room.settled == []


def test_the_marker_of_a_report_is_noted(room: Mailroom) -> None:
    raw = room.mail(
        "o3@vale.example", sender="robin@vale.example", to="wile@acme.example", headers={"X-Whiteglove-Report": "1"}
    )
    room.deliver(raw, "Sent")

    room.read("Sent", SENT)

    assert room.rows[0].marker is True


def laid_ready(room: Mailroom, cause: str = "1", *, is_report: bool = False) -> str:
    """The token of a draft that lies in Drafts."""
    token = own_ids.draft_token(room.store.key, cause)
    wish = Draft(reason="x", key=cause, client="acme", template="a", subject="b", brief="c", is_report=is_report)
    with room.store.write() as tx:
        row = drafts.want(tx, "made", wish, room.clock.now())
        assert row is not None
        drafts.change(tx, row, state=DraftState.PLACED, token=token)
    return token


def draft_states(room: Mailroom) -> list[str]:
    with room.store.read() as tx:
        return [draft.state.value for draft in drafts.everything(tx)]


@pytest.mark.parametrize("left", ["all", "Message-ID", "X-Whiteglove-Draft", "References", "In-Reply-To"])
def test_a_draft_that_the_owner_sent_is_known_by_whatever_mark_is_left(room: Mailroom, left: str) -> None:
    token = laid_ready(room, is_report=True)
    message_id = f"draft.{token}@vale.example"
    marks = {"X-Whiteglove-Draft": token, "References": f"<{message_id}>", "In-Reply-To": f"<{message_id}>"}
    raw = room.mail(
        message_id if left in ("all", "Message-ID") else "of.the.program@vale.example",
        sender="robin@vale.example",
        to="wile@acme.example",
        headers=marks if left == "all" else {left: marks[left]} if left in marks else {},
    )
    room.deliver(raw, "Sent")

    room.read("Sent", SENT)

    (row,) = room.rows
    assert draft_states(room) == ["sent"]
    assert (row.marker, row.own, row.human) == (True, False, True), "the owner's own mail, and the report"
    assert room.events == [("OwnerSent", row.row)]


def test_later_mail_in_its_thread_is_not_the_draft_again(room: Mailroom) -> None:
    token = laid_ready(room, is_report=True)
    for name, headers in (
        (f"draft.{token}@vale.example", {"X-Whiteglove-Draft": token}),
        ("second@vale.example", {"References": f"<draft.{token}@vale.example>"}),
    ):
        room.deliver(room.mail(name, sender="robin@vale.example", to="wile@acme.example", headers=headers), "Sent")

    room.read("Sent", SENT)

    assert [row.marker for row in room.rows] == [True, False]


def test_a_draft_that_is_no_report_makes_none(room: Mailroom) -> None:
    token = laid_ready(room)
    headers = {"X-Whiteglove-Draft": token}
    room.deliver(room.mail("a@b.example", sender="robin@vale.example", to="wile@acme.example", headers=headers), "Sent")

    room.read("Sent", SENT)

    assert (draft_states(room), room.rows[0].marker) == (["sent"], False)


def test_a_draft_is_sent_wherever_the_owner_sends_it(room: Mailroom) -> None:
    token = laid_ready(room)
    raw = room.mail(f"draft.{token}@vale.example", sender="robin@vale.example", to="other@elsewhere.example")
    room.deliver(raw, "Sent")

    room.read("Sent", SENT)

    assert draft_states(room) == ["sent"]
    assert room.rows[0].client is None


@pytest.mark.parametrize("mark", ["a" * 32, "forged"])
def test_a_forged_mark_and_an_answer_of_the_clients_send_nothing(room: Mailroom, mark: str) -> None:
    token = laid_ready(room)
    headers = {"X-Whiteglove-Draft": mark}
    raw = room.mail("o@vale.example", sender="robin@vale.example", to="wile@acme.example", headers=headers)
    room.deliver(raw, "Sent")
    room.deliver(room.mail("answer@acme.example", headers={"In-Reply-To": f"<draft.{token}@vale.example>"}))

    room.read("Sent", SENT)
    room.read()

    assert draft_states(room) == ["placed"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"\x00\xff\xfe" * 50,
        b"From: wile@acme.example\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
        b"From: \xff\xfe <wile@acme.example>\r\nTo: robin@vale.example\r\n\r\nhi\r\n",
        b"From wile@acme.example\r\nno header at all\r\n",
    ],
)
def test_a_broken_message_is_recorded_and_the_next_one_is_read(room: Mailroom, raw: bytes) -> None:
    room.deliver(raw)
    room.deliver(room.mail())

    assert room.read() == 2
    assert room.rows[1].client == "acme"
    assert [kind for kind, _ in room.events].count("MessageReceived") >= 1


def test_an_old_message_is_history_and_still_an_event_to_learn_from() -> None:
    room = Mailroom()
    room.deliver(room.mail(), ago=timedelta(days=3))

    room.read()

    assert room.rows[0].history is True
    assert room.events == [("MessageReceived", room.rows[0].row)]


def test_an_answer_to_ours_is_in_its_thread_although_ours_was_never_seen_in_sent() -> None:
    with Bench(acknowledge, delay="0s", toml='copy_to_sent = "never"') as bench:
        (mail,) = bench.receive(STATUS, subject="Catalogue")
        ours = mail.message["Message-ID"].strip("<>")
        assert bench.receive("Any update?", subject="Re: Catalogue", answers=ours) == []
        assert bench.reasons == ["told"]
