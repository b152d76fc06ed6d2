"""Each reason to withhold a mail, its place in the order, and that a right mail leaves."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.clients import Book, Limit, Project
from whiteglove.compose.calendar import calendar_entry
from whiteglove.guard import REASONS, Facts, LimitUse, Refusal, guard, owner_facts, team_facts
from whiteglove.ledger import Audience, PromiseKind
from whiteglove.message import Address, Verdicts

MakeMail = Callable[..., bytes]
MakeFacts = Callable[..., Facts]
MakeBook = Callable[..., Book]

NOBODY = Verdicts(human=False, may_acknowledge=False, obliges=False, reason="auto_submitted")
USED_UP = Limit(2, timedelta(days=1))


def at(facts: Facts, **ago: float) -> Any:
    return facts.now - timedelta(**ago)


# One change for each reason that lies in the facts alone, in the order in which they are judged.
WITHHELD: list[tuple[str, Callable[[Facts], dict[str, Any]]]] = [
    ("wrong_recipient", lambda facts: {"recipient": Address("stranger@else.example")}),
    ("auto_submitted", lambda facts: {"verdicts": NOBODY}),
    ("history", lambda facts: {"history": True}),
    ("not_live", lambda facts: {"live": False}),
    ("too_old", lambda facts: {"received_at": at(facts, hours=13)}),
    ("not_acknowledged", lambda facts: {"client": replace(_client(facts), acknowledge=False)}),
    ("muted", lambda facts: {"client": replace(_client(facts), muted_until=at(facts, hours=-1))}),
    ("muted", lambda facts: {"muted_until": at(facts, hours=-1)}),
    ("failed_address", lambda facts: {"failed_address": True}),
    ("several_clients", lambda facts: {"recipients": (*facts.recipients, Address("jane@birch.example"))}),
    ("promise_late", lambda facts: {"promise_late": True}),
    ("complaint_open", lambda facts: {"complaint_open": True}),
    ("incident_open", lambda facts: {"incident_open": True}),
    ("answered", lambda facts: {"answered_since": True}),
    ("in_conversation", lambda facts: {"last_owner_mail": at(facts, minutes=30)}),
    ("no_time_to_tell", lambda facts: {"due": None}),
    ("time_passed", lambda facts: {"due": facts.now}),
    ("promise_in_absence", lambda facts: {"due_on_day_off": True}),
    ("told", lambda facts: {"told_here": True}),
    ("another_answer", lambda facts: {"another_answer": True}),
    ("limit_person", lambda facts: {"use": (LimitUse("person", 2, USED_UP),)}),
    ("limit_domain", lambda facts: {"use": (LimitUse("person", 1, USED_UP), LimitUse("domain", 2, USED_UP))}),
    ("limit_all", lambda facts: {"use": (LimitUse("all", 3, USED_UP),)}),
    ("not_marked", lambda facts: {"token": "other"}),
]


def _with_page(raw: bytes) -> bytes:
    """The same mail with its text once more as a page."""
    fields, _, part = raw.partition(b"Content-Type: ")
    text = b"Content-Type: " + part
    parts = (text, text.replace(b"text/plain", b"text/html"))
    body = b"".join(b"--b\r\n" + one.rstrip() + b"\r\n" for one in parts) + b"--b--\r\n"
    return fields + b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n' + body


def _client(facts: Facts) -> Any:
    assert facts.client is not None
    return facts.client


def _later(facts: Facts) -> Iterator[tuple[dict[str, Any], dict[str, Any], str]]:
    for (reason, first), (_, second) in pairwise(WITHHELD):
        yield first(facts), second(facts), reason


def test_a_right_mail_leaves(mail: MakeMail, facts: MakeFacts) -> None:
    assert guard(mail(), facts()) is None


@pytest.mark.parametrize(("reason", "change"), WITHHELD, ids=[reason for reason, _ in WITHHELD])
def test_each_fact_withholds_with_its_own_reason(
    mail: MakeMail, facts: MakeFacts, reason: str, change: Callable[[Facts], dict[str, Any]]
) -> None:
    assert guard(mail(), facts(**change(facts()))) == Refusal(reason)


def test_of_two_reasons_the_earlier_is_given(mail: MakeMail, facts: MakeFacts) -> None:
    for first, second, reason in _later(facts()):
        if not first.keys() & second.keys():
            assert guard(mail(), facts(**first, **second)) == Refusal(reason)


def test_every_reason_is_explained() -> None:
    assert {reason for reason, _ in WITHHELD} - {"auto_submitted"} <= REASONS.keys()
    assert all(REASONS.values())


@pytest.mark.parametrize(
    "change",
    [
        {"last_owner_mail": None},
        {"tells": None, "due": None},
        {"recipients": (Address("wile@acme.example"), Address("kim@vale.example"), Address("x@else.example"))},
        {"use": ()},
    ],
)
def test_what_is_no_reason_withholds_nothing(mail: MakeMail, facts: MakeFacts, change: dict[str, Any]) -> None:
    assert guard(mail(), facts(**change)) is None


def test_the_owner_may_have_written_half_an_hour_ago(mail: MakeMail, facts: MakeFacts) -> None:
    assert guard(mail(), facts(last_owner_mail=at(facts(), minutes=30, seconds=1))) is None


def test_a_mute_ends_at_its_instant(mail: MakeMail, facts: MakeFacts) -> None:
    client = replace(_client(facts()), muted_until=facts().now)

    assert guard(mail(), facts(client=client, muted_until=facts().now)) is None


@pytest.mark.parametrize(("file", "command"), [(-1, 1), (1, -1)])
def test_of_two_words_to_mute_the_later_one_counts(mail: MakeMail, facts: MakeFacts, file: int, command: int) -> None:
    client = replace(_client(facts()), muted_until=at(facts(), hours=file))

    assert guard(mail(), facts(client=client, muted_until=at(facts(), hours=command))) == Refusal("muted")


def test_a_message_nobody_screened_is_not_answered(mail: MakeMail, facts: MakeFacts) -> None:
    assert guard(mail(), facts(verdicts=None)) == Refusal("unscreened")


@pytest.mark.parametrize("tells", list(PromiseKind))
@pytest.mark.parametrize("seconds", [-86400, -1, 0])
def test_r64_no_time_is_told_that_has_passed(
    mail: MakeMail, facts: MakeFacts, tells: PromiseKind, seconds: int
) -> None:
    due = facts().now + timedelta(seconds=seconds)

    assert guard(mail(), facts(tells=tells, due=due)) == Refusal("time_passed")


@pytest.mark.parametrize(
    "to",
    [
        "",
        "coyote@acme.example",
        "jane@birch.example",
        "robin@vale.example",
        "wile@acme.example, jane@birch.example",
        "wile@acme.example>, <jane@birch.example",
        "wile@acme.example\r\nBcc: jane@birch.example",
        "wile@acme.example\r\n\r\njane@birch.example",
        "wile@acmé.example",
    ],
)
def test_r08_only_the_one_it_is_for_gets_it(mail: MakeMail, facts: MakeFacts, to: str) -> None:
    assert guard(mail(recipient=Address(to, "Wile Coyote")), facts()) == Refusal("wrong_recipient")


@pytest.mark.parametrize(
    "field", ["Cc: jane@birch.example", "Bcc: a@b.example", "To: wile@acme.example", "Resent-To: a@b.example", "CC:"]
)
def test_r08_no_other_field_names_anybody(mail: MakeMail, facts: MakeFacts, field: str) -> None:
    raw = mail().replace(b"\r\nDate:", b"\r\n" + field.encode() + b"\r\nDate:")

    assert guard(raw, facts()) == Refusal("wrong_recipient")


@pytest.mark.parametrize(
    "name", ["Coyote, Wile", 'Wile "W" Coyote', "Wilé <wile@acme.example>", "木村", "a@b.example", ""]
)
def test_a_name_does_not_hide_the_address(mail: MakeMail, facts: MakeFacts, name: str) -> None:
    assert guard(mail(recipient=Address("Wile@acme.example", name)), facts()) is None


@pytest.mark.parametrize(
    "address", ["robin@vale.example", "hello+tag@vale.example", "kim@vale.example", "x@else.example"]
)
def test_r34_own_team_and_strange_addresses_are_no_destination(mail: MakeMail, facts: MakeFacts, address: str) -> None:
    recipient = Address(address)

    assert guard(mail(recipient=recipient), facts(recipient=recipient, person=None)) == Refusal("wrong_recipient")


def test_an_unknown_address_at_the_clients_domain_needs_the_owners_leave(
    mail: MakeMail, facts: MakeFacts, book: MakeBook
) -> None:
    recipient = Address("somebody@mail.acme.example")
    closed = facts(recipient=recipient, person=None)
    acme = replace(_client(closed), acknowledge_domain=True)
    opened = replace(closed, client=acme, book=book(acme=acme))

    assert guard(mail(recipient=recipient), closed) == Refusal("wrong_recipient")
    assert guard(mail(recipient=recipient), opened) is None
    assert guard(mail(recipient=recipient), replace(opened, person=facts().person)) == Refusal("wrong_recipient")


def test_a_client_that_left_the_book_gets_nothing(mail: MakeMail, facts: MakeFacts, book: MakeBook) -> None:
    emptied = Book(owner=book().owner)

    assert guard(mail(), facts(book=emptied)) == Refusal("wrong_recipient")
    assert guard(mail(), facts(client=None)) == Refusal("wrong_recipient")


@pytest.mark.parametrize("sender", ["robin@else.example", "wile@acme.example", "", "robin@vale.example, x@y.example"])
def test_r60_it_comes_from_the_owner(mail: MakeMail, facts: MakeFacts, sender: str) -> None:
    assert guard(mail(sender=Address(sender, "Robin Vale")), facts()) == Refusal("wrong_sender")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Auto-Submitted: auto-replied\r\n", b""),
        (b"auto-replied", b"no"),
        (b"Auto-Submitted: auto-replied\r\n", b"Auto-Submitted: auto-replied\r\nAuto-Submitted: no\r\n"),
        (b"X-Whiteglove: abcdefgh\r\n", b""),
        (b"written automatically", b"written"),
        (b"I read your mail myself", b""),
    ],
)
def test_g11_a_mail_that_does_not_say_what_it_is_stays(
    mail: MakeMail, facts: MakeFacts, old: bytes, new: bytes
) -> None:
    assert old in mail()
    assert guard(mail().replace(old, new), facts()) == Refusal("not_marked")


def test_g11_without_a_notice_or_a_token_nothing_leaves(mail: MakeMail, facts: MakeFacts) -> None:
    assert guard(mail(), facts(notice="  ")) == Refusal("not_marked")
    assert guard(mail(token=""), facts(token="")) == Refusal("not_marked")


def test_g11_the_notice_may_be_wrapped(mail: MakeMail, facts: MakeFacts) -> None:
    body = mail(body=facts().notice.replace(" ", "\n  "))

    assert guard(body, facts()) is None


def test_g4_a_word_of_another_client_in_the_text_is_refused(mail: MakeMail, facts: MakeFacts) -> None:
    assert guard(mail(body=f"Before you comes Birch.\n\n{facts().notice}"), facts()) == Refusal("discloses_client")


@given(
    name=st.sampled_from(["Birch Ltd.", "Birch", "Jane Doe", "birch.example", "jd@private.example", "Harbour Lights"]),
    data=st.data(),
)
def test_g4_in_any_case_and_spacing(mail: MakeMail, facts: MakeFacts, name: str, data: st.DataObject) -> None:
    change = st.sampled_from([str.upper, str.lower, str.title, str.casefold])
    words = [data.draw(change)(word) for word in name.split(" ")]
    gap = data.draw(st.text(st.sampled_from(" \n\t\u00a0\u2003"), min_size=1, max_size=4))
    around = data.draw(st.sampled_from([" ", "\n", "(", "„", "*", "\u00a0"]))

    raw = mail(body=f"It waits for{around}{gap.join(words)}{around}first.\n\n{facts().notice}")

    assert guard(raw, facts()) == Refusal("discloses_client")


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "After Jane Doe", "reply": False},
        {"subject": "Ｊａｎｅ Döe", "reply": False},
        {"sender": Address("robin@vale.example", "Robin for Birch")},
        {"recipient": Address("wile@acme.example", "Wile c/o Birch")},
        {"message_id": "wg.abcdefgh@birch.example"},
    ],
)
def test_g4_holds_for_headers(mail: MakeMail, facts: MakeFacts, change: dict[str, Any]) -> None:
    assert guard(mail(**change), facts()) == Refusal("discloses_client")


def test_g4_what_the_client_wrote_discloses_nothing(mail: MakeMail, facts: MakeFacts) -> None:
    subject = "Is Jane Doe of Birch with you?"
    named = Address("wile@acme.example", "Wile c/o Birch")

    raw = mail(subject=subject, in_reply_to="1@birch.example", references=("2@birch.example",), recipient=named)

    assert guard(raw, facts(answered_subject=subject, recipient=named)) is None
    assert guard(raw, facts(recipient=named)) == Refusal("discloses_client")


@pytest.mark.parametrize(
    ("subject", "recipient"),
    [
        ("x" * 182 + " Harbour lights!, and so on", Address("wile@acme.example")),
        ("x" * 181 + " Harbour lightshow", Address("wile@acme.example")),
        ("Catalogue", Address("wile@acme.example", "W" * 90 + " Jane Doehler")),
        ("Catalogue", Address("jane.doe@acme.example")),
        ("Harb\u00adour Lights", Address("wile@acme.example")),
    ],
)
def test_g4_what_the_client_wrote_discloses_nothing_cut_or_whole(
    mail: MakeMail, facts: MakeFacts, subject: str, recipient: Address
) -> None:
    client = replace(_client(facts()), acknowledge_domain=True)
    known = facts(answered_subject=subject, recipient=recipient, person=None, client=client)
    known = replace(known, book=replace(known.book, clients={**known.book.clients, "acme": client}))
    known = replace(known, person=client.people[0] if recipient.address.startswith("wile") else None)

    assert guard(mail(subject=subject, recipient=recipient), known) is None


@pytest.mark.parametrize(
    ("summary", "uid", "name"),
    [
        ("Report for Birch", "1@vale.example", "Robin"),
        ("Report", "birch@vale.example", "Robin"),
        ("Report", "1@v.example", "Jane Doe"),
    ],
)
def test_g4_holds_for_the_calendar_entry(mail: MakeMail, facts: MakeFacts, summary: str, uid: str, name: str) -> None:
    known = facts()
    organizer = Address("robin@vale.example", name)
    entry = calendar_entry(
        uid=uid, sequence=0, due=known.due, summary="x" * 58 + summary, now=known.now, organizer=organizer
    )
    entry = entry.replace(b"x" * 58, b"x" * 57 + b" ")

    assert guard(mail(calendar=entry), known) == Refusal("discloses_client")


def test_a_calendar_entry_of_the_clients_own_leaves(mail: MakeMail, facts: MakeFacts) -> None:
    known = facts()
    entry = calendar_entry(
        uid="1@vale.example", sequence=0, due=known.due, summary="Report: Catalogue relaunch", now=known.now
    )

    assert guard(mail(calendar=entry), known) is None


def test_a_client_called_like_a_word_of_the_notice_is_not_disclosed_by_it(
    mail: MakeMail, facts: MakeFacts, book: MakeBook
) -> None:
    crowded = book()
    crowded = replace(
        crowded, clients={**crowded.clients, "note": replace(crowded.clients["cedar"], key="note", name="Note")}
    )

    assert guard(mail(), facts(book=crowded)) is None


def test_precomputed_words_are_used(mail: MakeMail, facts: MakeFacts, book: MakeBook) -> None:
    from whiteglove.guard import disclosure_words

    acme = replace(_client(facts()), projects=())
    others = replace(book(acme=acme).clients["birch"], projects=(Project(name="Catalogue relaunch"),))
    words = disclosure_words(replace(book(acme=acme), clients={"acme": acme, "birch": others}), acme)

    assert guard(mail(), facts(other_words=words)) == Refusal("discloses_client")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\r\nDate:", b"\r\nX-Note: gr\xfc\xdfe\r\nDate:"),
        (b"\r\nDate:", b"\r\nX-Note: " + b"x" * 998 + b"\r\nDate:"),
        (b"\r\nDate: Tue, 24 Nov 2026 10:45:00 +0100", b""),
        (b"Message-ID: <wg.abcdefgh@vale.example>\r\n", b""),
        (b"<wg.abcdefgh@vale.example>", b"<not an id>"),
        (b"\r\nSubject: Re: How is the catalogue?", b""),
        (b"\r\nSubject:", b"\r\nSubject: two\r\nSubject:"),
        (b"Robin Vale\r\n", b"Robin Vale\n"),
        (b"Robin Vale\r\n", b"Robin\0Vale\r\n"),
        (b"Robin Vale\r\n", b"Robin Vale\r\n" + b"and so on\r\n" * 400),
        (b"text/plain", b"text/html"),
        (b"text/plain", b"message/rfc822"),
        (b"text/plain; charset=us-ascii", b"multipart/mixed; boundary=x"),
        (b"7bit\r\n\r\n", b"base64\r\n\r\n%"),
        (b"MIME-Version", b"Content-Disposition: attachment; filename*=utf-8''Elm\r\nMIME-Version"),
    ],
)
def test_a_mail_that_is_not_clean_is_refused(mail: MakeMail, facts: MakeFacts, old: bytes, new: bytes) -> None:
    raw = mail()
    assert old in raw

    refusal = guard(raw.replace(old, new, 1), facts())

    assert refusal is not None
    assert refusal.reason in ("malformed", "not_marked")


def test_r44_an_answer_is_small(mail: MakeMail, facts: MakeFacts) -> None:
    known = facts()
    entry = calendar_entry(uid="1@vale.example", sequence=0, due=known.due, summary="Report", now=known.now)
    longer = f"{'word ' * 550}\n\n{known.notice}"

    assert guard(mail(body=longer), known) is None
    assert guard(mail(body="word " * 300 + longer), known) == Refusal("malformed")
    assert guard(mail(body="word " * 300 + longer, calendar=entry), known) is None
    assert guard(mail(body="word " * 4000 + longer, calendar=entry), known) == Refusal("malformed")


def test_a_rehearsal_goes_to_the_owner_alone(mail: MakeMail, facts: MakeFacts) -> None:
    rehearsed = facts(rehearsal=True)
    owner = Address("robin@vale.example", "Robin Vale")

    assert guard(mail(recipient=owner, rehearsal=True), rehearsed) is None
    assert guard(mail(rehearsal=True), rehearsed) == Refusal("wrong_recipient")
    assert guard(mail(recipient=owner), rehearsed) == Refusal("not_marked")
    assert guard(mail(recipient=owner, subject="Rehearsal: x", reply=False), rehearsed) == Refusal("not_marked")


def test_a_rehearsal_is_withheld_for_the_same_reasons(mail: MakeMail, facts: MakeFacts) -> None:
    raw = mail(recipient=Address("robin@vale.example"), rehearsal=True)

    for reason, change in WITHHELD:
        assert guard(raw, facts(rehearsal=True, **change(facts()))) == Refusal(reason)


def test_a_rehearsal_may_quote_the_clients_subject_in_its_text(mail: MakeMail, facts: MakeFacts) -> None:
    raw = mail(recipient=Address("robin@vale.example"), rehearsal=True, body=f"Subject: For Birch\n\n{facts().notice}")

    assert guard(raw, facts(rehearsal=True, answered_subject="For Birch")) is None
    assert guard(raw, facts(rehearsal=True)) == Refusal("discloses_client")


def test_the_owner_may_read_anything_that_is_theirs(mail: MakeMail, facts: MakeFacts, book: MakeBook) -> None:
    known = owner_facts(now=facts().now, book=book(), token="abcdefgh")
    to_owner = mail(
        sender=Address("robin@vale.example", "whiteglove"),
        recipient=Address("robin@vale.example"),
        subject="Birch: late",
        reply=False,
        body="Birch waits.\n" * 1000,
    )

    assert guard(to_owner, known) is None
    assert guard(to_owner.replace(b"text/plain", b"text/html"), known) is None
    assert guard(_with_page(to_owner), known) is None
    assert guard(_with_page(mail()), facts()) == Refusal("malformed")
    assert guard(mail(), known) == Refusal("wrong_recipient")
    assert guard(to_owner.replace(b"\r\n\r\n", b"\n\n"), known) == Refusal("malformed")


@given(raw=st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_make_it_raise(facts: MakeFacts, raw: bytes) -> None:
    assert guard(raw, facts()) == Refusal("wrong_recipient")


@given(data=st.data())
def test_no_damage_makes_it_raise(mail: MakeMail, facts: MakeFacts, data: st.DataObject) -> None:
    known = facts()
    entry = calendar_entry(uid="1@vale.example", sequence=0, due=known.due, summary="Report", now=known.now)
    raw = bytearray(
        mail(calendar=data.draw(st.sampled_from([None, entry])), subject="Grüße", references=("a@b.example",))
    )
    for _ in range(data.draw(st.integers(1, 20))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 3))] = data.draw(
            st.binary(max_size=3) | st.sampled_from([b"=?", b"\r\n", b"*=", b'"'])
        )

    refusal = guard(bytes(raw), known)

    assert refusal is None or refusal.reason in REASONS


MOVES_WITHHELD = {
    "wrong_recipient", "not_acknowledged", "muted", "failed_address", "no_time_to_tell", "time_passed",
    "promise_in_absence", "not_marked",
}  # fmt: skip


@pytest.mark.parametrize(("reason", "change"), WITHHELD)
def test_a_moved_time_is_withheld_for_what_concerns_it_and_for_nothing_about_a_message(
    mail: MakeMail, facts: MakeFacts, reason: str, change: Callable[[Facts], dict[str, Any]]
) -> None:
    moving = facts(moves=True, verdicts=None, live=False, received_at=None, answered_subject="")
    refusal = guard(mail(subject="New time", reply=False), replace(moving, **change(moving)))
    assert refusal == (Refusal(reason) if reason in MOVES_WITHHELD else None)


def test_g4_holds_for_the_subject_of_a_moved_time(mail: MakeMail, facts: MakeFacts) -> None:
    moving = facts(moves=True, answered_subject="")
    assert guard(mail(subject="New time for Birch Ltd.", reply=False), moving) == Refusal("discloses_client")


TOKEN = "abcdefghijklmnopqrstuvwxyz234567"
KIM = Address("kim@vale.example", "Kim")
PASSED_ON = "This mail was passed on automatically."


def to_kim(mail: MakeMail, **changes: Any) -> bytes:
    """What hands a message of Acme's over to Kim, with some of the letter's fields replaced."""
    fields: dict[str, Any] = {
        "audience": Audience.COLLEAGUE,
        "recipient": KIM,
        "subject": "Acme GmbH: How is the catalogue?",
        "reply": False,
        "in_reply_to": None,
        "body": f"Wile asks.\n\n{PASSED_ON}",
        "token": TOKEN,
        "enclosed": b"Subject: Birch\r\n\r\nBirch Ltd.\r\n",
    }
    return mail(**{**fields, **changes})


def kim_facts(book: MakeBook, recipient: Address = KIM, **changes: Any) -> Facts:
    known = book()
    facts = team_facts(
        now=datetime(2026, 11, 24, 9, 45, tzinfo=UTC),
        rehearsal=False,
        book=known,
        client=known.clients["acme"],
        recipient=recipient,
        notice=PASSED_ON,
        token=TOKEN,
        answered_subject="How is the catalogue?",
    )
    return replace(facts, **changes)


def test_a_message_is_passed_to_a_teammate_whatever_it_says(mail: MakeMail, book: MakeBook) -> None:
    assert guard(to_kim(mail), kim_facts(book)) is None
    assert guard(to_kim(mail, enclosed=None), kim_facts(book)) is None
    assert guard(to_kim(mail, enclosed="Grüße".encode()), kim_facts(book)) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"body": "Wile asks."}, "not_marked"),
        ({"token": "abcdefghijklmnopqrstuvwxyz234566"}, "not_marked"),
        ({"body": f"As with Birch.\n\n{PASSED_ON}"}, "discloses_client"),
        ({"subject": "Acme GmbH: as with Birch"}, "discloses_client"),
        ({"sender": Address("kim@vale.example")}, "wrong_sender"),
        ({"recipient": Address("lee@vale.example")}, "wrong_recipient"),
        ({"enclosed": b"a" * 17 * 1024 * 1024}, "malformed"),
    ],
)
def test_what_a_teammate_does_not_get(mail: MakeMail, book: MakeBook, changes: dict[str, Any], reason: str) -> None:
    assert guard(to_kim(mail, **changes), kim_facts(book)) == Refusal(reason)


def test_an_answer_goes_to_nobody_else(mail: MakeMail, book: MakeBook) -> None:
    raw = to_kim(mail).replace(b"\r\nSubject:", b"\r\nReply-To: x@y.example\r\nSubject:", 1)
    assert guard(raw, kim_facts(book)) == Refusal("wrong_recipient")


@given(address=st.emails() | st.sampled_from(["wile@acme.example", "robin@vale.example", "kim+x@vale.example"]))
def test_nobody_but_a_teammate_gets_a_message(mail: MakeMail, book: MakeBook, address: str) -> None:
    other = Address(address)
    assert guard(to_kim(mail, recipient=other), kim_facts(book, other)) == Refusal("wrong_recipient")
    rehearsed = kim_facts(book, other, rehearsal=True)
    assert guard(to_kim(mail, recipient=Address("robin@vale.example")), rehearsed) == Refusal("wrong_recipient")
