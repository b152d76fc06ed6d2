"""What happens in a round: who writes to Robin, what Robin answers, and what is due while nobody looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from whiteglove.ledger import PromiseKind
from whiteglove.store import Store, ledger, memory
from whiteglove.store.schema import fired

_LATER = datetime.now(UTC) + timedelta(days=3)

# No slot is near, so that none passes within a round, at whatever hour it is.
_CLIENT = """
name = "{name}"
language = "{language}"
report = ["{slot} 16:00"]
reply_within = "8h"
domains = ["{key}.example"]
"""
_PERSON = """
[[people]]
name = "{name}"
addresses = ["{address}"]
"""


def _client(key: str, name: str, *people: str, language: str = "en") -> str:
    text = _CLIENT.format(name=name, language=language, slot=f"{_LATER:%a}", key=key)
    for person in people:
        address = f"{person.split()[0].lower()}@{key}.example"
        text += _PERSON.format(name=person, address=address)
    return text


CLIENTS: Mapping[str, str] = {
    "acme": _client("acme", "Acme GmbH", "Wile Coyote", "Ada Birdwell"),
    "birch": _client("birch", "Birch Holding", "Jutta Forst", language="de"),
    "cedar": _client("cedar", "Cedar Ltd", "Cora Hale"),
    "dune": _client("dune", "Dune Partners", "Dora Lang"),
    "elm": _client("elm", "Elm & Sons", "Emil Hart"),
}

STATUS = "Hi Robin,\n\nHow are things progressing?\n\nThanks\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to Robin."""

    message_id: str
    sender: str
    subject: str
    text: str
    headers: Mapping[str, str]

    @property
    def address(self) -> str:
        return self.sender.rpartition("<")[2].rstrip(">")


def _letter(message_id: str, sender: str, subject: str, text: str = STATUS, **headers: str) -> Letter:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Letter(message_id=message_id, sender=sender, subject=subject, text=text, headers=named)


WILE, ADA = "Wile Coyote <wile@acme.example>", "Ada Birdwell <ada@acme.example>"
LETTERS: tuple[Letter, ...] = (
    _letter("s1@acme.example", WILE, "Catalogue"),
    _letter("n1@elsewhere.example", "Nora <nora@elsewhere.example>", "An offer"),
    _letter("s2@acme.example", WILE, "Re: Catalogue", "Any news?\n", In_Reply_To="<s1@acme.example>"),
    _letter("s3@acme.example", WILE, "Shop"),
    _letter("s4@acme.example", ADA, "Pages"),
    _letter("c1@elm.example", "Emil Hart <emil@elm.example>", "Late again", "I am very disappointed with your work.\n"),
    _letter("l1@acme.example", WILE, "Newsletter", List_Id="<news.acme.example>", Precedence="bulk"),
    _letter("s5@birch.example", "Jutta Forst <jutta@birch.example>", "Lager", "Wie ist der Stand?\n\nJutta Forst\n"),
    _letter("q1@cedar.example", "Cora Hale <cora@cedar.example>", "Logo", "Which typeface did you use in the logo?\n"),
    _letter("s6@dune.example", "Dora Lang <dora@dune.example>", "Stairs"),
)
ANSWERED = frozenset({"s1@acme.example", "s3@acme.example", "s4@acme.example", "s5@birch.example"})
"""What the daemon answers, each with one mail: Wile's second mail in the thread is told nothing new."""

OWNERS_ANSWER = "o1@vale.example"
"""Robin's own answer to Cora."""


LATE_PROMISE, LATE_CLIENT = "1@vale.example", "dune"


def let_come_due(store: Store) -> None:
    """What came due while nobody looked: a report promised to Dune, and Robin's daily summary."""
    now = datetime.now(UTC)
    with store.write() as tx:
        ledger.make(
            tx,
            client=LATE_CLIENT,
            kind=PromiseKind.REPORT,
            due=now - timedelta(seconds=2),
            uid=LATE_PROMISE,
            at=now - timedelta(days=1),
            obligation=None,
        )
        # A moment that was fired is never fired again, so that the one of the first look is taken back.
        tx.execute(fired.delete())
        memory.fire(tx, "daily_summary", "summary", now - timedelta(days=2), now)


PLUGINS = """
[plugins.acknowledge]
delay = "0s"
[plugins.incidents]
[plugins.contact_frequency]
[plugins.daily_summary]
at = "00:00"
"""
TOLD = frozenset({"complaint", "promise_late"})
"""What the owner hears of at once, whatever happens."""
