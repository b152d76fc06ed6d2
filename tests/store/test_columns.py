"""Instants are what they are, in every zone and in every order; a condition is written out in the statement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from store.conftest import NOW
from whiteglove.store.columns import Instant, inserted, is_one_of
from whiteglove.store.schema import chores

INSTANT = Instant()
DIALECT = sqlite.dialect()


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_kept_to_the_microsecond(instant: datetime) -> None:
    kept = INSTANT.process_bind_param(instant, DIALECT)

    assert isinstance(kept, int)
    assert INSTANT.process_result_value(kept, DIALECT) == instant


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_instants_sort_as_they_are(one: datetime, other: datetime) -> None:
    kept = [INSTANT.process_bind_param(instant, DIALECT) for instant in (one, other)]

    assert (kept[0] < kept[1]) is (one < other)  # type: ignore[operator]


def test_an_instant_is_utc_whatever_zone_it_came_in() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=-5)))
    back = INSTANT.process_result_value(INSTANT.process_bind_param(there, DIALECT), DIALECT)

    assert back == NOW
    assert back is not None
    assert back.tzinfo is UTC
    assert INSTANT.process_bind_param(None, DIALECT) is None
    assert INSTANT.process_result_value(None, DIALECT) is None


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        INSTANT.process_bind_param(NOW.replace(tzinfo=None), DIALECT)


def test_a_condition_has_its_values_in_its_text_so_that_a_partial_index_is_found() -> None:
    assert str(is_one_of(chores.c.state, "open", "done")) == "chores.state IN ('open', 'done')"


def test_an_insert_gives_its_row() -> None:
    engine = sa.create_engine("sqlite://")
    table = sa.Table("birds", sa.MetaData(), sa.Column("row", sa.Integer, primary_key=True), sa.Column("name", sa.Text))
    with engine.begin() as tx:
        table.create(tx)
        assert [inserted(tx.execute(table.insert().values(name=name))) for name in ("owl", "kite")] == [1, 2]
