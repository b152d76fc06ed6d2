"""A draft that was sent by a program which drops our marks is known by its reader, its thread and its words; whatever
is not sure was not sent from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from imapclient import IMAPClient

from benches import acme
from drafty import drafty, wish
from servers.dovecot import Dovecot
from whiteglove.actions import Draft
from whiteglove.drafting import Drafting
from whiteglove.errands import Errands
from whiteglove.imap import ImapMailbox
from whiteglove.inprocess import InProcessMailbox
from whiteglove.intake.recording import SENT, understand
from whiteglove.intake.sent_drafts import sent_from_drafts
from whiteglove.ports import Folders, Mailbox
from whiteglove.settings.servers import Security, ServerAddress
from whiteglove.store.schema import drafts
from whiteglove.testing import Bench

WILE = "wile@acme.example"
FAIR = ", and which of the pages has to be with the printer before the trade fair in May begins"
SHOP = ", or would a list of the open points about the shop and its checkout be of more use just now"
OWN = "We meet on Thursday at the station, and I bring the samples of the new paper with me. Take an umbrella along."


class Studio:
    """A bench with drafts in Drafts, and what the owner's mail program does with them."""

    def __init__(self, b: Bench) -> None:
        self.b = b
        self.mailbox: Mailbox = InProcessMailbox(b.world.account)
        self.mailbox.connect()

    def lying(self) -> list[bytes]:
        return [mail.message for mail in self.b.world.account.mails("Drafts")]

    def discard(self, at: int = 0) -> bytes:
        """The program takes a draft out of Drafts; its bytes."""
        mail = self.b.world.account.mails("Drafts")[at]
        self.b.world.account.expunge(mail.uid, "Drafts")
        return mail.message

    def sends(self, raw: bytes, *, ago: timedelta = timedelta(0)) -> None:
        self.b.world.account.deliver(raw, "Sent", received_at=self.b.clock.now() - ago)

    def found(self) -> list[str | None]:
        """The keys of the drafts that the mails in Sent were sent from, in the order of the mails."""
        self.mailbox.open("Sent")
        fetched = self.mailbox.fetch(self.mailbox.uids_above(0))
        store = self.b.store
        read = [understand(one, self.b.settings.book, SENT, store.key) for one in fetched]
        tokens = sent_from_drafts(self.mailbox, "Sent", "studio", read, store, self.b.clock.now())
        # Sent is open again: the reader goes on with it.
        assert [one.uid for one in self.mailbox.fetch([1])] == [1]
        with store.read() as tx:
            keys = {row.token: row.key for row in tx.execute(drafts.select())}
        return [keys.get(tokens.get(one.uid)) for one in fetched]

    def states(self) -> list[str]:
        return [draft.state.value for draft in self.b.drafts]


class StudioOnDovecot(Studio):
    """The same with a real server and a program that is logged in there."""

    def __init__(self, b: Bench, mailbox: Mailbox, program: IMAPClient) -> None:
        super().__init__(b)
        self.mailbox = mailbox
        self.program = program

    def lying(self) -> list[bytes]:
        self.program.select_folder("Drafts")
        found = self.program.fetch(self.program.search("UNDELETED"), ["BODY.PEEK[]"])
        return [found[uid][b"BODY[]"] for uid in sorted(found)]

    def discard(self, at: int = 0) -> bytes:
        raw = self.lying()[at]
        self.program.delete_messages([self.program.search("UNDELETED")[at]])
        self.program.expunge()
        return raw

    def sends(self, raw: bytes, *, ago: timedelta = timedelta(0)) -> None:
        self.program.append("Sent", raw, msg_time=self.b.clock.now() - ago)


@pytest.fixture
def studio(request: pytest.FixtureRequest) -> Iterator[Studio]:
    """With the drafts of the test's parameter, else with one that begins a thread."""
    wishes: tuple[Draft, ...] = getattr(request, "param", (wish(values={"words": FAIR}),))
    with Bench(drafty(*wishes), clients={"acme": acme()}) as b:
        b.receive("Hello", subject="The catalogue")
        b.advance(minutes=5)
        yield Studio(b)


@pytest.fixture
def on_dovecot(dovecot: Dovecot, user: str) -> Iterator[Studio]:
    address = ServerAddress(Security.PLAIN, dovecot.host, dovecot.imap_port, user)
    program = IMAPClient(dovecot.host, dovecot.imap_port, ssl=False)
    program.login(user, Dovecot.password)
    mailbox = ImapMailbox(address, lambda: Dovecot.password)
    mailbox.connect()
    with Bench(drafty(wish(values={"words": FAIR})), clients={"acme": acme()}) as b:
        errands = {"studio": Errands("drafts", ImapMailbox(address, lambda: Dovecot.password))}
        b.daemon.drafting = Drafting(b.store, b.settings, b.daemon.drafting._writer, errands, b.clock)
        b.receive("Hello")
        yield StudioOnDovecot(b, mailbox, program)
        errands["studio"].close()
    mailbox.close()
    program.logout()


