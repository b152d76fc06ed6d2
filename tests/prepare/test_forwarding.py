"""What a teammate gets: who it is about, by when, how to answer, the message as it arrived, and nothing of others."""

from __future__ import annotations

from email.message import EmailMessage
from types import ModuleType
from typing import Any

import pytest

from benches import BIRCH, QUESTION, acme, plugin, to_owner
from whiteglove.actions import Forward
from whiteglove.ledger import MailState
from whiteglove.outbox import originals
from whiteglove.prepare.forwarding import Missing
from whiteglove.settings.fields import LANGUAGES
from whiteglove.testing import Bench, SentMail
from whiteglove.testing.mails import read_mail

KIM = "kim@vale.example"
TEAM = f'[[team]]\nname = "Kim"\naddress = "{KIM}"\n'


def passing(brief: str = "They ask about paper.") -> ModuleType:
    return plugin(on_message=lambda event: [Forward(reason="x", message=event.message.row, to=KIM, brief=brief)])


def bench(brief: str = "They ask about paper.", **options: Any) -> Bench:
    return Bench(passing(brief), **{"toml": TEAM, "clients": {"acme": acme()}, **options})


def attached(mail: SentMail) -> list[EmailMessage]:
    return [part for part in mail.message.iter_attachments() if isinstance(part, EmailMessage)]


def test_it_says_who_what_by_when_and_how() -> None:
    with bench() as b:
        (mail,) = b.receive(QUESTION, subject="Paper")
    assert " ".join(mail.text.split()) == (
        "Robin Vale passes a message of Acme GmbH on to you, and the answer to it. "
        "The answer is due by Tuesday, 3 March at 09:30 (Europe/Berlin). "
        "They ask about paper. "
        "How to answer: write to Wile Coyote <wile@acme.example>, with robin@vale.example in Cc. Then it counts as "
        "answered here. Otherwise it goes back to Robin Vale when that time is over. "
        "The message is attached as it arrived. "
        "This mail was passed on automatically, by a rule of Robin Vale’s."
    )


def test_its_headers_say_that_it_is_automatic_and_whose_answer_it_wants() -> None:
    with bench(owner={"aliases": ["hello@vale.example"]}) as b:
        (mail,) = b.receive(QUESTION, to="hello@vale.example")
    message = mail.message
    assert (message["Auto-Submitted"], message["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert message["X-Whiteglove"]
    assert str(message["From"]) == "Robin Vale <hello@vale.example>"
    assert str(message["To"]) == f"Kim <{KIM}>"
    assert [message[name] for name in ("Reply-To", "Cc", "In-Reply-To", "References")] == [None] * 4


def test_the_message_is_attached_letter_by_letter() -> None:
    with bench() as b:
        (mail,) = b.receive("From here\n.\n--=_whiteglove\nto there.")
        (part,) = attached(mail)
        arrived = b.world.account.mails()[0].message
    assert part.get_content_type() == "message/rfc822"
    assert part.get_content().as_bytes() == arrived


@pytest.mark.parametrize(
    "odd",
    [
        {"Subject": "Gr\u00fc\u00dfe"},
        {"X-Long": "a" * 1200},
    ],
    ids=["beyond ASCII", "a long line"],
)
def test_what_a_server_might_change_is_a_file(odd: dict[str, str]) -> None:
    with bench() as b:
        header = "\r\n".join(f"{name}: {value}" for name, value in {"From": "wile@acme.example", **odd}.items())
        raw = f"{header}\r\nTo: robin@vale.example\r\nMessage-ID: <odd@acme.example>\r\n\r\n{QUESTION}\r\n".encode()
        b.world.account.deliver(raw)
        (mail,) = b.run()
        (part,) = attached(mail)
    assert (part.get_content_type(), part.get_filename()) == ("application/octet-stream", "message.eml")
    assert part.get_content() == raw


def test_what_is_gone_meanwhile_is_said_to_be() -> None:
    def on_message(event: Any) -> list[Forward]:
        b.world.account.expunge(1)
        return [Forward(reason="x", message=event.message.row, to=KIM, brief="")]

    with Bench(plugin(on_message=on_message), toml=TEAM) as b:
        (mail,) = b.receive(QUESTION)
    assert "no longer lies where it arrived" in mail.text
    assert attached(mail) == []


def test_what_is_too_large_is_left_where_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    with bench() as b:
        fetch = originals.Originals(b.daemon.errands, largest=100).fetch
        monkeypatch.setattr(b.daemon.outbox, "_fetch_original", fetch)
        (mail,) = b.receive(QUESTION)
    assert "too large to be attached" in mail.text
    assert attached(mail) == []


def test_without_a_question_nothing_is_asked_of_the_teammate() -> None:
    with bench() as b:
        (mail,) = b.receive("Thank you very much!")
    assert "and the answer" not in mail.text
    assert "How to answer" not in mail.text


@pytest.mark.parametrize("brief", ["As with Birch Holding.", "See the Harbour festival.", "jutta@birch.example knows."])
def test_what_would_tell_of_another_client_does_not_leave(brief: str) -> None:
    with bench(brief, clients={"acme": acme(), "birch": BIRCH}) as b:
        mails = b.receive(QUESTION) + b.run()
        assert [mail.recipient for mail in mails] == ["robin@vale.example"]
        assert (b.mails[0].state, b.mails[0].reason) == (MailState.WITHHELD, "discloses_client")
        assert "(its words would tell of another client)" in to_owner(mails)[0].text


def test_what_the_client_wrote_themselves_is_no_disclosure() -> None:
    with bench(clients={"acme": acme(), "birch": BIRCH}) as b:
        (mail,) = b.receive("As with Birch Holding?", subject="Birch Holding")
        assert (mail.recipient, mail.subject) == (KIM, "Acme GmbH: Birch Holding")


def test_without_a_subject_the_client_alone() -> None:
    with bench() as b:
        (mail,) = b.receive(QUESTION, subject="")
        assert mail.subject == "Acme GmbH"


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_the_owners_language(language: str) -> None:
    said = set()
    with bench(owner={"language": language}) as b:
        b.receive(QUESTION)
        writer = b.daemon.outbox._forwards
        with b.store.read() as tx:
            found = [writer.prepare(tx, b.mails[0], b.clock.now(), missing) for missing in (None, *Missing)]
    for prepared in found:
        assert prepared.refusal is None
        text = read_mail(KIM, prepared.raw).text
        assert "{" not in text
        assert "Acme GmbH" in text
        said.add(text)
    assert len(said) == 4
