"""Which instance has which service account, looked up behind its back."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from connector.store.database import parse_url
from connector.store.fleet_tables import accounts, instances


@dataclass(frozen=True)
class Held:
    """What one process has."""

    owner: str
    """The process's id in the store."""
    epochs: Mapping[str, int]
    """By the accounts' names."""


class Owners:
    """Reads only, straight from the server."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(parse_url(url), poolclass=sa.NullPool)

    def of(self, name: str) -> Held | None:
        """What the latest process of an instance has; None: nothing, or it can't be asked."""
        latest = sa.select(instances.c.id).where(instances.c.address == name).order_by(instances.c.started_at.desc())
        try:
            with self._engine.connect() as connection:
                owner = connection.execute(latest.limit(1)).scalar()
                query = sa.select(accounts.c.name, accounts.c.epoch).where(accounts.c.owner == owner)
                epochs = {row.name: row.epoch for row in connection.execute(query)}
        except sa.exc.SQLAlchemyError:
            return None
        return Held(str(owner), epochs) if epochs else None

    def have_overtaken(self, held: Held) -> bool:
        """Whether every one of these accounts is somebody else's by now."""
        query = sa.select(accounts.c.name).where(
            accounts.c.name.in_(held.epochs), accounts.c.owner.is_not(None), accounts.c.owner != held.owner
        )
        try:
            with self._engine.connect() as connection:
                return set(connection.execute(query).scalars()) == held.epochs.keys()
        except sa.exc.SQLAlchemyError:
            return False

    def close(self) -> None:
        self._engine.dispose()
