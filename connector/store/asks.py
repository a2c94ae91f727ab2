"""What an instance asks of the one that works for a shop: to call Google for somebody who asked here.

An ask is taken once. Whoever took it may die before it answers; so what is asked must bear to be asked again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.fleet_tables import asks
from connector.store.leases import database_now

_FORGOTTEN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Ask:
    id: str
    shop: str
    what: str
    argument: str


def put_ask(connection: Connection, ask: Ask) -> None:
    """Asks; and forgets asks whose askers ended without taking them back."""
    now = database_now(connection)
    connection.execute(sa.delete(asks).where(asks.c.asked_at < now - _FORGOTTEN_AFTER))
    connection.execute(
        sa.insert(asks).values(
            id=ask.id, shop=ask.shop, what=ask.what, argument=ask.argument, asked_at=now, is_taken=False
        )
    )


def open_asks(connection: Connection) -> list[Ask]:
    """Those that nobody has taken, the oldest first."""
    query = sa.select(asks).where(asks.c.is_taken.is_(False)).order_by(asks.c.asked_at)
    return [Ask(row.id, row.shop, row.what, row.argument) for row in connection.execute(query)]


def take(connection: Connection, ids: Collection[str]) -> set[str]:
    """Takes asks; those that nobody was faster with, and that weren't taken back."""
    statement = sa.update(asks).where(asks.c.id.in_(ids), asks.c.is_taken.is_(False)).values(is_taken=True)
    return set(connection.execute(statement.returning(asks.c.id)).scalars())


def put_answer(connection: Connection, ask_id: str, answer: str) -> None:
    """Answers. No row changed: the asker has gone."""
    connection.execute(sa.update(asks).where(asks.c.id == ask_id).values(answer=answer))


def get_answer(connection: Connection, ask_id: str) -> str | None:
    return connection.execute(sa.select(asks.c.answer).where(asks.c.id == ask_id)).scalar()


def take_back(connection: Connection, ask_id: str) -> None:
    """The asker waits no longer, or has its answer."""
    connection.execute(sa.delete(asks).where(asks.c.id == ask_id))
