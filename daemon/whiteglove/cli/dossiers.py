"""How `clients KEY` shows a dossier: one page for a person, one object for a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from whiteglove.cli.output import ago, instant, local, print_table
from whiteglove.clients import Client, Person, Project
from whiteglove.dossier import Dossier, LastContact, NearDate, OpenQuestion
from whiteglove.ledger import ClientNote, Promise, PromiseState

MOST_NOTES = 10
"""How many of the notes a page shows; `--json` has those of four hundred days."""


def as_json(dossier: Dossier, promises: Sequence[Promise], muted: datetime | None, zone: ZoneInfo) -> dict[str, object]:
    """The client's file, then what the ledger says; instants in the owner's zone."""
    of_file = {name: value for name, value in asdict(dossier.client).items() if value not in (None, (), "")}
    return {
        **of_file,
        "muted_until": instant(muted, zone),
        "next_reports": [instant(report.due, zone) for report in dossier.reports],
        "promises": [
            {"kind": promise.kind, "due": instant(promise.due, zone), "state": promise.state, "late": promise.late}
            for promise in promises
        ],
        "obligations": [
            {
                "kinds": found.kinds,
                "opened_at": instant(found.asked_at, zone),
                "due": instant(found.due, zone),
                "overdue": found.overdue,
                "address": found.address,
                "subject": found.subject,
            }
            for found in dossier.questions
        ],
        "last_contact": {
            "from_client": _contact_as_json(dossier.from_client, zone),
            "from_owner": _contact_as_json(dossier.from_owner, zone),
        },
        "incidents": [
            {
                "id": incident.row,
                "kind": incident.kind,
                "state": incident.state,
                "opened_at": instant(incident.opened_at, zone),
            }
            for incident in dossier.incidents
        ],
        "noted": [
            {
                "at": instant(note.at, zone),
                "text": note.text,
                "call": note.call,
                "outbound": note.outbound,
                "minutes": note.minutes,
            }
            for note in dossier.noted
        ],
        "near_dates": [asdict(near) for near in dossier.near],
        "deadlines": [asdict(deadline) for deadline in dossier.deadlines],
    }


def print_page(dossier: Dossier, muted: datetime | None, now: datetime, zone: ZoneInfo) -> None:
    """Everything on one page, times in the owner's zone; what there is nothing of is left out."""
    client = dossier.client
    late = [local(promise.due, zone) for promise in dossier.promised if promise.state is PromiseState.LATE]
    terms = [
        ("Client", f"{client.name} ({client.key})"),
        ("Engagement", ", ".join(_terms(client))),
        ("Zone", f"{client.timezone}, {client.language}"),
        ("Waiting", f"{len(dossier.questions)} unanswered"),
        ("Late", ", ".join(late) or "nothing"),
        ("Last kept", _promised(dossier.last_kept, zone)),
        ("Last late", _promised(dossier.last_missed, zone)),
        ("From them", _contact(dossier.from_client, now, zone)),
        ("From you", _contact(dossier.from_owner, now, zone)),
        ("Muted", f"until {local(muted, zone)}" if muted is not None and muted > now else "no"),
        ("Notes", client.notes),
    ]
    print_table([row for row in terms if row[1]])
    parts: list[tuple[Sequence[str], list[tuple[str, ...]]]] = [
        (("PEOPLE", "ROLE", "ADDRESSES", ""), [_person(person) for person in dossier.people]),
        (("PROJECTS", "DEADLINE", "HOURS A WEEK", "PROFILE", "SCOPE"), _projects(dossier)),
        (("WAITING FOR YOU", "ASKED", "SINCE", "DUE"), [_question(one, now, zone) for one in dossier.questions]),
        (
            ("PROMISED", "DUE", "STATE"),
            [(str(owed.kind), local(owed.due, zone), str(owed.state)) for owed in dossier.promised],
        ),
        (
            ("INCIDENTS", "KIND", "STATE", "OPENED"),
            [(str(one.row), one.kind, one.state, local(one.opened_at, zone)) for one in dossier.incidents],
        ),
        (("DATES NEAR", "WHEN", "NEXT STEP"), [_date(near) for near in dossier.near]),
        (("NOTED", "", "TEXT"), [_note(note, zone) for note in dossier.noted[:MOST_NOTES]]),
        (("NEXT REPORTS", ""), [(local(one.due, zone), _by(one.by)) for one in dossier.reports]),
    ]
    for heading, rows in parts:
        if rows:
            print()
            print_table(rows, heading=heading)


def _terms(client: Client) -> Iterator[str]:
    yield client.engagement
    if client.grade:
        yield f"grade {client.grade}"
    if client.hourly_rate is not None:
        yield f"{client.hourly_rate.amount} {client.hourly_rate.currency} an hour"
    if client.reply_within is not None:
        yield f"answers within {client.reply_within / timedelta(hours=1):g} h of working time"


def _person(person: Person) -> tuple[str, ...]:
    differs = ", ".join(part for part in (person.language, person.timezone) if part)
    return person.name, person.role, " ".join(person.addresses), differs


def _projects(dossier: Dossier) -> list[tuple[str, ...]]:
    days = {deadline.project: deadline.days for deadline in dossier.deadlines}
    return [_project(project, days.get(project.name)) for project in dossier.client.projects]


def _project(project: Project, days: int | None) -> tuple[str, ...]:
    deadline = f"{project.deadline:%a %d %b %Y}, {_in_days(days)}" if project.deadline and days is not None else "–"
    hours = f"{project.hours_per_week:g}" if project.hours_per_week is not None else "–"
    return project.name, deadline, hours, project.profile, project.scope


def _question(question: OpenQuestion, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    due = f"{local(question.due, zone)}{', overdue' if question.overdue else ''}"
    return question.subject or "(no subject)", ", ".join(question.kinds), ago(question.asked_at, now), due


def _date(near: NearDate) -> tuple[str, ...]:
    days = f"{near.first:%a %d %b %Y}"
    if near.last != near.first:
        days += f" to {near.last:%a %d %b %Y}"
    if near.away:
        step = "they are away"
    elif near.days < 0:
        step = "ask how it was"
    else:
        step = "ask about it"
    return near.what, f"{days}, {'now' if near.days == 0 and near.last != near.first else _in_days(near.days)}", step


def _note(note: ClientNote, zone: ZoneInfo) -> tuple[str, ...]:
    way = ("you called" if note.outbound else "they called") if note.call else ""
    took = f", {note.minutes} min" if note.minutes is not None else ""
    return local(note.at, zone), f"{way}{took}", note.text


def _promised(promise: Promise | None, zone: ZoneInfo) -> str:
    if promise is None:
        return ""
    what = f"the {promise.kind} due {local(promise.due, zone)}"
    if not promise.late:
        return what
    return f"{what}, {'kept late' if promise.state is PromiseState.KEPT else promise.state}"


def _contact(contact: LastContact | None, now: datetime, zone: ZoneInfo) -> str:
    if contact is None:
        return "never"
    return f"{'a call' if contact.call else 'a mail'}, {local(contact.at, zone)}, {ago(contact.at, now)}"


def _contact_as_json(contact: LastContact | None, zone: ZoneInfo) -> dict[str, object] | None:
    return {"at": instant(contact.at, zone), "call": contact.call} if contact is not None else None


def _by(how: str) -> str:
    return "by call" if how == "call" else ""


def _in_days(days: int) -> str:
    match days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case -1:
            return "yesterday"
        case _ if days > 0:
            return f"in {days} days"
    return f"{-days} days ago"
