"""G4 for books of any names: no finished mail holds a foreign word, and nobody's own words cost them the answer.

What counts as foreign is worked out here once more, in other ways than the guard does it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from email import message_from_bytes, policy

from hypothesis import given, settings
from hypothesis import strategies as st

from guard.conftest import NOTICE, OWNER, make_facts, make_mail
from whiteglove.clients import Book, Client, Person, Project
from whiteglove.compose import calendar_entry, render
from whiteglove.guard import Refusal, guard
from whiteglove.message import Address
from whiteglove.parse import parse_header

WORDS = ("birch", "oak", "elm", "dune", "acme", "harbour", "portal", "regatta", "wile", "coyote", "jutta", "forst")
FORMS = ("", " GmbH", " Ltd.", " AG", " S.r.l.")
ALTERED = (
    str,
    str.upper,
    str.title,
    lambda word: word.replace("o", "\u00f6"),
    lambda word: f"{word[0]}\u00ad{word[1:]}",
)

names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
altered = st.builds(
    lambda name, alter, gap: gap.join(map(alter, name.split())),
    names,
    st.sampled_from(ALTERED),
    st.sampled_from([" ", "-", "\n", "  ", "_", "\u00a0"]),
)


@st.composite
def clients(draw: st.DrawFn, key: str) -> Client:
    word = draw(st.sampled_from(WORDS))
    person = Person(name=draw(names), addresses=(f"{draw(st.sampled_from(WORDS))}.{key}@{word}{key}.example",))
    return Client(
        key=key,
        name=draw(names) + draw(st.sampled_from(FORMS)),
        timezone="UTC",
        language="en",
        domains=(f"{word}{key}.example",),
        people=(person,),
        projects=tuple(Project(name=name) for name in draw(st.lists(names, max_size=2))),
    )


@st.composite
def books(draw: st.DrawFn) -> Book:
    found = [draw(clients(key)) for key in "abcd"[: draw(st.integers(2, 4))]]
    return Book(owner=OWNER, clients={client.key: client for client in found})


def bare(text: str) -> str:
    """The words of a text between blanks."""
    seen = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) not in ("Mn", "Cf"))
    return f" {' '.join(''.join(c if c.isalnum() else ' ' for c in seen.casefold()).split())} "


def said_of(client: Client) -> Iterable[str]:
    yield client.name
    yield from client.domains
    yield from (project.name for project in client.projects)
    for person in client.people:
        yield person.name
        yield from person.addresses


def foreign(book: Book, reader: Client) -> set[str]:
    """What would tell this reader of another client."""
    telling: set[str] = set()
    for other in book.clients.values():
        if other.key == reader.key:
            continue
        telling |= {bare(text) for text in (other.name, *other.domains)}
        telling |= {bare(other.name.removesuffix(form)) for form in FORMS if other.name.endswith(form)}
        telling |= {bare(address) for person in other.people for address in person.addresses}
        telling |= {bare(person.name) for person in other.people if " " in person.name}
        for project in other.projects:
            sharing = [c for c in book.clients.values() if bare(project.name) in {bare(p.name) for p in c.projects}]
            if len(sharing) == 1:
                telling.add(bare(project.name))
    allowed = [bare(text) for text in (*said_of(reader), OWNER.name, OWNER.address, NOTICE)]
    return {name for name in telling if name.strip() and not any(name in known for known in allowed)}


def shown(raw: bytes) -> str:
    """Everything in a mail that a reader's program could show, but what is copied from the reader's own."""
    message = message_from_bytes(raw, policy=policy.default)
    texts = [str(message["From"])]
    for part in message.walk():
        if not part.is_multipart():
            content = part.get_content()
            texts += [content if isinstance(content, str) else content.decode(), part.get_filename() or ""]
    return bare("\n".join(texts).replace("\r\n ", ""))


@settings(max_examples=40, deadline=None)
@given(book=books(), pieces=st.lists(altered | st.just("{{ value }}"), max_size=4), value=altered, data=st.data())
def test_no_finished_mail_holds_a_foreign_word(book: Book, pieces: list[str], value: str, data: st.DataObject) -> None:
    reader = book.clients["a"]
    body = render("\n\n".join(["Hello,", *pieces, NOTICE, "Robin Vale"]), {"value": value})
    summary = data.draw(st.just("Report") | names)
    known = make_facts(book=book, client=reader, person=None, recipient=Address(reader.people[0].addresses[0]))
    known = replace(known, person=reader.people[0], tells=None, due=None)
    entry = calendar_entry(uid="1@vale.example", sequence=0, due=known.now, summary=summary, now=known.now)
    raw = make_mail(recipient=known.recipient, body=body, calendar=data.draw(st.sampled_from([None, entry])))
    held = {name for name in foreign(book, reader) if name in shown(raw)}
    assert guard(raw, known) == (Refusal("discloses_client") if held else None)


@settings(max_examples=60, deadline=None)
@given(
    book=books(),
    subject=st.lists(altered | st.text(max_size=70), max_size=5).map(" ".join),
    name=st.text(max_size=40) | altered,
    filling=st.integers(0, 200),
)
def test_nobody_loses_an_answer_by_their_own_words(book: Book, subject: str, name: str, filling: int) -> None:
    reader = book.clients["a"]
    address = reader.people[0].addresses[0]
    fields = make_mail(
        sender=Address(address, name), recipient=Address("robin@vale.example"), subject=subject, reply=False
    )
    header = fields.partition(b"\r\n\r\n")[0].replace(b"\r\nSubject: ", b"\r\nSubject: " + b"x" * filling + b" ")
    asked = parse_header(header)
    known = make_facts(book=book, client=reader, person=reader.people[0], answered_subject=asked.subject)
    known = replace(known, recipient=asked.author[0], tells=None, due=None)
    raw = make_mail(recipient=asked.author[0], subject=asked.subject, body=f"Soon.\n\n{NOTICE}\n\nRobin Vale\n")
    assert guard(raw, known) is None
