"""`summary`: the daily summary on paper, as a page, and for programs."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cli.conftest import Home
from whiteglove.actions import Warn
from whiteglove.cli import main
from whiteglove.prepare.telling import tell_owner
from whiteglove.summary.columns import width

BERLIN = ZoneInfo("Europe/Berlin")


def today() -> date:
    return datetime.now(BERLIN).date()


def warned(home: Home, text: str) -> None:
    warning = Warn(reason="test", key="test", text=text, client="acme", urgency="digest")
    with home.store() as store, store.write() as tx:
        tell_owner(tx, "core", warning, datetime.now(UTC), home.settings().worktime)


def test_without_a_store_all_is_quiet_and_nothing_is_made(home: Home) -> None:
    done = home.ask("summary")
    assert done.code == 0, done.err
    assert done.out.splitlines()[0] == "All quiet"
    assert not home.state.exists()


def test_what_is_to_be_told_stands_in_the_text_under_the_clients_name(home: Home) -> None:
    warned(home, "wrote nine times in two days")
    out = home.ask("summary").out
    assert "Acme GmbH: wrote nine times in two days" in out
    assert all(width(line) <= 72 for line in out.splitlines())


def test_one_object_for_programs(home: Home) -> None:
    warned(home, "wrote nine times in two days")
    said = home.ask("summary", "--json").json
    assert said["date"] == today().isoformat()
    assert said["verdict"] == "All quiet"
    assert datetime.fromisoformat(said["until"]) - datetime.fromisoformat(said["since"]) == timedelta(days=1)
    (told,) = [section for section in said["sections"] if section["place"] == "told"]
    assert told["items"] == [
        {
            "client": "acme",
            "mark": "",
            "text": "wrote nine times in two days",
            "detail": "",
            "step": "",
            "link": "",
            "trace": None,
        }
    ]
    assert {"title", "headline", "quiet"} <= told.keys()


def test_an_earlier_date_stands_for_itself(home: Home) -> None:
    said = home.ask("summary", "--date", "2026-03-29", "--json").json
    assert said["date"] == "2026-03-29"
    assert said["since"] == "2026-03-29T00:00:00+01:00"
    assert said["until"] == "2026-03-30T00:00:00+02:00"


@pytest.mark.parametrize("name", ["page.html", "PAGE.HTM"])
def test_a_page_is_written(home: Home, tmp_path: Path, name: str) -> None:
    warned(home, "wrote <nine> times")
    done = home.ask("summary", "--out", str(tmp_path / name))
    assert done.out.endswith(f"written to {tmp_path / name}\n")
    page = (tmp_path / name).read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "<b><bdi>Acme GmbH</bdi></b>: wrote &lt;nine&gt; times" in page


def test_any_other_ending_is_text(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "day.txt"
    said = home.ask("summary", "--out", str(out), "--json").json
    assert out.read_text("utf-8").splitlines()[0] == said["verdict"]


def test_a_file_that_cannot_be_written_exits_1(home: Home, tmp_path: Path) -> None:
    done = home.ask("summary", "--out", str(tmp_path / "nowhere" / "page.html"))
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "nowhere/page.html" in done.err


def test_it_speaks_the_owners_language(home: Home) -> None:
    home.owner = 'language = "de"'
    assert home.write().ask("summary").out.splitlines()[0] == "Alles ruhig"


def test_titles_are_bold_in_a_terminal(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    warned(home, "-----")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    plain = home.ask("summary").out
    with redirect_stdout(Terminal()) as out:
        assert main(["--config", str(home.path), "summary"]) == 0

    lines = out.getvalue().splitlines()
    assert [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in lines][:3] == plain.splitlines()[:3]
    titles = [line for line in lines if "\x1b" in line]
    assert titles[0] == "\x1b[1mAll quiet\x1b[0m"
    # As many lines are ruled: one below each title, and the one above the footer.
    assert len(titles) == sum(set(line) == {"-"} for line in lines)


@pytest.mark.parametrize("text", ["21.11.2026", "2026-02-30", "", "yesterday"])
def test_what_is_no_date_exits_2(home: Home, text: str) -> None:
    done = home.ask("summary", "--date", text)
    assert done.code == 2
    assert done.err.startswith(f'whiteglove: --date "{text}" is no date; right would be 20')
    assert done.err.count("\n") == 1


def test_a_date_that_is_still_to_come_exits_2(home: Home) -> None:
    tomorrow = today() + timedelta(days=1)
    done = home.ask("summary", "--date", tomorrow.isoformat())
    assert done.code == 2
    assert f"--date {tomorrow} is still to come" in done.err
