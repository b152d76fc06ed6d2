"""What `init` knows of mail providers: their servers, who logs in and how. The facts are in `init_providers.toml`.

A provider is told by the domain of the address alone; nothing is looked up anywhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from whiteglove.errors import GrammarError
from whiteglove.message import Address
from whiteglove.settings.servers import parse_imap, parse_smtp

OTHER = "other"
_FACTS = Path(__file__).with_suffix(".toml")
_STARTTLS_PORTS = frozenset({"143", "587", "25"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One row of the table: see the head of `init_providers.toml`. Servers are "" where nobody but the owner knows."""

    key: str
    title: str
    domains: tuple[str, ...] = ()
    imap: str = ""
    smtp: str = ""
    imap_user: str = "address"
    smtp_user: str = "address"
    oauth: str = ""
    passwords: bool = True
    registration: str = ""
    password: str = ""
    hint: str = ""
    mailbox: Mapping[str, Any] = field(default_factory=dict)


@cache
def providers() -> Mapping[str, Provider]:
    """Every provider by its key, in the order in which they are offered."""
    rows = _facts()["providers"]
    return MappingProxyType(
        {key: Provider(key=key, **row | {"domains": tuple(row.get("domains", ()))}) for key, row in rows.items()}
    )


@cache
def free_mail() -> frozenset[str]:
    """The domains at which anybody may have an address, so that two people there have nothing in common."""
    return frozenset(_facts()["free_mail"]).union(*(provider.domains for provider in providers().values()))


def provider_of(address: str) -> Provider:
    """The provider whose domain this address has, else `other`."""
    domain = Address(address).domain
    known = (provider for provider in providers().values() if domain in provider.domains)
    return next(known, providers()[OTHER])


def provider_named(text: str) -> Provider:
    """The provider with this key; for an answer. Raises `GrammarError` that lists all there are."""
    key = text.strip().casefold().replace(".", "-")
    if key not in providers():
        raise GrammarError(f'"{text.strip()}" is none of {", ".join(providers())}')
    return providers()[key]


def user_at(kind: str, address: str) -> str:
    """Who logs in: the whole address, or with `local` the part before the @."""
    return address.rpartition("@")[0] if kind == "local" else address


def imap_address(text: str, user: str) -> str:
    """What to write for an IMAP server: a host, also with a port, is reached by TLS, at port 143 by STARTTLS; an
    address with a scheme stands as it is, with this user where it names none. Raises `GrammarError`."""
    written = _with_scheme(text.strip(), "imap")
    scheme, _, rest = written.partition("://")
    address = written if "@" in rest else f"{scheme}://{quote(user, safe='')}@{rest}"
    parse_imap(address)
    return address


def smtp_address(text: str, user: str) -> str:
    """What to write for an SMTP server: a host is reached by TLS, at port 587 by STARTTLS. `smtp://`, a relay on this
    machine, gets no login unless it names a user. Raises `GrammarError`."""
    written = _with_scheme(text.strip(), "smtp")
    scheme, _, rest = written.partition("://")
    as_it_is = "@" in rest or scheme == "smtp"
    address = written if as_it_is else f"{scheme}://{quote(user, safe='')}@{rest}"
    parse_smtp(address)
    return address


def _with_scheme(text: str, protocol: str) -> str:
    if "://" in text:
        return text
    port = text.rpartition(":")[2] if ":" in text else ""
    return f"{protocol}+starttls://{text}" if port in _STARTTLS_PORTS else f"{protocol}s://{text}"


def _facts() -> dict[str, Any]:
    """The parsed table. It belongs to the program, so a fault in it is a defect."""
    return tomllib.loads(_FACTS.read_text("utf-8"))
