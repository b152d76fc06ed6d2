"""May a person's message be acknowledged automatically? The objections, in the order in which they are raised."""

from __future__ import annotations

from whiteglove.clients import Relation
from whiteglove.screen.authentication import related, vouches
from whiteglove.screen.evidence import Evidence, Objection
from whiteglove.screen.headers import auto_response_suppress, mailing_service
from whiteglove.screen.imitation import ADDRESS, imitated
from whiteglove.screen.senders import system_sender
from whiteglove.screen.wording import says_it_is_automatic

_NO_CLIENTS = {Relation.OWN: "own_address", Relation.TEAM: "team", Relation.STRANGER: "stranger"}


def several_authors(mail: Evidence) -> str | None:
    """R08: From must be exactly one mailbox."""
    return "several_authors" if len(mail.message.author) != 1 else None


def not_a_client(mail: Evidence) -> str | None:
    """Only who is in the client book is answered; the owner's own addresses and the team's are not clients'."""
    return _NO_CLIENTS.get(mail.sender.relation)


def not_authentic(mail: Evidence) -> str | None:
    """R48: the receiving server did not find the sender authentic."""
    return "not_authentic" if mail.forged else None


def unknown_person(mail: Evidence) -> str | None:
    """Somebody at a client's domain who is not in the book is answered only where the owner allowed that."""
    client, person = mail.sender.client, mail.sender.person
    return "unknown_person" if person is None and not (client and client.acknowledge_domain) else None


def not_addressed(mail: Evidence) -> str | None:
    """R33, stricter: an own address must stand in To; neither Cc nor Resent-To counts."""
    return None if is_addressed(mail) else "not_addressed"


def several_clients(mail: Evidence) -> str | None:
    """Where people of two clients read along, an answer would tell one of the other."""
    read_along = [address for address in mail.message.recipients if not mail.book.owner.is_own(address)]
    if not read_along:
        return None
    others = mail.book.clients_among(read_along)
    client = mail.sender.client
    return "several_clients" if others - {client.key if client else ""} else None


def return_path_elsewhere(mail: Evidence) -> str | None:
    """R05, R06: a return path at an unrelated domain needs a server that vouches for the author.

    Where the server keeps no return path, a person of the book is answered all the same; an address that is known by
    its domain only is not.
    """
    domain = mail.message.author[0].domain
    path = mail.message.return_path
    if path is None:
        missing, reason = mail.sender.person is None, "no_return_path"
    else:
        missing, reason = not related(path.rpartition("@")[2], domain), "return_path_elsewhere"
    return reason if missing and not vouches(mail.authentication, domain) else None


OBJECTIONS: tuple[Objection, ...] = (
    several_authors,
    not_a_client,
    # Before everything that a forger could bring about to hide behind: the owner is told of a forgery at once.
    not_authentic,
    unknown_person,
    not_addressed,
    several_clients,
    system_sender,
    auto_response_suppress,
    says_it_is_automatic,
    mailing_service,
    return_path_elsewhere,
)


def is_addressed(mail: Evidence) -> bool:
    return any(map(mail.book.owner.is_own, mail.message.to))


def remarks(mail: Evidence) -> tuple[str, ...]:
    """What is worth recording of a person's mail and decides nothing (R05, R48, R49)."""
    noted = []
    if mail.message.return_path is None:
        noted.append("no_return_path")
    if mail.forged:
        noted.append("maybe_forged")
    for author in mail.message.author:
        named = ADDRESS.search(author.name) if "@" in author.name else None
        if named and named[0].casefold() != author.folded:
            noted.append("name_holds_address")
            break
    if mail.sender.relation is Relation.STRANGER and imitated(mail.message, mail.book) is not None:
        noted.append("imitates_client")
    return tuple(noted)
