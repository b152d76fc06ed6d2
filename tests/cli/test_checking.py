"""`check`: every fault has its line, and the line says what to do about it."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import pytest

from cli.conftest import ACME, Home
from servers.certificates import Certificate
from servers.dovecot import Dovecot
from servers.ports import free_port
from servers.scripted import SILENCE, ScriptedImap
from servers.sink import Sink
from whiteglove import __version__, hookspecs
from whiteglove.app import RealWorld
from whiteglove.cli import checking
from whiteglove.cli.checking import check
from whiteglove.cli.opening import host_of
from whiteglove.errors import ConfigurationError, Problem
from whiteglove.hookspecs import GoesAwayWarning
from whiteglove.imap import ImapMailbox
from whiteglove.ports import Mailbox, Transport
from whiteglove.settings import MailboxAccount


@pytest.fixture
def studio(home: Home, dovecot: Dovecot, sink: Sink, user: str) -> Home:
    """A configuration whose servers are there."""
    home.imap = f"imap://{user.replace('@', '%40')}@127.0.0.1:{dovecot.imap_port}"
    home.smtp = f"smtp://127.0.0.1:{sink.port}"
    return home.write()


def faults(home: Home, level: str = "fault") -> dict[str, str]:
    """What is wrong, by what was looked at; the exit code fits."""
    done = home.write().ask("check", "--json")
    assert done.err == ""
    assert done.out.count("\n") == 1
    said = json.loads(done.out)
    found = [one for one in said["findings"] if one["level"] == "fault"]
    assert done.code == (1 if found else 0)
    assert said["ok"] is not bool(found)
    assert all(one["ok"] is (one["level"] != "fault") for one in said["findings"])
    return {one["what"]: one["text"] for one in said["findings"] if one["level"] == level}


def test_where_everything_is_right_each_thing_has_its_line(studio: Home, sink: Sink) -> None:
    before = sorted(studio.folder.rglob("*"))
    done = studio.ask("check")
    assert done.code == 0
    assert done.err == ""
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines] == ["ok"] * 8
    for line, said in zip(
        lines,
        (
            f"configuration: {studio.path}, 2 clients",
            f"store: none yet, it will be made in {studio.state}; mode live",
            "plugin acknowledge: ",
            "mailbox studio: logged in at 127.0.0.1",
            "mailbox studio: folder “INBOX”, 0 messages",
            "mailbox studio: folder “Sent”, 0 messages",
            "mailbox studio: folder “Drafts”, 0 messages",
            "smtp studio: ready at 127.0.0.1",
        ),
        strict=True,
    ):
        assert line.split(maxsplit=1)[1].startswith(said)
    assert sorted(studio.folder.rglob("*")) == before
    assert sink.received == []


def test_the_store_that_is_read_is_named(studio: Home) -> None:
    with studio.store():
        pass
    assert f"store: {studio.state}/whiteglove.sqlite3, 0 messages, mode live" in studio.ask("check").out


def test_a_plugin_that_cannot_be_used_is_a_fault_of_its_own_and_the_rest_is_looked_at(studio: Home) -> None:
    studio.plugins = '[plugins.acknowledge]\ndelai = "3m"\n[plugins.replies]\n'
    done = studio.write().ask("check")
    assert done.code == 2
    lines = [line.split(maxsplit=1) for line in done.out.splitlines()]
    (fault,) = (text for level, text in lines if level == "fault")
    assert fault.startswith(f"plugin acknowledge: {studio.path}:")
    assert fault.endswith('plugins.acknowledge.delai: there is no such key; did you mean "delay"?')
    assert any(text.startswith("plugin replies: ") and text.endswith(f"(built in, {__version__})") for _, text in lines)
    assert any(text.startswith("smtp studio: ready") for _, text in lines)
    assert done.err == f"{fault.removeprefix('plugin acknowledge: ')}\n"
    said = json.loads(studio.ask("check", "--json").out)
    assert said["ok"] is False


def test_what_a_plugin_uses_that_goes_away_is_a_warning(studio: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    going = GoesAwayWarning("the hook on_message goes away; use on_mail")
    monkeypatch.setitem(vars(hookspecs.on_message)["whiteglove_spec"], "warn_on_impl", going)
    assert faults(studio, "warning")["plugin acknowledge"] == f"{going}; ask its author for a newer one"


def test_servers_that_nobody_listens_at(home: Home) -> None:
    home.imap, home.smtp = f"imap://robin@127.0.0.1:{free_port()}", f"smtp://127.0.0.1:{free_port()}"
    found = faults(home)
    assert found["mailbox studio"].endswith("Connection refused; check the host, the port and the network")
    assert found["smtp studio"].endswith("Connection refused; check scheme, host and port")


def test_a_host_that_does_not_exist(home: Home) -> None:
    home.imap = "imaps://robin@imap.nowhere.invalid"
    assert "check the host, the port" in faults(home)["mailbox studio"]


def test_a_server_that_says_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = ImapMailbox.__init__.__kwdefaults__
    monkeypatch.setitem(defaults, "read_timeout", 0.2)
    with ScriptedImap({"CAPABILITY": [SILENCE]}) as server:
        home.imap = f"imap://robin@127.0.0.1:{server.port}"
        assert "no answer in time; check the host and the port" in faults(home)["mailbox studio"]


def test_a_server_of_another_kind(home: Home, sink: Sink) -> None:
    home.imap = f"imap://robin@127.0.0.1:{sink.port}"
    assert "check scheme, host and port" in faults(home)["mailbox studio"]


def test_a_wrong_password(studio: Home) -> None:
    studio.write()
    (studio.folder / "password").write_text("not-this-one")
    done = studio.ask("check")
    assert done.code == 1
    assert "check user and password; many providers want an app password" in done.out
    assert "not-this-one" not in done.out


def test_a_password_that_cannot_be_read_is_a_finding_and_the_rest_is_looked_at(studio: Home, sink: Sink) -> None:
    studio.smtp = f"smtp://robin@127.0.0.1:{sink.port}"
    studio.write()
    (studio.folder / "password").unlink()
    done = studio.ask("check")
    assert done.code == 1
    assert done.err == ""
    mailbox, smtp = (line for line in done.out.splitlines() if line.startswith("fault"))
    line = studio.path.read_text().splitlines().index('password = { file = "password" }') + 1
    told = f"{studio.path}:{line}: mailboxes[0].password: the file {studio.folder}/password cannot be read"
    assert told in mailbox
    assert told in smtp
    assert "app password" not in done.out


class _Forgetful(RealWorld):
    """Its connections do not say themselves that a password is missing."""

    def working(self, account: MailboxAccount) -> Mailbox:
        return _asking(super().working(account), "connect")

    def transport(self, account: MailboxAccount) -> Transport:
        return _asking(super().transport(account), "check")


def _asking(connection: Any, method: str) -> Any:
    def ask() -> NoReturn:
        raise ConfigurationError((Problem("whiteglove.toml", 9, "password", "is not there"),))

    setattr(connection, method, ask)
    return connection


def test_a_fault_of_the_configuration_that_shows_late_is_a_finding_too(home: Home) -> None:
    settings = home.settings()
    host = host_of(settings)
    found = [finding.text for finding in check(settings, host, _Forgetful()) if finding.level == "fault"]
    host.close()
    assert found == ["whiteglove.toml:9: password: is not there"] * 2


def test_no_password_at_all(studio: Home) -> None:
    studio.path.write_text(studio.path.read_text().replace("password = {", "# password = {"))
    done = studio.ask("check")
    assert done.code == 1
    assert "no user and password are configured" in done.out


def test_a_folder_that_is_not_there(studio: Home) -> None:
    studio.mailbox = 'folders = ["INBOX", "Projects"]\nsent = "Gesendet"\n'
    done = studio.write().ask("check")
    assert done.code == 1
    assert "fault    mailbox studio: there is no folder “Projects”; name a folder that exists, or create it" in done.out
    assert "fault    mailbox studio: there is no folder “Gesendet”" in done.out
    assert "ok       mailbox studio: folder “Drafts”" in done.out


def test_a_server_that_names_no_sent_and_no_drafts_folder(home: Home, sink: Sink) -> None:
    with ScriptedImap() as server:
        home.imap = f"imap://robin@127.0.0.1:{server.port}"
        home.smtp = f"smtp://127.0.0.1:{sink.port}"
        assert faults(home) == {
            "mailbox studio": "the server names no Sent folder; set `sent` of this mailbox to the folder's name"
        }
        assert "no Drafts folder" in faults(home, "warning")["mailbox studio"]


def test_a_certificate_that_cannot_be_verified(home: Home, dovecot: Dovecot, certificate: Certificate) -> None:
    with Sink(security="tls", certificate=certificate) as sink:
        home.imap = f"imaps://robin@localhost:{dovecot.imaps_port}"
        home.smtp = f"smtps://localhost:{sink.port}"
        found = faults(home)
    assert "certificate is not to be trusted" in found["mailbox studio"]
    assert "a certificate that cannot be verified is never accepted" in found["mailbox studio"]
    assert "certificate is not to be trusted" in found["smtp studio"]


def test_a_login_that_the_mail_server_refuses(studio: Home) -> None:
    with Sink(users={"robin": "another"}) as sink:
        studio.smtp = f"smtp://robin@127.0.0.1:{sink.port}"
        assert "535" in faults(studio)["smtp studio"]
        assert "app password" in faults(studio)["smtp studio"]


def test_a_server_without_idle_is_polled(home: Home, sink: Sink) -> None:
    with ScriptedImap(capabilities="IMAP4rev1") as server:
        home.imap = f"imap://robin@127.0.0.1:{server.port}"
        assert "it is polled, since the server has no IDLE" in home.write().ask("check").out


def test_a_store_that_cannot_be_made_or_read(studio: Home) -> None:
    studio.state.write_text("a file stands in the way")
    assert "set daemon.state to a folder of your own" in faults(studio)["store"]
    studio.state.unlink()
    studio.state.mkdir()
    (studio.state / "whiteglove.sqlite3").write_bytes(b"no database" * 1000)
    assert "restore a backup or move it away" in faults(studio)["store"]


def test_what_is_unwise_is_told_and_no_fault(studio: Home) -> None:
    studio.plugins = ""
    studio.owner = "hours_per_week = 10"
    studio.clients["acme"] = f'{ACME}\n[[projects]]\nname = "Shop"\nhours_per_week = 11\n'
    studio.clients["birch"] = 'name = "Monday"\n'
    found = faults(studio, "warning")
    assert set(found) == {"plugins", "commitments", "names"}
    assert "allow_words" in found["names"]
    assert faults(studio) == {}


def test_figures_without_the_extra_are_a_warning(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHITEGLOVE_DAEMON__METRICS", "[::1]:9464")
    assert "metrics" not in faults(home, "warning")
    monkeypatch.setattr(checking, "find_spec", lambda name: None if name == "prometheus_client" else object())
    assert faults(home, "warning")["metrics"] == (
        "figures cannot be read at [::1]:9464; install what it needs, `pip install 'whiteglove[metrics]'`"
    )


def test_a_name_that_is_not_kept_from_others_is_listed(studio: Home) -> None:
    studio.clients["acme"] = f'{ACME}\n[[projects]]\nname = "Birch portal"\n'
    studio.clients["birch"] = 'name = "Birch GmbH"\n'
    assert "“birch” tells of Birch GmbH" in faults(studio, "ok")["names"]
    assert faults(studio) == {}
