"""What a fortnight is made of when it is played: the stage with its tables, and what was looked at on the way."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from fortnight import tables
from fortnight.cast import CLIENTS
from fortnight.stage import Stage, Step
from fortnight.story import tell_history
from fortnight.tables import Table
from servers.dovecot import Dovecot
from whiteglove.settings import loading
from whiteglove.store import drafts

MEMORY = Path("/dev/shm")

_holiday_tables = functools.cache(loading.holiday_tables)


@dataclass
class Fortnight:
    """One that was played to its end. `asked` is what `clients KEY --json` said and when; `lying` what lay in Drafts,
    each look with the marks of what the store believed to lie there."""

    stage: Stage
    tables: dict[str, Table] = field(default_factory=dict)
    asked: list[tuple[datetime, str, list[datetime]]] = field(default_factory=list)
    lying: list[tuple[datetime, list[tuple[EmailMessage, bytes, tuple[bytes, ...]]], list[str]]] = field(
        default_factory=list
    )


def looks(fortnight: Fortnight, at: datetime) -> Step:
    """Ask for the next reports of every client, and open every draft."""

    def act(stage: Stage) -> None:
        fortnight.asked += [(at, key, stage.next_reports(key)) for key in CLIENTS]
        look_into_drafts(fortnight, at)

    return Step(at, act)


def look_into_drafts(fortnight: Fortnight, at: datetime) -> None:
    stage = fortnight.stage
    with stage.store.read() as tx:
        believed = [one.token or "" for one in drafts.everything(tx) if one.state == "placed"]
    opened = [(message_from_bytes(raw, policy=policy.default), raw, flags) for _, raw, flags in stage.drafts()]
    fortnight.lying.append((at, opened, believed))


@contextmanager
def played(
    user: str,
    dovecot: Dovecot,
    steps: Sequence[Step],
    began: datetime,
    ended: datetime,
    *,
    looked: Sequence[datetime] = (),
    language: str = "en",
    restarts: Callable[[datetime], bool] | None = None,
) -> Iterator[Fortnight]:
    """Play a fortnight from its beginning to its end. The store lies in memory where there is a place for it: whether
    it outlasts a power cut is not the question here, and half of the time would be waiting for the disk."""
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory(prefix="wg-fortnight-", dir=MEMORY if MEMORY.is_dir() else None) as folder,
        closing(Stage(Path(folder), dovecot, user, began, language)) as stage,
    ):
        # Each command reads the configuration anew, and would have the same tables worked out in a third of a second.
        patch.setattr(loading, "holiday_tables", lambda codes, year: _holiday_tables(tuple(codes), year))
        fortnight = Fortnight(stage)
        tell_history(stage, began)
        stage.start()
        stage.play([*steps, *(looks(fortnight, at) for at in looked)], ended, restarts)
        look_into_drafts(fortnight, ended)
        fortnight.tables = tables.everything(stage)
        yield fortnight
