"""The facts for a mail to the owner name the owner and nobody else; those for a move are about no message."""

from collections.abc import Callable

from whiteglove.clients import Book
from whiteglove.guard import Facts, move_facts, owner_facts
from whiteglove.ledger import Audience


def test_the_owners_facts_are_about_the_owner(book: Callable[..., Book], facts: Callable[..., Facts]) -> None:
    known = owner_facts(now=facts().now, book=book())

    assert known.audience is Audience.OWNER
    assert known.recipient.address == "robin@vale.example"
    assert known.client is None


def test_the_facts_of_a_move_are_about_no_message(book: Callable[..., Book], facts: Callable[..., Facts]) -> None:
    usual = facts()
    assert usual.client is not None
    assert usual.due is not None
    found = move_facts(
        now=usual.now,
        rehearsal=False,
        book=book(),
        client=usual.client,
        recipient=usual.recipient,
        due=usual.due,
        due_on_day_off=False,
        muted_until=None,
        failed_address=False,
        notice=usual.notice,
        token=usual.token,
    )
    assert found.moves
    assert (found.person, found.tells, found.verdicts) == (usual.person, usual.tells, None)
    assert (found.recipients, found.use, found.last_owner_mail) == ((), (), None)
