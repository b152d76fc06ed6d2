"""The stage of the fortnight, and what a hard month needs besides: Drafts is watched, and the telephone rings."""

from __future__ import annotations

import functools
import importlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fortnight import cast as of_fortnight
from fortnight import oracle
from fortnight import stage as stage_of_fortnight
from fortnight.stage import Stage, local
from month import cast
from servers.dovecot import Dovecot
from whiteglove.cli import contact as _contact  # noqa: F401  # Loaded before the clock of the commands is set.
from whiteglove.cli import main
from whiteglove.inprocess import InProcessCaller
from whiteglove.ports import Caller


@dataclass(frozen=True, slots=True)
class Laid:
    """A draft as it lay in Drafts when it was first seen there."""

    at: datetime
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.SMTP)


@dataclass(frozen=True, slots=True)
class Rang:
    """A notice that reached Robin's telephone."""

    at: datetime
    title: str
    text: str


class Telephone(InProcessCaller):
    """Where `notify` ends; notes when it rang."""

    def __init__(self, stage: MonthStage) -> None:
        super().__init__()
        self._stage = stage

    def notify(self, addresses: Any, title: str, text: str) -> None:
        assert list(addresses) == [cast.PHONE]
        self._stage.rang.append(Rang(self._stage.clock.now(), title, text))


class MonthStage(Stage):
    """Robin's house in October. `laid` holds every draft that ever lay in Drafts, `rang` every notice."""

    def __init__(self, folder: Path, dovecot: Dovecot, user: str, began: datetime) -> None:
        self.laid: list[Laid] = []
        self.rang: list[Rang] = []
        self._seen = 0
        (folder / "phone").write_text(cast.PHONE)
        super().__init__(folder, dovecot, user, began)
        telephone = Telephone(self)

        def caller() -> Caller:
            return telephone

        self.world.caller = caller  # type: ignore[method-assign]

    def work(self) -> None:
        """Let everything happen that is due now, and look into Drafts before and after it."""
        self._look()
        self.daemon.look_at_drafts("studio")
        super().work()
        while self.daemon.calls.drain():
            super().work()
        self._look()

    def _look(self) -> None:
        self.program.select_folder("Drafts", readonly=True)
        new = [uid for uid in self.program.search(["UID", f"{self._seen + 1}:*"]) if uid > self._seen]
        for uid, values in sorted(self.program.fetch(new, ["RFC822"]).items()) if new else ():
            self.laid.append(Laid(self.clock.now(), values[b"RFC822"]))
            self._seen = uid

    def send_draft(self, key: str, words: str, **changes: str) -> None:
        """Robin completes the newest draft to this client that says `words`, and sends it. This program keeps the
        Message-ID of a draft, and drops fields that it does not know."""
        self.program.select_folder("Drafts")
        found = [
            (uid, mail)
            for uid, raw, _ in self.drafts()
            if str((mail := message_from_bytes(raw, policy=policy.SMTP))["To"]) == cast.PEOPLE[key]
            and words in mail.get_content()
        ]
        assert found, f"at {local(self.clock.now())} no draft to {key} says {words!r}"
        uid, mail = found[-1]
        for name in [name for name in mail if name.casefold().startswith("x-")]:
            del mail[name]
        text = mail.get_content()
        for old, new in changes.items():
            assert old in text, f"the draft to {key} does not say {old!r}: {text}"
            text = text.replace(old, new)
        mail.set_content(text)
        mail.replace_header("Date", format_datetime(self.clock.now()))
        self.file_in_sent(mail.as_bytes())
        self.program.delete_messages([uid])
        self.program.expunge([uid])

    def rewrite(self, key: str, old: str, new: str) -> None:
        """Robin changes a client's file, and the daemon reads it again."""
        path = self.folder / "clients" / f"{key}.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        self._stop()
        self._read_settings()
        self._start()

    def save_draft(self, raw: bytes, instead_of: str | None = None) -> None:
        """Robin's mail program saves what Robin is writing, in place of what it saved before under a Message-ID."""
        self.program.select_folder("Drafts")
        before = self.program.search(["HEADER", "Message-ID", instead_of]) if instead_of else []
        self.program.append("Drafts", raw, flags=[rb"\Draft", rb"\Seen"], msg_time=self.clock.now())
        if before:
            self.program.delete_messages(before)
            self.program.expunge(before)

    def say(self, *arguments: str) -> tuple[int, str]:
        """A command that may fail: its exit code, and all it prints."""
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out), stage_of_fortnight._commands_at(self.clock.now()):
            code = main([*arguments])
        stage_of_fortnight.log.configure("json", self.log)
        return code, out.getvalue()


@contextmanager
def on_stage() -> Iterator[pytest.MonkeyPatch]:
    """The cast of this month in place of the fortnight's, for as long as it is looked at."""
    changed: list[tuple[dict[str, Any], Mapping[str, Any]]] = [
        (of_fortnight.CLIENTS, cast.CLIENTS),
        (of_fortnight.PEOPLE, cast.PEOPLE),
        (of_fortnight.ZONES, cast.ZONES),
        (oracle.CADENCES, cast.CADENCES),
    ]
    before = [dict(there) for there, _ in changed]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage_of_fortnight, "CONFIGURATION", cast.CONFIGURATION)
        patch.setattr(stage_of_fortnight, "_plugins", _plugins)
        try:
            for there, here in changed:
                _fill(there, here)
            yield patch
        finally:
            # In the order in which they were: history is told in it.
            for (there, _), was in zip(changed, before, strict=True):
                _fill(there, was)


def _fill(there: dict[str, Any], here: Mapping[str, Any]) -> None:
    there.clear()
    there.update(here)


@functools.cache
def _plugins() -> dict[str, tuple[ModuleType, Mapping[str, Any]]]:
    modules = {name: importlib.import_module(f"whiteglove_plugins.{name}") for name in cast.SECTIONS}
    return {name: (modules[name], section) for name, section in cast.SECTIONS.items()}
