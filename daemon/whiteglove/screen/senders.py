"""Addresses at which no person reads (mail-handling rules R17 to R19)."""

from __future__ import annotations

import re

from whiteglove.message import Kind
from whiteglove.screen.evidence import Evidence, Finding

_MAIL_SYSTEM = re.compile(r"mail(?:er)?[-_.]?daemon$")
_LIST_SYSTEM = re.compile(r"(?:listserv|listproc|majordomo|bounces?(?:[-+=.].*)?|.*-bounces?(?:[-+=].*)?)$")
_UNREAD = re.compile(
    r"(?:(?:.*[-_.+])?(?:no|do[-_.]?not|never)[-_.]?reply(?:[-_.+\d].*)?"
    r"|(?:.*[-_.+])?(?:keine?[-_.]?antwort|nicht[-_.]?antworten|ne[-_.]?pas[-_.]?repondre|no[-_.]?responder|nao[-_.]?responda"
    r"|non[-_.]?rispondere|niet[-_.]?(?:beantwoorden|antwoorden))(?:[-_.+\d].*)?"
    r"|notifications?(?:[-_.+].*)?|nobody|automailer(?:[-_.+].*)?|auto[-_.]?(?:reply|responder|confirm)(?:[-_.+].*)?)$"
)
# Here a person may read, but none who should be answered by a machine: lists' service addresses and a system's own.
_OFFICIAL = re.compile(r"(?:postmaster|abuse|root|owner-.+|.+-owner|.+-request)$")
_NEVER_ANSWERED = re.compile("|".join(kind.pattern for kind in (_MAIL_SYSTEM, _LIST_SYSTEM, _UNREAD, _OFFICIAL)))


def failed_recipients(mail: Evidence) -> Finding | None:
    """R17: Exim's list of whom it could not reach, or a return path that belongs to a mail system."""
    if "x-failed-recipients" in mail.fields:
        return Finding("failed_recipients", Kind.BOUNCE)
    return Finding("system_sender", Kind.BOUNCE) if _is_mail_system(mail) else None


def robot_sender(mail: Evidence) -> Finding | None:
    """R18: the author's address is one from which only programs write."""
    for author in mail.message.author:
        local_part = author.local_part
        if _LIST_SYSTEM.match(local_part):
            return Finding("system_sender", Kind.LIST)
        if _UNREAD.match(local_part):
            return Finding("system_sender", Kind.MACHINE_REPORT)
    return None


def system_sender(mail: Evidence) -> str | None:
    """R18, R19: author, sender or return path is an address that must never be answered, whoever wrote."""
    message = mail.message
    local_parts = {author.local_part for author in message.author}
    if message.sender is not None:
        local_parts.add(message.sender.local_part)
    if message.return_path:
        local_parts.add(return_local_part(message.return_path))
    return "system_sender" if any(map(_NEVER_ANSWERED.match, local_parts)) else None


def is_postmaster(mail: Evidence) -> bool:
    """Whether the author or the return path is a server's postmaster, who may be a person or a program."""
    local_parts = [author.local_part for author in mail.message.author]
    local_parts.append(return_local_part(mail.message.return_path or ""))
    return "postmaster" in local_parts


def return_local_part(path: str) -> str:
    """The folded local part of a return path, which some servers write without a domain."""
    return path.rpartition("@")[0].casefold() if "@" in path else path.casefold()


def _is_mail_system(mail: Evidence) -> bool:
    """`MAILER-DAEMON` as author, often without a domain, or as return path."""
    message = mail.message
    local_parts = [author.local_part for author in message.author] or [
        return_local_part(value.partition("<")[2].rstrip("> ") or value) for value in mail.fields.get("from", ())
    ]
    local_parts.append(return_local_part(message.return_path or ""))
    return any(_MAIL_SYSTEM.match(part) for part in local_parts)
