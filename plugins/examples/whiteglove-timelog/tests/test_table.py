"""What the plugin remembers becomes a table."""

import io
import json

import pytest

from timelog.table import main

MEMORY = {
    "2026-12-01:acme:message9": {"date": "2026-12-01", "client": "acme", "kind": "question", "minutes": 5},
    "2026-11-30:acme:call2": {"date": "2026-11-30", "client": "acme", "kind": "call", "minutes": 25},
    "2026-11-30:birch:message7": {"date": "2026-11-30", "client": "birch", "kind": "fyi", "minutes": 1},
}


@pytest.fixture
def _remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"name": "timelog", "memory": MEMORY})))


@pytest.mark.usefixtures("_remembered")
def test_every_entry_is_a_row_in_the_order_of_days(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "date,client,kind,minutes",
        "2026-11-30,acme,call,25",
        "2026-11-30,birch,fyi,1",
        "2026-12-01,acme,question,5",
    ]


@pytest.mark.usefixtures("_remembered")
def test_a_month_of_one_client(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--month", "2026-11", "--client", "acme"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["2026-11-30,acme,call,25"]


def test_what_is_something_else_is_said_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("[]"))
    assert main([]) == 2
    assert "plugins memory timelog --json" in capsys.readouterr().err
