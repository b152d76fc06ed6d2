"""One IMAP client from the greeting to the good-bye (RFC 3501 section 6, and what `CAPABILITIES` name).

Of IMAP4rev1 this leaves out COPY and whatever makes, renames or subscribes to folders. A client's message numbers are
those it was told: what others file, flag or remove is announced after its commands and while it idles.
"""

from __future__ import annotations

import base64
import contextlib
import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from whiteglove.demo.imap_fetch import fetched
from whiteglove.demo.imap_grammar import (
    BadCommandError,
    Item,
    Value,
    exactly,
    flags,
    items,
    moment,
    number_set,
    text,
    values,
    word,
)
from whiteglove.demo.imap_search import search
from whiteglove.demo.listening import Client, GoneError
from whiteglove.demo.mail import string
from whiteglove.demo.maildrop import Flags, Folder, Mail

CAPABILITIES = "IMAP4rev1 AUTH=PLAIN IDLE LITERAL+ NAMESPACE SPECIAL-USE UIDPLUS UNSELECT"
SPECIAL_USES = {"Sent": r"\Sent", "Drafts": r"\Drafts", "Junk": r"\Junk", "Trash": r"\Trash"}
LARGEST_LITERAL = 64 * 1024 * 1024

LogIn = Callable[[str, str], Mapping[str, Folder] | None]
"""The folders of the user with this name and password."""

_TAG = re.compile(rb"[!#$&',-\[\]-z|}~]+")
_LITERAL = re.compile(rb"\{(\d{1,10})(\+?)\}\r?\n\Z")
_FLAGS = r"\Answered \Flagged \Deleted \Seen \Draft"
_SEEN = frozenset({r"\Seen"})
_UID, _FLAGS_ITEM = Item("UID"), Item("FLAGS")

_ALWAYS = frozenset({"CAPABILITY", "NOOP", "LOGOUT"})
_BEFORE_LOGIN = frozenset({"LOGIN", "AUTHENTICATE"})
_AFTER_LOGIN = frozenset({"LIST", "LSUB", "STATUS", "SELECT", "EXAMINE", "APPEND", "IDLE", "NAMESPACE"})
_BY_NUMBER = frozenset({"SEARCH", "FETCH", "STORE"})
_IN_FOLDER = frozenset({"CHECK", "CLOSE", "UNSELECT", "EXPUNGE"}) | _BY_NUMBER


class RefusedError(Exception):
    """The command is understood and cannot be done; it is answered with NO."""


