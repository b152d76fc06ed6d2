"""Finding messages: by UID in windows, by date, by header; and what servers do instead of searching.

No SEARCH here asks for more than a window of a large folder, so that no reply line grows with the mailbox. `*` means
"the last message" and not "nothing above": `UID 5:*` may return 4 (RFC 9051 section 6.4.9), so every result is cut
to the range that was asked for.
"""

from __future__ import annotations

import re
from datetime import date

from whiteglove.imap import faults, responses
from whiteglove.imap.wire import Wire

WINDOW = 20_000
"""UIDs of one SEARCH in a folder that holds more messages than that."""

NEWEST = 200
"""Messages whose headers are read where the server cannot search headers."""

_LARGEST_UID = 2**32 - 1
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FOLDED = re.compile(rb"\r?\n(?=[ \t])")


class Search:
    """Searches in the open folder. `uidnext` is a hint that grows with what is found; None where nobody told."""

    def __init__(self, wire: Wire, where: str) -> None:
        self._wire = wire
        self._where = where
        self.uidnext: int | None = None
        self._headers_work: bool | None = None

    def between(self, low: int, high: int | None = None, *criteria: str) -> list[int]:
        """The UIDs from `low` to `high` (None: to the last there is) that meet the criteria, ascending."""
        # Above the largest UID there is nothing, and no number for it that a server would take.
        if low > _LARGEST_UID or (high is not None and high < low):
            return []
        found: set[int] = set()
        width = WINDOW if self._wire.exists > WINDOW else _LARGEST_UID
        top = high if high is not None else self._top() if self._wire.exists > WINDOW else 0
        start = low
        while start + width <= top:
            some = self._ask(f"UID {start}:{start + width - 1}", *criteria)
            found.update(some)
            start += width
            # UIDs may lie far apart: empty stretches are passed in ever longer steps.
            width = WINDOW if len(some) > WINDOW // 4 else min(width * 2, _LARGEST_UID)
        found.update(self._ask(f"UID {start}:{'*' if high is None else high}", *criteria))
        uids = sorted(uid for uid in found if low <= uid and (high is None or uid <= high))
        if uids and self.uidnext is not None:
            self.uidnext = max(self.uidnext, uids[-1] + 1)
        return uids

    def since(self, day: date, below: int) -> list[int]:
        """The UIDs below `below` that arrived on or after a day, as the server's own clock and zone have it."""
        return self.between(1, below - 1, f"SINCE {day.day:02d}-{_MONTHS[day.month - 1]}-{day.year:04d}")

    def newest(self, count: int) -> list[int]:
        """The last `count` UIDs, ascending."""
        width = max(count * 2, 500)
        top = self._top()
        while True:
            low = max(1, top - width + 1)
            uids = self.between(low)
            if len(uids) >= count or low == 1:
                return uids[-count:]
            width *= 8

    def with_header(self, name: str, value: str) -> list[int]:
        """The UIDs whose header `name` holds the value, in any case; else looked for in the newest headers.

        Some servers refuse to search headers, and some find nothing whatever is there: an empty answer is believed
        once the server has found a message that is known to be there.
        """
        found = self._by_server(name, value) if self._headers_work is not False else None
        if found is None or (not found and not self._finds_headers()):
            self._headers_work = False
            return self._by_reading(name, value, NEWEST)
        if found:
            self._headers_work = True
        return found

    def _ask(self, *criteria: str) -> list[int]:
        reply = self._wire.ask("SEARCH", *criteria)
        if not reply.ok:
            raise faults.refusal(self._where, reply.text)
        return responses.numbers(reply.data)

    def _top(self) -> int:
        """The largest UID, or a little less where a hint is old; searches that matter go on to `*`."""
        if self.uidnext is not None:
            return self.uidnext - 1
        return max(self._ask("UID *"), default=0)

    def _by_server(self, name: str, value: str) -> list[int] | None:
        try:
            reply = self._wire.ask("SEARCH", f"HEADER {name} {responses.quoted(value)}")
        except ValueError:
            return None
        return sorted(set(responses.numbers(reply.data))) if reply.ok else None

    def _finds_headers(self) -> bool:
        """Whether the server finds the newest message by its Message-ID; an empty folder proves nothing."""
        if self._headers_work is None:
            for uid, block in self._blocks("Message-ID", self.newest(1)):
                message_id = block.partition(b":")[2].strip().decode("latin-1")
                if message_id:
                    self._headers_work = uid in (self._by_server("Message-ID", message_id) or ())
        return self._headers_work is not False

    def _by_reading(self, name: str, value: str, count: int) -> list[int]:
        wanted = value.casefold().encode("utf-8", "replace")
        return [uid for uid, block in self._blocks(name, self.newest(count)) if wanted in block.lower()]

    def _blocks(self, name: str, uids: list[int]) -> list[tuple[int, bytes]]:
        """One header field of each message, unfolded."""
        if not uids:
            return []
        reply = self._wire.ask("FETCH", responses.number_set(uids), f"(UID BODY.PEEK[HEADER.FIELDS ({name})])")
        found = []
        for pieces in responses.responses(reply.data):
            uid = responses.uid_of(pieces)
            literals = [piece[1] for piece in pieces if isinstance(piece, tuple)]
            if uid is not None and literals:
                found.append((uid, _FOLDED.sub(b"", literals[0])))
        if not reply.ok and not found:
            raise faults.refusal(self._where, reply.text)
        return sorted(found)
