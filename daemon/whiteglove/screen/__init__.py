"""Who wrote this, may it be acknowledged, does it ask something of the owner: the three verdicts on one message.

Each rule is a small function; the tuples below are their order, and the first that fires gives the reason.
`REASONS` says in words what each reason means.
"""

from __future__ import annotations

from whiteglove.clients import Book, Relation
from whiteglove.message import Message, Verdicts
from whiteglove.screen import headers, permission, senders, structure, wording
from whiteglove.screen.evidence import Evidence, Finding, Rule
from whiteglove.screen.headers import marked_as_junk
from whiteglove.screen.imitation import imitated
from whiteglove.screen.reasons import REASONS, REMARKS

__all__ = ["MACHINES", "REASONS", "REMARKS", "imitated", "marked_as_junk", "screen"]

MACHINES: tuple[Rule, ...] = (
    headers.own_mail,
    headers.spam,
    # What says most precisely which kind of machine it was comes first: a bounce is often marked as an answer too.
    wording.machine_report,
    structure.report,
    senders.failed_recipients,
    wording.bounce_text,
    structure.calendar,
    wording.challenge,
    wording.receipt,
    wording.out_of_office,
    headers.auto_reply_header,
    headers.auto_submitted,
    headers.list_headers,
    headers.precedence,
    headers.loop_header,
    headers.null_return_path,
    senders.robot_sender,
    headers.too_many_hops,
)


def screen(
    message: Message, text: str | None, book: Book, *, authserv_id: str | None = None, junk: bool = False
) -> Verdicts:
    """The verdicts on a message as its headers, its structure and, where it is known, its text tell them.

    `text` is the plain text as `parse` gives it, quotes included. `authserv_id` names the server whose
    Authentication-Results are believed, None for none. `junk` says that the message lies in the junk folder, or carries
    the `$Junk` keyword (`marked_as_junk`). A client's own wishes (`acknowledge`, `muted_until`) are not looked at here.
    """
    mail = Evidence.of(message, text, book, authserv_id, junk)
    if found := _machine(mail):
        return Verdicts(human=False, may_acknowledge=False, obliges=False, reason=found.reason, kind=found.kind)
    objection = next((reason for objects in permission.OBJECTIONS if (reason := objects(mail))), None)
    return Verdicts(
        human=True,
        may_acknowledge=objection is None,
        obliges=_is_from_client(mail) and permission.is_addressed(mail),
        reason=objection,
        remarks=permission.remarks(mail),
    )


def _machine(mail: Evidence) -> Finding | None:
    found = next((finding for rule in MACHINES if (finding := rule(mail))), None)
    if found is None and not mail.message.author:
        # R26: asked last, since even then a bounce or a report can be told.
        return Finding("unreadable", None)
    return found


def _is_from_client(mail: Evidence) -> bool:
    others = mail.message.author[1:]
    return mail.sender.relation is Relation.CLIENT or any(
        mail.book.recognise(author).relation is Relation.CLIENT for author in others
    )
