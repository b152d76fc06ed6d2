"""Every reason code of the screen, in one line each that a freelancer understands."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        # No person wrote it.
        "own_mail": "whiteglove itself wrote it: it carries the daemon's own mark",
        "spam": "it was marked as spam, or lies in the junk folder",
        "report": "it is a report made by a mail server (multipart/report)",
        "delivery_status_part": "it contains a mail server's report on a delivery",
        "failed_recipients": "a mail server lists recipients it could not reach",
        "bounce_text": "it reads like a mail server that gives a mail back",
        "calendar": "it is a calendar invitation, an answer to one, or its cancellation",
        "challenge": "it asks the sender to prove that they are a person",
        "out_of_office": "it says that somebody is away, or that it was sent automatically",
        "auto_submitted": "its header Auto-Submitted says that a machine sent it",
        "auto_reply_header": "it carries a header that only automatic answers have",
        "receipt": "it is a receipt that says when a mail was opened",
        "machine_report": "it is a report for machines, on DMARC, TLS or complaints",
        "list_headers": "it comes from a mailing list or a newsletter",
        "precedence": "its header Precedence says that it was sent in bulk",
        "loop_header": "it carries a header against mail loops: a machine sent it",
        "null_return_path": "its return path is empty, as only automatic mail has it",
        "system_sender": "its sender is a mail system or an address that nobody reads",
        "too_many_hops": "it passed through more than fifty servers, as mail in a loop does",
        "unreadable": "nobody can tell whom it is from",
        # A person wrote it, and still no automatic answer may go out.
        "several_authors": "it names several people as its author",
        "own_address": "it comes from one of the owner's own addresses",
        "team": "it comes from a colleague",
        "stranger": "its sender is not in the client book",
        "not_authentic": "the receiving server says that the sender may be forged",
        "unknown_person": "its sender is at a client's domain but not in the book, and acknowledge_domain is not set",
        "not_addressed": "none of the owner's addresses stands in To",
        "several_clients": "people of another client are among its recipients",
        "auto_response_suppress": "its sender asks not to be sent automatic answers",
        "says_it_is_automatic": "its own text holds the sentence by which whiteglove says that it wrote a mail",
        "mailing_service": "a mailing service sent it, as it sends invoices and circulars",
        "no_return_path": "it has no return path, and its sender is known by the domain only",
        "return_path_elsewhere": "its return path is at another domain than its sender, and nothing vouches for it",
    }
)
"""Why a verdict is "no"; `Verdicts.reason` is a key of this table."""

REMARKS: Mapping[str, str] = MappingProxyType(
    {
        "no_return_path": "it has no return path",
        "maybe_forged": "the receiving server says that the sender may be forged",
        "name_holds_address": "the sender's name looks like an address, which is not the one it was sent from",
        "imitates_client": "its sender is in nobody's entry, and has a name or a domain that looks like a client's",
    }
)
"""What is recorded of a message and decides nothing."""
