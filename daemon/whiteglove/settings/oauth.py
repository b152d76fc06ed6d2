"""Logins by OAuth 2.0: what is known of the large providers, and the checked value that the rest works with.

Every provider wants an app of its owner's own: the id of another program's is theirs to use and to lose.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from whiteglove.settings.locate import KeyPath
from whiteglove.settings.models import MailboxSection, OAuthSection
from whiteglove.settings.secrets import Secret
from whiteglove.settings.servers import is_loopback

FOLDER = "logins"
"""Below the state folder: a file for each mailbox that logs in by OAuth 2.0."""

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "device_authorization_endpoint")
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
_EXAMPLE = "https://login.vale.example/token"
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthClient:
    """An app that was registered with a provider, and the one account here that logs in by it.

    An endpoint that the provider does not have is "". `extra` are further parameters of the authorization request,
    `redirect_host` is how the provider wants this machine to be called in the redirect (RFC 8252 section 7.3). `file`
    holds the tokens. `lasts` is how long a login is good for where the provider does not say, None for ever.
    """

    provider: str
    client_id: str
    client_secret: Secret | None
    authorization_endpoint: str
    token_endpoint: str
    device_endpoint: str
    scopes: tuple[str, ...]
    user: str
    file: Path
    lasts: timedelta | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    redirect_host: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class _Provider:
    authorization: str
    token: str
    device: str
    scopes: tuple[str, ...]
    extra: Mapping[str, str]
    redirect_host: str = "127.0.0.1"


_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
_KNOWN = MappingProxyType(
    {
        # Its device endpoint refuses the scope for mail. Without `offline` there is no refresh token, and without
        # `consent` none when it is asked a second time.
        "google": _Provider(
            "https://accounts.google.com/o/oauth2/v2/auth",
            "https://oauth2.googleapis.com/token",
            "",
            ("https://mail.google.com/",),
            MappingProxyType({"access_type": "offline", "prompt": "consent"}),
        ),
        # Takes any port for `http://localhost`, and none but the registered one for a number.
        "microsoft": _Provider(
            f"{_MICROSOFT}/authorize",
            f"{_MICROSOFT}/token",
            f"{_MICROSOFT}/devicecode",
            (
                "https://outlook.office.com/IMAP.AccessAsUser.All",
                "https://outlook.office.com/SMTP.Send",
                "offline_access",
            ),
            MappingProxyType({}),
            "localhost",
        ),
    }
)


def oauth_client(section: OAuthSection, secret: Secret | None, user: str, file: Path) -> OAuthClient:
    """The value of a section in which `oauth_faults` finds nothing. `user` is who logs in to the IMAP server."""
    known = _KNOWN.get(section.provider) or _Provider(
        section.authorization_endpoint,
        section.token_endpoint,
        section.device_authorization_endpoint,
        (),
        MappingProxyType({}),
    )
    return OAuthClient(
        provider=section.provider,
        client_id=section.client_id,
        client_secret=secret,
        authorization_endpoint=known.authorization.replace("{tenant}", section.tenant),
        token_endpoint=known.token.replace("{tenant}", section.tenant),
        device_endpoint=known.device.replace("{tenant}", section.tenant),
        scopes=tuple(section.scopes) or known.scopes,
        user=user,
        file=file,
        lasts=section.login_lasts,
        extra=known.extra,
        redirect_host=known.redirect_host,
    )


def login_file(state: Path, mailbox: str) -> Path:
    """Where the tokens of a mailbox are kept. Its name may hold anything; two mailboxes never share a file."""
    name = quote(mailbox.casefold(), safe=" ")
    if len(name) > _LONGEST_NAME:
        name = hashlib.sha256(name.encode()).hexdigest()
    return state / FOLDER / f"{name}.json"


def oauth_faults(mailboxes: Sequence[MailboxSection]) -> Iterator[tuple[KeyPath, str]]:
    """What is wrong with the logins by OAuth 2.0 beyond each single key."""
    for i, mailbox in enumerate(mailboxes):
        section = mailbox.oauth
        if section is None:
            continue
        path: KeyPath = ("mailboxes", i, "oauth")
        if mailbox.password is not None:
            yield path, "a mailbox has a password or oauth, never both; leave out the one that is not meant"
        if section.provider != "microsoft" and section.tenant != "common":
            yield (*path, "tenant"), 'only Microsoft has tenants; leave it out, or write provider = "microsoft"'
        if not _TENANT.fullmatch(section.tenant):
            yield (*path, "tenant"), 'is no id and no domain; right would be tenant = "vale.example"'
        for key, text in _endpoint_faults(section):
            yield (*path, key), text


def _endpoint_faults(section: OAuthSection) -> Iterator[tuple[str, str]]:
    given = {key: getattr(section, key) for key in _ENDPOINTS}
    if section.provider != "other":
        for key in _ENDPOINTS:
            if given[key]:
                yield key, f'is known for {section.provider}; leave it out, or write provider = "other"'
        return
    if not given["token_endpoint"]:
        yield "token_endpoint", f'is missing; right would be token_endpoint = "{_EXAMPLE}"'
    if not (given["authorization_endpoint"] or given["device_authorization_endpoint"]):
        yield "authorization_endpoint", "is missing, and so is device_authorization_endpoint; a login needs one of them"
    if not section.scopes:
        yield "scopes", "is missing; the provider says which ones reading and sending mail takes"
    for key, url in given.items():
        if url and not _is_fit(url):
            yield key, f'must be an https:// address without a fragment or a user; right would be "{_EXAMPLE}"'


def _is_fit(url: str) -> bool:
    """RFC 6749 section 3.2: TLS and no fragment; without TLS only to this machine."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.fragment or parts.username is not None or not url.isascii():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
