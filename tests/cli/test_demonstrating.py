"""`demo`: it runs anywhere without a configuration, tells only what was done, and fails where the story comes out
otherwise."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from whiteglove.cli import main
from whiteglove.demo import story

LONGEST = 60.0


@dataclass(frozen=True, slots=True)
class Played:
    """The command as anybody runs it, with its output in a pipe."""

    out: str
    err: str
    code: int
    mails: dict[str, EmailMessage]
    pages: dict[str, str]

    def numbers(self, word: str) -> tuple[int, dict[str, int]]:
        """A line of the tally: the sum, and what it is made of."""
        tally = self.out[self.out.index("The day in numbers") :]
        found = re.search(rf"^ +{word} +(\d+)(?:: (.*))?$", tally, re.MULTILINE)
        assert found is not None, word
        parts = dict(part.rsplit(" ", 1) for part in (found[2] or "").split(", ") if part)
        return int(found[1]), {name: int(number) for name, number in parts.items()}


def _squeezed(out: str) -> str:
    """What the timeline says, without its bars and its line breaks."""
    return "".join("".join(re.sub(r"^ +│ ", "", line) for line in out.splitlines()).split())


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    place = tmp_path_factory.mktemp("demo") / "new" / "mails"
    environ = {"PATH": os.environ["PATH"], "HOME": str(place.parent), "TMPDIR": str(tmp_path_factory.mktemp("tmp"))}
    ended = subprocess.run(
        [sys.executable, "-m", "whiteglove", "demo", "--out", str(place)],
        capture_output=True,
        timeout=LONGEST,
        env=environ,
        check=False,
    )
    mails = {
        file.stem: message_from_bytes(file.read_bytes(), policy=policy.default) for file in sorted(place.glob("*.eml"))
    }
    pages = {file.stem: file.read_text("utf-8") for file in place.glob("*.html")}
    assert list(Path(environ["TMPDIR"]).iterdir()) == []
    return Played(ended.stdout.decode(), ended.stderr.decode(), ended.returncode, mails, pages)


def test_it_comes_out_as_told_and_plain(played: Played) -> None:
    assert (played.code, played.err) == (0, "")
    assert "\x1b" not in played.out
    story_and_tally = played.out[: played.out.index("To open")]
    assert max(map(len, story_and_tally.splitlines())) <= 100


def test_each_mail_of_the_tally_is_a_file(played: Played) -> None:
    counted = Counter(re.sub(r"^\d\d-...-\d{4}-", "", name).partition("-")[0] for name in played.mails)
    answers, by_client = played.numbers("answers")
    assert counted == {
        "answer": answers,
        "notice": played.numbers("notices")[0],
        "summary": played.numbers("summaries")[0],
    }
    assert Counter(name.rpartition("-")[2] for name in played.mails if "-answer-" in name) == by_client
    assert f"mails      {len(played.mails)}, each as it left" in played.out


def test_each_mail_of_the_timeline_is_the_file(played: Played) -> None:
    shown = re.findall(r"^(?:\d\d:\d\d|     )  (answer|notice|summary) ", played.out, re.MULTILINE)
    assert len(shown) == len(played.mails)
    shown_text = _squeezed(played.out)
    for name, mail in played.mails.items():
        body = mail.get_body(("plain",))
        assert body is not None
        assert "".join(body.get_content().split()) in shown_text, name


def test_each_answer_went_to_its_client_and_says_that_it_is_automatic(played: Played) -> None:
    people = {
        "acme": "wile@acme.example",
        "birch": "edda@birch-soehne.example",
        "cedar": "solene@atelier-cedre.example",
        "dune": "paula@dune-coffee.example",
    }
    answers = {name: mail for name, mail in played.mails.items() if "-answer-" in name}
    assert {name.rpartition("-")[2] for name in answers} == people.keys()
    for name, mail in answers.items():
        assert (
            people.get(name.rpartition("-")[2], mail["To"].addresses[0].addr_spec) == mail["To"].addresses[0].addr_spec
        )
        assert mail["Auto-Submitted"] == "auto-replied"
    assert any(part.get_content_type() == "text/calendar" for mail in answers.values() for part in mail.walk())


def test_the_numbers_are_those_of_the_timeline(played: Played) -> None:
    timeline = played.out[: played.out.index("The day in numbers")]

    def rows(word: str) -> int:
        return len(re.findall(rf"^(?:\d\d:\d\d|     )  {word} ", timeline, re.MULTILINE))

    messages, by_kind = played.numbers("messages")
    assert rows("arrives") == messages - by_kind["history"] == by_kind["clients"] + by_kind["others"]
    assert rows("withheld") == played.numbers("withheld")[0] > 0
    assert rows("called off") == played.numbers("called off")[0] == 1
    assert rows("promised") == played.numbers("promises")[0]
    assert rows("incident") == played.numbers("incidents")[0] == 2
    for reason, number in played.numbers("withheld")[1].items():
        assert len(re.findall(rf"withheld   .*: {reason} – ", timeline)) == number


@pytest.mark.parametrize(
    "told",
    [
        "um 17 Uhr",
        "à 11 h",
        "at 16:00 (10:00 in New York)",
        "by 10:15 (09:15 in London)",
        "As noted today",
        "several_clients – people of another client",
        "list_headers – it comes from a mailing list or a newsletter",
        "stranger – its sender is not in the client book",
        "kept       Acme GmbH: the report of Tue 24 Nov, 16:00, in time",
        "late       Birch & Söhne KG: the report of Tue 24 Nov, 17:00 has not gone out",
        "incident   Elm Street Theatre: number 1 is open, complaint",
        "contact    Acme GmbH: 4 messages, agreed were 3",
    ],
)
def test_the_day_has_all_that_it_is_to_show(played: Played, told: str) -> None:
    assert "".join(told.split()) in _squeezed(played.out)


def test_the_summaries_are_pages_too(played: Played) -> None:
    assert [name[3:] for name in sorted(played.pages)] == ["tue-0800-summary", "wed-0800-summary"]
    assert all(page.startswith("<!") and "Acme GmbH" in page for page in played.pages.values())


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The story with its first scene only; where the mails go."""
    monkeypatch.setattr(story, "END", story.DAY[1].at)
    monkeypatch.setattr(story, "DAY", story.DAY[:1])
    return tmp_path / "mails"


