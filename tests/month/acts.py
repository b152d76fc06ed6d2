"""A month when it is played: the stage with its tables, and what was looked at on the way."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from fortnight.acts import MEMORY, Fortnight, look_into_drafts, looks
from fortnight.story import tell_history
from fortnight.tables import everything
from month.stage import MonthStage, on_stage
from month.story import BEGINS, ENDS, STORY
from servers.dovecot import Dovecot
from whiteglove.settings import loading


class Month(Fortnight):
    """One that was played to its end."""

    stage: MonthStage


@contextmanager
def played(
    user: str, dovecot: Dovecot, *, looked: Sequence[datetime] = (), restarts: Callable[[datetime], bool] | None = None
) -> Iterator[Month]:
    """Play the month from its beginning to its end."""
    holiday_tables = functools.cache(loading.holiday_tables)
    with (
        on_stage() as patch,
        tempfile.TemporaryDirectory(prefix="wg-month-", dir=MEMORY if MEMORY.is_dir() else None) as folder,
        closing(MonthStage(Path(folder), dovecot, user, BEGINS)) as stage,
    ):
        # Each command reads the configuration anew, and would have the same tables worked out in a third of a second.
        patch.setattr(loading, "holiday_tables", lambda codes, year: holiday_tables(tuple(codes), year))
        month = Month(stage)
        tell_history(stage, BEGINS)
        stage.start()
        stage.play([*STORY, *(looks(month, at) for at in looked)], ENDS, restarts)
        look_into_drafts(month, ENDS)
        month.tables = everything(stage)
        yield month
