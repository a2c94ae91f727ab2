"""Looks into the service's database from outside."""

import sqlite3
from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa

from connector.store.database import parse_url
from connector.store.tables import batches, orders


@dataclass(frozen=True)
class Stored:
    """What the store says at one moment."""

    unsettled: int = 0
    """Orders with something left to fetch or to write."""
    open_batches: int = 0
    batches: Counter[str] = field(default_factory=Counter)
    """By state. Those whose markers were deleted are forgotten."""


class Store:
    """Reads only."""

    def __init__(self, url: str) -> None:
        parsed = parse_url(url)
        if parsed.get_backend_name() == "sqlite":
            # Read only: where the file is gone, looking for it must not make a new one.
            address = f"file:{parsed.database}?mode=ro"
            self._engine = sa.create_engine(
                "sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=sa.NullPool
            )
        else:
            self._engine = sa.create_engine(parsed, poolclass=sa.NullPool)

    def has(self, order_id: str) -> bool:
        """Whether the order is in the database that stands under this address now."""
        return bool(self._count(sa.select(sa.func.count()).select_from(orders).where(orders.c.order_id == order_id)))

    def shows(self, order_id: str) -> bool:
        """Whether it is known there that the order has its row."""
        query = sa.select(sa.func.count()).select_from(orders)
        return bool(self._count(query.where(orders.c.order_id == order_id, orders.c.shown.is_not(None))))

    def open_batches(self) -> int:
        """How many batches are on their way."""
        return self._count(sa.select(sa.func.count()).select_from(batches).where(batches.c.state == "open"))

    def _count(self, query: sa.Select[int]) -> int:
        """0 where it can't be asked."""
        try:
            with self._engine.connect() as connection:
                return connection.execute(query).scalar_one()
        except sa.exc.SQLAlchemyError:
            return 0

    def is_settled(self) -> bool:
        """Whether nothing is left to be done, as far as the store knows."""
        left = sa.or_(
            orders.c.items_state == "due",
            orders.c.write_due_at.is_not(None),
            orders.c.batch_id.is_not(None),
            orders.c.shown.is_(None),
        )
        try:
            with self._engine.connect() as connection:
                open_ = sa.exists().where(batches.c.state == "open")
                return not connection.execute(sa.select(sa.or_(sa.exists().where(left), open_))).scalar()
        except sa.exc.SQLAlchemyError:
            return False

    def read(self) -> Stored:
        """All zero where there is no database, or none that can be read."""
        left = sa.or_(orders.c.items_state == "due", orders.c.write_due_at.is_not(None), orders.c.batch_id.is_not(None))
        try:
            with self._engine.connect() as connection:
                states = connection.execute(sa.select(batches.c.state, sa.func.count()).group_by(batches.c.state)).all()
                counted = Counter({str(state): count for state, count in states})
                unsettled = connection.execute(sa.select(sa.func.count()).select_from(orders).where(left)).scalar_one()
        except sa.exc.SQLAlchemyError:
            return Stored()
        return Stored(unsettled, counted["open"], counted)

    def close(self) -> None:
        self._engine.dispose()
