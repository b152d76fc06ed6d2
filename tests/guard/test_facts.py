"""The facts for a mail to the owner name the owner and nobody else."""

from collections.abc import Callable

from whiteglove.clients import Book
from whiteglove.guard import Facts, owner_facts
from whiteglove.ledger import Audience


def test_the_owners_facts_are_about_the_owner(book: Callable[..., Book], facts: Callable[..., Facts]) -> None:
    known = owner_facts(now=facts().now, book=book())

    assert known.audience is Audience.OWNER
    assert known.recipient.address == "robin@vale.example"
    assert known.client is None
