"""Submission by SMTP (RFC 6409): one account, one connection kept between mails, every outcome told apart.

Whether the server has a mail decides whether it may be sent again. Until the final dot leaves this machine the server
cannot have it (`temporary`); once it has left and no reply comes back nobody knows (`unknown`, RFC 5321 section 6.1);
a reply decides. For that the conversation is held step by step here, and smtplib carries it.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
from collections.abc import Callable
from functools import lru_cache

from whiteglove.errors import ConfigurationError, SubmissionError, TokenError
from whiteglove.settings import ServerAddress
from whiteglove.smtp.connection import (
    LOST,
    PERMANENT,
    TEMPORARY,
    UNKNOWN,
    Connection,
    log_in,
    opening,
    reason,
    refused,
    shown,
)

IDLE = 20.0
"""Seconds after which a kept connection is asked whether it still stands, before a mail is trusted to it."""

_FAREWELL = 2.0
"""Seconds that a server has for QUIT: a stopping daemon does not wait for a dead one."""

_UNFIT = re.compile(r"[\x00-\x20\x7f<>]")
_LONE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@lru_cache(maxsize=1)
def verifying_context() -> ssl.SSLContext:
    """The system's certificates, read once for all accounts."""
    return ssl.create_default_context()


class SmtpTransport:
    """One submission account, for one thread; fills `ports.Transport`.

    A refused login is `temporary` with the server's code (535, 534 or 530): the mail itself was not judged. Whoever
    sees such a code slows down, since every further attempt brings the account nearer to being locked.
    """

    def __init__(
        self,
        server: ServerAddress,
        password: Callable[[], str] | None = None,
        *,
        token: Callable[[], str] | None = None,
        renewed: Callable[[str], str | None] | None = None,
        connect_timeout: float = 10.0,
        reply_timeout: float = 30.0,
        final_timeout: float = 120.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Connects to nothing yet.

        `password` or `token` (an OAuth 2.0 access token, sent by XOAUTH2 or OAUTHBEARER) is asked at every login;
        `renewed` gives another token for one that was refused. Times in seconds: until the connection stands, for a
        reply, and for the reply to a whole mail, which a server may think about.
        """
        self._server = server
        self._where = f"{server.host}:{server.port}"
        self._secret = token or password
        self._is_token = token is not None
        self._renewed = renewed
        self._connect_timeout = connect_timeout
        self._reply_timeout = reply_timeout
        self._final_timeout = final_timeout
        self._context = context
        self._client: Connection | None = None
        self._used_at = 0.0

    def submit(self, sender: str, recipient: str, message: bytes) -> str:
        """Hand over one mail, its bytes as they are, and return the server's reply. Raises `SubmissionError`."""
        for step, address in (("MAIL", sender), ("RCPT", recipient)):
            if _UNFIT.search(address):
                raise SubmissionError(PERMANENT, f"{self._where}: {address!r} cannot stand in an envelope", step=step)
        kept = self._still_stands()
        client = kept or self._connect()
        try:
            self._command(client, _mail(client, self._where, sender, recipient, message))
        except SubmissionError as error:
            if kept is None or error.outcome != TEMPORARY or error.code not in (0, 421):
                raise
            # The server ended the kept connection, as it may at any time; of this mail it has seen nothing.
            client = self._connect()
            self._command(client, _mail(client, self._where, sender, recipient, message))
        self._command(client, f"RCPT TO:<{recipient}>")
        self._command(client, "DATA", wanted=3)
        return self._hand_over(client, message)

    def check(self) -> None:
        """Connect and log in, send nothing. Raises `SubmissionError`."""
        self._connect()

    def close(self) -> None:
        """Quit if that still works; never raises."""
        if self._client is not None:
            self._client.patience = min(_FAREWELL, self._reply_timeout)
            with contextlib.suppress(smtplib.SMTPException, OSError, ValueError):
                self._client.docmd("QUIT")
        self._drop()

    def _still_stands(self) -> Connection | None:
        """The kept connection, if there is one that a mail may be begun on."""
        client = self._client
        if client is not None and time.monotonic() - self._used_at > IDLE:
            try:
                stands = client.docmd("NOOP")[0] == 250
            except LOST:
                stands = False
            if not stands:
                self._drop()
        return self._client

    def _connect(self) -> Connection:
        """A connection that somebody has logged in on. A token that is refused is renewed once: it may have been called
        back before its time."""
        self._drop()
        # Before anything is opened: asking for a password may take as long as its command does.
        secret = self._ask_secret()
        try:
            return self._open(secret)
        except SubmissionError as error:
            if error.step != "AUTH" or (again := self._ask_again(secret)) is None:
                raise
        return self._open(again)

    def _open(self, secret: str) -> Connection:
        """One connection, one attempt to log in."""
        context = (self._context or verifying_context()) if self._server.security != "plain" else None
        with opening(self._where), contextlib.ExitStack() as undo:
            client = Connection(
                self._server.host,
                self._server.port,
                context=context if self._server.security == "tls" else None,
                connect_timeout=self._connect_timeout,
                reply_timeout=self._reply_timeout,
            )
            undo.callback(client.close)
            client.ehlo_or_helo_if_needed()
            if self._server.security == "starttls":
                # Raises where the server, or somebody in between, does not offer it: nothing goes on in the clear.
                client.starttls(context=context)
                client.ehlo_or_helo_if_needed()
            elif context is None and not client.is_on_this_machine():
                raise SubmissionError(TEMPORARY, f"{self._where}: not encrypted, and not to this machine")
            if self._server.user:
                log_in(client, self._where, self._server.user, secret, is_token=self._is_token)
            undo.pop_all()
        self._client = client
        self._used_at = time.monotonic()
        return client

    def _ask_secret(self) -> str:
        if not self._server.user:
            return ""
        if self._secret is None:
            raise SubmissionError(TEMPORARY, f"{self._where}: there is a user and no password")
        try:
            return self._secret()
        except (ConfigurationError, TokenError) as error:
            # Not a word of the server's, so without a code; where a token is missing others tell the owner.
            raise SubmissionError(TEMPORARY, f"{self._where}: {error}") from error

    def _ask_again(self, refused: str) -> str | None:
        """Another token than the one that was refused; None where there is none that is worth a try."""
        if not self._is_token or self._renewed is None:
            return None
        try:
            return self._renewed(refused)
        except TokenError as error:
            raise SubmissionError(TEMPORARY, f"{self._where}: {error}") from error

    def _command(self, client: Connection, command: str, wanted: int = 2) -> None:
        """One step ahead of the mail's bytes: whatever fails here, the server does not have the mail."""
        try:
            code, reply = client.docmd(command)
        except LOST as error:
            self._drop()
            raise SubmissionError(TEMPORARY, f"{self._where}: {reason(error)}") from error
        if code // 100 != wanted:
            self._begin_afresh(client, code)
            raise refused(self._where, code, reply, step=command[:4])

    def _begin_afresh(self, client: Connection, code: int) -> None:
        """Leave a refused mail behind on a connection that goes on; give up one that does not."""
        try:
            goes_on = code != 421 and code > 0 and client.docmd("RSET")[0] == 250
        except LOST:
            goes_on = False
        if not goes_on:
            self._drop()

    def _hand_over(self, client: Connection, message: bytes) -> str:
        try:
            client.send(_wire_form(message))
        except LOST as error:
            self._drop()
            raise SubmissionError(TEMPORARY, f"{self._where}: {reason(error)} within the mail") from error
        try:
            client.send(b".\r\n")
            client.patience = self._final_timeout
            code, reply = client.getreply()
        except LOST as error:
            self._drop()
            raise SubmissionError(UNKNOWN, f"{self._where}: {reason(error)} after the final dot") from error
        client.patience = self._reply_timeout
        if code // 100 not in (2, 4, 5):
            self._drop()
            raise SubmissionError(UNKNOWN, f"{self._where}: no reply that makes sense after the final dot")
        if code // 100 != 2:
            self._begin_afresh(client, code)
            raise refused(self._where, code, reply, step="DATA")
        self._used_at = time.monotonic()
        return f"{code} {shown(reply)}"

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _mail(client: Connection, where: str, sender: str, recipient: str, message: bytes) -> str:
    """The MAIL command with what the server must know of the mail ahead of it, and offers to take."""
    features = client.esmtp_features
    limit = features.get("size", "")
    if limit.isdigit() and 0 < int(limit) < len(message):
        text = f"{where}: the server takes {limit} octets, the mail has {len(message)}"
        raise SubmissionError(PERMANENT, text, step="MAIL")
    options = f" SIZE={len(message)}" if "size" in features else ""
    if not message.isascii() and "8bitmime" in features:
        options += " BODY=8BITMIME"
    header = message.partition(b"\r\n\r\n")[0]
    client.command_encoding = "ascii"
    if not (sender.isascii() and recipient.isascii() and header.isascii()):
        if "smtputf8" not in features:
            # Where it is the recipient's, no mail can reach that address from here.
            step = "MAIL" if recipient.isascii() else "RCPT"
            text = f"{where}: the server takes no address outside ASCII (SMTPUTF8)"
            raise SubmissionError(PERMANENT, text, step=step)
        options += " SMTPUTF8"
        client.command_encoding = "utf-8"
    return f"MAIL FROM:<{sender}>{options}"


def _wire_form(message: bytes) -> bytes:
    """The mail as DATA has it: dots at the beginning of lines doubled, every line ended by CRLF and nothing else.

    A lone CR or LF is not allowed (RFC 5321 section 2.3.8), and servers that take it for a line end could be made to
    see the end of the mail in its middle.
    """
    if _LONE_END.search(message):
        message = _LONE_END.sub(b"\r\n", message)
    stuffed = _LEADING_DOT.sub(b"..", message)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
