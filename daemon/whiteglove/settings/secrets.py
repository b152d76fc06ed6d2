"""Passwords: where the configuration says they are kept, and how they are read when a connection needs them.

A password never stands in the configuration itself. It is a systemd credential, an environment variable, a file, or
what a command prints. It is read at the moment of use, so that a changed one needs no restart, and it is never part
of a repr, of an error or of a traceback.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from whiteglove.errors import ConfigurationError, GrammarError, Problem

EXAMPLE = '{ credential = "studio" }, { env = "STUDIO_PASSWORD" }, { file = "…" } or { command = ["pass", "studio"] }'
UNIT = "whiteglove"
"""What `LoadCredential=whiteglove:FOLDER` puts, with a `_`, before the name of each file in the folder."""
LARGEST = 65536
COMMAND_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class SecretSource:
    """What the configuration says: the kind of source, and its name, path or command line."""

    kind: str
    argument: tuple[str, ...]


def parse_source(value: Any) -> SecretSource:
    """Read `{ credential = … }`, `{ env = … }`, `{ file = … }` or `{ command = […] }`.

    Raises `GrammarError`, which never quotes the value: somebody may have written the password there.
    """
    if not isinstance(value, Mapping):
        raise GrammarError(
            f"a password does not stand in this file, only where it is kept does; right would be {EXAMPLE}"
        )
    kinds = [kind for kind in ("credential", "env", "file", "command") if kind in value]
    if len(kinds) != 1 or len(value) != 1:
        raise GrammarError(f"a password is kept in exactly one place; right would be {EXAMPLE}")
    kind, argument = kinds[0], value[kinds[0]]
    if kind == "command":
        words = argument if isinstance(argument, list) else []
        if not words or not all(isinstance(word, str) and word and "\0" not in word for word in words):
            raise GrammarError('a command is a list of its words; right would be { command = ["pass", "studio"] }')
        return SecretSource(kind, tuple(words))
    if not isinstance(argument, str) or not argument.strip() or not argument.isprintable():
        raise GrammarError(f"`{kind}` names one place, in quotes; right would be {EXAMPLE}")
    if kind == "credential" and ("/" in argument or argument in (".", "..")):
        raise GrammarError('a credential is a name, not a path; right would be { credential = "studio" }')
    if kind == "env" and "=" in argument:
        raise GrammarError('a variable\'s name holds no "="; right would be { env = "STUDIO_PASSWORD" }')
    return SecretSource(kind, (argument,))


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A password that has not been read yet. `place` says where the configuration asks for it.

    `source` with kind `file` holds a path that is absolute already. `credentials` is the folder from which the service
    gets its credentials; a command that runs outside the service reads them there itself, if its user may.
    """

    source: SecretSource
    place: Problem
    environ: Mapping[str, str] = field(default_factory=dict, compare=False)
    seconds: float = COMMAND_SECONDS
    credentials: Path = Path("/etc/whiteglove/credentials")

    def __repr__(self) -> str:
        return f"Secret({self.description})"

    @property
    def description(self) -> str:
        """Where it is kept, in words that may be shown: of a command only the program."""
        name = self.source.argument[0]
        return {
            "credential": f"the credential {name!r}",
            "env": f"the environment variable {name}",
            "file": f"the file {name}",
            "command": f"the command {name}",
        }[self.source.kind]

    def reveal(self) -> str:
        """Read the password now; a newline at its end is not part of it.

        Raises `ConfigurationError` with the key that asks for it and what to do. A command gets `seconds` to answer.
        """
        password, fault = self._password()
        if password is None:
            raise ConfigurationError((Problem(self.place.file, self.place.line, self.place.key, fault),))
        return password

    def _password(self) -> tuple[str | None, str]:
        """The password; or None and what is wrong, so that no frame that raises has ever held the secret."""
        raw, fault = self._read()
        if raw is None:
            return None, fault
        if len(raw) > LARGEST:
            return None, f"{self.description} gives more than {LARGEST} bytes, which is no password"
        text = _decoded(raw)
        if text is None:
            return None, f"{self.description} gives bytes that are no UTF-8 text; store the password as plain text"
        text = text.rstrip("\r\n")
        if not text:
            return None, f"{self.description} is empty; put the password there, on one line"
        if "\n" in text or "\r" in text or "\0" in text:
            return None, (
                f"{self.description} gives several lines; leave the password alone on one line, "
                'for instance with { command = ["sh", "-c", "pass studio | head -n 1"] }'
            )
        return text, ""

    def _read(self) -> tuple[bytes | None, str]:
        """The raw bytes; or None, and what is wrong and what to do about it."""
        name = self.source.argument[0]
        match self.source.kind:
            case "env":
                value = self.environ.get(name)
                advice = f"the environment variable {name} is not set; set it where the daemon is started"
                return (None if value is None else os.fsencode(value)), advice
            case "credential":
                return self._credential(name)
            case "file":
                raw, why = _read_file(Path(name))
                return raw, f"{self.description} cannot be read ({why}); let the daemon's user read it"
            case _:
                raw, why = _run(self.source.argument, self.environ, self.seconds)
                return raw, f"{self.description} {why}; run it by hand as the daemon's user to see why"

    def _credential(self, name: str) -> tuple[bytes | None, str]:
        """What the service was given under this name, alone or with a whole folder; outside a service the file that
        the service would be given."""
        given = self.environ.get("CREDENTIALS_DIRECTORY")
        if not given:
            path = self.credentials / name
            raw, why = _read_file(path)
            return raw, (
                f"the credential {name!r} cannot be read from {path} ({why}); write the password there, and read it as "
                "a user who may, or name another folder by CREDENTIALS_DIRECTORY=FOLDER"
            )
        raw, why = _read_file(Path(given) / name)
        if raw is None:
            raw, _ = _read_file(Path(given) / f"{UNIT}_{name}")
        return raw, (
            f"the credential {name!r} cannot be read from {given} ({why}); put the password into "
            f"{self.credentials / name}, LoadCredential={UNIT}:{self.credentials} into the unit, and restart it"
        )


def _decoded(raw: bytes) -> str | None:
    """The text, or None. A function of its own, so that the exception, which holds the bytes, is gone afterwards."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _read_file(path: Path) -> tuple[bytes | None, str]:
    """A little more than the largest password, so that even an endless file ends here."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1), ""
    except OSError as error:
        return None, (error.strerror or "unreadable").casefold()


def _run(argv: Sequence[str], environ: Mapping[str, str], seconds: float) -> tuple[bytes | None, str]:
    """What a command prints; or None and how it failed. Its error output is dropped, since it may repeat the secret."""
    try:
        # The command line is the owner's own, from the configuration; no shell reads it.
        process = subprocess.Popen(  # noqa: S603
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            start_new_session=True,
        )
    except OSError as error:
        return None, f"cannot be started ({(error.strerror or 'unknown').casefold()})"
    late = threading.Event()

    def stop() -> None:
        late.set()
        _kill_group(process)

    # The whole process group is ended, since a child that keeps the pipe open would make the read below wait for ever.
    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    with process:
        output = process.stdout.read(LARGEST + 1) if process.stdout else b""
        if len(output) > LARGEST:
            _kill_group(process)
        code = process.wait()
    timer.cancel()
    if late.is_set():
        return None, f"did not answer within {seconds:g} s"
    if code != 0 and len(output) <= LARGEST:
        return None, f"ended with exit code {code}"
    return output, ""


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
