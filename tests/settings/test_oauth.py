"""The login by OAuth 2.0 in the configuration: what the providers are known for, and what cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings.conftest import MAILBOX, OWNER, Folder
from whiteglove.settings.oauth import login_file

SMALL = OWNER + MAILBOX
WITHOUT = SMALL.replace('password = { credential = "studio" }\n', "")
OTHER = (
    'oauth = { provider = "other", client_id = "x", scopes = ["mail"], token_endpoint = "https://id.vale.example/t", '
    'authorization_endpoint = "https://id.vale.example/a" }\n'
)


def section(keys: str) -> str:
    return WITHOUT + f"oauth = {{ {keys} }}\n"


def test_google_is_known(folder: Folder) -> None:
    keys = 'provider = "google", client_id = "x", client_secret = { credential = "client" }, login_lasts = "7d"'
    (box,) = folder.load(section(keys)).mailboxes
    assert (box.password, box.smtp_password) == (None, None)
    client = box.oauth
    assert client is not None
    assert client.authorization_endpoint == "https://accounts.google.com/o/oauth2/v2/auth"
    assert client.token_endpoint == "https://oauth2.googleapis.com/token"
    assert client.device_endpoint == ""
    assert client.scopes == ("https://mail.google.com/",)
    assert client.extra == {"access_type": "offline", "prompt": "consent"}
    assert client.lasts is not None
    assert client.lasts.days == 7
    assert client.user == "robin@vale.example"
    assert client.redirect_host == "127.0.0.1"
    assert repr(client.client_secret) == "Secret(the credential 'client')"


def test_microsoft_is_known_by_tenant(folder: Folder) -> None:
    for written, tenant in (("", "common"), (', tenant = "vale.example"', "vale.example")):
        (box,) = folder.load(section(f'provider = "microsoft", client_id = "x"{written}')).mailboxes
        client = box.oauth
        assert client is not None
        base = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
        assert client.authorization_endpoint == f"{base}/authorize"
        assert client.token_endpoint == f"{base}/token"
        assert client.device_endpoint == f"{base}/devicecode"
        assert "offline_access" in client.scopes
        assert any(scope.endswith("SMTP.Send") for scope in client.scopes)
        assert client.redirect_host == "localhost"


def test_another_provider_says_everything_itself(folder: Folder) -> None:
    (box,) = folder.load(WITHOUT + OTHER).mailboxes
    assert box.oauth is not None
    assert (box.oauth.token_endpoint, box.oauth.scopes) == ("https://id.vale.example/t", ("mail",))


def test_a_table_of_its_own_is_the_same(folder: Folder) -> None:
    (box,) = folder.load(WITHOUT + '[mailboxes.oauth]\nprovider = "google"\nclient_id = "x"\n').mailboxes
    assert box.oauth is not None
    assert box.oauth.provider == "google"


def test_sending_may_have_a_password_all_the_same(folder: Folder) -> None:
    (box,) = folder.load(WITHOUT + OTHER + 'smtp_password = { env = "SMTP" }\n').mailboxes
    assert box.oauth is not None
    assert "SMTP" in repr(box.smtp_password)


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        (SMALL + OTHER, "oauth", "a password or oauth, never both"),
        (section('provider = "google"'), "oauth.client_id", "is missing"),
        (
            section('provider = "gogle", client_id = "x"'),
            "oauth.provider",
            'must be "google" or "microsoft" or "other"',
        ),
        (section('provider = "google", client_id = "x", tenant = "y"'), "oauth.tenant", "only Microsoft has tenants"),
        (section('provider = "microsoft", client_id = "x", tenant = "a/b"'), "oauth.tenant", "is no id and no domain"),
        (
            section('provider = "google", client_id = "x", token_endpoint = "https://id.vale.example/t"'),
            "oauth.token_endpoint",
            "is known for google",
        ),
        (section('provider = "other", client_id = "x", scopes = ["mail"]'), "oauth.token_endpoint", "is missing"),
        (
            section('provider = "other", client_id = "x", scopes = ["a"], token_endpoint = "https://id.vale.example/"'),
            "oauth.authorization_endpoint",
            "needs one of them",
        ),
        (WITHOUT + OTHER.replace('scopes = ["mail"], ', ""), "oauth.scopes", "is missing"),
        (WITHOUT + OTHER.replace("https://id.vale.example/t", "http://id.vale.example/t"), "oauth.token_", "https://"),
        (WITHOUT + OTHER.replace("example/t", "example/t#x"), "oauth.token_endpoint", "without a fragment"),
        (WITHOUT + OTHER.replace("example/t", "example:x/t"), "oauth.token_endpoint", "must be an https://"),
        (WITHOUT + OTHER.replace("id.vale.example/t", "robin@id.vale.example/t"), "oauth.token_endpoint", "or a user"),
        (WITHOUT + 'oauth = "google"\n', "oauth", "must be a section of its own"),
    ],
)
def test_what_cannot_be_meant_is_named(folder: Folder, text: str, key: str, words: str) -> None:
    faults = folder.faults(text)
    assert [fault for fault in faults if f"mailboxes[0].{key}" in fault and words in fault], faults


def test_a_client_secret_in_the_file_is_refused_and_not_repeated(folder: Folder) -> None:
    faults = folder.faults(section('provider = "google", client_id = "x", client_secret = "sesame"'))
    assert "does not stand in this file" in faults[0]
    assert "sesame" not in "".join(faults)


def test_in_the_clear_only_to_this_machine(folder: Folder) -> None:
    text = WITHOUT + OTHER.replace("https://id.vale.example", "http://127.0.0.1:8080")
    assert folder.load(text).mailboxes[0].oauth is not None


def test_a_variable_that_holds_the_client_secret_is_no_key(folder: Folder) -> None:
    folder.environ["WHITEGLOVE_CLIENT"] = "sesame"
    keys = 'provider = "google", client_id = "x", client_secret = { env = "WHITEGLOVE_CLIENT" }'
    client = folder.load(section(keys)).mailboxes[0].oauth
    assert client is not None
    assert client.client_secret is not None
    assert client.client_secret.reveal() == "sesame"


def test_any_name_of_a_mailbox_makes_a_file_of_its_own_below_the_state() -> None:
    state = Path("/state")
    names = ["studio", "a/b", "..", "Ümlaut", "x" * 200, "y" * 200, "two words"]
    files = [login_file(state, name) for name in names]
    assert len(set(files)) == len(names)
    assert {file.parent for file in files} == {state / "logins"}
    assert all(len(file.name) < 120 for file in files)
    assert login_file(state, "Studio") == files[0]
