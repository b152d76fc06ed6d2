"""What the month has left behind, beside the tables of the fortnight: drafts with their clients, each step of an
incident, wishes beyond the scope, what Kim had, and what the telephone said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from fortnight import tables
from fortnight.stage import local
from fortnight.tables import Table
from month.stage import MonthStage
from month.story import CONTACTS
from whiteglove.store import drafts, memory, messages
from whiteglove.store import schema as of_store
from whiteglove.store.schema import delegations
from whiteglove_plugins.scope.requests import request_from_json

HARD = ("contact_frequency", "incidents", "scope", "second_look", "core")
"""Whose warnings and drafts this month is about; the others have theirs in the fortnight."""
MINUTES = {
    "status_request": 5,
    "thanks": 1,
    "question": 10,
    "billing": 10,
    "scope_change": 15,
    "deadline_missed": 15,
    "complaint": 20,
}
"""What a message of each kind takes, as README and configuration say it."""


def warned(stage: MonthStage) -> Table:
    """What Robin was told about hard matters, and all that was urgent: when, how urgent, and when it was there."""
    return [line for line in tables.warned(stage) if (cells := line.split(" | "))[3] in HARD or cells[1] == "now"]


def drafted(stage: MonthStage) -> Table:
    """When it was wanted, client, key, and what became of it."""
    with stage.store.read() as tx:
        found = [one for one in drafts.everything(tx) if one.plugin in HARD]
    return [
        " | ".join((local(one.created_at), one.client, tables._short_key(one.key), str(one.state))) for one in found
    ]


def incident_log(stage: MonthStage) -> Table:
    """Each step of each incident as `incidents --all --json` tells it."""
    found = json.loads(stage.command("incidents", "--all", "--json"))["incidents"]
    return [
        " | ".join(
            (
                f"{one['id']} {one['client']}",
                local(datetime.fromisoformat(step["at"])),
                step["reason"],
                step["state"],
                step["severity"] or "-",
                _named(step["message_id"]),
                step["cue"] or "-",
            )
        )
        for one in sorted(found, key=lambda one: one["id"])
        for step in one["entries"]
    ]


def wishes(stage: MonthStage) -> Table:
    """Client, subject, whether for more or less, how it stands, and what of the scope leaves it out."""
    with stage.store.read() as tx:
        kept = memory.items(tx, "scope", "request:", stage.clock.now())
        found = [(key, request) for key, value in kept.items() if (request := request_from_json(value)) is not None]
        subjects = {request.messages[0]: messages.get(tx, request.messages[0]).subject for _, request in found}
    return [
        " | ".join(
            (
                key.split(":")[1],
                subjects[request.messages[0]],
                " and ".join(what for what in ("more", "less") if getattr(request, what)),
                str(request.state),
                request.clause or "-",
            )
        )
        for key, request in found
    ]


def delegated(stage: MonthStage) -> Table:
    """What Kim had: from when to when, until when it was to be answered, and how it ended."""
    rows = tables._read(stage, sa.select(delegations).order_by(delegations.c.row))
    subject = sa.select(of_store.messages.c.subject)
    return [
        " | ".join(
            (
                row.client,
                tables._read(stage, subject.where(of_store.messages.c.row == row.message))[0].subject,
                local(row.handed_at),
                local(row.due),
                local(row.settled_at),
                row.state,
            )
        )
        for row in rows
    ]


def rang(stage: MonthStage) -> Table:
    return [f"{local(one.at)} | {one.title} | {one.text}" for one in stage.rang]


def interruptions(stage: MonthStage, key: str, month: str) -> Mapping[str, Any]:
    """What `clients KEY --json` says they took in a month."""
    found = json.loads(stage.command("clients", key, "--json"))["interruptions"]
    (one,) = [one for one in found if one["month"] == month]
    return {what: one[what] for what in ("count", "minutes", "amount")} | {
        one["kind"]: (one["count"], one["minutes"], one["amount"]) for one in one["kinds"]
    }


def counted(stage: MonthStage, key: str) -> Mapping[str, Any]:
    """The same for October, counted on the fingers: by what a person calls each mail and call of the story."""
    rate = Decimal(stage.settings.book.clients[key].hourly_rate.amount)  # type: ignore[union-attr]
    theirs = [one for one in CONTACTS if one.key == key]
    of_kind: dict[str, tuple[int, int, Decimal]] = {}
    for kind in {one.kind for one in theirs}:
        minutes = sum(one.minutes if kind == "call" else MINUTES[kind] for one in theirs if one.kind == kind)
        price = Decimal(int(100 * rate * minutes / 60 + Decimal("0.5"))) / 100
        of_kind[kind] = (sum(one.kind == kind for one in theirs), minutes, price)
    sums = {
        "count": len(theirs),
        "minutes": sum(minutes for _, minutes, _ in of_kind.values()),
        "amount": f"{sum(price for *_, price in of_kind.values()):.2f}",
    }
    return sums | {kind: (number, minutes, f"{price:.2f}") for kind, (number, minutes, price) in of_kind.items()}


def _named(message_id: str | None) -> str:
    """A Message-ID by its label in the story; what Robin sent from a draft has none."""
    label = (message_id or "-").partition("@")[0]
    return "draft" if label.startswith("draft.") else label
