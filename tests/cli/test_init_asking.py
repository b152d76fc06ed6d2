"""The questions of `init`: answered by flags, by defaults, or by somebody who types."""

from __future__ import annotations

import getpass
import io
import sys
from pathlib import Path
from typing import Any

import pytest

from whiteglove.cli.init_asking import HOURS, Asker, ask_mailbox, ask_owner, locale_language, machine_zone
from whiteglove.cli.usage import UsageError
from whiteglove.grammar import parse_duration
from whiteglove.settings.models import OwnerSection

ADDRESS = "robin@vale.example"


def asker(given: dict[str, str | None] | None = None, *, terminal: bool = False, yes: bool = False) -> Asker:
    return Asker(given or {}, terminal=terminal, take_defaults=yes)


def types(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_a_flag_answers_before_a_default_and_both_before_a_person() -> None:
    assert asker({"poll": "3m"}, terminal=True).ask("poll", "Poll", str, "1m") == "3m"
    assert asker(terminal=True, yes=True).ask("poll", "Poll", str, "1m") == "1m"


def test_who_types_gets_the_default_for_nothing_and_another_try_for_nonsense(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, "", "soon", " 2m ", "")
    typing = asker(terminal=True)
    assert str(typing.ask("poll", "How often", parse_duration, "1m")) == "0:01:00"
    assert str(typing.ask("poll", "How often", parse_duration, "1m")) == "0:02:00"
    assert str(typing.ask("poll", "How often", parse_duration, "1m")) == "0:02:00", "what was typed before"
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("How often [1m]: ") == 3
    assert "How often [2m]: " in shown.err
    assert typing.asked == 4


def test_what_is_kept_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch, "2m", "3m")
    typing = asker(terminal=True)
    typing.ask("poll", "How often", str)
    typing.keep("poll", "never-asked")
    assert typing.ask("poll", "How often", str) == "2m"
    typing.keep()
    assert typing.ask("poll", "How often", str) == "3m"


def test_an_end_of_input_names_the_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch)
    with pytest.raises(UsageError, match="--name answers it on the command line"):
        asker(terminal=True).ask("name", "Name", str)


def test_the_owner_by_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ask_owner(asker({"name": "Robin Vale"}, yes=True), {"EMAIL": ADDRESS, "TZ": "Asia/Tokyo", "LANG": "fr_CH"})
    assert found == {
        "name": "Robin Vale", "address": ADDRESS, "timezone": "Asia/Tokyo", "language": "fr", "hours": HOURS,
    }  # fmt: skip
    assert OwnerSection.model_fields["hours"].default == HOURS
    OwnerSection.model_validate(found)


def test_an_address_without_a_default_has_to_be_said() -> None:
    with pytest.raises(UsageError, match=r"--address is missing, and there is no terminal to ask at$"):
        ask_owner(asker({"name": "Robin Vale"}, yes=True), {})


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "pt_BR"}, "pt"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "C"}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_of_the_locale(environ: dict[str, str], code: str) -> None:
    assert locale_language(environ) == code


def test_the_time_zone_of_the_machine(tmp_path: Path) -> None:
    link = tmp_path / "localtime"
    assert machine_zone({}, link) == ""
    link.symlink_to("/usr/share/zoneinfo/Europe/Lisbon")
    assert machine_zone({}, link) == "Europe/Lisbon"
    assert machine_zone({"TZ": ":Asia/Tokyo"}, link) == "Asia/Tokyo"
    assert machine_zone({"TZ": "CET-1CEST"}, link) == "Europe/Lisbon"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"provider": "icloud"},
            {"imap": "imaps://robin@imap.mail.me.com", "smtp": "smtp+starttls://robin%40vale.example@smtp.mail.me.com"},
        ),
        ({"provider": "ionos", "imap": "imap.ionos.fr"}, {"imap": "imaps://robin%40vale.example@imap.ionos.fr"}),
        ({"provider": "gmx", "user": "kim@gmx.de"}, {"imap": "imaps://kim%40gmx.de@imap.gmx.net", "name": "vale"}),
        ({"provider": "gmail", "mailbox": "studio"}, {"name": "studio", "authserv_id": "mx.google.com"}),
        (
            {"provider": "proton"},
            {"imap": "imap+starttls://robin%40vale.example@127.0.0.1:1143", "copy_to_sent": "never"},
        ),
        ({"provider": "gmx", "sent": "Gesendet"}, {"sent": "Gesendet"}),
    ],
)
def test_the_mailbox(given: dict[str, str | None], expected: dict[str, Any]) -> None:
    answers = ask_mailbox(asker({**given, "password-env": "STUDIO"}), ADDRESS)
    assert answers.values.items() >= (expected | {"password": {"env": "STUDIO"}}).items()
    assert answers.secrets == {}


