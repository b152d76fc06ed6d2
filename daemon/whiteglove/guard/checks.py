"""The last look before a mail leaves, over its finished bytes. It knows nothing of plugins and trusts none.

Each check is one small function that asks one question of the mail and the facts. The first that objects gives the
reason; `CHECKS` is their order, `REASONS` says in words what each reason means.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from whiteglove.clients import Relation
from whiteglove.disclosure import disclosure_words, fold
from whiteglove.guard.facts import Facts, Refusal
from whiteglove.guard.finished import FinishedMail, decoded, read_back
from whiteglove.ledger import Audience
from whiteglove.message import Address

CONVERSATION = timedelta(minutes=30)
REHEARSAL = "Rehearsal: "
LARGEST = 4 * 1024
"""Octets of an automatic mail to a client (RFC 3834 section 3.2), and of one with a calendar entry or a rehearsal."""
LARGEST_WITH_CALENDAR = 16 * 1024
LARGEST_WITH_MESSAGE = 16 * 1024 * 1024
"""Of one that passes a message on: what most servers take."""
LONGEST_LINE = 998
_ENCLOSED = ((), ("message/rfc822",), ("application/octet-stream",))

_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")


def guard(raw: bytes, facts: Facts) -> Refusal | None:
    """Whether this mail may leave: None, or the first reason why not. Never raises, whatever the bytes are."""
    mail = read_back(raw)
    reasons = (check(mail, facts) for check in _checks_for(facts))
    return next((Refusal(reason) for reason in reasons if reason), None)


Check = Callable[[FinishedMail, Facts], str | None]


def _checks_for(facts: Facts) -> tuple[Check, ...]:
    if facts.audience is Audience.COLLEAGUE:
        return TEAM_CHECKS
    if facts.audience is not Audience.CLIENT:
        return OWNER_CHECKS
    return MOVE_CHECKS if facts.moves else CHECKS


def _recipient_in_header(mail: FinishedMail, facts: Facts) -> str | None:
    """One To with one address, no other field that names one, and it is whom the mail is for."""
    to_owner = facts.rehearsal or facts.audience is Audience.OWNER
    wanted = facts.owner.address if to_owner else facts.recipient.address
    others = any(mail.has(name) for name in ("cc", "bcc", "resent-to", "resent-cc", "resent-bcc"))
    return "wrong_recipient" if others or mail.address("to") != wanted.casefold() else None


def _recipient_is_the_clients(_mail: FinishedMail, facts: Facts) -> str | None:
    """The destination is one of this client's people, or at a domain that the client's file opens."""
    client, known = facts.client, facts.book.recognise(facts.recipient)
    if client is None or known.client is None or known.client.key != client.key:
        return "wrong_recipient"
    # Whoever is greeted by name is the one whose address it is.
    right = facts.person in (None, known.person) and (known.person is not None or client.acknowledge_domain)
    return None if right else "wrong_recipient"


def _recipient_is_a_teammate(mail: FinishedMail, facts: Facts) -> str | None:
    """The destination is an address of the team, which is nobody's at a client; an answer goes to the owner."""
    is_team = facts.book.recognise(facts.recipient).relation is Relation.TEAM
    return None if is_team and not mail.has("reply-to") else "wrong_recipient"


def _sender(mail: FinishedMail, facts: Facts) -> str | None:
    return None if facts.owner.is_own(Address(mail.address("from"))) else "wrong_sender"


def _verdict(_mail: FinishedMail, facts: Facts) -> str | None:
    if facts.verdicts is None:
        return "unscreened"
    if facts.verdicts.human and facts.verdicts.may_acknowledge:
        return None
    return facts.verdicts.reason or "unscreened"


def _age(_mail: FinishedMail, facts: Facts) -> str | None:
    if facts.history:
        return "history"
    if not facts.live:
        return "not_live"
    young = facts.received_at is not None and facts.now - facts.received_at <= facts.max_age
    return None if young else "too_old"


def _client_wants_none(_mail: FinishedMail, facts: Facts) -> str | None:
    if facts.client is None or not facts.client.acknowledge:
        return "not_acknowledged"
    ends = (facts.client.muted_until, facts.muted_until)
    return "muted" if any(until is not None and facts.now < until for until in ends) else None


def _failed_address(_mail: FinishedMail, facts: Facts) -> str | None:
    return "failed_address" if facts.failed_address else None


def _several_clients(_mail: FinishedMail, facts: Facts) -> str | None:
    own = {facts.client.key} if facts.client else set()
    return "several_clients" if facts.book.clients_among(facts.recipients) - own else None


def _broken_word(_mail: FinishedMail, facts: Facts) -> str | None:
    """No automatic mail follows a broken word."""
    if facts.promise_late:
        return "promise_late"
    if facts.complaint_open:
        return "complaint_open"
    return "incident_open" if facts.incident_open else None


def _owner_is_there(_mail: FinishedMail, facts: Facts) -> str | None:
    if facts.answered_since:
        return "answered"
    talking = facts.last_owner_mail is not None and facts.now - facts.last_owner_mail <= CONVERSATION
    return "in_conversation" if talking else None


