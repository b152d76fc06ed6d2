"""Opening an IMAP connection: TLS that is verified, a login that is meant, the capabilities as they are afterwards.

Nothing is said in the clear to another machine, and nothing goes on after a certificate that does not hold
(RFC 8314 sections 3.2 and 5.2).
"""

from __future__ import annotations

import contextlib
import imaplib
import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from imapclient import IMAPClient, SocketTimeout

from whiteglove import __version__
from whiteglove.errors import ConfigurationError, MailboxError, TokenError, without_secret
from whiteglove.imap import faults, responses
from whiteglove.imap.wire import Wire, last_text
from whiteglove.settings import ServerAddress


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to log in: a password, or an OAuth 2.0 access token. Both are asked for anew at every login.

    `renewed` gets a token that the server has refused and gives another one, or None where that would be refused too.
    """

    password: Callable[[], str] | None = None
    token: Callable[[], str] | None = None
    renewed: Callable[[str], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds: until a connection stands, and between two pieces of an answer."""

    connect: float = 10.0
    read: float = 30.0


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection somebody has logged in on. `prefix` stands before the names of the user's own folders."""

    wire: Wire
    client: Any
    capabilities: frozenset[str]
    prefix: str = ""


class _Client(IMAPClient):  # type: ignore[misc]  # IMAPClient has no types.
    """IMAPClient on a `Wire`, without the trace that it keeps of every line."""

    def __init__(self, wire: Wire, *, tls: bool) -> None:
        self._wire = wire
        super().__init__(wire.host, wire.port, ssl=tls, timeout=SocketTimeout(wire.read_timeout, wire.read_timeout))
        wire.debug = 0

    def _create_IMAP4(self) -> Wire:
        return self._wire


@lru_cache(maxsize=1)
def verifying_context() -> ssl.SSLContext:
    """The system's certificates, read once: a hundred mailboxes share them."""
    return ssl.create_default_context()


def connect(
    server: ServerAddress, credentials: Credentials, timeouts: Timeouts, context: ssl.SSLContext | None = None
) -> Connection:
    """Open a connection and log in. Raises `MailboxError`, also where the password cannot be read.

    A token may have been called back before its time, so one that is refused is renewed once.
    """
    where = f"{server.host}:{server.port}"
    # Before anything is opened: asking for a password may fail, and may take as long as its command does.
    secret = _secret(server, credentials, where)
    try:
        return _opened(server, secret, credentials, timeouts, context)
    except MailboxError as error:
        if error.code != "login" or (again := _renewed(credentials, secret, where)) is None:
            raise
    return _opened(server, again, credentials, timeouts, context)


def _opened(
    server: ServerAddress, secret: str, credentials: Credentials, timeouts: Timeouts, context: ssl.SSLContext | None
) -> Connection:
    """One connection, one attempt to log in."""
    with faults.translated(f"{server.host}:{server.port}"), contextlib.ExitStack() as undo:
        wire = Wire(
            server.host,
            server.port,
            context=(context or verifying_context()) if server.security == "tls" else None,
            connect_timeout=timeouts.connect,
            read_timeout=timeouts.read,
        )
        undo.callback(wire.shutdown)
        client = _Client(wire, tls=server.security == "tls")
        _protect(server.security, wire, client, context)
        if wire.state == "NONAUTH":
            _log_in(server.user, secret, wire, is_token=credentials.token is not None)
        connection = _settled(wire, client)
        undo.pop_all()
    return connection


def _secret(server: ServerAddress, credentials: Credentials, where: str) -> str:
    source = credentials.token or credentials.password
    if source is None or not server.user:
        raise MailboxError("login", f"{where}: no user and password are configured", fatal=True)
    try:
        return source()
    except ConfigurationError as error:
        raise MailboxError("login", f"{where}: {error}") from error
    except TokenError as error:
        raise _without_token(where, error) from error


def _renewed(credentials: Credentials, refused: str, where: str) -> str | None:
    """Another token than the one that was refused; None where there is none that is worth a try."""
    if credentials.renewed is None or credentials.token is None:
        return None
    try:
        return credentials.renewed(refused)
    except TokenError as error:
        raise _without_token(where, error) from error


def _without_token(where: str, error: TokenError) -> MailboxError:
    """No token: a login that only its owner can mend, or an issuer that is out of reach, like a server that is."""
    return MailboxError("login" if error.lasting else "unreachable", f"{where}: {error}", fatal=error.lasting)


