"""What lies in `config/` is right: the example, five clients that show every key, and a page that says what is true."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from whiteglove.app import RealWorld
from whiteglove.cli.advising import clashes, overcommitted
from whiteglove.cli.checking import check
from whiteglove.cli.example import EXAMPLE, REFERENCE_BEGINS, built_in, example, reference
from whiteglove.clients import Engagement
from whiteglove.errors import ConfigurationError, MailboxError, SubmissionError
from whiteglove.host import Host
from whiteglove.settings import MailboxAccount, Settings, find, load
from whiteglove.settings.locate import KeyPath, positions
from whiteglove.settings.outline import client_outline
from whiteglove.settings.secrets import parse_source

CONFIG = Path(__file__).parents[1] / "config"
CLIENTS = sorted((CONFIG / "clients").glob("*.toml"))
PAGE = (CONFIG / "README.md").read_text("utf-8")
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load(CONFIG / EXAMPLE, {"HOME": "/home/robin"}, today=TODAY)


def paths(data: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The path of every key in a file; those of inline tables too."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield (*path, key)
            yield from paths(value, (*path, key))
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from paths(value, (*path, at))


class _Nowhere(RealWorld):
    """No server is there."""

    def working(self, account: MailboxAccount) -> Any:
        return SimpleNamespace(connect=_fails(MailboxError("unreachable", "no such host")), close=lambda: None)

    def transport(self, account: MailboxAccount) -> Any:
        return SimpleNamespace(check=_fails(SubmissionError("temporary", "no such host")), close=lambda: None)

    def caller(self) -> Any:
        return SimpleNamespace()


def _fails(error: Exception) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise error

    return fail


def commented_keys(text: str) -> Iterator[str]:
    """The keys that have a comment behind them or above them, as `people.name`."""
    lines, places = text.splitlines(), positions(text)
    for path in paths(tomllib.loads(text)):
        line = places.line(path) - 1
        if "# " in lines[line] or (line and lines[line - 1].startswith("# ")):
            yield ".".join(part for part in path if isinstance(part, str))


def test_the_example_is_what_the_models_say() -> None:
    assert (CONFIG / EXAMPLE).read_text("utf-8") == example(built_in()), "run `make example`"


def test_the_reference_is_what_the_models_say() -> None:
    assert PAGE[PAGE.index(REFERENCE_BEGINS) :] == reference(built_in()), "run `make example`"


def test_check_finds_nothing_wrong_but_servers_that_are_not_there(tmp_path: Path) -> None:
    settings = load(CONFIG / EXAMPLE, {"WHITEGLOVE_DAEMON__STATE": str(tmp_path / "state")}, today=TODAY)
    host = Host.load(settings.plugins, settings.problem)
    found = list(check(settings, host, _Nowhere()))
    host.close()
    assert {finding.what for finding in found} >= {"configuration", "store", "plugin acknowledge"}
    assert [finding.what for finding in found if finding.level != "ok"] == ["mailbox studio", "smtp studio"]


def test_every_key_of_a_clients_file_stands_in_an_example_with_a_comment() -> None:
    known = {".".join((*table.path, key.name)) for table in client_outline().everything() for key in table.keys}
    shown = {key for path in CLIENTS for key in commented_keys(path.read_text("utf-8"))}
    assert known - shown == set()


def test_the_clients_are_of_every_kind(settings: Settings) -> None:
    clients = settings.book.clients
    assert set(clients) == {path.stem for path in CLIENTS}
    assert {client.engagement for client in clients.values()} == set(Engagement)
    assert {"en", "de", "fr"} <= {client.language for client in clients.values()}
    assert "call" in {slot.by for client in clients.values() for slot in client.report}
    assert (len(clients["lantern"].people), len(clients["lantern"].projects)) == (2, 2)
    assert clients["fougere"].in_writing
    assert len(tomllib.loads((CONFIG / "clients" / "marlowe.toml").read_text("utf-8"))) <= 3


def test_no_name_clashes_and_nobody_is_promised_more_than_there_is(settings: Settings) -> None:
    host = Host.load(settings.plugins, settings.problem)
    sources = [(key[1], text) for plugin in host.plugins for key, text in host.templates(plugin.name).items()]
    host.close()
    assert sources
    assert list(clashes(settings, sources)) == []
    assert overcommitted(settings, TODAY) is None


def test_only_invented_people_live_here(settings: Settings) -> None:
    written = "".join(path.read_text("utf-8") for path in (*CLIENTS, CONFIG / EXAMPLE, CONFIG / "README.md"))
    domains = set(re.findall(r"[\w.+-]+(?:@|%40)([\w.-]+)", written))
    domains |= {domain for client in settings.book.clients.values() for domain in client.domains}
    assert domains
    assert [domain for domain in domains if not domain.endswith(".example")] == []


def test_the_page_leads_to_every_client_and_to_files_that_exist() -> None:
    links = set(re.findall(r"\]\(([^)]+)\)", PAGE))
    assert [link for link in links if not (CONFIG / link).exists()] == []
    assert {f"clients/{path.name}" for path in CLIENTS} <= links


def test_the_variables_on_the_page_do_what_they_say() -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    environ = {name: value.strip("'") for name, _, value in (line.partition("=") for line in block.splitlines())}
    environ["HOME"] = "/home/robin"
    settings = load(CONFIG / EXAMPLE, environ, today=TODAY)
    assert (settings.owner.timezone, settings.daemon.mode) == ("Europe/Lisbon", "live")
    assert settings.owner.aliases == ("hello@vale.example",)
    assert settings.mailboxes[0].folders == ("INBOX", "Clients")
    assert settings.plugins["acknowledge"]["sure"] == 0.9
    with pytest.raises(ConfigurationError, match=r"environment: WHITEGLOVE_OWNER__TIMEZONE: "):
        load(CONFIG / EXAMPLE, {**environ, "WHITEGLOVE_OWNER__TIMEZONE": "Nowhere"}, today=TODAY)


def test_every_way_to_keep_a_password_on_the_page_is_one() -> None:
    rows = re.findall(r"^\| `(\{ .+ \})` \|", PAGE, re.MULTILINE)
    kinds = [parse_source(tomllib.loads(f"at = {row}")["at"]).kind for row in rows]
    assert kinds == ["credential", "env", "file", "command"]


def test_the_places_on_the_page_are_searched_in_that_order(tmp_path: Path) -> None:
    section = PAGE[PAGE.index("## Where it is looked for") : PAGE.index("## From the environment")]
    steps = re.findall(r"^\d\. .*$", section, re.MULTILINE)
    usual = {"$CONFIGURATION_DIRECTORY": "a", "$XDG_CONFIG_HOME/whiteglove": "b/whiteglove"}
    folders = [next((tmp_path / usual[name] for name in usual if name in step), None) for step in steps]
    environ = {"CONFIGURATION_DIRECTORY": str(tmp_path / "a"), "XDG_CONFIG_HOME": str(tmp_path / "b")}
    for folder in reversed([folder for folder in folders if folder]):
        folder.mkdir(parents=True)
        (folder / "whiteglove.toml").touch()
        assert find(None, environ) == folder / "whiteglove.toml"
    assert [step[3:].split()[0].strip("`,") for step in steps[:2]] == ["--config", "$WHITEGLOVE_CONFIG"]
    named, preferred = tmp_path / "named.toml", tmp_path / "preferred.toml"
    named.touch()
    preferred.touch()
    assert find(None, {**environ, "WHITEGLOVE_CONFIG": str(named)}) == named
    assert find(preferred, {**environ, "WHITEGLOVE_CONFIG": str(named)}) == preferred
