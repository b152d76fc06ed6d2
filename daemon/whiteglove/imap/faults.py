"""What went wrong on an IMAP connection, as a `MailboxError` (RFC 9051 section 7.1 and the codes of RFC 5530)."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from whiteglove.errors import MailboxError

_BROKEN = (imaplib.IMAP4.abort, OSError, EOFError)
"""The connection is gone, or there never was one."""

_SENSELESS = (ValueError, TypeError, LookupError, RecursionError)
"""What a library raises over a reply it did not expect; what comes next on the wire is anybody's guess."""

_CODE = re.compile(r"\[([A-Za-z-]+)[^\]]*\]")
_STOP = frozenset({"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "CONTACTADMIN"})
_LATER = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "OVERQUOTA", "SERVERBUG", "THROTTLED", "CORRUPTION"})
_RATIONED = frozenset({"LIMIT", "OVERQUOTA", "THROTTLED"})
_NO_FOLDER = frozenset({"NONEXISTENT", "TRYCREATE"})
_NOT_CONNECTED = "authenticated but not connected"
_TOO_MUCH = re.compile(
    r"throttled|too many (?:\w+ )?(?:connections|sessions|requests|commands)|bandwidth|limits? exceeded", re.IGNORECASE
)
_NOT_NOW = re.compile(r"\btemporar(?:y|ily)\b|\btry (?:again )?later\b", re.IGNORECASE)
_BACKOFF = re.compile(r"backoff time: (\d{1,9}) (milli)?seconds", re.IGNORECASE)
_RATION_PAUSE = 60.0
_LONGEST_PAUSE = 900.0
_SHOWN = 300


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Let nothing of a library's own out: every failure of the connection or the protocol becomes a `MailboxError`."""
    try:
        yield
    except _BROKEN as error:
        raise broken(where, error) from error
    except imaplib.IMAP4.error as error:
        raise refusal(where, str(error)) from error
    except _SENSELESS as error:
        raise senseless(where, error) from error


def is_lasting(error: MailboxError) -> bool:
    """Whether the connection is gone too, and not only one command refused."""
    return isinstance(error.__cause__, (*_BROKEN, *_SENSELESS))


def response_code(text: str) -> str:
    """The response code of a status text, upper case, "" for none; `[ALERT]` is none, since it says nothing."""
    return next((code for found in _CODE.finditer(text) if (code := found[1].upper()) != "ALERT"), "")


def refusal(where: str, text: str, *, code: str = "protocol") -> MailboxError:
    """The server said NO, BAD or BYE: `code` where its text tells nothing more exact.

    Microsoft accepts a login it does not mean, and answers "User is authenticated but not connected" to everything
    after it: that is a refused login.
    """
    told = response_code(text)
    said = f"{where}: {shown(text)}"
    if told in _STOP:
        return MailboxError("login", said, fatal=True)
    if _NOT_CONNECTED in text.casefold():
        return MailboxError("login", said)
    if told in _LATER or _TOO_MUCH.search(text) or _NOT_NOW.search(text):
        # Also at a login: Gmail, which gives no code for it, means the number of connections and not the password.
        return MailboxError("unavailable", said, pause=_pause(told, text))
    if told in _NO_FOLDER:
        return MailboxError("missing_folder", said)
    return MailboxError(code, said)


def broken(where: str, error: BaseException) -> MailboxError:
    """The connection could not be made, or did not last."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = getattr(error, "verify_message", "") or str(error)
        return MailboxError("tls", f"{where}: the server's certificate is not to be trusted: {reason}")
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return MailboxError("unreachable", f"{where}: the server closed the connection")
    if isinstance(error, ssl.SSLError):
        return MailboxError("tls", f"{where}: no secure connection: {getattr(error, 'reason', '') or error}")
    if isinstance(error, TimeoutError):
        return MailboxError("timeout", f"{where}: no answer in time")
    if isinstance(error, imaplib.IMAP4.abort):
        text = str(error)
        if "timed out" in text:
            return MailboxError("timeout", f"{where}: no answer in time")
        if "closed the connection" in text or "socket error" in text:
            return MailboxError("unreachable", f"{where}: {shown(text)}")
        return refusal(where, text, code="unavailable" if _is_goodbye(text) else "protocol")
    return MailboxError("unreachable", f"{where}: {shown(str(error))}")


def senseless(where: str, error: BaseException) -> MailboxError:
    """A reply could not be understood."""
    return MailboxError("protocol", f"{where}: the server's reply made no sense ({type(error).__name__})")


def _is_goodbye(text: str) -> bool:
    """Whether imaplib reports the text of a BYE, and not its own surprise at what it read."""
    return not any(own in text for own in ("unexpected", "unterminated", "announces", "a line of more", "in the clear"))


def _pause(told: str, text: str) -> float:
    """Seconds for which the server wants to be left alone: its own figure up to a limit, or a minute where this account
    has had its share; 0.0 where it is only busy, for example while it is restarted."""
    if found := _BACKOFF.search(text):
        return min(int(found[1]) / (1000 if found[2] else 1), _LONGEST_PAUSE)
    return _RATION_PAUSE if told in _RATIONED or _TOO_MUCH.search(text) else 0.0


def shown(text: str) -> str:
    """What a server said, as one line without control characters, cut."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