def test_a_scene_that_comes_out_otherwise_ends_in_a_sentence(
    short: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = replace(story.DAY[0], expected=("mail.withheld told",))
    monkeypatch.setattr(story, "DAY", (broken,))
    assert main(["demo", "--out", str(short)]) == 1
    assert capsys.readouterr().err == (
        "whiteglove: the story did not come out as told (08:41, “Lagerverwaltung”): missing: mail.withheld told; "
        "too much: mail.sent status_request, promise.made status_request\n"
    )
    assert list(short.iterdir()) == []


def test_a_beginning_that_comes_out_otherwise_is_named(
    short: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(story, "BEGUN", ())
    assert main(["demo", "--out", str(short)]) == 1
    assert "(the beginning): too much: mail.sent daily, summary.sent daily" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colours_and_nothing_else_to_obey(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert main(["demo", "--out", str(short)]) == 0
    out = sys.stdout.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[32manswer" in out
    assert "\x1b" not in re.sub(r"\x1b\[[\d;]*m", "", out)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colours_can_be_refused(short: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    assert main(["demo", "--out", str(short)]) == 0
    assert "\x1b" not in sys.stdout.getvalue()  # type: ignore[attr-defined]


def test_without_a_place_a_temporary_folder_is_made_and_named(
    short: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert main(["demo"]) == 0
    (made,) = tmp_path.iterdir()
    out = capsys.readouterr().out.splitlines()
    assert out[out.index("       mails      2, each as it left, in this folder:") + 1].strip() == str(made)
    assert out[-1].endswith((made / "01-tue-0800-summary.html").as_uri())
    assert sorted(file.name for file in made.iterdir()) == [
        "01-tue-0800-summary.eml",
        "01-tue-0800-summary.html",
        "02-tue-0844-answer-birch.eml",
    ]


def test_a_place_that_is_a_file_is_told(short: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short.write_text("")
    assert main(["demo", "--out", str(short)]) == 1
    assert "File exists" in capsys.readouterr().err
