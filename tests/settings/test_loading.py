"""The configuration as a whole: what must hold between its keys, and every fault reported at once."""

from __future__ import annotations

import traceback
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from whiteglove.errors import ConfigurationError
from whiteglove.message import Address
from whiteglove.settings import Security, ServerAddress, load

from .conftest import MAILBOX, OWNER, Folder

CONFIG = Path(__file__).parents[2] / "config"
SMALL = OWNER + MAILBOX


def test_the_example_is_right() -> None:
    settings = load(CONFIG / "whiteglove.example.toml", {"HOME": "/home/robin"}, today=date(2026, 11, 22))
    assert list(settings.book.clients) == ["fougere", "lantern", "marlowe", "quill", "tidewater"]
    assert next(iter(settings.plugins)) == "acknowledge"
    assert date(2026, 11, 26) in settings.client_holidays["lantern"]


def test_the_smallest_configuration_is_complete(folder: Folder) -> None:
    settings = folder.load()
    assert settings.path == folder.path / "whiteglove.toml"
    assert settings.daemon.mode == "rehearsal"
    assert settings.daemon.state == folder.path / "home/.local/state/whiteglove"
    assert settings.worktime.zone.key == "Europe/Berlin"
    assert (settings.templates_dir, settings.book.clients, settings.owner.signature) == (None, {}, "")
    assert settings.lexicon is folder.load().lexicon
    mailbox = settings.mailboxes[0]
    assert mailbox.imap == ServerAddress(Security.TLS, "imap.vale.example", 993, "robin@vale.example")
    assert (mailbox.address, mailbox.folders, mailbox.authserv_id) == ("robin@vale.example", ("INBOX",), None)


def test_everything_that_is_wrong_is_said_at_once(folder: Folder) -> None:
    text = OWNER.replace("Berlin", "Berln") + '[daemon]\nmode = "loud"\n' + MAILBOX.replace("imaps:", "imap:")
    faults = folder.faults(text, {"acme": 'name = ""', "birch": "x = 1"})
    assert [fault.split(": ")[0] for fault in faults] == [
        "whiteglove.toml:4",
        "whiteglove.toml:6",
        "whiteglove.toml:9",
        "clients/acme.toml:1",
        "clients/birch.toml:1",
        "clients/birch.toml:1",
    ]


def test_faults_between_keys_are_said_at_once_too(folder: Folder) -> None:
    text = (
        OWNER
        + 'holidays = "DE-XX"\nsignature = "gone.txt"\n'
        + '[daemon]\ntemplates = "gone"\n'
        + '[[team]]\nname = "Kim"\naddress = "robin@vale.example"\n'
        + MAILBOX
        + MAILBOX
    )
    acme = 'name = "Acme"\nholidays = "ZZ"\ndomains = ["vale.example"]'
    assert [fault.split(";")[0] for fault in folder.faults(text, {"acme": acme})] == [
        'whiteglove.toml:5: owner.holidays: "DE-XX" names no subdivision of DE, known are BB, BE, BW, BY, HB, HE, HH, '
        "MV, NI, NW, RP, SH, SL, SN, ST, TH, Augsburg",
        "whiteglove.toml:6: owner.signature: gone.txt cannot be read (no such file or directory)",
        "whiteglove.toml:8: daemon.templates: gone is no folder",
        "whiteglove.toml:11: team[0].address: robin@vale.example is already yours or a colleague's",
        'whiteglove.toml:17: mailboxes[1].folders[0]: "INBOX" of this account is already watched as "studio"',
        'whiteglove.toml:18: mailboxes[1].name: "studio" names two mailboxes',
        'clients/acme.toml:2: holidays: "ZZ" is no country whose holidays are known',
        "clients/acme.toml:3: domains[0]: vale.example is the domain of your own address robin@vale.example",
    ]


def test_there_must_be_a_mailbox(folder: Folder) -> None:
    assert folder.faults(OWNER) == [
        "whiteglove.toml:1: mailboxes: there is no mailbox; write [[mailboxes]] and below it name, imap and smtp"
    ]


def test_the_environment_takes_the_place_of_keys(folder: Folder) -> None:
    folder.environ |= {"WHITEGLOVE_OWNER__TIMEZONE": "Asia/Tokyo", "WHITEGLOVE_DAEMON__MODE": "live"}
    settings = folder.load()
    assert (settings.owner.timezone, settings.daemon.mode) == ("Asia/Tokyo", "live")


@pytest.mark.parametrize(
    ("variable", "value", "fault"),
    [
        ("WHITEGLOVE_OWNER__TIMEZONE", "Mars", 'environment: WHITEGLOVE_OWNER__TIMEZONE: "Mars" is no time zone'),
        (
            "WHITEGLOVE_OWNER__TIEMZONE",
            "UTC",
            "environment: WHITEGLOVE_OWNER__TIEMZONE: there is no such key; did",
        ),
        ("WHITEGLOVE_COLOUR", "red", "environment: WHITEGLOVE_COLOUR: there is no such key"),
        ("WHITEGLOVE_OWNER", "Robin", "environment: WHITEGLOVE_OWNER: must be a section"),
        ("WHITEGLOVE_MAILBOXES__0__PASSWORD", "sesame", "environment: WHITEGLOVE_MAILBOXES__0__PASSWORD: a password"),
    ],
)
def test_a_wrong_variable_is_reported_by_its_name(folder: Folder, variable: str, value: str, fault: str) -> None:
    folder.environ[variable] = value
    faults = folder.faults()
    assert any(found.startswith(fault) for found in faults)
    assert "sesame" not in "".join(faults)


