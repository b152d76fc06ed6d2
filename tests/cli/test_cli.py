"""The command line as a whole: exit codes, where `--config` may stand, no tracebacks, and how soon help is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import Home, ask
from whiteglove import __version__
from whiteglove.cli import COMMANDS, main, parser
from whiteglove.store import Store

READING = (
    ("status",),
    ("clients",),
    ("clients", "acme"),
    ("reports",),
    ("outbox",),
    ("check",),
    ("explain", "m1@acme.example"),
)


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "whiteglove", *arguments],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, **environ},
    )


def test_the_version_is_told() -> None:
    assert ask("--version").out == f"whiteglove {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_its_purpose(command: str) -> None:
    done = ask(command, "--help")
    assert done.code == 0
    assert COMMANDS[command][1].split(";")[0] in " ".join(done.out.split())
    assert "--config" in done.out


def test_the_list_of_commands_is_told_without_importing_what_they_work_with() -> None:
    program = (
        "import sys, whiteglove.cli as c\n"
        "try: c.main(['--help'])\n"
        "finally: print('imported', [m for m in ('sqlalchemy', 'pydantic', 'apscheduler') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("imported []\n")
    assert all(command in done.stdout for command in COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [(), ("nonsense",), ("status", "--nonsense"), ("clients", "acme", "birch"), ("explain",), ("classify",)],
)
def test_bad_usage_exits_2_with_usage_on_standard_error(arguments: tuple[str, ...]) -> None:
    done = ask(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert "usage: whiteglove" in done.err


@pytest.mark.parametrize("arguments", READING)
def test_the_configuration_may_be_named_before_and_after_the_command(home: Home, arguments: tuple[str, ...]) -> None:
    before = ask("--config", str(home.path), *arguments)
    after = ask(*arguments, "--config", str(home.path))
    assert before == after
    assert str(home.folder.parent / "nowhere") not in before.err


def test_the_configuration_named_last_counts(home: Home) -> None:
    assert ask("--config", "/nowhere.toml", "clients", "--config", str(home.path)).code == 0
    assert ask("--config", str(home.path), "clients", "--config", "/nowhere.toml").code == 2
    assert ask("reports", "sent", "acme", "--config", str(home.path)).code == 0


def test_the_environment_may_name_the_configuration(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHITEGLOVE_CONFIG", str(home.folder))
    assert ask("clients", "--json").code == 0


@pytest.mark.parametrize("arguments", [*READING, ("run",), ("run", "--once"), ("reports", "sent", "acme")])
def test_a_faulty_configuration_exits_2_with_file_line_and_key(home: Home, arguments: tuple[str, ...]) -> None:
    home.owner = 'colour = "green"'
    home.write()
    done = home.ask(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith(f"{home.path}:6: owner.colour: there is no such key")
    assert not home.state.exists()


@pytest.mark.parametrize("arguments", [*READING, ("run",), ("reports", "sent", "acme")])
def test_without_any_configuration_a_command_says_where_it_looked(arguments: tuple[str, ...]) -> None:
    done = ask(*arguments)
    assert done.code == 2
    assert "there is no configuration; looked for" in done.err


@pytest.mark.parametrize("arguments", [("status",), ("run",), ("run", "--once")])
def test_faulty_settings_of_a_plugin_exit_2_with_file_line_and_key(home: Home, arguments: tuple[str, ...]) -> None:
    home.plugins = '[plugins.acknowledge]\ndelay = "soonish"\n'
    home.write()
    done = home.ask(*arguments)
    assert done.code == 2
    assert done.out == ""
    line = home.path.read_text().splitlines().index('delay = "soonish"') + 1
    assert f"{home.path}:{line}: plugins.acknowledge.delay: " in done.err
    assert not home.state.exists()


@pytest.mark.parametrize("arguments", READING)
def test_a_reading_command_without_a_store_answers_and_creates_nothing(home: Home, arguments: tuple[str, ...]) -> None:
    before = sorted(home.folder.rglob("*"))
    assert home.ask(*arguments).code == (1 if arguments[0] in ("explain", "check") else 0)
    assert home.ask(*arguments, "--json").err.count("Traceback") == 0
    assert sorted(home.folder.rglob("*")) == before


@pytest.mark.parametrize("arguments", READING)
def test_a_reading_command_leaves_a_store_as_it_was(home: Home, arguments: tuple[str, ...]) -> None:
    with home.store():
        pass
    before = sorted(home.folder.rglob("*"))
    home.ask(*arguments)
    assert sorted(home.folder.rglob("*")) == before


@pytest.mark.parametrize("arguments", [*READING, ("reports", "sent", "acme"), ("run", "--once")])
def test_a_damaged_store_is_one_line_and_exit_1(home: Home, arguments: tuple[str, ...]) -> None:
    home.state.mkdir()
    (home.state / "whiteglove.sqlite3").write_bytes(b"this is no database" * 400)
    done = home.ask(*arguments)
    assert done.code == 1
    said = done.out if arguments == ("check",) else done.err
    assert "whiteglove.sqlite3" in said
    assert "Traceback" not in done.out + done.err


@pytest.mark.parametrize("arguments", [*READING, ("reports", "sent", "acme")])
def test_a_store_that_breaks_while_it_is_read_is_one_line(home: Home, arguments: tuple[str, ...]) -> None:
    with home.store() as store, store.write() as tx:
        for table in ("messages", "promises", "outbox"):
            tx.exec_driver_sql(f"DROP TABLE {table}")
    done = home.ask(*arguments)
    assert done.code == 1
    assert "the store cannot be used" in done.out + done.err
    assert "Traceback" not in done.out + done.err


@pytest.mark.parametrize("arguments", [("reports", "sent", "acme"), ("run", "--once")])
def test_a_state_folder_that_cannot_be_made_is_one_line(home: Home, arguments: tuple[str, ...]) -> None:
    home.state.write_text("a file stands in the way")
    done = home.ask(*arguments)
    assert done.code == 1
    assert "set daemon.state to" in done.err
    assert done.err.count("\n") == 1


def test_a_reader_that_has_seen_enough_is_no_fault(home: Home) -> None:
    head = subprocess.Popen(["head", "-c", "1"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert head.stdin is not None
    paths = [str(home.path)] * 2000
    command = [sys.executable, "-m", "whiteglove", "classify", *paths, "--config", str(home.path)]
    done = subprocess.run(command, stdout=head.stdin, stderr=subprocess.PIPE, timeout=60, check=False)
    head.stdin.close()
    head.wait(10)
    assert done.returncode == 0
    assert done.stderr == b""


def test_a_full_disk_is_one_line(home: Home) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "whiteglove", "clients", "--config", str(home.path)]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
    assert b"No space left" in done.stderr


def test_a_terminal_without_the_characters_gets_the_answer_all_the_same(home: Home) -> None:
    (home.folder / "clients" / "acme.toml").write_text('name = "Größe & Söhne 🐦"\n')
    text = run("clients", "--config", str(home.path), PYTHONIOENCODING="ascii")
    assert text.returncode == 0
    assert b"S\\xf6hne" in text.stdout
    encoded = run("clients", "--json", "--config", str(home.path), PYTHONIOENCODING="latin-1")
    assert json.loads(encoded.stdout)["clients"][0]["name"] == "Größe & Söhne 🐦"


def test_an_interrupt_is_no_traceback(monkeypatch: pytest.MonkeyPatch, home: Home) -> None:
    def interrupted(_directory: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "open_existing", interrupted)
    assert home.ask("clients").code == 130


def test_json_may_stand_before_and_after_an_action(home: Home) -> None:
    assert home.ask("reports", "--json", "sent", "acme").json["state"] == "kept"
    assert home.ask("reports", "sent", "acme", "--json").json["state"] == "kept"


def test_the_parser_names_every_command_once() -> None:
    action = next(action for action in parser()._actions if action.dest == "command")
    assert action.choices is not None
    assert list(action.choices) == list(COMMANDS)


def test_main_takes_its_arguments_from_the_process(monkeypatch: pytest.MonkeyPatch, home: Home) -> None:
    monkeypatch.setattr(sys, "argv", ["whiteglove", "clients", "--config", str(home.path)])
    assert main() == 0
