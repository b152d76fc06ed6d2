"""What messages and calls took: in the dossier as JSON, and as a CSV file for an invoice."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cli.conftest import ACME, Home
from whiteglove.cli import interruptions
from whiteglove.clients import Client, Money
from whiteglove.interruptions import Interruptions, MonthOfInterruptions, interruptions_of
from whiteglove.message import Kind
from whiteglove.store import messages, notes

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime.now(UTC).replace(microsecond=0)
THIS = NOW.astimezone(BERLIN).date().replace(day=1)
LAST = (THIS - timedelta(days=1)).replace(day=1)
HEADING = "client,month,kind,count,minutes,rate,amount,currency\r\n"


def at(month: date) -> datetime:
    """The first moment of a month in Berlin."""
    return datetime.combine(month, time(), BERLIN).astimezone(UTC)


@pytest.fixture
def known(home: Home) -> Home:
    """Two questions and a request last month, a question and two calls in this one; one mail of each side before it."""
    home.clients["acme"] = f'hourly_rate = "90 EUR"\n{ACME}'
    home.write()
    written = [
        (at(LAST), Kind.QUESTION), (at(LAST) + timedelta(days=2), Kind.QUESTION),
        (at(THIS) - timedelta(seconds=1), Kind.STATUS_REQUEST), (at(THIS), Kind.QUESTION),
    ]  # fmt: skip
    with home.store() as store, store.write() as tx:
        for uid, (moment, kind) in enumerate(written, start=1):
            messages.add(
                tx, mailbox="studio", folder="INBOX", uidvalidity=7, uid=uid, recorded_at=NOW, received_at=moment,
                human=True, may_acknowledge=True, obliges=True, client="acme", message_id=f"{uid}@acme.example",
                author_address="wile@acme.example", author_name="Wile", subject="=SECRET()", kinds=[kind],
            )  # fmt: skip
        notes.add(tx, client="acme", at=at(THIS), text="=SECRET()", call=True, minutes=20)
        notes.add(tx, client="acme", at=at(THIS), text="", call=True)
        notes.add(tx, client="birch", at=at(THIS), text="", call=True, minutes=7)
    return home


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_dossier_has_every_month_with_its_kinds(known: Home) -> None:
    last, this = known.ask("clients", "acme", "--json").json["interruptions"]
    assert last == {
        "month": f"{LAST:%Y-%m}", "count": 3, "minutes": 25, "amount": "37.50", "rate": "90", "currency": "EUR",
        "kinds": [
            {"kind": "question", "count": 2, "minutes": 20, "amount": "30.00"},
            {"kind": "status_request", "count": 1, "minutes": 5, "amount": "7.50"},
        ],
    }  # fmt: skip
    assert [(one["kind"], one["count"], one["minutes"], one["amount"]) for one in this["kinds"]] == [
        ("call", 2, 20, "30.00"), ("question", 1, 10, "15.00")
    ]  # fmt: skip


def test_without_a_rate_there_are_minutes_and_no_money(known: Home) -> None:
    (month,) = known.ask("clients", "birch", "--json").json["interruptions"]
    assert (month["minutes"], month["amount"], month["rate"], month["currency"]) == (7, None, None, None)


def test_the_minutes_are_the_plugins_settings(known: Home) -> None:
    known.plugins = "[plugins.contact_frequency.minutes]\nquestion = 12.5\n"
    known.write()
    last, _ = known.ask("clients", "acme", "--json").json["interruptions"]
    assert last["kinds"][0] == {"kind": "question", "count": 2, "minutes": 25, "amount": "37.50"}
    known.plugins = "[plugins.contact_frequency.minutes]\nquestion = -1\n"
    known.write()
    done = known.ask("clients", "acme", "--json")
    assert done.code == 2
    assert "plugins.contact_frequency.minutes.question" in done.err


def test_the_file_has_a_row_for_each_month_and_kind(known: Home, tmp_path: Path) -> None:
    file = tmp_path / "acme.csv"
    done = known.ask("clients", "acme", "--csv", str(file))
    assert done.out == f"Acme GmbH: 4 rows written to {file}.\n"
    raw = file.read_bytes()
    assert raw.startswith(HEADING.encode())
    assert raw.count(b"\r\n") == raw.count(b"\n") == 5
    rows = table(file)
    assert rows[0] == {
        "client": "acme", "month": f"{LAST:%Y-%m}", "kind": "question", "count": "2", "minutes": "20", "rate": "90",
        "amount": "30.00", "currency": "EUR",
    }  # fmt: skip
    assert [(row["month"], row["kind"]) for row in rows[2:]] == [
        (f"{THIS:%Y-%m}", kind) for kind in ("call", "question")
    ]
    # Neither a subject nor a note is told.
    assert b"SECRET" not in raw


def test_one_month_alone(known: Home, tmp_path: Path) -> None:
    file = tmp_path / "acme.csv"
    said = known.ask("clients", "acme", "--csv", str(file), "--month", f"{LAST:%Y-%m}", "--json").json
    assert said["rows"] == 2
    assert [one["month"] for one in said["interruptions"]] == [f"{LAST:%Y-%m}"]
    assert {row["month"] for row in table(file)} == {f"{LAST:%Y-%m}"}


def test_to_standard_output(known: Home) -> None:
    assert known.ask("clients", "birch", "--csv", "-").out == f"{HEADING}birch,{THIS:%Y-%m},call,1,7,,,\r\n"
    assert known.ask("clients", "birch", "--csv", "-", "--month", "1999-12").out == HEADING


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--csv", "x.csv"], "clients KEY --csv FILE"),
        (["acme", "--month", "2026-11"], "add --csv FILE"),
        (["acme", "--csv", "-", "--json"], "both print"),
        (["acme", "--csv", "x.csv", "--month", "2026-13"], "no month; right would be 2026-11"),
        (["acme", "--csv", "x.csv", "--month", "2026-1"], "no month; right would be 2026-11"),
    ],
)
def test_what_makes_no_sense_exits_2(
    home: Home, arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home.folder)
    done = home.ask("clients", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert not (home.folder / "x.csv").exists()


def test_a_file_that_cannot_be_written_exits_1(known: Home, tmp_path: Path) -> None:
    done = known.ask("clients", "acme", "--csv", str(tmp_path / "nowhere" / "acme.csv"))
    assert done.code == 1
    assert "nowhere" in done.err


@pytest.mark.parametrize("key", ["=1+1", "+1", "-1", "@sum", "\tx", 'a,"b"', "acmé"])
def test_no_cell_is_a_formula(key: str, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    client = Client(key=key, name="X", timezone="Europe/Berlin", language="en", hourly_rate=Money("1", "EUR"))
    found: Interruptions = interruptions_of({Kind.QUESTION: 1}, (), {"question": 0.5}, client.hourly_rate)
    assert interruptions.write_csv(client, [MonthOfInterruptions(THIS, found)], str(file)) == 1
    (row,) = csv.reader(io.StringIO(file.read_bytes().decode("utf-8").partition("\r\n")[2], newline=""))
    assert row[0] == (key if key[0] in "a" else f"'{key}")
    assert row[4:] == ["0.5", "1", "0.01", "EUR"]
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
