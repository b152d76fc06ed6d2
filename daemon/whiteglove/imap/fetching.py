"""Reading messages in two steps: headers with structure, then the parts that matter, each cut to a limit.

A message that a server cannot describe is asked for again by itself and with less, down to its date and size, so
that it is recorded and neither lost nor in the way of those behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone

from whiteglove.imap import faults, responses
from whiteglove.imap.responses import Value
from whiteglove.imap.structure import part_tree
from whiteglove.imap.wire import Wire
from whiteglove.message import Part
from whiteglove.ports import Fetched

LARGEST_HEADER = 256 * 1024
"""Octets read of one header block; beyond that it is a weight and no header."""

_AT_ONCE = 100
_STEPS = (
    f"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]<0.{LARGEST_HEADER}> BODYSTRUCTURE)",
    "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])",
    "(UID INTERNALDATE RFC822.SIZE)",
)
_UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = {name: at for at, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_INTERNALDATE = re.compile(rb"\s*(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d)(?: ([+-])(\d\d)(\d\d))?\s*")


def fetch(wire: Wire, where: str, uids: Sequence[int]) -> list[Fetched]:
    """Headers, flags, size and structure, ascending by UID. What is gone is left out. Raises `MailboxError`."""
    found: dict[int, Fetched] = {}
    for batch in _batches(uids):
        ok, some = _read(wire, where, batch, _STEPS[0])
        found.update(some)
        if not ok:
            for uid in batch:
                if uid not in found:
                    found.update(_singly(wire, where, uid))
    return [found[uid] for uid in sorted(found)]


def fetch_sections(wire: Wire, where: str, wanted: Sequence[tuple[int, Part]], limit: int) -> dict[int, bytes]:
    """The first `limit` octets of one part of each message. What is gone is left out. Raises `MailboxError`."""
    by_section: dict[str, list[int]] = {}
    for uid, part in wanted:
        by_section.setdefault(part.section, []).append(uid)
    found: dict[int, bytes] = {}
    for section, uids in by_section.items():
        for batch in _batches(uids):
            ok, some = _read_section(wire, where, batch, section, limit)
            found.update(some)
            for uid in () if ok else batch:
                if uid not in found:
                    found.update(_read_section(wire, where, [uid], section, limit)[1])
    return found


def received_at(value: Value) -> datetime:
    """INTERNALDATE as an instant in UTC. An unreadable one is 1970: old enough never to be answered by itself."""
    match = _INTERNALDATE.fullmatch(value) if isinstance(value, bytes) else None
    if match is None:
        return _UNKNOWN_TIME
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    try:
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        zone = timezone(-offset if sign == b"-" else offset)
        number = _MONTHS[month.lower()]
        local = datetime(int(year), number, int(day), int(hour), int(minute), min(int(second), 59), tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, KeyError, OverflowError):
        return _UNKNOWN_TIME


def _batches(uids: Sequence[int]) -> Iterator[list[int]]:
    ordered = sorted(set(uids))
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]


def _read(wire: Wire, where: str, uids: list[int], items: str) -> tuple[bool, dict[int, Fetched]]:
    """One FETCH: what it gave, and whether what it did not give is gone for certain."""
    reply = wire.ask("FETCH", responses.number_set(uids), items)
    understood = reply.ok
    found: dict[int, Fetched] = {}
    for pieces in responses.responses(reply.data):
        try:
            read = responses.attributes(pieces)
        except ValueError:
            understood = False
            continue
        uid = _number(read.get("UID"))
        # Servers tell of other messages too, and of changed flags.
        if uid not in uids or "RFC822.SIZE" not in read:
            continue
        if "HEADER" in items and not isinstance(read.get("BODY[HEADER]"), bytes):
            # Dovecot answers for a message that has just gone with NIL, zero and 1970, as if there were one.
            understood = False
            continue
        found[uid] = _fetched(uid, read)
    if not reply.ok:
        _raise_if_lasting(where, reply.text)
    return understood, found


def _singly(wire: Wire, where: str, uid: int) -> dict[int, Fetched]:
    for items in _STEPS[1:]:
        ok, found = _read(wire, where, [uid], items)
        if found or ok:
            return found
    still_there = wire.ask("SEARCH", f"UID {uid}")
    if still_there.ok and uid not in responses.numbers(still_there.data):
        return {}
    raise faults.refusal(where, f"message {uid} is there and cannot be read")


def _fetched(uid: int, read: dict[str, Value]) -> Fetched:
    header = read.get("BODY[HEADER]")
    return Fetched(
        uid=uid,
        received_at=received_at(read.get("INTERNALDATE")),
        size=_number(read.get("RFC822.SIZE")),
        header=header if isinstance(header, bytes) else b"",
        structure=part_tree(read.get("BODYSTRUCTURE")),
        flags=_flags(read.get("FLAGS")),
    )


def _read_section(wire: Wire, where: str, uids: list[int], section: str, limit: int) -> tuple[bool, dict[int, bytes]]:
    reply = wire.ask("FETCH", responses.number_set(uids), f"(UID BODY.PEEK[{section}]<0.{limit}>)")
    key = f"BODY[{section.upper()}]"
    understood = reply.ok
    found: dict[int, bytes] = {}
    for pieces in responses.responses(reply.data):
        try:
            read = responses.attributes(pieces)
        except ValueError:
            understood = False
            continue
        uid, payload = _number(read.get("UID")), read.get(key)
        if uid in uids and isinstance(payload, bytes):
            # A server that does not know partial reading sends the whole part.
            found[uid] = payload[:limit]
    if not reply.ok:
        _raise_if_lasting(where, reply.text)
    return understood, found


def _flags(value: Value) -> frozenset[str]:
    """What is set on the message, in lower case. `\\Recent` is no word on the message but on this session."""
    named = value if isinstance(value, tuple) else ()
    flags = (flag.decode("latin-1").lower() for flag in named if isinstance(flag, bytes))
    return frozenset(flag for flag in flags if flag != "\\recent")


def _number(value: Value) -> int:
    return int(value) if isinstance(value, bytes) and value.isdigit() else 0


def _raise_if_lasting(where: str, text: str) -> None:
    """A NO that is not about a message: the server is busy, or does not mean the login."""
    fault = faults.refusal(where, text)
    if fault.code in ("unavailable", "login"):
        raise fault
