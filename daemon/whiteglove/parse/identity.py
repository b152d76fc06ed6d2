"""Message-IDs and dates: what joins mails into threads, and what a sender claims about the time."""

from __future__ import annotations

import re
from datetime import UTC, datetime

LONGEST_ID = 900
MOST_REFERENCES = 200

_ID = re.compile(r"[!-;=?-~]+")
_MONTHS = {
    "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11,
    "Dec": 12,
}  # fmt: skip
# A date as nearly every program writes it.
_USUAL_DATE = re.compile(
    r"(?:\w{3}, {1,2})?(\d{1,2}) ([A-Z][a-z]{2}) ([12]\d{3}) ((?:[01]\d|2[0-3]):\d\d:\d\d) "
    r"([+-](?:[01]\d|2[0-3])[0-5]\d)(?: \(\w{1,5}\))?$",
    re.ASCII,
)
_BRACKETED = re.compile(r"<([^<>]*)>")


def parse_ids(value: str) -> tuple[tuple[str, ...], bool]:
    """Every usable Message-ID of a header value, without angle brackets, and whether a broken one was left out.

    Usable is what may be copied into a header of ours: printable ASCII with an `@`, no blank and no bracket in it.
    Phrases around the ids ("Your message of Monday") are passed over, as RFC 822 allowed them. Of a long list the
    first id and the newest ones are kept.
    """
    bracketed = _BRACKETED.findall(value)
    candidates = [found.strip() for found in bracketed] if bracketed else value.replace(",", " ").split()
    ids = [found for found in candidates if len(found) <= LONGEST_ID and "@" in found[1:-1] and _ID.fullmatch(found)]
    broken = len(ids) < len(candidates)
    if len(ids) > MOST_REFERENCES:
        ids = [ids[0], *ids[1 - MOST_REFERENCES :]]
    return tuple(dict.fromkeys(ids)), broken


def parse_date(value: str) -> datetime | None:
    """The instant in UTC, or None where it cannot be read. Without a zone, or with `-0000`, it is taken as UTC."""
    try:
        if (usual := _USUAL_DATE.match(value)) and (month := _MONTHS.get(usual[2])):
            return datetime.fromisoformat(f"{usual[3]}-{month:02}-{usual[1]:>02}T{usual[4]}{usual[5]}").astimezone(UTC)
        # Few dates need it, and it brings sockets and random numbers with it.
        from email.utils import parsedate_to_datetime

        found = parsedate_to_datetime(value)
        return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
