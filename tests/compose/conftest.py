"""A letter to change one thing of."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from whiteglove.compose import Letter
from whiteglove.ledger import Audience
from whiteglove.message import Address


def make_letter(**changes: Any) -> Letter:
    """An ordinary acknowledgement, with the fields named in `changes` replaced."""
    fields: dict[str, Any] = {
        "audience": Audience.CLIENT,
        "sender": Address("robin@vale.example", "Robin Vale"),
        "recipient": Address("wile@acme.example", "Wile Coyote"),
        "subject": "How is the catalogue?",
        "reply": True,
        "in_reply_to": "question@acme.example",
        "references": (),
        "message_id": "wg.abcdefgh@vale.example",
        "token": "abcdefgh",
        "date": datetime(2026, 11, 24, 10, 45, tzinfo=ZoneInfo("Europe/Berlin")),
        "body": "Hi Wile,\n\nyour next report comes today at 16:00.\n",
        "language": "en",
        "calendar": None,
        "auto_submitted": "auto-replied",
        "rehearsal": False,
    }
    return Letter(**(fields | changes))


@pytest.fixture(name="letter", scope="session")
def _letter() -> Callable[..., Letter]:
    return make_letter
