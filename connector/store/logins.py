"""Which logins to the status page still count.

A login is made with the password of a shop, or with the operator's, which stands here as the shop "". It carries the
number under which it was made. The number goes up whenever the service sees another digest, which is made of the
password and the secret: so what was changed and changed back revives nobody. A login that was ended stands here until
it would have run out.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.statements import insert_missing
from connector.store.tables import ended_logins, logins


def begin(connection: Connection, digests: Mapping[str, str]) -> dict[str, int]:
    """The number of each shop's logins, by the shops' names; a new one where the latest digest was another."""
    numbers = numbers_of(connection, digests)
    rows = [{"of_shop": shop, "digest": digest} for shop, digest in digests.items() if shop not in numbers]
    if rows:
        first = [{"shop": row["of_shop"], "key_digest": row["digest"], "number": 1} for row in rows]
        insert_missing(connection, logins, first)
        # No row changed: it is this digest's already, or another instance has just begun with it.
        connection.execute(_RENEW, rows)
    return numbers_of(connection, digests)


def numbers_of(connection: Connection, digests: Mapping[str, str]) -> dict[str, int]:
    """The numbers of the shops of which the store knows this digest."""
    query = sa.select(logins)
    if len(digests) == 1:
        query = query.where(logins.c.shop.in_(digests))
    return {row.shop: row.number for row in connection.execute(query) if digests.get(row.shop) == row.key_digest}


_RENEW = (
    sa.update(logins)
    .where(logins.c.shop == sa.bindparam("of_shop"), logins.c.key_digest != sa.bindparam("digest"))
    .values(key_digest=sa.bindparam("digest"), number=logins.c.number + 1)
)


def end(connection: Connection, shop: str, ended: Mapping[str, datetime], *, now: datetime) -> None:
    """Ends logins, by their ids, with the time at which each would run out; forgets those that have."""
    rows = [{"shop": shop, "id": login_id, "until": until} for login_id, until in ended.items()]
    insert_missing(connection, ended_logins, rows)
    connection.execute(sa.delete(ended_logins).where(ended_logins.c.shop == shop, ended_logins.c.until < now))


def has_ended(connection: Connection, shop: str, login_id: str) -> bool:
    query = sa.select(ended_logins.c.id).where(ended_logins.c.shop == shop, ended_logins.c.id == login_id)
    return connection.execute(query).first() is not None
