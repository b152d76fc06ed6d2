"""Mail that nobody here wrote: read, cut and judged from the folder that `$WHITEGLOVE_CORPORA` names.

Every mail is given the sender and the recipient it would have if a client's address had sent it to the owner, so that
only what it says of itself decides. `index.tsv` names each file's category, as its source calls it. Each mail is read
once for all tests that look at it as it is.
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import time as clock_time
from email.parser import BytesHeaderParser
from email.policy import compat32
from pathlib import Path

import pytest

from whiteglove.clients import Book, Client, Owner, Person, WorkingHours
from whiteglove.message import Address, Kind, Message, Verdicts
from whiteglove.parse import parse_whole
from whiteglove.screen import screen
from whiteglove.text import html_to_text, new_text

AUTOMATIC = {"bounce", "autoreply", "receipt", "feedback-report", "machine-report"}
HUMAN_SOURCES = ("mail/talon/", "mail/django_helpdesk/")
LONGEST_SECONDS = 2.0

# Labels that the mail itself contradicts. A person's answer in a thread that wishes for a receipt is no receipt.
DISPUTED = {"mail/flufl_bounce/groupwise_03.eml": "human"}

# A person's mail that came through a mailing service's list (R28): it obliges the owner, and nothing answers it.
THROUGH_A_SERVICE = "mail/talon/outlook.eml"

OWNER = Owner(
    name="Robin Vale",
    address="robin@vale.example",
    timezone="Europe/Berlin",
    language="en",
    hours=WorkingHours((((clock_time(9), clock_time(17)),),) * 7),
    own_addresses=frozenset({"robin@vale.example"}),
)
WILE = Person(name="Wile Coyote", addresses=("wile@acme.example",))
BOOK = Book(
    owner=OWNER,
    clients={
        "acme": Client(
            key="acme",
            name="Acme",
            timezone="UTC",
            language="en",
            domains=("acme.example",),
            acknowledge_domain=True,
            people=(WILE,),
        )
    },
)
NOTHING, _ = parse_whole(
    b"Return-Path: <wile@acme.example>\nFrom: wile@acme.example\nTo: robin@vale.example\n"
    b"Message-ID: <one@acme.example>\n\n"
)


def corpora() -> Path:
    folder = os.environ.get("WHITEGLOVE_CORPORA")
    if not folder:
        pytest.skip("WHITEGLOVE_CORPORA names no folder with mail")
    return Path(folder)


@dataclass(frozen=True)
class Mail:
    """A mail of the folder, its category, and what reading and judging it as it is gave in how many seconds."""

    path: str
    category: str
    raw: bytes
    message: Message
    text: str | None
    verdicts: Verdicts
    seconds: float


@pytest.fixture(scope="module")
def mails() -> list[Mail]:
    """Every mail in the index."""
    root, found = corpora(), []
    for line in (root / "index.tsv").read_text("utf-8").splitlines()[1:]:
        path, category = line.split("\t")[:2]
        if path.startswith("mail/"):
            raw = (root / path).read_bytes()
            started = time.perf_counter()
            message, text = parse_whole(raw)
            verdicts = screen(message, text, BOOK)
            seconds = time.perf_counter() - started
            found.append(Mail(path, DISPUTED.get(path, category), raw, message, text, verdicts, seconds))
    return found


def from_client(mail: Mail, sender: str, *, return_path: bool = True) -> Verdicts:
    """The verdicts on the mail as if this sender had sent it to the owner. A null return path stays, since the server
    itself set it; any other becomes the sender's, or is dropped."""
    message = mail.message
    headers = [
        (name, value)
        for name, value in message.headers
        if name.lower() not in ("from", "to") and (name.lower() != "return-path" or not value.strip(" \t<>"))
    ]
    headers += [("From", sender), ("To", OWNER.address)]
    path = message.return_path
    if path != "":
        path = sender if return_path else None
        headers += [("Return-Path", f"<{sender}>")] if return_path else []
    changed = replace(
        message,
        author=(Address(sender),),
        to=(Address(OWNER.address),),
        return_path=path,
        headers=tuple(headers),
    )
    return screen(changed, mail.text, BOOK)


def original_local_part(mail: Mail) -> str:
    author = mail.message.author
    return author[0].local_part if author and re.fullmatch(r"[\w.+-]+", author[0].local_part) else "mailer-daemon"


def of_people(mails: list[Mail]) -> list[Mail]:
    return [mail for mail in mails if mail.category == "human" or mail.path.startswith(HUMAN_SOURCES)]


def test_r94_r96_every_mail_is_read_in_no_time_to_speak_of(mails: list[Mail]) -> None:
    for mail in mails:
        assert mail.seconds < LONGEST_SECONDS, mail.path
        assert mail.verdicts.reason, mail.path
        assert not mail.verdicts.may_acknowledge, mail.path
        for shown in (mail.message.subject, mail.message.message_id or "", mail.text or ""):
            assert "\x00" not in shown, mail.path
            assert shown.encode().decode() == shown, mail.path

    assert len(mails) > 900


