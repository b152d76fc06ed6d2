"""`login`: the owner allows it once, in a browser somewhere; the mail servers say whether it works."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import Home
from servers.dovecot import Dovecot
from servers.issuer import Issuer, dovecot_of, refusing
from servers.model import hanging_up
from servers.sink import Sink
from whiteglove.cli import logging_in
from whiteglove.settings.oauth import login_file


@pytest.fixture(scope="module")
def provider(dovecot: Dovecot) -> Iterator[tuple[Issuer, Dovecot]]:
    """A provider and a Dovecot that takes its tokens. `dovecot` is asked for, since it skips the test where there is
    none."""
    with Issuer() as issuer, dovecot_of(issuer) as server:
        yield issuer, server


@pytest.fixture
def issuer(provider: tuple[Issuer, Dovecot]) -> Issuer:
    issuer = provider[0]
    issuer.forget()
    issuer.then.clear()
    issuer.device_answers.clear()
    issuer.paths.clear()
    issuer.asked.clear()
    issuer.always, issuer.ends_in, issuer.seconds = None, None, 3600
    return issuer


@pytest.fixture
def studio(home: Home, provider: tuple[Issuer, Dovecot], issuer: Issuer) -> Iterator[Home]:
    """A mailbox that logs in by OAuth 2.0; nobody has done so yet."""
    user = issuer.user.replace("@", "%40")
    with Sink(users=issuer.users, mechanisms=["XOAUTH2"]) as sink:
        home.imap = f"imap://{user}@127.0.0.1:{provider[1].imap_port}"
        home.smtp = f"smtp://{user}@127.0.0.1:{sink.port}"
        yield written(home, issuer.toml)


def written(home: Home, oauth: str) -> Home:
    home.write()
    home.path.write_text(home.path.read_text().replace('password = { file = "password" }\n', oauth))
    return home


def started(home: Home, *arguments: str) -> subprocess.Popen[str]:
    """The command as a process of its own, without a terminal."""
    command = [sys.executable, "-m", "whiteglove", "--config", str(home.path), "login", "studio", *arguments]
    environ = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environ)


def address_said(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    return next(line.strip() for line in process.stderr if "/authorize?" in line)


def test_a_code_typed_in_elsewhere(studio: Home, issuer: Issuer) -> None:
    issuer.device_answers.append("authorization_pending")
    done = studio.ask("login", "Studio", "--json")
    said = done.json
    assert (said["ok"], said["mailbox"], said["way"], said["ends"]) == (True, "studio", "device", None)
    assert [one["what"] for one in said["findings"]] == [*["mailbox studio"] * 4, "smtp studio"]
    assert "WDJB-MJHT" in done.err
    assert "Marked" not in done.out + done.err
    file = login_file(studio.state, "studio")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Marked-refresh" in file.read_text()


def test_people_read_it_as_lines(studio: Home, issuer: Issuer) -> None:
    issuer.ends_in = 7 * 86400
    done = studio.ask("login", "studio", "--device")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "Logged in to studio. Now with the mail servers:"
    assert lines[1].startswith("ok       mailbox studio: logged in at 127.0.0.1")
    assert lines[-2].startswith("This login ends on ")
    assert "within a quarter of an hour" in lines[-1]


def test_a_browser_elsewhere_and_a_pasted_address(studio: Home, issuer: Issuer) -> None:
    with started(studio, "--paste", "--json") as process:
        out, err = process.communicate(issuer.allowed(address_said(process)) + "\n", timeout=30)
    assert process.returncode == 0, err
    assert json.loads(out)["way"] == "paste"
    assert "Marked" not in out + err


def test_a_browser_on_this_machine(studio: Home, issuer: Issuer) -> None:
    with started(studio, "--browser") as process:
        assert process.stdin is not None
        process.stdin.close()
        status, page = issuer.browse(address_said(process))
        process.wait(30)
    assert process.returncode == 0
    assert status == 200
    assert "may be closed" in page


def test_where_nobody_can_paste_it_ends(studio: Home, issuer: Issuer) -> None:
    with started(studio, "--paste") as process:
        _, err = process.communicate("", timeout=30)
    assert process.returncode == 1
    assert err.endswith("whiteglove: nothing was pasted in time; begin again\n")


def test_a_line_that_does_not_come_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    try:
        monkeypatch.setattr(sys, "stdin", os.fdopen(read))
        os.write(write, b"half a li")
        moments = iter([0.0, 0.0, 700.0, 700.0])
        assert logging_in._line(0.05, lambda: next(moments)) == ""
        os.write(write, b"ne\nand more")
        assert logging_in._line(5) == "ne"
    finally:
        os.close(write)


def test_an_owner_who_says_no(studio: Home, issuer: Issuer) -> None:
    issuer.device_answers.append("access_denied")
    done = studio.ask("login", "studio", "--device")
    assert done.code == 1
    assert done.err.splitlines()[-1] == (
        "whiteglove: 127.0.0.1 says access_denied; some organisations forbid this way: try --browser or --paste"
    )
    assert not login_file(studio.state, "studio").exists()


def test_a_token_that_the_mail_server_does_not_take(studio: Home, issuer: Issuer) -> None:
    """The provider lets robin in, but not as whom the mailbox asks for."""
    studio.path.write_text(studio.path.read_text().replace("smtp://robin", "smtp://kim"))
    done = studio.ask("login", "studio", "--device", "--json")
    assert done.code == 1
    (fault,) = (one for one in json.loads(done.out)["findings"] if not one["ok"])
    assert fault["what"] == "smtp studio"
    assert "535" in fault["text"]
    assert "see whether SMTP is allowed for this account" in fault["text"]
    assert "Marked" not in done.out


@pytest.mark.parametrize("provider_said", [refusing("invalid_client", 401), hanging_up])
def test_a_provider_that_does_not_begin(studio: Home, issuer: Issuer, provider_said: object) -> None:
    issuer.always = provider_said  # type: ignore[assignment]
    done = studio.ask("login", "studio", "--device")
    assert done.code == 1
    assert done.err.startswith("whiteglove: 127.0.0.1 ")
    assert done.err.count("\n") == 1


def test_what_would_be_in_the_way_is_known_before_the_owner_is_asked(studio: Home, issuer: Issuer) -> None:
    studio.state.write_text("")
    done = studio.ask("login", "studio", "--device")
    assert done.code == 1
    assert f"{studio.state}/logins/studio.json: cannot be used" in done.err
    assert issuer.paths == []


def test_wrong_usage(home: Home) -> None:
    done = home.ask("login", "studio")
    assert done.code == 2
    assert 'the mailbox "studio" logs in by a password' in done.err
    done = home.ask("login", "shop")
    assert done.code == 2
    assert 'no mailbox is called "shop"; there are studio' in done.err
    assert home.ask("login", "studio", "--paste", "--device").code == 2
    written(home, 'oauth = { provider = "google", client_id = "x" }\n')
    done = home.ask("login", "studio", "--device")
    assert done.code == 2
    assert "google has no login by device code for mail; use --browser or --paste" in done.err
    only = 'provider = "other", client_id = "x", scopes = ["y"], token_endpoint = "https://id.vale.example/t"'
    written(home, f'oauth = {{ {only}, device_authorization_endpoint = "https://id.vale.example/d" }}\n')
    done = home.ask("login", "studio", "--paste")
    assert done.code == 2
    assert "use --device" in done.err


@pytest.mark.parametrize(("display", "way"), [("", "paste"), (":0", "browser")])
def test_without_a_device_login_the_screen_decides(
    studio: Home, monkeypatch: pytest.MonkeyPatch, display: str, way: str
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    written(studio, 'oauth = { provider = "google", client_id = "x" }\n')
    client = studio.settings().mailboxes[0].oauth
    assert client is not None
    assert logging_in._way(client, None) == way


class TestCheckAndStatus:
    def test_before_the_login(self, studio: Home, issuer: Issuer) -> None:
        done = studio.ask("check", "--json")
        assert done.code == 1
        found = {one["what"]: one["text"] for one in json.loads(done.out)["findings"] if not one["ok"]}
        assert set(found) == {"login studio", "mailbox studio", "smtp studio"}
        assert all("run `whiteglove login studio`" in text for text in found.values())
        assert "app password" not in done.out
        (box,) = studio.ask("status", "--json").json["mailboxes"]
        assert box["login"]["condition"] == "missing"
        assert "studio: nobody has logged in yet" in studio.ask("status").out
        assert not studio.state.exists(), "looking creates nothing"

    def test_after_it(self, studio: Home, issuer: Issuer) -> None:
        studio.ask("login", "studio", "--device")
        assert studio.ask("check").code == 0
        assert "ok       login studio: logged in" in studio.ask("check").out
        (box,) = studio.ask("status", "--json").json["mailboxes"]
        assert (box["login"]["condition"], box["login"]["code"]) == ("ok", None)

    def test_shortly_before_its_end(self, studio: Home, issuer: Issuer) -> None:
        issuer.ends_in = 3600
        studio.ask("login", "studio", "--device")
        file = login_file(studio.state, "studio")
        kept = json.loads(file.read_text())
        file.write_text(json.dumps(kept | {"ends_from": "2026-01-01T00:00:00+00:00"}))
        done = studio.ask("check")
        assert done.code == 0
        assert "warning  login studio: logged in, until 20" in done.out
        assert "run `whiteglove login studio` before that" in done.out
        assert "run `whiteglove login studio`" in studio.ask("status").out

    def test_when_it_is_over(self, studio: Home, issuer: Issuer) -> None:
        issuer.seconds = 0
        studio.ask("login", "studio", "--device")
        issuer.forget()
        done = studio.ask("check")
        assert done.code == 1
        assert "fault    mailbox studio: 127.0.0.1 says invalid_grant" in done.out
        assert done.out.count("run `whiteglove login studio`") == 2
        again = studio.ask("check").out
        assert "fault    login studio: the login is over, its provider accepts it no more (invalid_grant)" in again
        (box,) = studio.ask("status", "--json").json["mailboxes"]
        assert (box["login"]["condition"], box["login"]["code"]) == ("refused", "invalid_grant")
        assert "Marked" not in done.out + again

    def test_a_mailbox_with_a_password_has_no_word_of_it(self, home: Home) -> None:
        assert "login" not in home.ask("status", "--json").json["mailboxes"][0]


def test_nothing_of_it_is_in_a_backup(studio: Home, issuer: Issuer, tmp_path: Path) -> None:
    studio.ask("login", "studio", "--device")
    with studio.store():
        pass
    file = tmp_path / "backup"
    assert studio.ask("backup", str(file)).code == 0
    assert b"Marked" not in file.read_bytes()
    for path in studio.state.rglob("whiteglove*"):
        assert path.is_dir() or b"Marked" not in path.read_bytes()
