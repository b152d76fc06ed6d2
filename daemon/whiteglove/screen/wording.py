"""Machines that give themselves away by what they write only (mail-handling rules R22 to R25, R29 to R31, R40).

One phrase is hardly ever enough: a person who asks about a bounce uses its words too. Subjects count at their very
start, openings at the start of one of the first lines of the new text, and each needs a second sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from whiteglove.message import Kind
from whiteglove.screen import absences, phrases
from whiteglove.screen.evidence import FIRST_PAGES, Evidence, Finding
from whiteglove.screen.senders import is_postmaster


class _Wording:
    """Fragments as one pattern, compiled when a mail first comes near it: many of them are never needed.

    It is meant for text in lower case, since to look without regard to case takes several times as long. `subject` is
    what stands around the fragments of a subject, which is looked at as it is written, whatever its case.
    """

    def __init__(self, fragments: Iterable[str], subject: str = "") -> None:
        self._fragments = fragments
        self._subject = subject

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        any_of = "|".join(f"(?:{fragment})" for fragment in self._fragments)
        if self._subject:
            return re.compile(self._subject.format(any_of), re.IGNORECASE)
        return re.compile(any_of, re.MULTILINE)

    def match(self, text: str) -> re.Match[str] | None:
        return self.pattern.match(text)

    def search(self, text: str) -> re.Match[str] | None:
        return self.pattern.search(text)


_BOUNCE_SUBJECT = _Wording(phrases.BOUNCE_SUBJECTS, subject=r"(?:\[[^\]]{{1,30}}\]\s*)?(?:{})")
_TECHNICAL_SUBJECT = _Wording(phrases.TECHNICAL_SUBJECTS, subject="(?:{})$")
_ORNAMENT = re.compile(r"[\W_]*")
_BOUNCE_OPENING = _Wording(phrases.BOUNCE_OPENINGS + phrases.CERTAIN_OPENINGS)
_CERTAIN_OPENING = _Wording(phrases.CERTAIN_OPENINGS)
_STATUS_FIELD = _Wording(phrases.STATUS_FIELDS)
_FIRST_PERSON = _Wording(phrases.FIRST_PERSONS)
_REPORTING = _Wording(phrases.REPORTING_WORDS)
_SERVER_WORDS = _Wording(phrases.SERVER_WORDS)
_COPY_OF_MAIL = _Wording(phrases.COPY_OF_MAIL)
_ABSENCE_SUBJECT = _Wording(absences.ABSENCE_SUBJECTS, subject=r"[【\[]?(?:{})(?:\s*[】\]:：]|$)")
_ABSENCE = _Wording(absences.ABSENCE_PHRASES)
_ABSENCE_ASIDES = tuple(map(_Wording, (absences.RETURN_PHRASES, absences.UNREAD_PHRASES, absences.MEANWHILE_PHRASES)))
_REQUEST = _Wording(absences.REQUEST_WORDS)
_THANKS = _Wording(absences.THANKS_FOR_MAIL)
_AUTOMATIC = _Wording(phrases.AUTOMATIC_PHRASES)
_AGAINST_ANSWERS = (_AUTOMATIC, _Wording(phrases.NO_ANSWER_PHRASES), _Wording(phrases.UNMONITORED_PHRASES))
_REPLY_LINE = _Wording(phrases.REPLY_LINE)
_REQUEST_RECEIVED = _Wording(phrases.REQUEST_RECEIVED)
_TICKET_NUMBER = _Wording(phrases.TICKET_NUMBER)
_INVITATION_SUBJECT = _Wording(phrases.INVITATION_SUBJECTS, subject="{}")
_INVITATION = _Wording(phrases.INVITATION_PHRASES)
_CHALLENGE = tuple(_Wording([fragment]) for fragment in phrases.CHALLENGE_PHRASES)
_REPORT_SUBJECT = _Wording(phrases.MACHINE_REPORT_SUBJECTS, subject="{}")
_RECEIPT_SUBJECT = _Wording(phrases.RECEIPT_SUBJECTS, subject="{}")
_RECEIPT = _Wording(phrases.RECEIPT_PHRASES)
_NOTICE = _Wording(phrases.NOTICES)
_SENTENCE_END = re.compile(r"(?<!\d)[.!;](?=\s|$)|[。！]|\n\s*\n")
_CITATION = re.compile(r"[:：]\s*\n|[\"“”„«»‹›「」]")
_FEW_WORDS = 5
_LONGEST_ANSWER = 2000
_GREETED_ADDRESS = re.compile(r"(?:[^\s@]{1,20}\s){0,3}[\w.+=-]+@[\w-]+(?:\.[\w-]+)+\W*\w{0,3}\W*$")
_ADDRESS_LINE = re.compile(r"[\W_]*[\w.+=-]+@[\w.-]+[\W_]*$")


def bounce_text(mail: Evidence) -> Finding | None:
    """R22, R23: a mail given back by a server that sets none of the headers and parts meant for it.

    Its opening says so, nothing is asked, and one more sign agrees: a second opening, the subject, a server's own
    words, a copy of the returned mail, an address that the opening leads to, a postmaster as sender; some openings need
    none. Without an opening the subject must be one that no person writes, or a server's words stand together with a
    copy, or below a greeting with an address. Nothing counts below a greeting with the owner's name, which no server
    knows, nor below what a person writes who passes a bounce on.
    """
    if mail.greets_owner:
        return None
    by_subject = bool(_BOUNCE_SUBJECT.match(mail.message.subject))
    openings = _bounce_openings(mail)
    greets_address = bool(mail.opening and _GREETED_ADDRESS.match(mail.opening[0]))
    if not (by_subject or openings or greets_address):
        return None
    if _is_led_in(mail.opening[: openings[0] if openings else 1]):
        return None
    asks = any(line.endswith("?") for line in mail.opening)
    if _is_certain(mail, openings) or (not asks and _TECHNICAL_SUBJECT.match(mail.message.subject)):
        found = True
    else:
        by_words, by_copy = bool(_SERVER_WORDS.search(_beginning(mail))), _holds_copy(mail)
        signs = by_subject or by_words or by_copy or len(openings) > 1 or is_postmaster(mail)
        if openings:
            found = not asks and (signs or _names_address(mail, openings))
        else:
            found = not asks and by_words and (by_copy or greets_address)
    return Finding("bounce_text", Kind.BOUNCE) if found else None


def _bounce_openings(mail: Evidence) -> list[int]:
    """The lines among the first that a server writes; the fields of a report on a delivery count from the second on."""
    bare = ["" if line.endswith("?") else _bare(line) for line in mail.opening]
    fields = [index for index, line in enumerate(bare) if _STATUS_FIELD.match(line)]
    said = [index for index, line in enumerate(bare) if _BOUNCE_OPENING.match(line)]
    return sorted({*said, *fields}) if len(fields) > 1 else said


def _is_certain(mail: Evidence, openings: list[int]) -> bool:
    return any(_CERTAIN_OPENING.match(_bare(mail.opening[index])) for index in openings)


def _bare(line: str) -> str:
    """The line in lower case, without what decorates its start."""
    return (line if line[:1].isalnum() else _ORNAMENT.sub("", line, count=1)).lower()


def _is_led_in(above: Sequence[str]) -> bool:
    """Whether a person speaks in the lines above a server's: asks, says I, or leads in with a colon."""
    return any(
        line.endswith("?")
        or _FIRST_PERSON.search(line)
        or (line.endswith(":") and " " in line and "@" not in line and not _REPORTING.search(line.lower()))
        for line in above
    )


