"""Mail providers: recognised by the domain of an address, reached by servers that the configuration takes."""

from __future__ import annotations

import pytest

from whiteglove.cli.init_providers import (
    Provider,
    free_mail,
    imap_address,
    provider_named,
    provider_of,
    providers,
    smtp_address,
    user_at,
)
from whiteglove.errors import GrammarError
from whiteglove.settings.fields import domain
from whiteglove.settings.models import MailboxSection
from whiteglove.settings.servers import Security, parse_imap, parse_smtp


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("robin@gmail.com", "gmail"),
        ("Robin@GoogleMail.com", "gmail"),
        ("robin@hotmail.co.uk", "outlook"),
        ("robin@gmx.de", "gmx"),
        ("robin@gmx.com", "gmx-com"),
        ("robin@me.com", "icloud"),
        ("robin@pm.me", "proton"),
        ("robin@vale.example", "other"),
        ("robin@notgmail.com", "other"),
    ],
)
def test_a_provider_is_told_by_the_domain_alone(address: str, key: str) -> None:
    assert provider_of(address).key == key


def test_each_domain_is_one_providers_and_free_to_anybody() -> None:
    domains = [name for provider in providers().values() for name in provider.domains]
    assert len(domains) == len(set(domains))
    assert free_mail().issuperset(domains)
    assert [name for name in free_mail() if domain(name) != name] == []


def test_the_ones_that_everybody_asks_for_are_there_and_the_general_one_comes_last() -> None:
    wanted = {"gmail", "microsoft", "fastmail", "icloud", "proton", "yahoo", "gmx", "mailbox-org", "ionos"}
    assert wanted <= set(providers())
    assert list(providers())[-1] == "other"


@pytest.mark.parametrize("provider", [one for one in providers().values() if one.imap], ids=lambda one: one.key)
def test_what_is_known_of_a_provider_is_what_a_mailbox_may_hold(provider: Provider) -> None:
    imap = parse_imap(imap_address(provider.imap, user_at(provider.imap_user, "robin@vale.example")))
    smtp = parse_smtp(smtp_address(provider.smtp, user_at(provider.smtp_user, "robin@vale.example")))
    for server, kind in ((imap, provider.imap_user), (smtp, provider.smtp_user)):
        assert server.security is not Security.PLAIN
        assert server.user == ("robin" if kind == "local" else "robin@vale.example")
    assert set(provider.mailbox) <= set(MailboxSection.model_fields)
    assert provider.passwords or provider.oauth
    assert bool(provider.oauth) == bool(provider.registration)


def test_a_provider_is_named_as_people_write_it() -> None:
    assert provider_named(" Mailbox.org ").key == "mailbox-org"
    with pytest.raises(GrammarError, match='"pigeon" is none of gmail, microsoft'):
        provider_named("pigeon")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("imap.vale.example", "imaps://robin%40vale.example@imap.vale.example"),
        ("imap.vale.example:993", "imaps://robin%40vale.example@imap.vale.example:993"),
        ("imap.vale.example:143", "imap+starttls://robin%40vale.example@imap.vale.example:143"),
        ("imap+starttls://imap.vale.example", "imap+starttls://robin%40vale.example@imap.vale.example"),
        ("imaps://kim@imap.vale.example", "imaps://kim@imap.vale.example"),
    ],
)
def test_a_host_is_enough_of_an_imap_server(text: str, written: str) -> None:
    assert imap_address(text, "robin@vale.example") == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("smtp.vale.example", "smtps://robin@smtp.vale.example"),
        ("smtp.vale.example:587", "smtp+starttls://robin@smtp.vale.example:587"),
        ("smtp://127.0.0.1:25", "smtp://127.0.0.1:25"),
        ("smtp://kim@127.0.0.1:25", "smtp://kim@127.0.0.1:25"),
    ],
)
def test_a_host_is_enough_of_an_smtp_server(text: str, written: str) -> None:
    assert smtp_address(text, "robin") == written


@pytest.mark.parametrize("text", ["", "imap://imap.vale.example", "pop3://mail.vale.example", "two words"])
def test_what_is_no_server_is_refused(text: str) -> None:
    with pytest.raises(GrammarError):
        imap_address(text, "robin")