def _protect(security: str, wire: Wire, client: Any, context: ssl.SSLContext | None) -> None:
    """Upgrade by STARTTLS where that is configured; an unprotected connection goes to this machine or nowhere."""
    where = f"{wire.host}:{wire.port}"
    if security == "starttls":
        if not client.has_capability("STARTTLS"):
            raise MailboxError("tls", f"{where}: the server does not offer STARTTLS")
        try:
            client.starttls(context or verifying_context())
        except imaplib.IMAP4.error as error:
            raise MailboxError("tls", f"{where}: {error}") from error
    elif security != "tls" and not _is_loopback(wire):
        raise MailboxError("tls", f"{where}: this connection is not encrypted, and not to this machine", fatal=True)


def _is_loopback(wire: Wire) -> bool:
    address = ipaddress.ip_address(wire.sock.getpeername()[0].partition("%")[0])
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _log_in(user: str, secret: str, wire: Wire, *, is_token: bool) -> None:
    """One attempt with one mechanism: several with a wrong password would lock the account the sooner.

    LOGIN, because Exchange knows some of its user names only there; AUTHENTICATE PLAIN where LOGIN is disabled or
    could not carry what has to be said. Not by IMAPClient, which takes a lost connection for a refused login.
    """
    capabilities = _capabilities(wire)
    simple = all(text.isascii() and text.isprintable() for text in (user, secret))
    try:
        if is_token:
            wire.show_token(*_token_mechanism(user, secret, capabilities), at_once="SASL-IR" in capabilities)
        elif simple and "LOGINDISABLED" not in capabilities:
            wire.login(user, secret)
        elif "AUTH=PLAIN" in capabilities:
            wire.authenticate("PLAIN", lambda _: f"\0{user}\0{secret}".encode())
        else:
            raise MailboxError("login", f"{wire.host}:{wire.port}: the server takes no password here", fatal=True)
    except imaplib.IMAP4.abort as error:
        raise imaplib.IMAP4.abort(without_secret(str(error), secret)) from None
    except imaplib.IMAP4.error as error:
        # Also what stands behind the error must not hold what the server repeated.
        said = imaplib.IMAP4.error(without_secret(str(error), secret))
        raise faults.refusal(f"{wire.host}:{wire.port}", str(said), code="login") from said


def _token_mechanism(user: str, token: str, capabilities: frozenset[str]) -> tuple[str, bytes, bytes]:
    """XOAUTH2 or OAUTHBEARER (RFC 7628), what to say first, and the answer to an error challenge, which lets the server
    say its NO. Where both are offered the older one: Microsoft's servers take no other."""
    if "AUTH=XOAUTH2" in capabilities or "AUTH=OAUTHBEARER" not in capabilities:
        return "XOAUTH2", f"user={user}\x01auth=Bearer {token}\x01\x01".encode(), b""
    escaped = user.replace("=", "=3D").replace(",", "=2C")
    return "OAUTHBEARER", f"n,a={escaped},\x01auth=Bearer {token}\x01\x01".encode(), b"\x01"


def _settled(wire: Wire, client: Any) -> Connection:
    """Ask again what the server can do, now that it knows who is there, and whether it meant the login.

    Microsoft says OK to a login it refuses; the first command that needs the mailbox tells. NetEase (163.com) opens no
    folder for a program that has not said its name (ID, RFC 2971); name and version are all that is said to anybody.
    """
    capabilities = _capabilities(wire)
    if "ID" in capabilities:
        wire.tell_name(name="whiteglove", version=__version__)
    wire.forget_responses()
    prefix = ""
    try:
        if "NAMESPACE" in capabilities:
            prefix = _personal_prefix(wire.namespace()[1])
        else:
            wire.list('""', '""')
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        fault = faults.refusal(f"{wire.host}:{wire.port}", str(error))
        if fault.code != "protocol":
            raise fault from error
    wire.forget_responses()
    return Connection(wire, client, capabilities, prefix)


def _capabilities(wire: Wire) -> frozenset[str]:
    wire.forget_responses()
    _, data = wire.capability()
    return frozenset(last_text(data).upper().split())


def _personal_prefix(data: list[Any]) -> str:
    """The prefix of the user's own folders, from NAMESPACE (RFC 2342): `((("INBOX." ".")) NIL NIL)`."""
    for pieces in responses.responses(data):
        try:
            match responses.values(pieces):
                case (((bytes() as prefix, *_), *_), *_):
                    return prefix.decode("latin-1")
        except ValueError:
            continue
    return ""
