"""The reference says everything that a plugin meets, as the source has it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import whiteglove
from whiteglove.cli.plugin_reference import BEGINS, ENDS, main, reference

SAID = " ".join(reference().split())


def test_an_event_stands_there_with_its_fields_and_their_types() -> None:
    assert (
        "`MessageReceived(message: RecordedMessage, client: Client, person: Person | None, text: str | None = None"
        in SAID
    )
    assert "- `MailSent(mail: Mail)`" in SAID
    assert "PromiseEvent(" not in SAID


def test_an_action_stands_there_with_its_defaults_and_what_the_table_does_not_say() -> None:
    assert '`Warn(key: str, text: str, urgency: str = "now", client: str | None = None' in SAID
    assert "delay: timedelta = timedelta(0), calendar: bool = False)`: `template` is a name" in SAID
    assert "Tell the owner something in one or two sentences" not in SAID


def test_what_a_hook_reads_stands_there_with_its_methods() -> None:
    assert "- `next_report(client: str) -> datetime | None`: When this client hears next" in SAID
    assert '`items(prefix: str = "") -> Mapping[str, Json]`' in SAID
    assert "- `add(instant: datetime, working: timedelta) -> datetime`: The instant (UTC)" in SAID
    assert "`ctx.words(name: str, **values: object) -> str`" in SAID


def test_enumerations_and_calculated_values_stand_there() -> None:
    assert 'PromiseState: OPEN = "open", LATE = "late"' in SAID
    assert "Place: COMES_LATE = 5" in SAID
    assert "- `severity: Severity`: The gravest" in SAID


def test_the_bench_stands_there_with_every_argument_and_every_result() -> None:
    assert "- `looked`: whether the mailbox was looked at before anything arrives" in SAID
    assert '- `receive(text: str = "", *, sender: str = "Wile Coyote <wile@acme.example>"' in SAID
    assert "- `drafted: list[SentMail]`: What lies in Drafts now" in SAID
    assert "- `Posted(url: str, body: Any)`" in SAID


def test_every_name_of_the_root_stands_there() -> None:
    page = (Path(__file__).parents[2] / "plugins" / "README.md").read_text("utf-8")
    assert [name for name in whiteglove.__all__ if not re.search(rf"\b{name}\b", page)] == []


def test_nothing_of_python_itself_stands_there() -> None:
    for word in ("<class", "<function", "ForwardRef", "Enum where", "_Date", "object at"):
        assert word not in SAID


def test_lines_are_short() -> None:
    assert [line for line in reference().splitlines() if len(line) > 120] == []


def test_it_prints_the_reference(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out == reference()


def test_it_brings_a_page_up_to_date_and_leaves_what_people_wrote(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"# Mine\n\n{BEGINS}old\n{ENDS}\nAfterwards.\n", encoding="utf-8")
    for _ in range(2):
        assert main([str(page)]) == 0
        assert page.read_text(encoding="utf-8") == f"# Mine\n\n{reference()}\nAfterwards.\n"
