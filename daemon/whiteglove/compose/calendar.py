"""A told time as a calendar entry that a client may keep: published, never an invitation (RFC 5545, 5546, 6047)."""

from __future__ import annotations

from datetime import UTC, datetime

from whiteglove.compose.fields import one_line
from whiteglove.message import Address

PRODUCT = "-//whiteglove//whiteglove//EN"


def calendar_entry(
    *,
    uid: str,
    sequence: int,
    due: datetime,
    summary: str,
    now: datetime,
    cancelled: bool = False,
    organizer: Address | None = None,
) -> bytes:
    """The entry as iCalendar bytes: CRLF, folded, every time in UTC.

    `uid` is the promise's and never changes; `sequence` grows with each move. The entry is a moment and blocks nobody's
    time. It has no attendee, so no program asks for an answer. `cancelled` withdraws it (METHOD:CANCEL, RFC 5546
    section 3.2.5). `organizer` is who published it; RFC 5546 section 3.2.1 wants one. Raises `ValueError` for naive
    instants.
    """
    if due.utcoffset() is None or now.utcoffset() is None:
        raise ValueError("a calendar entry needs instants with a zone")
    # The library costs a fifth of a second and 21 MB; whoever attaches no calendar never pays it.
    from icalendar import Calendar, Event, vCalAddress, vText

    event = Event()
    event.add("uid", one_line(uid))
    event.add("sequence", sequence)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", due.astimezone(UTC).replace(microsecond=0))
    event.add("summary", one_line(summary))
    event.add("transp", "TRANSPARENT")
    if cancelled:
        event.add("status", "CANCELLED")
    if organizer is not None:
        publisher = vCalAddress(f"mailto:{one_line(organizer.address)}")
        if name := one_line(organizer.name).replace('"', "'"):
            publisher.params["cn"] = vText(name)
        event.add("organizer", publisher)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
