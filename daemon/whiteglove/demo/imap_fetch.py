"""What FETCH says of one mail (RFC 3501 section 7.4.2)."""

from __future__ import annotations

from collections.abc import Sequence

from whiteglove.demo import mail as mime
from whiteglove.demo.imap_grammar import BadCommandError, Item, written_moment
from whiteglove.demo.maildrop import Mail


def fetched(number: int, mail: Mail, wanted: Sequence[Item]) -> bytes:
    """The untagged response. Raises `BadCommandError` for a section that no mail can have."""
    entity: mime.Entity | None = None
    told = []
    for item in wanted:
        match item.name:
            case "UID":
                value = b"%d" % mail.uid
            case "FLAGS":
                value = f"({' '.join(sorted(mail.flags))})".encode()
            case "INTERNALDATE":
                value = written_moment(mail.received_at).encode()
            case "RFC822.SIZE":
                value = b"%d" % len(mail.raw)
            case _:
                entity = entity or mime.read(mail.raw)
                value = _described(entity, item)
        told.append(item.name.encode() + b" " + value)
    return b"* %d FETCH (%b)\r\n" % (number, b" ".join(told))


def _described(entity: mime.Entity, item: Item) -> bytes:
    if item.section is None:
        return mime.envelope(entity) if item.name == "ENVELOPE" else mime.structure(entity)
    try:
        octets = mime.section(entity, item.section)[item.start : item.end]
    except ValueError as error:
        raise BadCommandError(f"no mail has a section {item.section!a}") from error
    return b"{%d}\r\n%b" % (len(octets), octets)
