"""What shells complete: bash is asked itself; of zsh and fish the text is read, and checked where they are there."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.conftest import ask
from whiteglove.cli import COMMANDS, parser
from whiteglove.cli.completing import SHELLS, Option, Place, places, script

BASH = shutil.which("bash")


@pytest.fixture(scope="module")
def known() -> dict[str, Place]:
    return {place.name: place for place in places(parser())}


@pytest.fixture(scope="module")
def bash(known: dict[str, Place]) -> str:
    if BASH is None:
        pytest.skip("bash is not installed")
    return script("bash", tuple(known.values()))


def completed(bash: str, line: str, folder: Path) -> list[str]:
    """What bash offers for the last word of a line, which may be empty."""
    words = line.split(" ")
    program = f"""{bash}
[[ "$(complete -p whiteglove)" == "complete -F _whiteglove whiteglove" ]] || exit 3
COMP_WORDS=({" ".join(f"'{word}'" for word in words)}) COMP_CWORD={len(words) - 1}
_whiteglove whiteglove "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
(( ${{#COMPREPLY[@]}} == 0 )) || printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    command = [str(BASH), "--norc", "--noprofile", "-c", program]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return sorted(done.stdout.splitlines())


def test_every_command_and_its_steps_are_known_with_what_they_are_for(known: dict[str, Place]) -> None:
    assert dict(known[""].following) == {name: text for name, (_, text) in COMMANDS.items()}
    assert [word for word, _ in known["reports"].following] == ["sent", "move"]
    assert {"incidents export", "outbox release", "plugins resume", "contact reset"} <= known.keys()
    assert Option("--once", "catch up, handle, deliver what is due, and exit", "") in known["run"].options
    assert {one.name: one.follows for one in known["summary"].options}["--out"] == "path"
    assert {one.name: one.follows for one in known["summary"].options}["--date"] == "value"
    assert [name for name, place in known.items() if place.takes_paths][-2:] == ["classify", "replay"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("whiteglove ", list(COMMANDS)),
        ("whiteglove re", ["replay", "reports", "restore"]),
        ("whiteglove --", ["--config", "--help", "--version"]),
        ("whiteglove reports ", ["move", "sent"]),
        ("whiteglove --config here reports m", ["move"]),
        ("whiteglove reports --config here s", ["sent"]),
        ("whiteglove reports sent --", ["--config", "--help", "--json"]),
        ("whiteglove run --o", ["--once"]),
        ("whiteglove note acme --o", ["--out"]),
        ("whiteglove completion ", list(SHELLS)),
        ("whiteglove summary --date ", []),
        ("whiteglove mute acme ", []),
        ("whiteglove nonsense ", list(COMMANDS)),
        ("whiteglove classify ", ["a mail.eml", "box"]),
        ("whiteglove classify b", ["box"]),
        ("whiteglove --config b", ["box"]),
        ("whiteglove summary --out ", ["a mail.eml", "box"]),
        ("whiteglove note --out ", []),
    ],
)
def test_bash_offers_what_may_stand_there(bash: str, line: str, expected: list[str], tmp_path: Path) -> None:
    (tmp_path / "a mail.eml").touch()
    (tmp_path / "box").mkdir()
    assert completed(bash, line, tmp_path) == sorted(expected)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_command_prints_the_whole_of_it(shell: str, known: dict[str, Place]) -> None:
    done = ask("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert done.out == script(shell, tuple(known.values()))
    for place in known.values():
        assert [word for word, _ in place.following if word not in done.out] == []
        assert [one.name for one in place.options if one.name.removeprefix("--") not in done.out] == []


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_understands_it(shell: str, known: dict[str, Place], tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(script(shell, tuple(known.values())), encoding="utf-8")
    done = subprocess.run([program, "-n", tmp_path / "script"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_what_a_word_is_for_ends_no_quote(shell: str) -> None:
    text = 'what\'s \\ `here` $HOME: "all"'
    place = Place((), (("one", text),), (Option("--two", text, ""),), takes_paths=False)
    written = script(shell, (place, Place(("one",), (), (), takes_paths=True)))
    quoted = {"zsh": text.replace("'", "'\\''"), "fish": text.replace("\\", "\\\\").replace("'", "\\'")}[shell]
    assert written.count(f"{quoted}'") == 2


def test_no_help_is_a_format_that_is_not_filled_in(known: dict[str, Place]) -> None:
    texts = [text for place in known.values() for _, text in place.following]
    texts += [option.text for place in known.values() for option in place.options]
    assert [text for text in texts if re.search(r"%\(|\n", text)] == []


def test_an_unknown_shell_is_bad_usage() -> None:
    done = ask("completion", "csh")
    assert done.code == 2
    assert "invalid choice: 'csh'" in done.err


def test_any_parser_will_do() -> None:
    simple = argparse.ArgumentParser(prog="x")
    simple.add_argument("--hidden", help=argparse.SUPPRESS)
    simple.add_argument("file", metavar="FILE")
    (place,) = places(simple)
    assert place == Place((), (), (Option("--help", "show this help message and exit", ""),), takes_paths=True)
