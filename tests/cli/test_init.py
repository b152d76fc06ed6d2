"""`init` against a real server: by flags, at a terminal, and where something is wrong."""

from __future__ import annotations

import io
import stat
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import ask
from cli.letterbox import Letterbox
from cli.terminal import Terminal
from servers.certificates import Certificate
from servers.dovecot import Dovecot
from servers.ports import free_port
from servers.sink import Sink
from whiteglove.imap.connect import verifying_context
from whiteglove.settings import Settings, load

FILLING = 120


@pytest.fixture(scope="module")
def studio(dovecot: Dovecot) -> Iterator[Letterbox]:
    """Two organisations, one person, and a few hundred letters of whoever is no client. Nothing here changes it."""
    with Letterbox(dovecot, "robin.init@vale.example") as box:
        box.received("Wile Coyote <wile@acme.example>", times=12)
        box.received("Rita Runner <rita@acme.example>", times=5)
        box.sent("Wile Coyote <wile@acme.example>", times=9)
        box.received('"Forst, Jutta (Birch)" <jutta@birch.example>', times=3)
        box.sent("jutta@birch.example", times=2)
        box.received("Ada Love <ada@gmail.com>", times=2)
        box.sent("Ada Love <ada@gmail.com>")
        box.received("Otto Never <otto@unanswered.example>", times=4)
        box.sent("sales@silent.example", times=4)
        box.received("News <news@list.example>", headers={"List-Id": "<news.list.example>"}, times=FILLING)
        box.sent("news@list.example")
        box.received("Shop <no-reply@shop.example>", times=FILLING)
        box.sent("no-reply@shop.example")
        box.received("Kim Vale <kim@vale.example>", times=6)
        box.sent("kim@vale.example", times=6)
        box.received("Old Client <old@former.example>", days=200)
        box.sent("old@former.example", days=200)
        yield box


@pytest.fixture
def flags(studio: Letterbox, sink: Sink, tmp_path: Path) -> list[str]:
    """Every answer but which are the clients."""
    return _flags(studio, sink, tmp_path)


def _flags(box: Letterbox, sink: Sink, tmp_path: Path) -> list[str]:
    (tmp_path / "password").write_text(f"{box.dovecot.password}\n")
    return [
        "init", "--dir", str(tmp_path / "new"), "--name", "Robin Vale", "--address", "robin@vale.example",
        "--timezone", "Europe/Berlin", "--language", "de", "--hours", "Mon-Thu 09:00-17:00; Fri 09:00-13:00",
        "--provider", "other", "--imap", box.imap, "--smtp", f"smtp://127.0.0.1:{sink.port}", "--user", box.user,
        "--password-file", str(tmp_path / "password"),
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And a place for the store that it does not make."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "stdin", io.StringIO())


def loaded(folder: Path) -> Settings:
    return load(folder, {"HOME": str(folder)})


def test_by_flags_alone_it_writes_what_runs(flags: list[str], studio: Letterbox, sink: Sink, tmp_path: Path) -> None:
    before = (studio.flags("INBOX"), studio.flags("Sent"), studio.flags("Drafts"))
    done = ask(*flags, "--clients", "acme.example,ada@gmail.com")
    assert (done.code, done.err) == (0, "")
    settings = loaded(tmp_path / "new")
    assert settings.daemon.mode == "rehearsal"
    assert list(settings.plugins) == [
        "acknowledge", "incidents", "contact_frequency", "reports", "replies", "daily_summary"
    ]  # fmt: skip
    assert sorted(settings.book.clients) == ["acme", "ada"]
    acme, ada = settings.book.clients["acme"], settings.book.clients["ada"]
    assert (acme.name, acme.domains) == ("Acme", ("acme.example",))
    assert [(one.name, one.addresses) for one in acme.people] == [
        ("Wile Coyote", ("wile@acme.example",)),
        ("Rita Runner", ("rita@acme.example",)),
    ]
    assert (ada.name, ada.domains, ada.people[0].addresses) == ("Ada Love", (), ("ada@gmail.com",))
    assert settings.mailboxes[0].password is not None
    assert settings.mailboxes[0].password.reveal() == studio.dovecot.password
    assert (studio.flags("INBOX"), studio.flags("Sent"), studio.flags("Drafts")) == before
    assert b"Seen" not in before[0]
    assert sink.received == []
    assert not (tmp_path / "state").exists()


def test_only_this_user_may_read_what_it_writes(flags: list[str], tmp_path: Path) -> None:
    assert ask(*flags, "--clients", "all").code == 0
    modes = {
        str(path.relative_to(tmp_path / "new")): stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "new").rglob("*")
    }
    assert modes == {
        "whiteglove.toml": 0o600, "clients": 0o700, "clients/acme.toml": 0o600, "clients/ada.toml": 0o600,
        "clients/birch.toml": 0o600, "credentials": 0o700, "credentials/vale": 0o600,
    }  # fmt: skip
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_whom_the_owner_exchanges_mail_with_is_proposed_the_busiest_first(flags: list[str], tmp_path: Path) -> None:
    said = ask(*flags, "--clients", "none", "--json").json
    assert [(one["key"], one["domain"], one["received"], one["sent"]) for one in said["proposals"]] == [
        ("acme", "acme.example", 17, 9),
        ("birch", "birch.example", 3, 2),
        ("ada", None, 2, 1),
    ]
    assert said["proposals"][1]["people"] == [{"name": "Jutta Forst", "addresses": ["jutta@birch.example"]}]
    assert (said["ok"], said["clients"], said["mode"]) == (True, [], "rehearsal")
    assert said["files"] == [str(tmp_path / "new" / name) for name in ("credentials/vale", "whiteglove.toml")]
    assert said["read"] == {"vale": {"INBOX": 12 + 5 + 3 + 2 + 4 + 2 * FILLING + 6, "Sent": 9 + 2 + 1 + 4 + 1 + 1 + 6}}
    assert said["folders"] == {"vale": {"sent": "Sent", "drafts": "Drafts"}}
    assert len(said["next"]) == 3