class Session:
    """The conversation with one client. Its thread alone speaks, except while it idles."""

    def __init__(self, client: Client, log_in: LogIn, now: Callable[[], datetime]) -> None:
        self._client = client
        self._log_in = log_in
        self._now = now
        self._folders: Mapping[str, Folder] | None = None
        self._open: Folder | None = None
        self._read_only = True
        self._view: list[Mail] = []
        self._by_uid = False
        self._idles = False
        self._telling = threading.Lock()

    def run(self) -> None:
        """Until LOGOUT. Raises `GoneError` and `OSError` where it ends otherwise."""
        self._say(f"* OK [CAPABILITY {CAPABILITIES}] ready")
        try:
            while self._one() != "LOGOUT":
                pass
        finally:
            self._leave()

    def _one(self) -> str:
        """Read a command, do it, answer; the command, or "" where it failed."""
        (line, literal), *more = self._listen()
        tag, _, rest = line.partition(b" ")
        if not _TAG.fullmatch(tag):
            self._say("* BAD a command begins with a tag")
            return ""
        command = ""
        try:
            first, *arguments = values([(rest, literal), *more]) or [""]
            command = word(first)
            answer = f"OK {self._perform(command, arguments) or 'done'}"
        except BadCommandError as error:
            command, answer = "", f"BAD {error}"
        except RefusedError as error:
            command, answer = "", f"NO {error}"
        self._say(f"{tag.decode()} {answer}")
        return command

    def _listen(self) -> list[tuple[bytes, bytes | None]]:
        """One command: stretches of lines, and the literals that end them."""
        pieces: list[tuple[bytes, bytes | None]] = []
        while True:
            line = self._client.line()
            announced = _LITERAL.search(line)
            if announced is None:
                return [*pieces, (line.rstrip(), None)]
            if int(announced[1]) > LARGEST_LITERAL:
                self._say("* BYE [TOOBIG] that is more than this server takes")
                raise GoneError
            if not announced[2]:
                self._say("+ go ahead")
            pieces.append((line[: announced.start()], self._client.octets(int(announced[1]))))

    def _perform(self, command: str, arguments: list[Value]) -> str | None:
        self._by_uid = command == "UID"
        if self._by_uid and arguments:
            command = word(arguments.pop(0))
        known = _BY_NUMBER | {"EXPUNGE"} if self._by_uid else _ALWAYS | _BEFORE_LOGIN | _AFTER_LOGIN | _IN_FOLDER
        if command not in known:
            raise BadCommandError("this server knows no such command")
        if command not in _ALWAYS and (self._folders is None) is not (command in _BEFORE_LOGIN):
            raise BadCommandError("log in first" if self._folders is None else "you are logged in already")
        if command in _IN_FOLDER and self._open is None:
            raise BadCommandError("open a folder first")
        if command == "SEARCH" and self._by_uid:
            # Who asks what is new is told of what has just come, too, and need not ask twice.
            self._announce()
        handler: Callable[[list[Value]], str | None] = getattr(self, f"_on_{command.lower()}")
        said = handler(arguments)
        if self._by_uid or command not in _BY_NUMBER:
            self._announce()
        return said

    def _on_capability(self, arguments: list[Value]) -> None:
        self._say(f"* CAPABILITY {CAPABILITIES}")

    def _on_noop(self, arguments: list[Value]) -> None:
        """What is new is announced after it, as after any command."""

    _on_check = _on_noop

    def _on_logout(self, arguments: list[Value]) -> None:
        self._leave()
        self._say("* BYE until next time")

    def _on_login(self, arguments: list[Value]) -> str:
        user, password = exactly(2, arguments)
        return self._enter_as(text(user), text(password))

    def _on_authenticate(self, arguments: list[Value]) -> str:
        if word(*exactly(1, arguments)) != "PLAIN":
            raise RefusedError("[CANNOT] PLAIN is the only mechanism here")
        self._say("+ ")
        try:
            _, user, password = base64.b64decode(self._client.line().strip(), validate=True).decode().split("\0")
        except ValueError as error:
            raise BadCommandError("that is no answer to PLAIN (RFC 4616)") from error
        return self._enter_as(user, password)

    def _enter_as(self, user: str, password: str) -> str:
        self._folders = self._log_in(user, password)
        if self._folders is None:
            raise RefusedError("[AUTHENTICATIONFAILED] user name and password are not accepted")
        return f"[CAPABILITY {CAPABILITIES}] welcome"

    def _on_namespace(self, arguments: list[Value]) -> None:
        self._say('* NAMESPACE (("" "/")) NIL NIL')

    def _on_list(self, arguments: list[Value], answer: str = "LIST") -> None:
        reference, pattern = (text(one) for one in exactly(2, arguments))
        if not pattern:
            self._say(rf'* {answer} (\Noselect) "/" ""')
            return
        wanted = re.escape(reference + pattern).replace(r"\*", ".*").replace("%", "[^/]*")
        for name in self._folders or ():
            if re.fullmatch(wanted, name, re.IGNORECASE if name == "INBOX" else 0):
                self._say(f'* {answer} ({SPECIAL_USES.get(name, "")}) "/" {_quoted(name)}')

    def _on_lsub(self, arguments: list[Value]) -> None:
        self._on_list(arguments, "LSUB")

    def _on_status(self, arguments: list[Value]) -> None:
        name, asked = exactly(2, arguments)
        folder = self._folder(name)
        mails, uidnext = folder.look()
        counts = {"MESSAGES": len(mails), "RECENT": 0, "UIDNEXT": uidnext, "UIDVALIDITY": folder.uidvalidity}
        counts["UNSEEN"] = sum(r"\Seen" not in mail.flags for mail in mails)
        wanted = [word(one) for one in asked] if isinstance(asked, list) else []
        if not wanted or not counts.keys() >= set(wanted):
            raise BadCommandError(f"STATUS knows {' '.join(counts)}")
        self._say(f"* STATUS {_quoted(folder.name)} ({' '.join(f'{one} {counts[one]}' for one in wanted)})")

    def _on_select(self, arguments: list[Value], *, read_only: bool = False) -> str:
        name = exactly(1, arguments)[0]
        self._leave()
        folder = self._open = self._folder(name)
        self._read_only = read_only
        self._view, uidnext = folder.look()
        folder.watchers.add(self._tell_idler)
        self._say(f"* FLAGS ({_FLAGS})")
        self._say(f"* {len(self._view)} EXISTS")
        self._say("* 0 RECENT")
        self._say("* OK [PERMANENTFLAGS ()] read only" if read_only else rf"* OK [PERMANENTFLAGS ({_FLAGS} \*)] kept")
        self._say(f"* OK [UIDVALIDITY {folder.uidvalidity}] as long as the server lives")
        self._say(f"* OK [UIDNEXT {uidnext}] for the next mail")
        return "[READ-ONLY] opened" if read_only else "[READ-WRITE] opened"

    def _on_examine(self, arguments: list[Value]) -> str:
        return self._on_select(arguments, read_only=True)

    def _on_unselect(self, arguments: list[Value]) -> None:
        self._leave()

    def _on_close(self, arguments: list[Value]) -> None:
        if not self._read_only:
            self._opened.expunge()
        self._leave()

    def _on_append(self, arguments: list[Value]) -> str:
        if len(arguments) < 2 or not isinstance(raw := arguments.pop(), bytes):
            raise BadCommandError("APPEND takes a folder, flags, a date and a mail")
        folder = self._folder(arguments.pop(0), "TRYCREATE")
        given = flags(arguments.pop(0)) if arguments and isinstance(arguments[0], list) else frozenset()
        received_at = moment(arguments.pop(0)) if arguments else self._now()
        exactly(0, arguments)
        return f"[APPENDUID {folder.uidvalidity} {folder.add(raw, received_at, given)}] filed"

    def _on_idle(self, arguments: list[Value]) -> None:
        exactly(0, arguments)
        with self._telling:
            self._say("+ idling")
            # In this order: what is filed before the folder is looked at is seen here, what comes later by the watcher.
            self._idles = True
            self._announce()
        try:
            ending = self._client.line()
        finally:
            with self._telling:
                self._idles = False
        if ending.strip().upper() != b"DONE":
            raise BadCommandError("IDLE ends with DONE")

    def _tell_idler(self) -> None:
        """Called by whoever changes the folder, in their thread."""
        if self._idles:
            with self._telling, contextlib.suppress(OSError):
                if self._idles:
                    self._announce()

    def _on_search(self, arguments: list[Value]) -> None:
        found = search(arguments, self._view)
        self._say(" ".join(["* SEARCH", *(str(mail.uid if self._by_uid else number) for number, mail in found)]))

    def _on_fetch(self, arguments: list[Value]) -> None:
        chosen, asked = exactly(2, arguments)
        wanted = items(asked)
        if self._by_uid and _UID not in wanted:
            wanted.insert(0, _UID)
        for number, mail in self._chosen(chosen):
            shown = wanted
            if not self._read_only and not mail.flags >= _SEEN and not all(item.is_peek for item in wanted):
                self._change(number, lambda old: old | _SEEN)
                shown = [*(item for item in wanted if item != _FLAGS_ITEM), _FLAGS_ITEM]
            self._describe(number, shown)

    def _on_store(self, arguments: list[Value]) -> None:
        if len(arguments) < 3 or not (how := re.fullmatch(r"([+-]?)FLAGS(\.SILENT)?", word(arguments[1]))):
            raise BadCommandError("STORE takes messages, FLAGS, +FLAGS or -FLAGS, and flags")
        given = flags(arguments[2] if len(arguments) == 3 else arguments[2:])
        changes: dict[str, Callable[[Flags], Flags]] = {
            "": lambda old: given,
            "+": lambda old: old | given,
            "-": lambda old: old - given,
        }
        self._insist_on_writing()
        for number, _ in self._chosen(arguments[0]):
            self._change(number, changes[how[1]])
            if not how[2]:
                self._describe(number, [_UID, _FLAGS_ITEM] if self._by_uid else [_FLAGS_ITEM])

    def _on_expunge(self, arguments: list[Value]) -> None:
        self._insist_on_writing()
        (chosen,) = exactly(1, arguments) if self._by_uid else (None,)
        self._opened.expunge(None if chosen is None else {mail.uid for _, mail in self._chosen(chosen)})

    def _chosen(self, value: Value) -> list[tuple[int, Mail]]:
        """The messages of a set with their numbers; what is not there is passed over."""
        view = [(mail.uid if self._by_uid else number, number, mail) for number, mail in enumerate(self._view, 1)]
        ranges = number_set(value, view[-1][0] if view else 0)
        return [(number, mail) for key, number, mail in view if any(key in some for some in ranges)]

    def _change(self, number: int, change: Callable[[Flags], Flags]) -> None:
        """Change the flags of a message, unless somebody has removed it meanwhile."""
        mail = self._view[number - 1]
        self._view[number - 1] = self._opened.flag(mail.uid, change) or mail

    def _describe(self, number: int, wanted: list[Item]) -> None:
        self._client.send(fetched(number, self._view[number - 1], wanted))

    def _announce(self) -> None:
        """Tell what others have done in the open folder since the client was last told."""
        if self._open is None:
            return
        mails, _ = self._open.look()
        present = {mail.uid: mail for mail in mails}
        for number in range(len(self._view), 0, -1):
            if self._view[number - 1].uid not in present:
                del self._view[number - 1]
                self._say(f"* {number} EXPUNGE")
        known, self._view = self._view, mails
        for number, mail in enumerate(known, 1):
            if present[mail.uid].flags != mail.flags:
                self._describe(number, [_UID, _FLAGS_ITEM])
        if len(mails) > len(known):
            self._say(f"* {len(mails)} EXISTS")

    def _leave(self) -> None:
        if self._open is not None:
            self._open.watchers.discard(self._tell_idler)
        self._open, self._view = None, []

    def _folder(self, name: Value, code: str = "NONEXISTENT") -> Folder:
        """INBOX in any case, the others as they are written (RFC 3501 section 5.1)."""
        called = text(name)
        folder = (self._folders or {}).get("INBOX" if called.upper() == "INBOX" else called)
        if folder is None:
            raise RefusedError(f"[{code}] there is no such folder")
        return folder

    @property
    def _opened(self) -> Folder:
        assert self._open is not None
        return self._open

    def _insist_on_writing(self) -> None:
        if self._read_only:
            raise RefusedError("the folder was opened by EXAMINE")

    def _say(self, line: str) -> None:
        self._client.send(line.encode() + b"\r\n")


def _quoted(name: str) -> str:
    return string(name.encode()).decode()
