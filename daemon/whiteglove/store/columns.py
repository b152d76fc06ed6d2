"""What the tables are made of: an instant as a column, what a statement is given, a condition written out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()
"""Every table of the store, wherever it is written down."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware datetime as microseconds since the epoch; a naive one raises TypeError."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


# A statement that runs often is made once, since SQLAlchemy takes longer to build one than to run it. These stand for
# what differs. None has the name of a column: what has one is taken for the column's new value.
ROW = sa.bindparam("its_row", type_=sa.Integer)
ROWS = sa.bindparam("its_rows", type_=sa.Integer, expanding=True)
NOW = sa.bindparam("now", type_=Instant)
SINCE = sa.bindparam("since", type_=Instant)
MOST = sa.bindparam("most", type_=sa.Integer)


def inserted(result: sa.CursorResult[Any]) -> int:
    """The row number that an INSERT of one row was given."""
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def row_column() -> sa.Column[int]:
    """The number of a row, which SQLite gives."""
    return sa.Column("row", sa.Integer, primary_key=True)


def json_column(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    """A column that holds a JSON value; None is NULL there, never the JSON null."""
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=nullable)


def is_one_of(column: sa.Column[Any], *values: str) -> sa.ColumnElement[bool]:
    """Whether the column has one of these values, written out in the statement."""
    return column.in_([sa.literal_column(f"'{value}'") for value in values])
