"""The few errors that cross module borders.

A fault in what the user wrote is a `ConfigurationError`: it names file, line and key, and what would be right.
A fault of a server is a `MailboxError` or a `SubmissionError`: it says what happened and whether trying again can help.
Everything else is a defect and keeps its own traceback.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass


class WhiteGloveError(Exception):
    """Base of every error that whiteglove raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in the configuration, as `FILE:LINE: key: what is wrong, what would be right`.

    `line` is 1-based; 0 means that the file as a whole is meant. `key` is the dotted path, for example `owner.hours`.
    """

    file: str
    line: int
    key: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.text}" if self.key else f"{place}: {self.text}"


class ConfigurationError(WhiteGloveError):
    """The configuration or the client book cannot be used; holds every problem found, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class GrammarError(WhiteGloveError, ValueError):
    """A small text (hours, cadence, range, duration, limit) could not be read; the message shows a right example."""


class MailboxError(WhiteGloveError):
    """An IMAP operation failed.

    `code` is a short reason: `unreachable`, `tls`, `login`, `timeout`, `protocol`, `missing_folder`, `unavailable`,
    `resting` (a folder that is left alone for a while; the connection is in order), `not_permitted` and `not_supported`
    (a change that the server does not allow there, or cannot make; so is it then).
    `fatal` is true where trying again can only do harm, for example a refused password (RFC 5530 AUTHENTICATIONFAILED).
    `pause` is for how many seconds at least the server wants to be left alone; 0.0 where it did not say.
    """

    def __init__(self, code: str, text: str, *, fatal: bool = False, pause: float = 0.0) -> None:
        super().__init__(text)
        self.code = code
        self.fatal = fatal
        self.pause = pause


class SubmissionError(WhiteGloveError):
    """A mail was not accepted by the SMTP server.

    `outcome` is one of `temporary` (4yz, or no connection: try later), `permanent` (5yz: never again) and `unknown`
    (the connection broke after the final dot, RFC 5321 section 6.1: the server may have it).
    `code` is the three-digit reply, or 0 where there was none. `step` is what the server said no to: `AUTH`, `MAIL`,
    `RCPT`, or `DATA` for the mail itself; empty where none of them was judged, or nobody knows which.
    """

    def __init__(self, outcome: str, text: str, *, code: int = 0, step: str = "") -> None:
        super().__init__(text)
        self.outcome = outcome
        self.code = code
        self.step = step


class TokenError(WhiteGloveError):
    """There is no access token (OAuth 2.0) to log in with. `lasting` where only the owner can help, by a new login or
    in the configuration; else the provider could not be asked now. Nothing of a token is in it."""

    def __init__(self, text: str, *, lasting: bool) -> None:
        super().__init__(text)
        self.lasting = lasting


class CallError(WhiteGloveError):
    """A web call was not taken. `code` is a short reason: `unreachable`, `late`, `tls`, `key`, `status_503`, …; where
    `permanent`, trying again would change nothing. Nothing of what was said is in it."""

    def __init__(self, code: str, *, permanent: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent


class PluginError(WhiteGloveError):
    """A plugin cannot be loaded, misuses a hook, or returned something that is no action. Names the plugin."""

    def __init__(self, plugin: str, text: str) -> None:
        super().__init__(f"{plugin}: {text}")
        self.plugin = plugin


class StoreError(WhiteGloveError):
    """The store cannot be opened: held by another daemon, of a newer version, not writable, or damaged."""


_BASE64 = re.compile(r"[A-Za-z0-9+/]{4,}={0,2}")


def without_secret(text: str, secret: str) -> str:
    """What a server said, without the secret it was given: some repeat the whole command that they refuse, as it was or
    as SASL wrote it (base64, RFC 4616)."""
    if not secret:
        return text

    def covered(found: re.Match[str]) -> str:
        try:
            told = base64.b64decode(found[0], validate=True)
        except ValueError:
            return found[0]
        return "<secret>" if secret.encode() in told else found[0]

    return _BASE64.sub(covered, text.replace(secret, "<secret>"))
