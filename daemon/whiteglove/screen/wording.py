"""Machines that give themselves away by what they write only (mail-handling rules R22 to R25, R29, R31, R40).

One phrase is never enough: a person who asks about a bounce uses its words too. Subjects count at their very start,
openings at the start of one of the first lines of the new text, and each needs a second sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from whiteglove.message import Kind
from whiteglove.screen import phrases
from whiteglove.screen.evidence import Evidence, Finding
from whiteglove.screen.senders import is_postmaster


def _any(fragments: Iterable[str]) -> str:
    return "|".join(f"(?:{fragment})" for fragment in fragments)


def _anywhere(fragments: Iterable[str]) -> re.Pattern[str]:
    return re.compile(_any(fragments), re.IGNORECASE | re.MULTILINE)


_BOUNCE_SUBJECT = re.compile(rf"(?:\[[^\]]{{1,30}}\]\s*)?(?:{_any(phrases.BOUNCE_SUBJECTS)})", re.IGNORECASE)
_TECHNICAL_SUBJECT = re.compile(rf"(?:{_any(phrases.TECHNICAL_SUBJECTS)})$", re.IGNORECASE)
_ORNAMENT = re.compile(r"[\W_]*")
_BOUNCE_OPENING = re.compile(_any(phrases.BOUNCE_OPENINGS), re.IGNORECASE)
_SERVER_WORDS = _anywhere(phrases.SERVER_WORDS)
_COPY_OF_MAIL = _anywhere(phrases.COPY_OF_MAIL)
_ABSENCE_SUBJECT = re.compile(rf"[【\[]?(?:{_any(phrases.ABSENCE_SUBJECTS)})(?:\s*[】\]:：]|$)", re.IGNORECASE)
_ABSENCE = _anywhere(phrases.ABSENCE_PHRASES)
_AUTOMATIC = _anywhere(phrases.AUTOMATIC_PHRASES)
_CHALLENGE = tuple(re.compile(fragment, re.IGNORECASE) for fragment in phrases.CHALLENGE_PHRASES)
_REPORT_SUBJECT = re.compile(_any(phrases.MACHINE_REPORT_SUBJECTS), re.IGNORECASE)
_RECEIPT_SUBJECT = re.compile(_any(phrases.RECEIPT_SUBJECTS), re.IGNORECASE)
_RECEIPT = _anywhere(phrases.RECEIPT_PHRASES)
_NOTICE = _anywhere(phrases.NOTICES)
_ADDRESS_LINE = re.compile(r"[\W_]*[\w.+=-]+@[\w.-]+[\W_]*$")
_GREETING = re.compile(
    r"\W*(?:hi|hello|hey|dear|good (?:morning|afternoon|day)|hallo|liebe[rs]?|guten (?:tag|morgen)|moin|servus"
    r"|sehr geehrte[rs]?|bonjour|salut|cher|chère|hola|buen(?:os|as)|estimad[oa]|ciao|buongiorno|gentile|olá|bom dia"
    r"|prezad[oa]|beste|geachte|hej|hei)\b[\s,]*((?:\w{1,5}\.\s)?[^.;:!?]{0,60})",
    re.IGNORECASE,
)


def bounce_text(mail: Evidence) -> Finding | None:
    """R22, R23: a mail given back by a server that sets none of the headers and parts meant for it.

    Its opening says so and one more sign agrees: the subject, a server's own words, a copy of the returned mail, an
    address that the opening leads to, a postmaster as sender. Without such an opening, and where nothing is asked, the
    first three of these must agree, or the subject be one that no person writes. Nothing counts below a greeting with
    the owner's name, which no server knows.
    """
    by_subject = bool(_BOUNCE_SUBJECT.match(mail.message.subject))
    by_opening = [index for index, line in enumerate(mail.opening) if _opens_bounce(line)]
    if not (by_subject or by_opening) or _greets_owner(mail):
        return None
    by_words, by_copy = bool(_SERVER_WORDS.search(_beginning(mail))), _holds_copy(mail)
    signs = (by_subject, by_words, by_copy, is_postmaster(mail), _names_address(mail, by_opening))
    if by_opening:
        found = any(signs)
    elif any(line.endswith("?") for line in mail.opening):
        found = False
    else:
        found = (by_words and by_copy) or _TECHNICAL_SUBJECT.match(mail.message.subject) is not None
    return Finding("bounce_text", Kind.BOUNCE) if found else None


def _opens_bounce(line: str) -> bool:
    start = _ORNAMENT.match(line)
    return _BOUNCE_OPENING.match(line, start.end() if start else 0) is not None


def _names_address(mail: Evidence, openings: list[int]) -> bool:
    """Whether one of these lines leads over to an address that stands alone in the next."""
    following = (mail.opening[index : index + 2] for index in openings)
    return any(
        len(pair) == 2 and not pair[0].endswith((".", "!", "?")) and _ADDRESS_LINE.match(pair[1]) for pair in following
    )


def challenge(mail: Evidence) -> Finding | None:
    """R24: services that want the sender to prove they are a person speak of it in more than one phrase."""
    if not any(word in mail.words for word in phrases.CHALLENGE_WORDS):
        return None
    said = sum(bool(phrase.search(mail.words)) for phrase in _CHALLENGE)
    return Finding("challenge", Kind.AUTO_REPLY) if said > 1 and not _greets_owner(mail) else None


def machine_report(mail: Evidence) -> Finding | None:
    """R29: aggregate reports on DMARC (RFC 7489 section 7.2.1.1) and TLS (RFC 8460), told by their prescribed subject
    or header where they are no multipart/report."""
    if "tls-report-domain" in mail.fields or _REPORT_SUBJECT.match(mail.message.subject):
        return Finding("machine_report", Kind.MACHINE_REPORT)
    return None


def receipt(mail: Evidence) -> Finding | None:
    """R31: a receipt without the parts of one (RFC 8098): its localised subject, and the notice of when it was read."""
    if _RECEIPT_SUBJECT.match(mail.message.subject) and any(_RECEIPT.search(line) for line in mail.opening):
        return Finding("receipt", Kind.RECEIPT)
    return None


def out_of_office(mail: Evidence) -> Finding | None:
    """R25: the subject of an automatic answer at its very start; or an absence that calls itself automatic.

    An absence alone is what people write too, and ask to be called elsewhere meanwhile.
    """
    if _ABSENCE_SUBJECT.match(mail.message.subject):
        return Finding("out_of_office", Kind.AUTO_REPLY)
    if not any(word in mail.words for word in phrases.AUTOMATIC_WORDS):
        return None
    says_so = _AUTOMATIC.search(mail.words) and _ABSENCE.search(mail.words)
    return Finding("out_of_office", Kind.AUTO_REPLY) if says_so else None


def says_it_is_automatic(mail: Evidence) -> str | None:
    """An answer of somebody's whiteglove, stripped on its way of everything in its header that says so. A person may
    have left the sentence standing below their own words, so that it says nothing about who wrote the mail."""
    said = " ".join(mail.new[:20_000].split())
    return "says_it_is_automatic" if "autom" in said.casefold() and _NOTICE.search(said) else None


def _beginning(mail: Evidence) -> str:
    """The text with its quotes, as far as a machine would speak before it gives the mail back."""
    return (mail.text or "")[:20_000]


def _holds_copy(mail: Evidence) -> bool:
    """The returned mail, or its header, attached or below the text."""
    attached = any(part.content_type in ("message/rfc822", "text/rfc822-headers") for part in mail.parts)
    return attached or bool(_COPY_OF_MAIL.search(_beginning(mail)))


def _greets_owner(mail: Evidence) -> bool:
    """Whether the text begins with a greeting and a name of the owner's; with an address, as servers have it, not."""
    greeting = _GREETING.match(mail.opening[0]) if mail.opening else None
    if greeting is None or "@" in greeting[1]:
        return False
    names = re.findall(r"\w{2,}", mail.book.owner.name.casefold())
    return not set(re.findall(r"\w+", greeting[1].casefold())).isdisjoint(names)