def test_more_months_are_looked_at_where_somebody_says_so(flags: list[str]) -> None:
    said = ask(*flags, "--clients", "none", "--months", "8", "--json").json
    assert "former" in [one["key"] for one in said["proposals"]]


def test_the_last_lines_say_what_is_next(flags: list[str], tmp_path: Path) -> None:
    lines = ask(*flags, "--clients", "none").out.splitlines()
    lines = lines[lines.index("Next:") :]
    assert len(lines) <= 5
    here = f"whiteglove --config {tmp_path}/new/whiteglove.toml"
    assert [
        words in line
        for words, line in zip((f"{here} run --once", f"{here} summary", '"live"'), lines[1:], strict=True)
    ]


def test_a_configuration_that_is_found_by_itself_needs_no_name(
    flags: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    flags[2] = str(tmp_path / "whiteglove")
    assert ": whiteglove run --once" in ask(*flags, "--clients", "none").out


def test_a_configuration_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "whiteglove.toml").write_text("mine")
    done = ask("init", "--dir", str(tmp_path / "new"))
    assert done.code == 2, "before anything is asked"
    assert done.err == (
        f"whiteglove: {tmp_path}/new/whiteglove.toml is there already, and is not overwritten; change it by hand, "
        "move it away, or write another configuration with --dir DIR\n"
    )
    assert [(path.name, path.read_text()) for path in (tmp_path / "new").iterdir()] == [("whiteglove.toml", "mine")]


