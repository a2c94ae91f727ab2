"""The types of the tables' columns: what is stored in the same way in every database."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from connector.amounts import tidy
from connector.models import Number

Key = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite counts up by itself in INTEGER keys only.

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def in_milliseconds(moment: datetime) -> int:
    """The time as the columns hold it."""
    return (moment - _EPOCH) // _MILLISECOND


class Moment(TypeDecorator[datetime]):
    """A time in UTC, stored as milliseconds since 1970: the same, comparable and indexable, in every database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else in_milliseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else _EPOCH + value * _MILLISECOND


class Amount(TypeDecorator[Number]):
    """A number as people write it: 120 and not 120.0."""

    impl = sa.Double
    cache_ok = True

    def process_result_value(self, value: float | None, dialect: Dialect) -> Number | None:  # noqa: ARG002
        return None if value is None else tidy(value)


class Names(TypeDecorator[tuple[str, ...]]):
    """A few names of columns, with commas between them; nothing where there are none."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return ",".join(value or ()) or None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:  # noqa: ARG002
        return tuple(value.split(",")) if value else ()


def one_of(values: type[StrEnum]) -> sa.Enum:
    """One of the values, stored as its text."""
    return sa.Enum(
        values, native_enum=False, length=16, values_callable=lambda members: [str(member) for member in members]
    )