def _time_told(_mail: FinishedMail, facts: Facts) -> str | None:
    if facts.tells is None:
        return None
    if facts.due is None:
        return "no_time_to_tell"
    if facts.due <= facts.now:
        return "time_passed"
    return "promise_in_absence" if facts.due_on_day_off else None


def _said_already(_mail: FinishedMail, facts: Facts) -> str | None:
    if facts.told_here:
        return "told"
    return "another_answer" if facts.another_answer else None


def _limits(_mail: FinishedMail, facts: Facts) -> str | None:
    return next((f"limit_{use.name}" for use in facts.use if use.count >= use.limit.count), None)


def _marked(mail: FinishedMail, facts: Facts) -> str | None:
    """The headers and the text say that the mail is automatic; a rehearsal says so and joins nobody's thread."""
    keyword = mail.one("auto-submitted").strip().lower()
    marked = keyword in ("auto-replied", "auto-generated")
    marked = marked and bool(facts.token) and mail.one("x-whiteglove").strip() == facts.token
    marked = marked and bool(facts.notice.strip()) and _squeezed(facts.notice) in _squeezed(mail.text or "")
    if facts.rehearsal:
        threaded = mail.has("in-reply-to") or mail.has("references")
        marked = marked and not threaded and mail.subject.startswith(REHEARSAL)
    return None if marked else "not_marked"


def _disclosure(mail: FinishedMail, facts: Facts) -> str | None:
    """No generated word tells of another client: not in the text, the calendar entry, nor a header."""
    if facts.client is None:
        return "discloses_client"
    known = facts.other_words
    words = known if known is not None else disclosure_words(facts.book, facts.client)
    # Subject and To are copies of what the client wrote, which tells them nothing new; in a rehearsal both stand in the
    # text too. Compared letter by letter, since a copy that was cut short ends in half a word. The notice is the same
    # for everybody, so a client who is called like a word of it stays undisclosed.
    recipient = facts.recipient
    written = "".join(fold(f"Re: {facts.answered_subject}\n{recipient.name}\n{recipient.address}"))
    copied = words.found(f"{mail.subject}\n{decoded(mail.one('to'))}")
    generated = words.found(mail.words)
    doubtful = copied | generated if facts.rehearsal else copied
    theirs = {phrase for phrase in doubtful if phrase.replace(" ", "") in written}
    told = (copied - theirs) | (generated - theirs if facts.rehearsal else generated)
    return "discloses_client" if told - words.found(facts.notice) else None


def _well_formed(mail: FinishedMail, facts: Facts) -> str | None:
    """It parses back, has CRLF line ends and lines of legal length, ASCII headers, each needed one once; to a client it
    is a text, with a calendar entry at most, and small; to a teammate a text, with one message at most."""
    raw = mail.raw
    header, blank, _ = raw.partition(b"\r\n\r\n")
    sound = mail.sound and bool(blank) and header.isascii() and b"\0" not in raw
    sound = sound and raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    sound = sound and max(map(len, raw.split(b"\r\n"))) <= LONGEST_LINE
    sound = sound and all(mail.one(name).strip() for name in ("from", "to", "date", "subject"))
    sound = sound and _MESSAGE_ID.fullmatch(mail.one("message-id").strip()) is not None
    if facts.audience is Audience.CLIENT:
        # The text first and alone, or with one calendar entry after it (RFC 6047 section 2.4): nothing else ever goes.
        sound = sound and mail.types in (("text/plain",), ("text/plain", "text/calendar"))
        roomy = mail.calendar is not None or facts.rehearsal
        sound = sound and len(raw) <= (LARGEST_WITH_CALENDAR if roomy else LARGEST)
    if facts.audience is Audience.COLLEAGUE:
        sound = sound and mail.types[:1] == ("text/plain",) and mail.types[1:] in _ENCLOSED
        sound = sound and len(raw) <= LARGEST_WITH_MESSAGE
    return None if sound else "malformed"


def _squeezed(text: str) -> str:
    return "".join(text.split())


CHECKS: tuple[Check, ...] = (
    _recipient_in_header,
    _recipient_is_the_clients,
    _sender,
    _verdict,
    _age,
    _client_wants_none,
    _failed_address,
    _several_clients,
    _broken_word,
    _owner_is_there,
    _time_told,
    _said_already,
    _limits,
    _marked,
    _disclosure,
    _well_formed,
)
MOVE_CHECKS: tuple[Check, ...] = (
    _recipient_in_header,
    _recipient_is_the_clients,
    _sender,
    _client_wants_none,
    _failed_address,
    _time_told,
    _marked,
    _disclosure,
    _well_formed,
)
"""For a moved time, which must be told: neither a broken word, a conversation nor a limit keeps it from the client."""
TEAM_CHECKS: tuple[Check, ...] = (
    _recipient_in_header,
    _recipient_is_a_teammate,
    _sender,
    _marked,
    _disclosure,
    _well_formed,
)
"""For a message that is passed on. Who answers it may quote what is said beside it, so that nothing of another client
is said there either; the message itself is the client's own."""
OWNER_CHECKS: tuple[Check, ...] = (_recipient_in_header, _well_formed)
