"""What cannot be written is refused with its reason, and holds no bytes."""

from whiteglove.guard import Refusal
from whiteglove.prepare.prepared import impossible


def test_an_impossible_mail_is_refused() -> None:
    prepared = impossible("client_left_book")

    assert prepared.refusal == Refusal("client_left_book")
    assert prepared.raw == b""
    assert not prepared.undecided
