"""Addresses of IMAP and SMTP servers, as `imaps://user@host:port`. The password has its own key, never this one.

The scheme says how the connection is protected: `imaps` and `smtps` speak TLS from the first byte (RFC 8314 section
3), `imap+starttls` and `smtp+starttls` must upgrade before anything is said (RFC 9051 section 6.2.1, RFC 3207). Plain
`imap` and `smtp` go to this machine only.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from whiteglove.errors import GrammarError


class Security(StrEnum):
    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a server listens, how the connection is protected, and who logs in. `user` is "" where nobody does."""

    security: Security
    host: str
    port: int
    user: str = ""


_SCHEMES = {
    "imaps": (Security.TLS, 993),
    "imap+starttls": (Security.STARTTLS, 143),
    "imap": (Security.PLAIN, 143),
    "smtps": (Security.TLS, 465),
    "smtp+starttls": (Security.STARTTLS, 587),
    "smtp": (Security.PLAIN, 25),
}
IMAP_EXAMPLE = "imaps://robin%40vale.example@imap.vale.example"
SMTP_EXAMPLE = "smtp+starttls://robin%40vale.example@smtp.vale.example"


def parse_imap(text: str) -> ServerAddress:
    """Read the address of an IMAP server; it names the user who logs in. Raises `GrammarError`."""
    server = _parse(text, "imap", IMAP_EXAMPLE)
    if not server.user:
        raise GrammarError(f"the address names no user to log in; {_right(IMAP_EXAMPLE)}")
    return server


def parse_smtp(text: str) -> ServerAddress:
    """Read the address of an SMTP server; without a user there is no AUTH. Raises `GrammarError`."""
    return _parse(text, "smtp", SMTP_EXAMPLE)


def _right(example: str) -> str:
    return f'right would be "{example}"'


def _parse(text: str, protocol: str, example: str) -> ServerAddress:
    """The parts of an address. Messages never quote the text, since somebody may have put the password into it."""
    if any(char.isspace() or not char.isprintable() for char in text):
        raise GrammarError(f"the address holds a blank or a control character; {_right(example)}")
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise GrammarError(f"this is no server address, its host or port is malformed; {_right(example)}") from None
    if url.password is not None:
        raise GrammarError(
            "the address holds a password; take it out of here (and change it), "
            f'and write password = {{ credential = "NAME" }} beside it; {_right(example)}'
        )
    if not url.scheme.startswith(protocol) or url.scheme not in _SCHEMES:
        known = ", ".join(f"{scheme}://" for scheme in _SCHEMES if scheme.startswith(protocol))
        raise GrammarError(f"the address must begin with one of {known}; {_right(example)}")
    if not url.hostname:
        raise GrammarError(f"the address names no host; {_right(example)}")
    if url.path not in ("", "/") or url.query or url.fragment:
        raise GrammarError(f"the address goes on after host and port; {_right(example)}")
    security, default_port = _SCHEMES[url.scheme]
    if security is Security.PLAIN and not is_loopback(url.hostname):
        raise GrammarError(
            f"{url.scheme}:// sends everything unencrypted and is for this machine only (localhost, 127.0.0.1, ::1); "
            f"write {protocol}s:// or {protocol}+starttls://, as in {example}"
        )
    if port == 0:
        raise GrammarError(f"port 0 is no port; {_right(example)}")
    return ServerAddress(security, url.hostname, default_port if port is None else port, _user(url.username, example))


def _user(written: str | None, example: str) -> str:
    try:
        user = unquote(written or "", errors="strict")
    except UnicodeDecodeError:
        user = "\0"
    if not user.isprintable():
        raise GrammarError(f"the user's %-signs do not decode to text; {_right(example)}")
    return user


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself (RFC 6761 section 6.3 for the names)."""
    name = host.rstrip(".").casefold()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
