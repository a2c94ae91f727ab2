"""Which logins to the status page still count.

A login carries the number under which it was made. The number goes up whenever the service starts with another key,
which is made of the password and the secret: so what was changed and changed back revives nobody. A login that was
ended stands here until it would have run out.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.dialect import insert_of
from connector.store.tables import ended_logins, logins


def number_of(connection: Connection, shop: str, key_digest: str) -> int | None:
    """The number of this key's logins; None where the store knows of another key, or of none."""
    query = sa.select(logins.c.number).where(logins.c.shop == shop, logins.c.key_digest == key_digest)
    return connection.execute(query).scalar()


def begin(connection: Connection, shop: str, key_digest: str) -> int:
    """The number of this key's logins, which is a new one where the latest key was another."""
    insert = insert_of(connection.dialect.name)
    first = {"shop": shop, "key_digest": key_digest, "number": 1}
    connection.execute(insert(logins).values(first).on_conflict_do_nothing(index_elements=["shop"]))
    # No row changed: it is this key's already, or another instance has just begun with it.
    connection.execute(
        sa.update(logins)
        .where(logins.c.shop == shop, logins.c.key_digest != key_digest)
        .values(key_digest=key_digest, number=logins.c.number + 1)
    )
    number: int = connection.execute(sa.select(logins.c.number).where(logins.c.shop == shop)).scalar_one()
    return number


def end(connection: Connection, shop: str, ended: Mapping[str, datetime], *, now: datetime) -> None:
    """Ends logins, by their ids, with the time at which each would run out; forgets those that have."""
    rows = [{"shop": shop, "id": login_id, "until": until} for login_id, until in ended.items()]
    insert = insert_of(connection.dialect.name)
    connection.execute(insert(ended_logins).on_conflict_do_nothing(index_elements=["shop", "id"]), rows)
    connection.execute(sa.delete(ended_logins).where(ended_logins.c.shop == shop, ended_logins.c.until < now))


def has_ended(connection: Connection, shop: str, login_id: str) -> bool:
    query = sa.select(ended_logins.c.id).where(ended_logins.c.shop == shop, ended_logins.c.id == login_id)
    return connection.execute(query).first() is not None