@pytest.mark.parametrize("local_part", ["wile", "mailer", None])
def test_r22_nothing_automatic_may_be_acknowledged(mails: list[Mail], local_part: str | None) -> None:
    """From a person of the book, from another address there, and from the address part the mail really came from."""
    wrong, judged = [], Counter[str]()
    for mail in mails:
        if mail.category in AUTOMATIC:
            judged[mail.category] += 1
            for return_path in (True, False):
                sender = f"{local_part or original_local_part(mail)}@acme.example"
                verdicts = from_client(mail, sender, return_path=return_path)
                if verdicts.human or verdicts.may_acknowledge or verdicts.obliges:
                    wrong.append(mail.path)

    assert wrong == []
    assert judged["bounce"] > 500


def test_g3_no_mail_whose_header_shows_a_machine_is_answered(mails: list[Mail]) -> None:
    """Whatever its source calls it; the header is read here once more, by the standard library alone."""
    shown = [mail for mail in mails if shows_a_machine(mail.raw)]
    wrong = [mail.path for mail in shown if from_client(mail, "wile@acme.example").may_acknowledge]

    assert wrong == []
    assert len(shown) > 400


def shows_a_machine(raw: bytes) -> bool:
    header = BytesHeaderParser(policy=compat32).parsebytes(raw if b"\n" in raw else raw.replace(b"\r", b"\n"))
    fields = {name.lower(): str(value).strip().lower() for name, value in header.items()}
    return (
        not fields.get("auto-submitted", "no").startswith("no")
        or fields.get("precedence", "").startswith(("bulk", "junk", "list", "auto"))
        or fields.get("return-path") == "<>"
        or fields.get("content-type", "").startswith("multipart/report")
        or not {"x-failed-recipients", "list-id", "list-unsubscribe", "x-loop", "x-mailman-version"}.isdisjoint(fields)
    )


def test_every_mail_of_a_person_may_be_acknowledged(mails: list[Mail]) -> None:
    refused = {}
    for mail in of_people(mails):
        for return_path in (True, False):
            verdicts = from_client(mail, "wile@acme.example", return_path=return_path)
            if not (verdicts.may_acknowledge and verdicts.obliges):
                refused[mail.path] = verdicts.reason
            assert verdicts.human, mail.path
            assert verdicts.obliges, mail.path

    assert refused == {THROUGH_A_SERVICE: "mailing_service"}


def test_bounces_are_told_as_bounces(mails: list[Mail]) -> None:
    kinds = Counter(from_client(mail, "wile@acme.example").kind for mail in mails if mail.category == "bounce")

    assert kinds[Kind.BOUNCE] >= 0.98 * sum(kinds.values())


@pytest.mark.parametrize("with_subject", [True, False])
def test_r22_bounces_are_told_by_their_words_alone(mails: list[Mail], with_subject: bool) -> None:
    """Of every header and every part nothing is left: a person's plain mail with the text of the bounce, and with its
    subject or without. Those without a text are left out."""
    missed, count = [], 0
    for mail in mails:
        if mail.category == "bounce" and new_text(mail.text or ""):
            bare = replace(NOTHING, subject=mail.message.subject if with_subject else "")
            count += 1
            if screen(bare, mail.text, BOOK).human:
                missed.append(mail.path)

    assert len(missed) <= 0.02 * count, missed


def test_twins_with_other_line_ends_are_the_same_mail(mails: list[Mail]) -> None:
    by_name: dict[str, list[tuple[object, ...]]] = {}
    for mail in mails:
        kind, mark, name = Path(mail.path).name.partition("__")
        if mark and kind in ("bsd", "dos", "mac"):
            said = mail.message
            seen = (said.subject, said.author, said.to, said.message_id, said.date, (mail.text or "").split())
            by_name.setdefault(f"{Path(mail.path).parent}/{name}", []).append(seen)
    twins = [seen for seen in by_name.values() if len(seen) > 1]

    assert twins
    assert all(one == seen[0] for seen in twins for one in seen)


def quote_pairs() -> Iterator[tuple[str, str, str]]:
    folder = corpora() / "quotes" / "reply_trimmer"
    for path in sorted((folder / "emails").iterdir()):
        expected = (folder / "trimmed" / path.name).read_text("utf-8")
        yield path.name, path.read_text("utf-8"), expected


def test_r99_new_text_agrees_with_the_pairs() -> None:
    """The pairs keep quotes between answers, closings, and a mail that was only forwarded: compared without them."""
    agreed, differing = 0, []
    for name, mail, expected in quote_pairs():
        unquoted = "\n".join(line for line in expected.split("\n") if not line.lstrip().startswith(">"))
        got = " ".join(new_text(mail).split())
        if got in (" ".join(unquoted.split()), " ".join(new_text(unquoted).split())):
            agreed += 1
        else:
            differing.append(name)

    assert agreed >= 0.9 * (agreed + len(differing)), differing


def test_r99_the_text_of_html_mail_holds_no_markup(mails: list[Mail]) -> None:
    for mail in mails:
        for html in re.findall(rb"<html.{0,20000}?</html>", mail.raw, re.DOTALL | re.IGNORECASE)[:3]:
            text = html_to_text(html.decode("latin-1"))
            assert not re.search(r"</?(?:div|td|script|style)\b[^<>]*>", text), mail.path