def test_no_fault_shows_a_password(folder: Folder) -> None:
    text = SMALL.replace('{ credential = "studio" }', '"sesame"') + 'smtp_password = { env = "X", file = "sesame" }\n'
    text = text.replace("imaps://robin%40vale.example@", "imaps://robin:sesame@")
    with pytest.raises(ConfigurationError) as caught:
        folder.load(text)
    assert len(caught.value.problems) == 3
    assert "sesame" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


def test_every_address_of_ones_own_is_known(folder: Folder) -> None:
    text = OWNER + 'aliases = ["Hello@Vale.example"]\n' + MAILBOX + 'address = "Office@Vale.example"\n'
    settings = folder.load(text)
    assert settings.owner.own_addresses == {"robin@vale.example", "hello@vale.example", "office@vale.example"}
    assert settings.mailboxes[0].address == "Office@vale.example"
    assert settings.book.recognise(Address("office+x@vale.example")).relation == "own"


def test_a_mailbox_logs_in_to_smtp_with_its_password_unless_another_is_named(folder: Folder) -> None:
    first = folder.load().mailboxes[0]
    assert first.smtp_password == first.password
    second = folder.load(SMALL + 'smtp_password = { env = "SMTP" }\n').mailboxes[0]
    assert "SMTP" in repr(second.smtp_password)
    third = folder.load(SMALL.replace("smtps://robin%40vale.example@", "smtps://")).mailboxes[0]
    assert third.smtp_password is None
    fourth = folder.load(SMALL.replace('password = { credential = "studio" }\n', "")).mailboxes[0]
    assert (fourth.password, fourth.smtp_password) == (None, None)


def test_a_password_is_read_when_asked_for_and_its_fault_names_the_key(folder: Folder) -> None:
    password = folder.load(SMALL.replace("credential", "file")).mailboxes[0].password
    assert password is not None
    with pytest.raises(
        ConfigurationError, match=r"whiteglove.toml:9: mailboxes\[0\].password: the file .*/studio cannot"
    ):
        password.reveal()
    (folder.path / "studio").write_text("sesame\n")
    assert password.reveal() == "sesame"


def test_a_credential_lies_beside_the_configuration_where_no_service_was_given_it(folder: Folder) -> None:
    password = folder.load().mailboxes[0].password
    assert password is not None
    (folder.path / "credentials").mkdir()
    (folder.path / "credentials" / "studio").write_text("sesame\n")
    assert password.reveal() == "sesame"


def test_files_are_named_from_where_the_configuration_lies(folder: Folder) -> None:
    (folder.path / "signature.txt").write_text("Robin Vale\r\n+49 30 000\r\n\r\n", newline="")
    (folder.path / "texts").mkdir()
    text = OWNER + 'signature = "signature.txt"\n[daemon]\nstate = "state"\ntemplates = "texts"\n' + MAILBOX
    settings = folder.load(text)
    assert settings.owner.signature == "Robin Vale\n+49 30 000"
    assert (settings.daemon.state, settings.templates_dir) == (folder.path / "state", folder.path / "texts")


def test_the_usual_folder_of_templates_is_used_where_it_is_there(folder: Folder) -> None:
    (folder.path / "templates").mkdir()
    assert folder.load().templates_dir == folder.path / "templates"


def test_a_signature_that_is_no_text_is_refused_with_its_line(folder: Folder) -> None:
    (folder.path / "signature.txt").write_bytes(b"Robin\nM\xfcller\n")
    fault = folder.faults(OWNER + 'signature = "signature.txt"\n' + MAILBOX)[0]
    assert fault.startswith("whiteglove.toml:5: owner.signature: signature.txt, line 2, holds bytes that are no UTF-8")


def test_without_a_home_the_state_needs_a_place(folder: Folder) -> None:
    folder.environ.clear()
    assert 'right would be state = "/var/lib/whiteglove"' in folder.faults()[0]


def test_live_since_is_an_instant_in_utc(folder: Folder) -> None:
    settings = folder.load(OWNER + "[daemon]\nlive_since = 2026-11-22T09:00:00+01:00\n" + MAILBOX)
    assert settings.daemon.live_since == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert settings.daemon.live_since.tzinfo is UTC


def test_plugins_keep_the_files_order_and_lose_what_turns_them_off(folder: Folder) -> None:
    text = (
        SMALL
        + "[plugins.timelog]\nremind = []\n[plugins.llm]\nenabled = false\n[plugins.acknowledge]\nenabled = true\n"
    )
    assert {name: dict(keys) for name, keys in folder.load(text).plugins.items()} == {
        "timelog": {"remind": []},
        "acknowledge": {},
    }
    assert list(folder.load(text).plugins) == ["timelog", "acknowledge"]


def test_two_accounts_may_watch_folders_of_the_same_name(folder: Folder) -> None:
    other = MAILBOX.replace("studio", "office").replace("imap.vale", "imap2.vale")
    assert [mailbox.name for mailbox in folder.load(SMALL + other).mailboxes] == ["studio", "office"]


def test_holidays_and_absences_are_days_off(folder: Folder) -> None:
    worktime = folder.load(OWNER + 'holidays = "DE"\naway = ["2026-12-28/2026-12-30"]\n' + MAILBOX).worktime
    days = [date(2026, 12, day) for day in (24, 25, 28, 30, 31)]
    assert [worktime.is_day_off(day) for day in days] == [False, True, True, True, False]
