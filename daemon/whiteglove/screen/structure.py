"""Machines that give themselves away by their MIME structure (mail-handling rules R20, R21, R30, R31).

Attached messages are not looked into: a person may send on a bounce or an invitation as it was.
"""

from __future__ import annotations

from whiteglove.message import Kind, Part
from whiteglove.screen.evidence import Evidence, Finding

_STATUS_PARTS = {
    "message/delivery-status": Kind.BOUNCE,
    "message/disposition-notification": Kind.RECEIPT,
    "message/feedback-report": Kind.MACHINE_REPORT,
    "message/global-delivery-status": Kind.BOUNCE,
    "message/global-disposition-notification": Kind.RECEIPT,
    "application/tlsrpt+json": Kind.MACHINE_REPORT,
    "application/tlsrpt+gzip": Kind.MACHINE_REPORT,
}
_REPORT_TYPES = {
    "delivery-status": Kind.BOUNCE,
    "disposition-notification": Kind.RECEIPT,
    "feedback-report": Kind.MACHINE_REPORT,
    "tlsrpt": Kind.MACHINE_REPORT,
}
_CALENDAR_METHODS = frozenset({"request", "reply", "cancel", "counter"})


def report(mail: Evidence) -> Finding | None:
    """R20: multipart/report of any type (RFC 6522), or a part that only servers write, at whatever depth.

    A gateway that wraps a report may leave nothing but its `report-type` behind.
    """
    statuses = [_STATUS_PARTS[part.content_type] for part in mail.parts if part.content_type in _STATUS_PARTS]
    for part in mail.parts:
        report_type = part.parameters.get("report-type", "").casefold()
        if part.content_type == "multipart/report" or (report_type and part.content_type.startswith("multipart/")):
            fallback = statuses[0] if statuses else Kind.BOUNCE
            return Finding("report", _REPORT_TYPES.get(report_type, fallback))
    return Finding("delivery_status_part", statuses[0]) if statuses else None


def calendar(mail: Evidence) -> Finding | None:
    """R30: an iTIP message (RFC 6047) asks, answers or cancels; without a method it is an attachment like any other.

    An invitation that stands in the place of the text, alone or as one of its alternatives, is the mail, and what text
    there is describes it. One that lies beside a text of its author's own is an attachment to a person's mail.
    """
    if mail.message.structure is None:
        return None
    for part in mail.parts:
        if part.content_type == "text/calendar" and part.parameters.get("method", "").casefold() in _CALENDAR_METHODS:
            if _is_beside_text(mail, mail.message.structure, part):
                return None
            return Finding("calendar", Kind.CALENDAR)
    return None


def _is_beside_text(mail: Evidence, root: Part, calendar_part: Part) -> bool:
    """Whether the invitation is a direct part of a multipart/mixed that holds a text, and the text says something."""
    if mail.text is not None and not mail.new:
        return False
    for part in mail.parts:
        if part.content_type == "multipart/mixed" and any(child is calendar_part for child in part.children):
            others = (below for child in part.children if child is not calendar_part for below in child.walk())
            return any(
                below.content_type in ("text/plain", "text/html") and below.disposition != "attachment"
                for below in others
            )
    return False