TWO = pytest.mark.parametrize(
    "studio", [(wish(values={"words": FAIR}), wish(key="shop", values={"words": SHOP}))], indirect=True
)
ANSWER = pytest.mark.parametrize("studio", [(wish(answers=1, values={"words": FAIR}),)], indirect=True)


def stripped(raw: bytes, **changed: str) -> bytes:
    """The draft as a program sends it that knows none of our fields and gives every mail an id of its own."""
    mail = message_from_bytes(raw, policy=policy.SMTP)
    del mail["X-Whiteglove-Draft"], mail["Message-ID"]
    if mail["In-Reply-To"] is None:
        del mail["References"]
    mail["Message-ID"] = f"<{len(raw)}.{'.'.join(changed)}@page.example>"
    text = mail.get_content()
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    mail.set_content(text)
    assert b"draft." not in mail.as_bytes()
    return mail.as_bytes()


def fresh(studio: Studio, text: str, subject: str = "A thing", answers: str = "") -> bytes:
    headers = {"In-Reply-To": f"<{answers}>"} if answers else {}
    return studio.b.compose(text, sender="robin@vale.example", to=WILE, subject=subject, headers=headers)


MOST = {FAIR.removesuffix(" before the trade fair in May begins"): ", please; I would gladly know"}
"""What a person writes in place of the greater part of the draft."""


def text_of(raw: bytes) -> str:
    return message_from_bytes(raw, policy=policy.SMTP).get_content()


class TestSent:
    def test_by_a_program_that_drops_every_mark(self, studio: Studio) -> None:
        studio.sends(stripped(studio.discard()))
        assert studio.found() == ["ask"]

    def test_rewritten_for_the_most_part(self, studio: Studio) -> None:
        studio.sends(stripped(studio.discard(), **MOST))
        assert studio.found() == ["ask"]

    def test_its_text_copied_into_a_fresh_mail(self, studio: Studio) -> None:
        text = text_of(studio.discard()).replace("before the trade fair in May begins", "this week, and why")
        studio.sends(fresh(studio, text))
        assert studio.found() == ["ask"]

    def test_copied_while_the_draft_is_left_lying(self, studio: Studio) -> None:
        studio.sends(fresh(studio, text_of(studio.lying()[0])))
        assert studio.found() == ["ask"]

    def test_to_another_address_of_the_same_person(self, studio: Studio) -> None:
        studio.sends(stripped(studio.discard()).replace(b"wile@acme", b"wile.coyote@acme"))
        assert studio.found() == ["ask"]

    def test_only_after_it_was_found_missing(self, studio: Studio) -> None:
        raw = studio.discard()
        studio.sends(fresh(studio, OWN))
        assert (studio.found(), studio.states()) == ([None], ["gone"])
        studio.b.advance(hours=2)
        studio.sends(stripped(raw))
        assert studio.found() == [None, "ask"]

    @ANSWER
    def test_in_its_thread(self, studio: Studio) -> None:
        raw = studio.discard()
        studio.sends(stripped(raw, **MOST))
        assert studio.found() == ["ask"]

    @TWO
    def test_of_two_each_mail_is_the_one_it_is_most_like(self, studio: Studio) -> None:
        first, second = studio.discard(), studio.discard()
        studio.sends(stripped(second))
        studio.sends(stripped(first))
        assert studio.found() == ["shop", "ask"]

    @TWO
    def test_of_two_one_mail_is_only_one(self, studio: Studio) -> None:
        studio.sends(stripped(studio.discard()))
        studio.discard()
        assert (studio.found(), studio.states()) == (["ask"], ["placed", "gone"])