def test_a_mailbox_is_called_after_its_provider_or_its_domain() -> None:
    given: dict[str, str | None] = {"password-env": "STUDIO"}
    assert ask_mailbox(asker(given, yes=True), "robin@gmx.de").values["name"] == "gmx"
    assert ask_mailbox(asker(given, yes=True), ADDRESS).values["name"] == "vale"


def test_a_password_is_in_no_repr_and_no_error(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("only here\n")
    answers = ask_mailbox(asker({"provider": "gmx", "password-file": str(file)}), ADDRESS)
    assert answers.values["password"] == {"credential": "vale"}
    assert answers.secrets == {"vale": "only here"}
    assert "only here" not in repr(answers)
    file.write_text("only here\nand there\n")
    with pytest.raises(UsageError, match=r"--password-file: the file .* gives several lines") as caught:
        ask_mailbox(asker({"provider": "gmx", "password-file": str(file)}), ADDRESS)
    assert "only here" not in str(caught.value)
    with pytest.raises(UsageError, match="cannot be read"):
        ask_mailbox(asker({"provider": "gmx", "password-file": str(tmp_path / "nowhere")}), ADDRESS)


def test_standard_input_that_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch)
    with pytest.raises(UsageError, match="--password-file -: standard input is empty"):
        ask_mailbox(asker({"provider": "gmx", "password-file": "-"}), ADDRESS)


@pytest.mark.parametrize(
    ("typed", "source"),
    [
        ("env STUDIO", {"env": "STUDIO"}),
        ("command pass show 'my studio'", {"command": ["pass", "show", "my studio"]}),
    ],
)
def test_who_types_says_where_the_password_is_kept(
    typed: str, source: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, "there", "env A=B", "command 'pass", typed)
    assert ask_mailbox(asker({"provider": "fastmail"}, terminal=True), ADDRESS).values["password"] == source
    said = capsys.readouterr().err
    assert "The password Fastmail takes: an app password" in said
    assert 'right would be "here"' in said
    assert "holds no" in said
    assert "a quote is not closed" in said


def test_a_password_is_typed_without_being_shown_and_is_never_empty(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter(["", "umbrella"])
    monkeypatch.setattr(getpass, "getpass", lambda prompt, stream: next(answers))
    types(monkeypatch, "here")
    assert ask_mailbox(asker({"provider": "gmx"}, terminal=True), ADDRESS).secrets == {"vale": "umbrella"}
    assert "is empty" in capsys.readouterr().err


def test_gmail_takes_an_app_password_unless_somebody_has_a_client_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of the app\n")
    given: dict[str, str | None] = {
        "client-id": "1234.apps.vale.example", "client-secret-file": str(tmp_path / "secret"),
    }  # fmt: skip
    answers = ask_mailbox(asker(given, yes=True), "robin@gmail.com")
    assert "password" not in answers.values
    assert answers.values["oauth"] == {
        "provider": "google", "client_id": "1234.apps.vale.example", "client_secret": {"credential": "gmail-client"},
    }  # fmt: skip
    assert answers.secrets == {"gmail-client": "of the app"}


def test_microsoft_wants_a_client_id(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="--client-id is missing"):
        ask_mailbox(asker({"password-env": "STUDIO"}, yes=True), "robin@outlook.com")
    assert "Outlook.com, Hotmail, Live lets programs in by OAuth 2.0 only" in capsys.readouterr().err
