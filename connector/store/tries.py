"""Keeps the latest failed tries of each order, for whoever asks what happened to it.

A try that succeeds leaves nothing here: most orders need one try, and their times stand in the order itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.tables import tries

MOST_KEPT = 20
"""Of an order. An order is tried for a week; what is older than its last tries says nothing more."""


class What(StrEnum):
    """What was tried."""

    FETCH = "fetch"
    """To get the order's items from Whapi."""
    WRITE = "write"
    """To write its rows, which Google refused."""


@dataclass(frozen=True, slots=True)
class Try:
    """One failed try of one order."""

    at: datetime
    what: What
    error: str
    """A sentence, without secrets."""


def keep_try(connection: Connection, order_key: int, failed: Try) -> None:
    """Stores a try; the oldest goes where there are too many."""
    connection.execute(sa.insert(tries).values(order_key=order_key, at=failed.at, what=failed.what, error=failed.error))
    of_order = sa.select(tries.c.id).where(tries.c.order_key == order_key).order_by(tries.c.id.desc())
    first_too_many = connection.execute(of_order.offset(MOST_KEPT).limit(1)).scalar()
    if first_too_many is not None:
        connection.execute(sa.delete(tries).where(tries.c.order_key == order_key, tries.c.id <= first_too_many))


def list_tries(connection: Connection, order_key: int) -> list[Try]:
    """The tries that are kept of an order, the oldest first."""
    query = sa.select(tries).where(tries.c.order_key == order_key).order_by(tries.c.id)
    return [Try(row.at, What(row.what), row.error) for row in connection.execute(query)]


def drop_tries(connection: Connection, order_keys: Sequence[int]) -> None:
    """Deletes the tries of orders that are about to be deleted."""
    connection.execute(sa.delete(tries).where(tries.c.order_key.in_(order_keys)))
