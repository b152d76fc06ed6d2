"""What must be true of any such month: who is written to, who is named, and in which words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

from fortnight import tables
from fortnight.stage import local
from month.cast import LANGUAGES, NAMES, PEOPLE
from month.stage import MonthStage
from whiteglove.store import schema

POLICY = {"next_report", "next_report_again"}
"""The templates of what may go to a client by itself as the plugins are set in this month."""
FORMAL = re.compile(r"\b(?:Sie|Ihnen|Ihre?[nmrs]?)\b")
FAMILIAR = re.compile(r"\b(?:du|dir|dich|dein\w*|euch)\b", re.IGNORECASE)


def sent_by_itself(stage: MonthStage) -> Iterator[str]:
    """Mails to clients that are no acknowledgement, or left after a broken word or while an incident was open."""
    incidents = tables._read(stage, schema.incidents.select())
    promises = tables._read(stage, schema.promises.select())
    for left in tables.to_clients(stage):
        row = tables.row_of(stage, left)
        where = f"{local(left.at)} to {left.recipient}"
        if (row.plugin, row.template in POLICY) != ("acknowledge", True):
            yield f"{where}: {row.plugin} {row.template}"
        if any(
            one.client == row.client and one.opened_at <= left.at <= (one.resolved_at or left.at) for one in incidents
        ):
            yield f"{where}: while an incident was open"
        if any(
            one.client == row.client and one.due <= left.at <= (one.closed_at or left.at) and one.late
            for one in promises
        ):
            yield f"{where}: after a broken word"


def names_another(key: str, mail: EmailMessage) -> list[str]:
    """What stands in a mail, in its header, its text or what is attached, and belongs to other clients."""
    text = "\n".join([*_headers(mail), *_texts(mail)]).casefold()
    others = [name for other, names in NAMES.items() if other != key for name in names]
    return [name for name in others if re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", text)]


def whose(mail: EmailMessage) -> str:
    """The client that a mail is to."""
    (key,) = [key for key, person in PEOPLE.items() if person.partition("<")[2] in str(mail["To"])]
    return key


def wrong_words(stage: MonthStage) -> Iterator[str]:
    """Drafts that are not in the client's language or form of address. Robin's own words are not looked at."""
    for laid in stage.laid:
        mail = laid.mail
        if mail["X-Whiteglove-Draft"] is None:
            continue
        key, text = whose(mail), mail.get_content()
        where = f"{local(laid.at)} to {key}, “{mail['Subject']}”"
        known = stage.settings.book.clients[key]
        begins = {
            ("en", False): f"Hi {known.people[0].name.split()[0]},",
            ("de", False): f"Hallo {known.people[0].name.split()[0]},",
            ("de", True): f"Guten Tag {known.people[0].name},",
        }
        formal = known.address_form == "formal"
        if not text.startswith(begins[LANGUAGES[key], formal]):
            yield f"{where}: begins {text.splitlines()[0]!r}"
        wrong = FAMILIAR if formal else FORMAL
        said = f"{mail['Subject']}\n{text}"
        if LANGUAGES[key] == "de" and wrong.search(said.partition("„")[0]):
            yield f"{where}: mixes the forms of address: {said}"
        if re.search(r"[!{}]|None|(?<!\n)  ", said):
            yield f"{where}: {said}"


def _headers(mail: EmailMessage) -> Iterator[str]:
    for part in mail.walk():
        yield from (f"{name}: {value}" for name, value in part.items())


def _texts(mail: EmailMessage) -> Iterator[str]:
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            yield part.get_content()
        elif part.get_content_type() == "application/octet-stream":
            yield from _texts(message_from_bytes(part.get_payload(decode=True), policy=policy.default))