class TestNotSent:
    def test_deleted_and_something_else_sent(self, studio: Studio) -> None:
        studio.discard()
        studio.sends(fresh(studio, OWN))
        assert (studio.found(), studio.states()) == ([None], ["gone"])

    def test_something_else_under_its_subject(self, studio: Studio) -> None:
        studio.discard()
        studio.sends(fresh(studio, OWN, subject="A question"))
        assert studio.found() == [None]

    @ANSWER
    def test_the_owners_own_answer_in_its_thread(self, studio: Studio) -> None:
        studio.discard()
        with studio.b.store.read() as tx:
            answered = tx.exec_driver_sql("SELECT message_id FROM messages").scalar_one()
        studio.sends(fresh(studio, OWN, answers=answered))
        assert (studio.found(), studio.states()) == ([None], ["gone"])

    def test_something_else_while_it_lies_there(self, studio: Studio) -> None:
        studio.sends(fresh(studio, OWN))
        assert (studio.found(), studio.states()) == ([None], ["placed"])

    def test_a_part_of_it_while_it_lies_there(self, studio: Studio) -> None:
        text = text_of(studio.lying()[0])
        studio.sends(fresh(studio, re.sub("and which.*", OWN, text), subject="A question"))
        assert (studio.found(), studio.states()) == ([None], ["placed"])

    def test_to_somebody_else_at_the_client(self, studio: Studio) -> None:
        studio.sends(stripped(studio.discard()).replace(b"wile@acme", b"ada@acme"))
        assert studio.found() == [None]

    def test_written_before_it_was_laid_there(self, studio: Studio) -> None:
        studio.sends(stripped(studio.discard()), ago=timedelta(minutes=6))
        assert studio.found() == [None]

    def test_long_after_it_was_found_missing(self, studio: Studio) -> None:
        raw = studio.discard()
        studio.sends(fresh(studio, OWN))
        studio.found()
        studio.b.advance(days=1, minutes=1)
        studio.sends(stripped(raw))
        assert studio.found() == [None, None]

    def test_with_its_marks_the_marks_tell(self, studio: Studio) -> None:
        studio.sends(studio.discard())
        assert (studio.found(), studio.states()) == ([None], ["placed"])

    @TWO
    def test_nor_from_another_one_where_a_mark_tells_which(self, studio: Studio) -> None:
        first = studio.discard()
        studio.discard()
        studio.sends(first)
        assert (studio.found(), studio.states()) == ([None], ["placed", "placed"])

    def test_a_draft_that_a_mark_names_was_sent_by_no_other_mail(self, studio: Studio) -> None:
        raw = studio.discard()
        studio.sends(stripped(raw))
        studio.sends(raw)
        assert studio.found() == [None, None]

    def test_found_missing_once_and_put_back(self, studio: Studio) -> None:
        raw = studio.discard()
        studio.sends(fresh(studio, OWN))
        studio.found()
        studio.b.world.account.deliver(raw, "Drafts")
        studio.sends(stripped(raw, **MOST))
        assert studio.found() == [None, None]

    @pytest.mark.parametrize("studio", [(wish(), wish(key="twin"))], indirect=True)
    def test_of_two_that_say_the_same_nobody_can_tell(self, studio: Studio) -> None:
        raw = studio.discard()
        studio.discard()
        studio.sends(stripped(raw))
        assert (studio.found(), studio.states()) == ([None], ["gone", "gone"])


@pytest.mark.parametrize("drafts_folder", [None, "Renamed"])
def test_without_a_drafts_folder_only_the_same_words_count(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, drafts_folder: str | None
) -> None:
    monkeypatch.setattr(InProcessMailbox, "folders", lambda self: Folders("Sent", drafts_folder))
    studio.sends(stripped(studio.lying()[0]))
    studio.sends(fresh(studio, OWN, subject="A question"))
    assert (studio.found(), studio.states()) == (["ask", None], ["placed"])


class TestOnDovecot:
    def test_a_program_that_drops_every_mark(self, on_dovecot: Studio) -> None:
        on_dovecot.sends(stripped(on_dovecot.discard()))
        assert on_dovecot.found() == ["ask"]

    def test_one_that_keeps_them(self, on_dovecot: Studio) -> None:
        on_dovecot.sends(on_dovecot.discard())
        assert (on_dovecot.found(), on_dovecot.states()) == ([None], ["placed"])

    def test_one_in_which_the_text_is_copied_into_a_fresh_mail(self, on_dovecot: Studio) -> None:
        on_dovecot.sends(fresh(on_dovecot, text_of(on_dovecot.discard())))
        assert on_dovecot.found() == ["ask"]

    def test_one_in_which_the_draft_is_deleted_and_something_else_sent(self, on_dovecot: Studio) -> None:
        on_dovecot.discard()
        on_dovecot.sends(fresh(on_dovecot, OWN))
        assert (on_dovecot.found(), on_dovecot.states()) == ([None], ["gone"])

    def test_one_that_only_marks_what_it_deletes(self, on_dovecot: StudioOnDovecot) -> None:
        raw = on_dovecot.lying()[0]
        on_dovecot.program.delete_messages([1])
        on_dovecot.sends(stripped(raw, **{FAIR[:40]: ", please, in your own words and with all that comes to mind,"}))
        assert on_dovecot.found() == ["ask"]

    def test_something_else_while_it_lies_there(self, on_dovecot: Studio) -> None:
        on_dovecot.sends(fresh(on_dovecot, OWN))
        assert (on_dovecot.found(), on_dovecot.states()) == ([None], ["placed"])
