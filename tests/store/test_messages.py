"""What is recorded of a message, of a stranger's, and how messages become threads."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from store.conftest import DAY, HOUR, MINUTE, NOW, STRANGER, AddMessage, PlanMail
from whiteglove.ledger import PromiseKind
from whiteglove.message import Address, Classification, Kind
from whiteglove.store import Store, events, ledger, messages, outbox
from whiteglove.store.schema import messages as table


def hashes(store: Store, *names: str) -> list[bytes]:
    return [store.hash_id(f"{name}@acme.example") for name in names]


def test_a_clients_message_comes_back_as_it_was(store: Store, tx: sa.Connection) -> None:
    row = messages.add(
        tx,
        **{**STRANGER, "reason": None, "may_acknowledge": True},
        uid=3,
        id_hash=store.hash_id("a@acme.example"),
        digest=b"d",
        client="acme",
        message_id="a@acme.example",
        received_at=NOW,
        author_address="wile@acme.example",
        author_name="Wile Coyote",
        to=[["robin@vale.example", "Robin Vale"]],
        cc=[["ada@acme.example", ""]],
        subject="Catalogue",
        in_reply_to=["b@acme.example"],
        references=["c@acme.example", "b@acme.example"],
        machine_kind=Kind.CALENDAR,
        remarks=["no_dkim"],
        defects=["bad_date"],
        history=True,
    )
    messages.set_thread(tx, row, store.hash_id("a@acme.example"), [])
    found = messages.get(tx, row)

    assert (found.row, found.mailbox, found.folder, found.uidvalidity, found.uid) == (row, "studio", "INBOX", 7, 3)
    assert found.author == Address("wile@acme.example", "Wile Coyote")
    assert found.to == (Address("robin@vale.example", "Robin Vale"),)
    assert found.cc == (Address("ada@acme.example"),)
    assert (found.message_id, found.subject, found.client) == ("a@acme.example", "Catalogue", "acme")
    assert (found.in_reply_to, found.references) == (("b@acme.example",), ("c@acme.example", "b@acme.example"))
    assert (found.received_at, found.thread, found.history, found.outbound) == (NOW, row, True, False)
    assert (found.verdicts.human, found.verdicts.may_acknowledge, found.verdicts.obliges) == (True, True, False)
    assert (found.verdicts.kind, found.verdicts.remarks, found.defects) == (Kind.CALENDAR, ("no_dkim",), ("bad_date",))
    assert found.classification is None


def test_one_uid_is_recorded_once(add_message: AddMessage, tx: sa.Connection) -> None:
    add_message(uid=5)
    with pytest.raises(IntegrityError):
        add_message("other@acme.example", uid=5)
    add_message("third@acme.example", uid=5, uidvalidity=8)

    assert messages.count(tx) == 2


def test_what_is_recorded_already_is_known_by_its_uid(add_message: AddMessage, tx: sa.Connection) -> None:
    add_message(uid=5)
    add_message("other@acme.example", uid=6, folder="Archive")
    add_message("third@acme.example", uid=7, uidvalidity=8)

    assert messages.is_recorded(tx, "studio", "INBOX", 7, [4, 5, 6, 7]) == {5}
    assert messages.is_recorded(tx, "studio", "INBOX", 7, []) == set()


def test_of_a_stranger_the_place_the_hash_and_the_reason_are_kept(add_message: AddMessage, tx: sa.Connection) -> None:
    row = add_message("secret@elsewhere.example", client=None)
    kept = tx.execute(sa.select(table).where(table.c.row == row)).one()._asdict()

    assert {name for name, value in kept.items() if value is not None} == {
        *("row", "mailbox", "folder", "uidvalidity", "uid", "id_hash", "recorded_at", "reason"),
        *("human", "may_acknowledge", "obliges", "outbound", "own", "history", "marker"),
    }


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("message_id", "secret@elsewhere.example"),
        ("received_at", NOW),
        ("author_address", "somebody@elsewhere.example"),
        ("author_name", "Somebody"),
        ("to", [["robin@vale.example", ""]]),
        ("cc", []),
        ("subject", "Private"),
        ("in_reply_to", []),
        ("references", []),
        ("digest", b"d"),
        ("thread", 1),
        ("remarks", []),
        ("defects", []),
        ("kinds", ["question"]),
        ("cues", ["words"]),
    ],
)
def test_more_of_a_stranger_cannot_be_kept(add_message: AddMessage, column: str, value: object) -> None:
    with pytest.raises(IntegrityError, match="strangers"):
        add_message(client=None, **{column: value})


def test_the_hash_of_an_id_says_nothing_without_the_key(store: Store) -> None:
    assert b"secret" not in store.hash_id("secret@elsewhere.example")
    assert store.hash_id("secret@elsewhere.example") != Store.empty().hash_id("secret@elsewhere.example")


def test_a_message_that_answers_nothing_starts_a_thread(
    store: Store, add_message: AddMessage, tx: sa.Connection
) -> None:
    first, second = add_message("a@acme.example"), add_message("b@acme.example")

    assert messages.set_thread(tx, first, *hashes(store, "a"), []) == first
    assert messages.set_thread(tx, second, *hashes(store, "b"), []) == second


def test_an_answer_joins_the_thread_of_any_id_it_names(
    store: Store, add_message: AddMessage, tx: sa.Connection
) -> None:
    first = add_message("a@acme.example")
    messages.set_thread(tx, first, *hashes(store, "a"), [])
    answer = add_message("b@acme.example")
    messages.set_thread(tx, answer, *hashes(store, "b"), hashes(store, "lost", "a"))
    later = add_message("c@acme.example")

    assert messages.set_thread(tx, later, *hashes(store, "c"), hashes(store, "b")) == first
    assert [messages.get(tx, row).thread for row in (first, answer, later)] == [first] * 3


def test_two_answers_to_a_mail_never_seen_find_each_other(
    store: Store, add_message: AddMessage, tx: sa.Connection
) -> None:
    first, second = add_message("a@acme.example"), add_message("b@acme.example")
    messages.set_thread(tx, first, *hashes(store, "a"), hashes(store, "lost"))

    assert messages.set_thread(tx, second, *hashes(store, "b"), hashes(store, "lost")) == first


def test_the_lost_mail_joins_its_answers_when_it_comes(
    store: Store, add_message: AddMessage, tx: sa.Connection
) -> None:
    answer, lost = add_message("a@acme.example"), add_message("lost@acme.example")
    messages.set_thread(tx, answer, *hashes(store, "a"), hashes(store, "lost"))

    assert messages.set_thread(tx, lost, *hashes(store, "lost"), []) == answer


def test_a_message_without_an_id_can_still_answer(store: Store, add_message: AddMessage, tx: sa.Connection) -> None:
    first, nameless, alone = add_message("a@acme.example"), add_message(id_hash=None), add_message(id_hash=None)
    messages.set_thread(tx, first, *hashes(store, "a"), [])

    assert messages.set_thread(tx, nameless, None, hashes(store, "a")) == first
    assert messages.set_thread(tx, alone, None, []) == alone


def test_threads_that_a_message_joins_become_one_with_all_that_is_known_of_them(
    store: Store, add_message: AddMessage, plan_mail: PlanMail, tx: sa.Connection
) -> None:
    rows = [add_message(f"{name}@acme.example") for name in "abc"]
    for row, name in zip(rows, "abc", strict=True):
        messages.set_thread(tx, row, *hashes(store, name), [])
    last = rows[2]
    owed = ledger.open_obligation(
        tx,
        client="acme",
        message=last,
        thread=last,
        address="wile@acme.example",
        kinds=[Kind.QUESTION],
        at=NOW,
        due=None,
    )
    mail = outbox.get(tx, plan_mail(answers=last, thread=last, tells=PromiseKind.REPORT, due=NOW + HOUR))
    outbox.tell(tx, mail, promise=4, at=NOW)
    joining = add_message("d@acme.example")

    assert messages.set_thread(tx, joining, *hashes(store, "d"), hashes(store, "c", "b", "a")) == rows[0]
    assert {messages.get(tx, row).thread for row in (*rows, joining)} == {rows[0]}
    assert ledger.obligation(tx, owed).thread == rows[0]
    assert outbox.get(tx, mail.row).thread == rows[0]
    assert [told.thread for told in outbox.told_of_promise(tx, 4, "wile@acme.example")] == [rows[0]]
    assert messages.thread_of(tx, hashes(store, "c")) == rows[0]


def test_ids_that_nobody_knows_belong_to_no_thread(store: Store, tx: sa.Connection) -> None:
    assert messages.thread_of(tx, hashes(store, "a")) is None
    assert messages.thread_of(tx, []) is None


def test_a_twin_has_the_same_id_the_same_content_and_the_same_direction(
    store: Store, add_message: AddMessage, tx: sa.Connection
) -> None:
    first = add_message("a@acme.example", digest=b"same")
    add_message("a@acme.example", digest=b"same", duplicate_of=first, folder="Archive")
    add_message("a@acme.example", digest=b"same", outbound=True, folder="Sent")
    (own,) = hashes(store, "a")

    assert messages.twin(tx, own, b"same", outbound=False) == first
    assert messages.twin(tx, own, b"other", outbound=False) is None
    assert messages.twin(tx, hashes(store, "b")[0], b"same", outbound=False) is None


def test_a_renumbered_message_keeps_its_row(store: Store, add_message: AddMessage, tx: sa.Connection) -> None:
    first = add_message("a@acme.example", digest=b"d")
    (own,) = hashes(store, "a")
    assert messages.before_renumbering(tx, "studio", "INBOX", 7, own, b"d") is None
    assert messages.before_renumbering(tx, "studio", "Archive", 8, own, b"d") is None
    assert messages.before_renumbering(tx, "studio", "INBOX", 8, own, b"another mail under this id") is None
    assert messages.before_renumbering(tx, "studio", "INBOX", 8, own, b"d") == first
    messages.renumber(tx, first, 8, 44)

    assert (messages.get(tx, first).uidvalidity, messages.get(tx, first).uid) == (8, 44)
    assert messages.before_renumbering(tx, "studio", "INBOX", 8, own, b"d") is None


def test_each_of_two_mails_under_one_id_is_renumbered_once(
    store: Store, add_message: AddMessage, tx: sa.Connection
) -> None:
    first, second = (add_message("a@elsewhere.example", client=None) for _ in range(2))
    own = store.hash_id("a@elsewhere.example")
    found = []
    for uid in (1, 2):
        row = messages.before_renumbering(tx, "studio", "INBOX", 8, own, None)
        assert row is not None
        messages.renumber(tx, row, 8, uid)
        found.append(row)

    assert found == [first, second]


def test_a_strangers_mail_is_known_again_after_they_became_a_client(
    store: Store, add_message: AddMessage, tx: sa.Connection
) -> None:
    row = add_message("a@acme.example", client=None)

    assert messages.before_renumbering(tx, "studio", "INBOX", 8, *hashes(store, "a"), b"d") == row


def test_a_mail_without_a_message_id_is_known_again_by_what_it_says(add_message: AddMessage, tx: sa.Connection) -> None:
    add_message(digest=b"d")
    first, second = (add_message(id_hash=None, message_id=None, digest=b"d") for _ in range(2))
    asked = "studio", "INBOX", 8, "acme", b"d"

    assert messages.nameless_before_renumbering(tx, *asked) == first
    messages.renumber(tx, first, 8, 1)
    assert messages.nameless_before_renumbering(tx, *asked) == second
    messages.renumber(tx, second, 8, 2)
    assert messages.nameless_before_renumbering(tx, *asked) is None
    assert messages.nameless_before_renumbering(tx, "studio", "INBOX", 9, "birch", b"d") is None
    assert messages.nameless_before_renumbering(tx, "studio", "INBOX", 9, "acme", b"another") is None


def test_what_a_message_wants_is_noted(add_message: AddMessage, tx: sa.Connection) -> None:
    row = add_message()
    wanted = Classification((Kind.THANKS, Kind.FYI), 0.9, cues=("Thank you",))
    verdicts = replace(messages.get(tx, row).verdicts, obliges=False, reason="thanks")
    messages.classify(tx, row, wanted, verdicts)
    found = messages.get(tx, row)

    assert found.classification == wanted
    assert found.verdicts.obliges is False
    assert found.verdicts.reason == "thanks"
    assert found.verdicts.may_acknowledge is True


def test_an_id_finds_the_original_before_its_duplicate_and_before_sent(
    store: Store, add_message: AddMessage, tx: sa.Connection
) -> None:
    add_message("a@acme.example", outbound=True, folder="Sent")
    add_message("a@acme.example", duplicate_of=3, folder="Archive")
    original = add_message("a@acme.example")
    stranger = add_message("b@elsewhere.example", client=None)
    (own,) = hashes(store, "a")

    assert messages.find(tx, own).row == original  # type: ignore[union-attr]
    assert messages.find(tx, store.hash_id("b@elsewhere.example")).row == stranger  # type: ignore[union-attr]
    assert messages.find(tx, store.hash_id("c@elsewhere.example")) is None


def test_a_conversation_is_what_people_wrote_in_order_of_arrival(add_message: AddMessage, tx: sa.Connection) -> None:
    second = add_message(received_at=NOW)
    first = add_message(received_at=NOW - MINUTE)
    third = add_message(received_at=NOW + MINUTE, outbound=True, folder="Sent")
    add_message(received_at=NOW, own=True, outbound=True, folder="Sent")
    add_message(received_at=NOW, human=False)
    add_message(received_at=NOW, duplicate_of=first)
    add_message(received_at=NOW - HOUR)
    add_message(received_at=NOW, client="birch")

    assert [found.row for found in messages.of_client(tx, "acme", NOW - MINUTE)] == [first, second, third]


def test_the_owners_mail_is_that_from_sent_which_is_not_ours(add_message: AddMessage, tx: sa.Connection) -> None:
    late = add_message(received_at=NOW + MINUTE, outbound=True, folder="Sent")
    early = add_message(received_at=NOW, outbound=True, folder="Sent")
    add_message(received_at=NOW)
    add_message(received_at=NOW, own=True, outbound=True, folder="Sent")
    add_message(received_at=NOW - MINUTE, outbound=True, folder="Sent")
    add_message(received_at=NOW, outbound=True, folder="Sent", client="birch")

    assert [found.row for found in messages.owner_mail_to(tx, "acme", NOW)] == [early, late]


def test_each_message_of_a_watched_folder_counts_once(add_message: AddMessage, tx: sa.Connection) -> None:
    first = add_message()
    add_message(client=None)
    add_message(duplicate_of=first, folder="Archive")
    add_message(outbound=True, folder="Sent")

    assert messages.count(tx) == 2


def test_a_message_without_a_known_author_has_an_empty_one(add_message: AddMessage, tx: sa.Connection) -> None:
    row = add_message(author_address=None, author_name=None, to=None, subject=None)
    found = messages.get(tx, row)

    assert (found.author, found.to, found.subject) == (Address(""), (), "")
    assert found.thread == row


def test_messages_are_counted_by_when_they_were_recorded(tx: sa.Connection, add_message: AddMessage) -> None:
    first = add_message(recorded_at=NOW)
    add_message(recorded_at=NOW + HOUR, client=None)
    add_message(recorded_at=NOW + HOUR, duplicate_of=first)
    add_message(recorded_at=NOW + HOUR, outbound=True, folder="Sent")
    add_message(recorded_at=NOW + DAY)

    assert messages.count_between(tx, NOW, NOW + DAY) == 2


def test_a_message_that_is_gone_is_none(tx: sa.Connection, add_message: AddMessage) -> None:
    row = add_message()
    found = messages.at(tx, row)
    assert found is not None
    assert found.subject == "Catalogue"
    assert messages.at(tx, row + 1) is None


def test_a_clients_messages_between_two_instants_are_counted_up_to_a_row(
    add_message: AddMessage, tx: sa.Connection
) -> None:
    rows = [add_message(received_at=NOW + hours * HOUR) for hours in (0, 1, 2)]
    others = ({"human": False}, {"outbound": True}, {"own": True}, {"duplicate_of": rows[0]}, {"client": "birch"})
    for values in others:
        add_message(**values)

    def counted(since: int, before: int, up_to: int) -> int:
        return messages.count_from(tx, "acme", NOW + since * HOUR, NOW + before * HOUR, up_to)

    assert counted(0, 3, 99) == 3
    assert counted(0, 2, 99) == 2
    assert counted(1, 3, rows[1]) == 1
    assert counted(3, 9, 99) == 0


def test_an_event_about_a_clients_message_is_found_by_when_that_arrived(
    add_message: AddMessage, tx: sa.Connection
) -> None:
    row = add_message(received_at=NOW + HOUR)
    events.add(tx, "ContactExceeded", NOW + 9 * HOUR, row)

    def there(kind: str = "ContactExceeded", client: str = "acme", since: int = 0, before: int = 2) -> bool:
        return messages.any_event_about(tx, kind, client, NOW + since * HOUR, NOW + before * HOUR)

    assert there()
    assert not there(before=1)
    assert not there(since=2, before=10)
    assert not there(client="birch")
    assert not there(kind="MessageReceived")


def test_what_lies_below_the_line_was_past_before_it_was_recorded(add_message: AddMessage, tx: sa.Connection) -> None:
    old, live = add_message(history=True), add_message()
    assert messages.was_past(tx, old, NOW)
    assert not messages.was_past(tx, old, NOW + HOUR)
    assert not messages.was_past(tx, live, NOW)
    assert not messages.was_past(tx, 99, NOW)


def test_a_conversation_between_two_instants(tx: sa.Connection, add_message: AddMessage) -> None:
    first, second, third = (add_message(received_at=NOW + hours * HOUR) for hours in (0, 1, 2))
    assert [found.row for found in messages.of_client(tx, "acme", NOW)] == [first, second, third]
    assert [found.row for found in messages.of_client(tx, "acme", NOW + HOUR, NOW + 2 * HOUR)] == [second]


def test_many_messages_are_named_at_once(tx: sa.Connection, add_message: AddMessage) -> None:
    rows = [add_message(subject=f"Matter {number}", message_id=f"{number}@acme.example") for number in range(3)]
    assert messages.named(tx, [*rows[:2], 999]) == {
        rows[0]: ("Matter 0", "0@acme.example"),
        rows[1]: ("Matter 1", "1@acme.example"),
    }
    assert messages.named(tx, []) == {}
