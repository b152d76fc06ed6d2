"""Changing one message of a folder that is open for writing: one flag of it, or the folder it lies in.

Everything is said of a single UID, so that nothing that others have marked goes along with it. A plain EXPUNGE, which
would take all that is marked as deleted, is never said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from whiteglove.errors import MailboxError
from whiteglove.imap import faults
from whiteglove.imap.connect import Connection
from whiteglove.imap.folders import quoted_name
from whiteglove.ports import Landed

_FORBIDDEN = frozenset({"NOPERM", "CANNOT"})


class TargetRefusedError(Exception):
    """The server does not take the message into the other folder; what it said."""


def store_flag(
    connection: Connection, where: str, opened: Mapping[bytes, Any], uid: int, flag: str, *, on: bool
) -> None:
    """Set a flag or take it away. `opened` is what SELECT said of the folder."""
    if not _keeps(opened, flag):
        raise MailboxError("not_permitted", f"{where}: the folder does not keep the flag {flag}")
    reply = connection.wire.ask("STORE", str(uid), f"{'+' if on else '-'}FLAGS.SILENT ({flag})")
    if not reply.ok:
        raise refusal(where, reply.text)


def move(
    connection: Connection, where: str, opened: Mapping[bytes, Any], uid: int, target: str, *, copied: bool
) -> Landed:
    """Move by MOVE (RFC 6851), else by a copy after which this one message is expunged (UIDPLUS, RFC 4315).

    Raises `TargetRefusedError`, and `MailboxError` for what concerns the folder that it leaves.
    """
    wire, can = connection.wire, connection.capabilities
    if "MOVE" in can:
        reply = wire.ask("MOVE", str(uid), quoted_name(target))
        if not reply.ok:
            raise TargetRefusedError(reply.text)
        return _landed(connection)
    if "UIDPLUS" not in can:
        raise MailboxError("not_supported", f"{where}: the server has neither MOVE nor UIDPLUS")
    if not _keeps(opened, r"\Deleted"):
        raise MailboxError("not_permitted", f"{where}: nothing may be deleted from the folder")
    landed = Landed()
    if not copied:
        reply = wire.ask("COPY", str(uid), quoted_name(target))
        if not reply.ok:
            raise TargetRefusedError(reply.text)
        landed = _landed(connection)
    take_out(connection, where, uid, find_trash=lambda: None)
    return landed


def take_out(connection: Connection, where: str, uid: int, find_trash: Callable[[], str | None]) -> None:
    """Expunge one message; where the server cannot do that, move it to Trash, else only mark it as deleted."""
    wire, can = connection.wire, connection.capabilities
    if "UIDPLUS" not in can and "MOVE" in can and (trash := find_trash()) is not None:
        reply = wire.ask("MOVE", str(uid), quoted_name(trash))
        if reply.ok:
            return
    reply = wire.ask("STORE", str(uid), r"+FLAGS.SILENT (\Deleted)")
    if reply.ok and "UIDPLUS" in can:
        reply = wire.ask("EXPUNGE", str(uid))
    if not reply.ok:
        raise refusal(where, reply.text)


def refusal(where: str, text: str) -> MailboxError:
    """The server said NO to a change: `not_permitted` where its code says that it always will (RFC 5530)."""
    if faults.response_code(text) in _FORBIDDEN:
        return MailboxError("not_permitted", f"{where}: {faults.shown(text)}")
    return faults.refusal(where, text)


def _keeps(opened: Mapping[bytes, Any], flag: str) -> bool:
    """Whether a flag that is set stays set. A server that names no PERMANENTFLAGS keeps all of them, and `\\*` stands
    for keywords that it does not know yet (RFC 9051 section 7.1)."""
    named = opened.get(b"PERMANENTFLAGS")
    if named is None:
        return True
    kept = {one.decode("latin-1").casefold() for one in named}
    return flag.casefold() in kept or (not flag.startswith("\\") and r"\*" in kept)


def _landed(connection: Connection) -> Landed:
    """What the last reply said of the message's new place: `COPYUID uidvalidity uid uid`."""
    told = connection.wire.untagged_responses.get("COPYUID")
    said = told[-1] if told else b""
    match said.split() if isinstance(said, bytes) else ():
        case (uidvalidity, _, uid) if uidvalidity.isdigit() and uid.isdigit():
            return Landed(int(uidvalidity), int(uid))
        case _:
            return Landed()