def test_a_folder_that_is_there_is_filled(flags: list[str], tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "signature.txt").write_text("Robin")
    assert ask(*flags, "--clients", "acme").code == 0
    assert sorted(str(path.relative_to(tmp_path / "new")) for path in (tmp_path / "new").rglob("*")) == [
        "clients", "clients/acme.toml", "credentials", "credentials/vale", "signature.txt", "whiteglove.toml"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("--name", "--name is missing, and there is no terminal to ask at"),
        ("--timezone", "--timezone is missing, and there is no terminal to ask at"),
        ("--provider", '--provider is missing, and there is no terminal to ask at; with --yes it would be "other"'),
        ("--imap", '--imap is missing, and there is no terminal to ask at; with --yes it would be "imap.vale.example"'),
        ("--password-file", "--password-file is missing (or --password-env, --password-command)"),
        ("--clients", "--clients is missing, and there is no terminal to ask at; with --yes it would be"),
    ],
)
def test_without_a_terminal_an_answer_that_is_missing_is_named(
    missing: str, said: str, flags: list[str], tmp_path: Path
) -> None:
    arguments = [*flags, "--clients", "none"]
    at = arguments.index(missing)
    done = ask(*arguments[:at], *arguments[at + 2 :])
    assert done.code == 2
    assert done.err.startswith(f"whiteglove: {said}"), done.err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--timezone", "Europe/Berlinn", 'did you mean "Europe/Berlin"?'),
        ("--hours", "whenever", 'right would be "Mon-Fri 09:00-17:30"'),
        ("--address", "robin", "is no mail address"),
        ("--provider", "pigeon", "is none of gmail, microsoft"),
        ("--imap", "imap://imap.vale.example", "is for this machine only"),
        ("--clients", "acme.example,nobody.example", "is none of those proposed (acme.example, birch.example,"),
        ("--clients", "4", "is none of those proposed"),
        ("--mailbox", "../up", 'without "/"'),
    ],
)
def test_an_answer_that_is_wrong_writes_nothing(
    flag: str, value: str, said: str, flags: list[str], tmp_path: Path
) -> None:
    done = ask(*flags, "--clients", "none", flag, value)
    assert done.code == 2
    assert f"whiteglove: {flag}: " in done.err
    assert said in done.err
    assert not (tmp_path / "new").exists()


def test_a_wrong_password_is_told_with_what_to_do_and_is_repeated_nowhere(flags: list[str], tmp_path: Path) -> None:
    (tmp_path / "password").write_text("not-this-one")
    done = ask(*flags, "--clients", "none")
    assert done.code == 1
    assert "check user and password; many providers want an app password. Nothing was written; --offline" in done.err
    assert "not-this-one" not in done.out + done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["password"]


def test_of_a_provider_with_passwords_of_its_own_kind_that_kind_is_named(flags: list[str]) -> None:
    del flags[flags.index("--password-file") :]
    done = ask(*flags, "--clients", "none", "--provider", "fastmail", "--password-command", "echo wrong")
    assert "check user and password; Fastmail takes an app password" in done.err


def test_a_server_that_nobody_listens_at(flags: list[str], tmp_path: Path) -> None:
    done = ask(*flags, "--clients", "none", "--imap", f"imap://127.0.0.1:{free_port()}")
    assert done.code == 1
    assert "check the host, the port and the network. Nothing was written" in done.err
    assert not (tmp_path / "new").exists()


def test_a_certificate_that_nobody_vouches_for(flags: list[str], dovecot: Dovecot, tmp_path: Path) -> None:
    done = ask(*flags, "--clients", "none", "--imap", f"imaps://localhost:{dovecot.imaps_port}")
    assert done.code == 1
    assert "a certificate that cannot be verified is never accepted" in done.err
    assert not (tmp_path / "new").exists()


