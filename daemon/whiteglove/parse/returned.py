"""What a mail server says of a mail that it gives back (RFC 3464): whether it failed for good, and with which code.

The bytes are those of the whole body as they were fetched, cut off anywhere; servers write these parts in plain ASCII.
Nothing but a code is taken from them: whose address it was is known from our own mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ACTION = re.compile(rb"^Action:[ \t]*([A-Za-z]+)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(rb"^Status:[ \t]*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
_CODE = re.compile(rb"\b(5\.\d{1,3}\.\d{1,3})\b")
_STILL_TRYING = re.compile(
    rb"(?:has|have|is|was) (?:not yet been delivered|been delayed|delayed)|delivery (?:is )?delayed|delivery status "
    rb"notification \(delay\)|will (?:be retried|keep trying|continue (?:to try|trying)|try again)|still (?:being )?"
    rb"(?:retried|trying)|(?:this is a|only a) warning|you do not need to resend",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Returned:
    """`failed` for good; else it is only late, or arrived. `status` is the enhanced code (RFC 3463), None without."""

    failed: bool
    status: str | None


def read_returned(body: bytes) -> Returned:
    """What the report says. By its Action fields; where it has none, a mail that comes back has failed unless the
    server says that it goes on trying. Never raises."""
    actions = {found.lower() for found in _ACTION.findall(body)}
    status = _STATUS.search(body) or _CODE.search(body)
    failed = b"failed" in actions if actions else _STILL_TRYING.search(body) is None
    return Returned(failed, status[1].decode("ascii") if status else None)