def _names_address(mail: Evidence, openings: list[int]) -> bool:
    """Whether one of these lines leads over to an address that stands alone in the next."""
    following = (mail.opening[index : index + 2] for index in openings)
    return any(
        len(pair) == 2 and not pair[0].endswith((".", "!", "?")) and _ADDRESS_LINE.match(pair[1]) for pair in following
    )


def challenge(mail: Evidence) -> Finding | None:
    """R24: services that want the sender to prove they are a person speak of it in more than one phrase."""
    if mail.greets_owner or not any(word in mail.words for word in phrases.CHALLENGE_WORDS):
        return None
    said = sum(bool(phrase.search(mail.words)) for phrase in _CHALLENGE)
    return Finding("challenge", Kind.AUTO_REPLY) if said > 1 else None


def machine_report(mail: Evidence) -> Finding | None:
    """R29: aggregate reports on DMARC (RFC 7489 section 7.2.1.1) and TLS (RFC 8460), told by their prescribed subject
    or header where they are no multipart/report."""
    if "tls-report-domain" in mail.fields or _REPORT_SUBJECT.match(mail.message.subject):
        return Finding("machine_report", Kind.MACHINE_REPORT)
    return None


def receipt(mail: Evidence) -> Finding | None:
    """R31: a receipt without the parts of one (RFC 8098): its localised subject, and the notice of when it was read.

    R30, likewise: what a calendar writes about an invitation or the answer to one, without its part.
    """
    if _RECEIPT_SUBJECT.match(mail.message.subject) and any(_RECEIPT.search(line.lower()) for line in mail.opening):
        return Finding("receipt", Kind.RECEIPT)
    if _INVITATION_SUBJECT.match(mail.message.subject) and any(
        _INVITATION.search(line.lower()) for line in mail.opening
    ):
        return Finding("calendar", Kind.CALENDAR)
    return None