def test_a_certificate_that_the_machine_trusts(
    flags: list[str], dovecot: Dovecot, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    verifying_context.cache_clear()
    done = ask(*flags, "--clients", "none", "--imap", f"imaps://localhost:{dovecot.imaps_port}")
    verifying_context.cache_clear()
    assert done.code == 0, done.err


def test_an_smtp_server_that_is_not_there_is_a_fault_of_the_check_and_the_files_stay(
    flags: list[str], tmp_path: Path
) -> None:
    done = ask(*flags, "--clients", "none", "--smtp", f"smtp://127.0.0.1:{free_port()}")
    assert done.code == 1
    assert "fault    smtp vale: " in done.out
    assert "1. Mend what is called a fault above" in done.out
    assert (tmp_path / "new" / "whiteglove.toml").exists()


def test_folders_that_carry_no_mark_and_lie_deep_are_written_by_name(sink: Sink, tmp_path: Path) -> None:
    with Dovecot(extra=_UNMARKED) as plain, Letterbox(plain, "robin@vale.example") as deep:
        deep.make("Archive/Gesendet")
        deep.received("Wile Coyote <wile@acme.example>")
        deep.sent("wile@acme.example", folder="Archive/Gesendet")
        done = ask(*_flags(deep, sink, tmp_path), "--clients", "acme")
    assert done.code == 0, done.err
    text = (tmp_path / "new" / "whiteglove.toml").read_text()
    mailbox = tomllib.loads(text)["mailboxes"][0]
    assert (mailbox["sent"], mailbox["drafts"]) == ("Archive/Gesendet", "auto")
    assert "the server names no folder of drafts; there are: " in done.out
    assert "warning  mailbox vale: the server names no Drafts folder" in done.out


def test_a_folder_that_only_the_owner_knows_is_looked_into_once_it_is_named(sink: Sink, tmp_path: Path) -> None:
    with Dovecot(extra=_UNMARKED) as plain, Letterbox(plain, "robin@vale.example") as odd:
        odd.make("Ausgang")
        odd.received("Wile Coyote <wile@acme.example>")
        odd.sent("wile@acme.example", folder="Ausgang")
        with Terminal(*_flags(odd, sink, tmp_path), "--drafts", "Drafts") as terminal:
            terminal.answers("The folder of sent mail (auto for none) [auto]", "Ausgang")
            terminal.answers("Who of these is a client?", "acme")
            # The folder of drafts that was named is not there.
            assert "there is no folder “Drafts”" in terminal.ends(1)
    settings = loaded(tmp_path / "new")
    assert (settings.mailboxes[0].sent, list(settings.book.clients)) == ("Ausgang", ["acme"])


def test_offline_nothing_is_connected_to(flags: list[str], tmp_path: Path) -> None:
    servers = ("--imap", "imaps://imap.nowhere.invalid", "--smtp", "smtps://smtp.nowhere.invalid")
    done = ask(*flags, "--offline", *servers, "--json")
    assert done.json["read"] == {}
    assert [one["what"] for one in done.json["findings"] if one["what"].startswith(("mailbox", "smtp"))] == []
    assert loaded(tmp_path / "new").mailboxes[0].imap.host == "imap.nowhere.invalid"


def test_a_password_from_standard_input_or_from_elsewhere(
    flags: list[str], studio: Letterbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = [*flags[: flags.index("--password-file")], "--clients", "none"]
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{studio.dovecot.password}\n"))
    done = ask(*rest, "--password-file", "-")
    assert done.code == 0, done.err
    assert (tmp_path / "new" / "credentials" / "vale").read_text() == f"{studio.dovecot.password}\n"
    rest[2] = str(tmp_path / "second")
    monkeypatch.setenv("STUDIO", studio.dovecot.password)
    done = ask(*rest, "--password-env", "STUDIO")
    assert done.code == 0, done.err
    rest[2] = str(tmp_path / "third")
    done = ask(*rest, "--password-command", f"echo '{studio.dovecot.password}'")
    assert done.code == 0, done.err
    assert not (tmp_path / "second" / "credentials").exists()
    written = [tomllib.loads((tmp_path / name / "whiteglove.toml").read_text()) for name in ("second", "third")]
    assert [one["mailboxes"][0]["password"] for one in written] == [
        {"env": "STUDIO"},
        {"command": ["echo", studio.dovecot.password]},
    ]


def test_a_variable_that_is_not_set_is_told_with_the_file_that_would_be_there(flags: list[str], tmp_path: Path) -> None:
    at = flags.index("--password-file")
    done = ask(*flags[:at], "--clients", "none", "--password-env", "NOT_SET_HERE")
    assert done.code == 1
    assert f"{tmp_path}/new/whiteglove.toml:" in done.err
    assert "the environment variable NOT_SET_HERE is not set" in done.err


def test_microsoft_logs_in_by_oauth_and_clients_are_picked_afterwards(tmp_path: Path) -> None:
    arguments = [
        "init", "--dir", str(tmp_path / "new"), "--name", "Robin Vale", "--address", "robin@vale.example", "--yes",
        "--provider", "microsoft", "--offline",
    ]  # fmt: skip
    done = ask(*arguments)
    assert done.code == 2
    assert "--client-id is missing" in done.err
    assert "Microsoft 365 lets programs in by OAuth 2.0 only" in done.err
    done = ask(*arguments, "--client-id", "1234-abcd", "--tenant", "vale.example")
    assert done.code == 0, done.err
    assert "Log in: whiteglove" in done.out
    assert "init --more-clients" in done.out
    mailbox = tomllib.loads((tmp_path / "new" / "whiteglove.toml").read_text())["mailboxes"][0]
    assert mailbox["oauth"] == {"provider": "microsoft", "client_id": "1234-abcd", "tenant": "vale.example"}
    assert "password" not in mailbox
    done = ask("init", "--more-clients", "--dir", str(tmp_path / "new"), "--yes")
    assert done.code == 1
    assert done.err.endswith("; log in first: whiteglove login vale\n")


def test_more_clients_are_added_to_a_book_that_is_there(flags: list[str], tmp_path: Path) -> None:
    assert ask(*flags, "--clients", "acme").code == 0
    before = (tmp_path / "new" / "clients" / "acme.toml").read_text()
    said = ask("init", "--more-clients", "--dir", str(tmp_path / "new"), "--clients", "all", "--json").json
    assert [one["key"] for one in said["proposals"]] == ["birch", "ada"]
    assert sorted(loaded(tmp_path / "new").book.clients) == ["acme", "ada", "birch"]
    assert (tmp_path / "new" / "clients" / "acme.toml").read_text() == before


def test_at_a_terminal_each_question_has_its_default_and_a_wrong_password_may_be_typed_again(
    studio: Letterbox, sink: Sink, tmp_path: Path
) -> None:
    arguments = ["init", "--dir", str(tmp_path / "new"), "--smtp", f"smtp://127.0.0.1:{sink.port}", "--timezone", "UTC"]
    with Terminal(*arguments, EMAIL="robin@vale.example", LANG="nl_NL.UTF-8") as terminal:
        terminal.answers("as it stands below your mails", "Robin Vale")
        terminal.answers("Your mail address [robin@vale.example]", "")
        terminal.answers("The language you read (en de fr es it pt nl) [nl]", "")
        terminal.answers("Your working time", "whenever")
        terminal.shows("right would be")
        terminal.answers("Your working time", "")
        terminal.answers("Who has your mail", "")
        terminal.answers("Who logs in there [robin@vale.example]", studio.user)
        terminal.answers("The server to read from (IMAP)", studio.imap)
        terminal.answers("Where the password is kept", "")
        terminal.answers("The password (it is not shown)", "not-this-one")
        terminal.shows("check user and password")
        for again in (f"Who logs in there [{studio.user}]", "Where the password is kept"):
            terminal.answers(again, "")
        terminal.answers("The password (it is not shown)", studio.dovecot.password)
        terminal.answers("Who of these is a client?", "1-2")
        shown = terminal.ends(0)
    assert "not-this-one" not in shown
    assert studio.dovecot.password not in shown
    settings = loaded(tmp_path / "new")
    assert sorted(settings.book.clients) == ["acme", "birch"]
    assert (settings.owner.language, settings.owner.timezone) == ("nl", "UTC")


@pytest.mark.parametrize("question", ["Where the password is kept", "Who of these is a client?"])
def test_an_interrupt_leaves_nothing_behind(question: str, studio: Letterbox, sink: Sink, tmp_path: Path) -> None:
    arguments = _flags(studio, sink, tmp_path)
    if question.startswith("Where"):
        del arguments[arguments.index("--password-file") :]
    with Terminal(*arguments) as terminal:
        terminal.answers(question, "\x03", end="")
        terminal.ends(130)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["password"]


_UNMARKED = """
namespace inbox {
  mailbox Drafts {
    auto = no
    special_use =
  }
  mailbox Sent {
    auto = no
    special_use =
  }
}
"""
