"""Arguments that all commands have in common."""

from __future__ import annotations

import argparse

import pytest

from whiteglove.cli.usage import CommandParser, add_json


def grammar(filled: list[str]) -> argparse.ArgumentParser:
    def fill(command: CommandParser) -> None:
        filled.append(command.prog)
        add_json(command)
        nested = command.add_subparsers()
        add_json(nested.add_parser("down"))

    root = argparse.ArgumentParser(prog="root")
    root.add_argument("--config")
    root.set_defaults(json=False)
    commands = root.add_subparsers(parser_class=CommandParser)
    commands.add_parser("one").fill = fill
    commands.add_parser("two")
    return root


def test_only_the_command_that_was_chosen_is_filled_and_only_once() -> None:
    filled: list[str] = []
    parser = grammar(filled)
    parser.parse_args(["two"])
    assert filled == []
    parser.parse_args(["one", "--json"])
    parser.parse_args(["one"])
    assert filled == ["root one"]


@pytest.mark.parametrize(
    ("arguments", "config", "json"),
    [
        (["one"], None, False),
        (["one", "--json"], None, True),
        (["one", "--json", "down"], None, True),
        (["one", "down", "--json"], None, True),
        (["--config", "a", "one", "down"], "a", False),
        (["one", "--config", "b", "down"], "b", False),
        (["--config", "a", "one", "down", "--config", "c"], "c", False),
    ],
)
def test_what_is_given_anywhere_counts(arguments: list[str], config: str | None, json: bool) -> None:
    options = grammar([]).parse_args(arguments)
    assert (options.config, options.json) == (config, json)


def test_half_a_word_is_no_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        grammar([]).parse_args(["one", "--js"])
    assert "unrecognized arguments: --js" in capsys.readouterr().err