def out_of_office(mail: Evidence) -> Finding | None:
    """R25: the subject of an automatic answer at its very start, alone only where nothing is asked; an absence that
    calls itself automatic, or of which every sentence is one of such an answer; likewise a ticket system's
    confirmation, and a notice that wants no answer.

    An absence alone is what people write too, and ask to be called elsewhere meanwhile.
    """
    subject = _ABSENCE_SUBJECT.match(mail.message.subject)
    found = (
        (subject is not None and (subject.end() < len(mail.message.subject) or not mail.asks))
        or _is_automatic_absence(mail)
        or _confirms_ticket(mail)
        or _is_all_absence(mail)
        or _wants_no_answer(mail)
    )
    return Finding("out_of_office", Kind.AUTO_REPLY) if found else None


def _is_automatic_absence(mail: Evidence) -> bool:
    if not any(word in mail.words for word in phrases.AUTOMATIC_WORDS):
        return False
    says_so = _AUTOMATIC.search(mail.words) and _ABSENCE.search(mail.words)
    return says_so is not None and not (mail.asks and _cites(mail))


def _is_all_absence(mail: Evidence) -> bool:
    """Whether nothing is asked and every sentence says that somebody is away, when they are back, that mail is not
    read, or whom to ask; and more than the absence itself. Beside all four one other sentence may stand."""
    if len(mail.new) > _LONGEST_ANSWER or mail.greets_owner or mail.asks:
        return False
    if not any(word in mail.words for word in absences.ABSENCE_WORDS):
        return False
    is_away, asides, others = False, set[int](), 0
    for sentence in _sentences(mail):
        away = _ABSENCE.search(sentence) is not None
        said = {number for number, aside in enumerate(_ABSENCE_ASIDES) if aside.search(sentence)}
        is_away = is_away or away
        asides |= said
        others += not (away or said or len(sentence.split()) <= _FEW_WORDS or _THANKS.search(sentence))
        if others > 1 or (not said and _REQUEST.search(sentence)):
            return False
    return is_away and bool(asides) and others <= (len(asides) == len(_ABSENCE_ASIDES))


def _wants_no_answer(mail: Evidence) -> bool:
    """Whether nothing is asked and the mail says two of three: that it is automatic, that it wants no answer, that
    nobody would read one. What is cited may be the wording that somebody proposes."""
    if mail.greets_owner or mail.asks or not any(word in mail.words for word in phrases.NO_ANSWER_WORDS):
        return False
    said = sum(bool(phrase.search(mail.words)) for phrase in _AGAINST_ANSWERS)
    return said > 1 and not _cites(mail)


def _confirms_ticket(mail: Evidence) -> bool:
    """Whether the mail begins with a ticket system's line for answers, or confirms a request by its number."""
    if _REPLY_LINE.match(_bare(mail.first_line)):
        return True
    return (
        not (mail.greets_owner or mail.asks)
        and any(word in mail.words for word in phrases.TICKET_WORDS)
        and _TICKET_NUMBER.search(mail.words) is not None
        and _REQUEST_RECEIVED.search(mail.words) is not None
    )


def _cites(mail: Evidence) -> bool:
    """Whether words are put in quotation marks, or led in by a colon at a line's end."""
    return _CITATION.search(mail.words) is not None


def _sentences(mail: Evidence) -> Iterator[str]:
    """The sentences of the first pages in lower case, wrapped lines joined."""
    for sentence in _SENTENCE_END.split(mail.words):
        if folded := " ".join(sentence.split()):
            yield folded


def says_it_is_automatic(mail: Evidence) -> str | None:
    """An answer of somebody's whiteglove, stripped on its way of everything in its header that says so. A person may
    have left the sentence standing below their own words, so that it says nothing about who wrote the mail."""
    said = mail.words if len(mail.new) <= FIRST_PAGES else mail.new[:20_000].lower()
    return "says_it_is_automatic" if "autom" in said and _NOTICE.search(" ".join(said.split())) else None


def _beginning(mail: Evidence) -> str:
    """The text with its quotes in lower case, as far as a machine would speak before it gives the mail back."""
    return (mail.text or "")[:20_000].lower()


def _holds_copy(mail: Evidence) -> bool:
    """The returned mail, or its header, attached or below the text."""
    attached = any(part.content_type in ("message/rfc822", "text/rfc822-headers") for part in mail.parts)
    return attached or bool(_COPY_OF_MAIL.search(_beginning(mail)))
