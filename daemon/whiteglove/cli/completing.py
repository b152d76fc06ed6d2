"""`completion`: what a shell needs to complete commands and options, written from the same grammar that reads them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whiteglove.cli.usage import CommandParser

SHELLS = ("bash", "zsh", "fish")
_PATHS = frozenset({"FILE", "DIR", "PATH"})


@dataclass(frozen=True, slots=True)
class Option:
    """An option, what it is for, and whether a value follows it: "" for none, `path`, or any other `value`."""

    name: str
    text: str
    follows: str


@dataclass(frozen=True, slots=True)
class Place:
    """What may stand behind some words of a command line: further words with what they are for, options, paths."""

    words: tuple[str, ...]
    following: tuple[tuple[str, str], ...]
    options: tuple[Option, ...]
    takes_paths: bool

    @property
    def name(self) -> str:
        return " ".join(self.words)


def add_completion(command: CommandParser) -> None:
    command.add_argument("shell", choices=SHELLS, help='in ~/.bashrc: eval "$(whiteglove completion bash)"')
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from whiteglove.cli import parser

    print(script(options.shell, tuple(places(parser()))), end="")
    return 0


def places(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[Place]:
    """Every place of a command line, from the first word on."""
    if isinstance(parser, CommandParser) and parser.fill is not None:
        fill, parser.fill = parser.fill, None
        fill(parser)
    below: dict[str, argparse.ArgumentParser] = {}
    following: list[tuple[str, str]] = []
    takes_paths = False
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            below = action._name_parser_map
            texts = {choice.dest: choice.help or "" for choice in action._choices_actions}
            following += [(name, texts.get(name, "")) for name in below]
        elif not action.option_strings:
            following += [(str(choice), "") for choice in action.choices or ()]
            takes_paths = takes_paths or action.metavar in _PATHS
    shown = (action for action in parser._actions if action.option_strings and action.help != argparse.SUPPRESS)
    yield Place(words, tuple(following), tuple(_option(action) for action in shown), takes_paths)
    for name, inner in below.items():
        yield from places(inner, (*words, name))


def _option(action: argparse.Action) -> Option:
    follows = "" if action.nargs == 0 else "path" if action.metavar in _PATHS else "value"
    return Option(action.option_strings[-1], action.help or "", follows)


def script(shell: str, known: Sequence[Place]) -> str:
    """The text that this shell is to run."""
    write = {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]
    return "\n".join(write(known)) + "\n"


def _where(known: Sequence[Place]) -> str:
    """A pattern of shells: every place, as the words of the line lead to it."""
    return " | ".join(f'"{place.name}"' for place in known if place.words)


def _options(known: Sequence[Place], follows: str) -> str:
    """The same of every option with such a value behind it."""
    found = ((place.name, one) for place in known for one in place.options if one.follows == follows)
    return " | ".join(f'"{name} {one.name}"' for name, one in found)


def _bash(known: Sequence[Place]) -> Iterator[str]:
    yield "_whiteglove_paths() {"
    yield "    compopt -o filenames 2> /dev/null"
    yield "    local IFS=$'\\n'"
    yield '    COMPREPLY+=($(compgen -f -- "$current"))'
    yield "}"
    yield "_whiteglove() {"
    yield '    local current="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"'
    yield '    local at="" word words="" options=""'
    yield "    COMPREPLY=()"
    yield '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do'
    yield f'        case "${{at:+$at }}$word" in {_where(known)}) at="${{at:+$at }}$word" ;; esac'
    yield "    done"
    yield '    case "$at $before" in'
    yield f"        {_options(known, 'path')}) _whiteglove_paths; return ;;"
    yield f"        {_options(known, 'value')}) return ;;"
    yield "    esac"
    yield '    case "$at" in'
    for place in known:
        words = " ".join(word for word, _ in place.following)
        options = " ".join(option.name for option in place.options)
        yield f'        "{place.name}") words="{words}" options="{options}" ;;'
    yield "    esac"
    yield '    if [[ "$current" == -* ]]; then words="$options"; fi'
    yield '    COMPREPLY=($(compgen -W "$words" -- "$current"))'
    paths = [place for place in known if place.takes_paths]
    yield '    if [[ "$current" != -* ]]; then'
    yield f'        case "$at" in {_where(paths)}) _whiteglove_paths ;; esac'
    yield "    fi"
    yield "}"
    yield "complete -F _whiteglove whiteglove"


def _zsh(known: Sequence[Place]) -> Iterator[str]:
    yield "#compdef whiteglove"
    yield "_whiteglove() {"
    yield '    local at="" word'
    yield "    local -a names options"
    yield '    for word in "${(@)words[2,CURRENT-1]}"; do'
    yield f'        case "${{at:+$at }}$word" in {_where(known)}) at="${{at:+$at }}$word" ;; esac'
    yield "    done"
    yield '    case "$at $words[CURRENT-1]" in'
    yield f"        {_options(known, 'path')}) _files; return ;;"
    yield f"        {_options(known, 'value')}) return ;;"
    yield "    esac"
    yield '    case "$at" in'
    for place in known:
        names = " ".join(_described(word, text) for word, text in place.following)
        options = " ".join(_described(option.name, option.text) for option in place.options)
        yield f'        "{place.name}") names=({names}) options=({options}) ;;'
    yield "    esac"
    yield "    (( $#names )) && _describe -t commands command names"
    yield "    _describe -o -t options option options"
    yield f'    case "$at" in {_where([place for place in known if place.takes_paths])}) _files ;; esac'
    yield "}"
    yield 'if [[ "$funcstack[1]" == _whiteglove ]]; then _whiteglove "$@"; else compdef _whiteglove whiteglove; fi'


def _described(word: str, text: str) -> str:
    """A word with what it is for, as one of zsh's."""
    said = text.replace("'", "'\\''")
    return f"'{word}:{said}'" if text else f"'{word}'"


def _fish(known: Sequence[Place]) -> Iterator[str]:
    yield "function __whiteglove_at"
    yield '    set -l at ""'
    yield "    for word in (commandline -opc)[2..]"
    yield '        switch (string trim "$at $word")'
    yield f"            case {' '.join(_quoted(place.name) for place in known if place.words)}"
    yield '                set at (string trim "$at $word")'
    yield "        end"
    yield "    end"
    yield '    test "$at" = "$argv"'
    yield "end"
    yield "complete -c whiteglove -f"
    for place in known:
        condition = f"complete -c whiteglove -n {_quoted(f'__whiteglove_at {place.name}'.rstrip())}"
        for word, text in place.following:
            yield f"{condition} -a {_quoted(word)} -d {_quoted(text)}"
        for option in place.options:
            value = {"": "", "path": " -r -F", "value": " -x"}[option.follows]
            yield f"{condition} -l {option.name.removeprefix('--')} -d {_quoted(option.text)}{value}"
        if place.takes_paths:
            yield f"{condition} -F"


def _quoted(text: str) -> str:
    """As fish has it: only the backslash and the quote itself mean anything between quotes."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
