"""Mail that nobody here wrote: read, cut and judged from the folder that `$WHITEGLOVE_CORPORA` names.

Every mail is given the sender and the recipient it would have if a client's address had sent it to the owner, so that
only what it says of itself decides. `index.tsv` names each file's category, as its source calls it.
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import time as clock_time
from pathlib import Path

import pytest

from whiteglove.clients import Book, Client, Owner, Person, WorkingHours
from whiteglove.message import Kind, Verdicts
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


def corpora() -> Path:
    folder = os.environ.get("WHITEGLOVE_CORPORA")
    if not folder:
        pytest.skip("WHITEGLOVE_CORPORA names no folder with mail")
    return Path(folder)


def mails() -> Iterator[tuple[str, str, bytes]]:
    """Path, category and bytes of every mail in the index."""
    root = corpora()
    for line in (root / "index.tsv").read_text("utf-8").splitlines()[1:]:
        path, category = line.split("\t")[:2]
        if path.startswith("mail/"):
            yield path, DISPUTED.get(path, category), (root / path).read_bytes()


def readdressed(raw: bytes, sender: str) -> bytes:
    """The mail as if this sender had sent it to the owner; a null return path stays, since the server itself set it."""
    raw = raw if b"\n" in raw else raw.replace(b"\r", b"\n")
    end = re.search(rb"\n\r?\n", raw)
    header, body = (raw[: end.start() + 1], raw[end.start() + 1 :]) if end else (raw + b"\n", b"\n")
    header = re.sub(rb"(?im)^(?:From|To):[^\n]*\n(?:[ \t][^\n]*\n)*", b"", header)
    header = re.sub(rb"(?im)^Return-Path:(?![ \t]*<[ \t]*>)[^\n]*\n", b"", header)
    fields = f"Return-Path: <{sender}>\nFrom: {sender}\nTo: robin@vale.example\n".encode()
    return fields + header + body


def verdicts_on(raw: bytes, sender: str) -> Verdicts:
    message, text = parse_whole(readdressed(raw, sender))
    return screen(message, text, BOOK)


def test_r94_r96_every_mail_is_read_in_no_time_to_speak_of() -> None:
    count = 0
    for path, _, raw in mails():
        started = time.perf_counter()
        message, text = parse_whole(raw)
        new_text(text or "")
        verdicts = screen(message, text, BOOK)
        assert time.perf_counter() - started < LONGEST_SECONDS, path
        assert verdicts.human or verdicts.reason, path
        for shown in (message.subject, message.message_id or "", text or ""):
            assert "\x00" not in shown, path
            assert shown.encode().decode() == shown, path
        count += 1

    assert count > 500


@pytest.mark.parametrize("local_part", ["wile", "mailer", None])
def test_r22_nothing_automatic_may_be_acknowledged(local_part: str | None) -> None:
    """From a person of the book, from another address there, and from the address part the mail really came from."""
    wrong, judged = [], Counter[str]()
    for path, category, raw in mails():
        if category not in AUTOMATIC:
            continue
        author = parse_whole(raw)[0].author
        original = (
            author[0].local_part if author and re.fullmatch(r"[\w.+-]+", author[0].local_part) else "mailer-daemon"
        )
        verdicts = verdicts_on(raw, f"{local_part or original}@acme.example")
        judged[category] += 1
        if verdicts.human or verdicts.may_acknowledge:
            wrong.append(path)

    assert wrong == []
    assert judged["bounce"] > 500


def test_every_mail_of_a_person_may_be_acknowledged() -> None:
    refused = {}
    for path, category, raw in mails():
        if category == "human" or path.startswith(HUMAN_SOURCES):
            verdicts = verdicts_on(raw, "wile@acme.example")
            if not (verdicts.may_acknowledge and verdicts.obliges):
                refused[path] = verdicts.reason
            assert verdicts.human, path
            assert verdicts.obliges, path

    assert refused == {THROUGH_A_SERVICE: "mailing_service"}


def test_bounces_are_told_as_bounces() -> None:
    kinds = Counter(verdicts_on(raw, "wile@acme.example").kind for _, category, raw in mails() if category == "bounce")

    assert kinds[Kind.BOUNCE] >= 0.98 * sum(kinds.values())


def test_twins_with_other_line_ends_are_the_same_mail() -> None:
    by_name: dict[str, list[tuple[object, ...]]] = {}
    for path, _, raw in mails():
        kind, mark, name = Path(path).name.partition("__")
        if mark and kind in ("bsd", "dos", "mac"):
            message, text = parse_whole(raw)
            seen = (message.subject, message.author, message.to, message.message_id, message.date, (text or "").split())
            by_name.setdefault(f"{Path(path).parent}/{name}", []).append(seen)
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


def test_r99_the_text_of_html_mail_holds_no_markup() -> None:
    for path, _, raw in mails():
        for html in re.findall(rb"<html.{0,20000}?</html>", raw, re.DOTALL | re.IGNORECASE)[:3]:
            text = html_to_text(html.decode("latin-1"))
            assert not re.search(r"</?(?:div|td|script|style)\b[^<>]*>", text), path
