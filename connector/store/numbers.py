"""The short number of an order, counted in its shop: 1, 2, 3 and so on, beside the long one of WhatsApp's.

The last number of each shop stands in a row of its own, which pruning doesn't touch. Whoever takes numbers raises it in
the transaction that uses them, and so holds that row until the commit: of several instances each gets others. A
transaction that is rolled back uses none up, and those of orders that turn out to be known are put back.
"""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.dialect import raise_counter
from connector.store.tables import order_numbers, orders

_NOT_WRITTEN = (orders.c.shown.is_(None), orders.c.batch_id.is_(None))


def take_numbers(connection: Connection, shop: str, count: int) -> int:
    """The first of so many numbers that no order of the shop has had."""
    return raise_counter(connection, order_numbers, shop, count) - count + 1


def put_back(connection: Connection, shop: str, keys: Sequence[int | None], *, first: int) -> None:
    """Numbers from `first` on were just taken for so many orders, of which those without a key were known already. The
    others move up, and what is left over goes to the next orders: nobody can have taken numbers meanwhile."""
    new = [key for key in keys if key is not None]
    for number, key in enumerate(new, first):
        if keys[number - first] != key:
            connection.execute(sa.update(orders).where(orders.c.id == key).values(number=number))
    raise_counter(connection, order_numbers, shop, len(new) - len(keys))


def pass_over(connection: Connection, shop: str, up_to: int) -> None:
    """No order gets this number any more, or one below it."""
    last = connection.execute(sa.select(order_numbers.c.last).where(order_numbers.c.shop == shop)).scalar() or 0
    if up_to > last:
        take_numbers(connection, shop, up_to - last)


def number_anew(connection: Connection, shop: str, keys: Collection[int]) -> None:
    """Gives those of the orders new numbers that are not in the sheet, in the order of their arrival.

    No row changed: a batch holds the order now, and its row says the number that it had.
    """
    if not keys:
        return
    first = take_numbers(connection, shop, len(keys))
    for number, key in enumerate(sorted(keys), start=first):
        connection.execute(
            sa.update(orders)
            .where(orders.c.id == key, *_NOT_WRITTEN)
            .values(number=number, revision=orders.c.revision + 1)
        )


def unwritten_numbers(connection: Connection, shop: str) -> Mapping[int, tuple[str, int]]:
    """Id and number of each order that was never in the sheet and is in no batch, by its key."""
    query = sa.select(orders.c.id, orders.c.order_id, orders.c.number)
    query = query.where(orders.c.shop == shop, *_NOT_WRITTEN, orders.c.row_at.is_(None), orders.c.number.is_not(None))
    return {row.id: (row.order_id, row.number) for row in connection.execute(query)}


def numbers_of(connection: Connection, shop: str, order_ids: Sequence[str]) -> Mapping[str, int | None]:
    """The numbers of those of some hundred orders that the store has."""
    query = sa.select(orders.c.order_id, orders.c.number)
    rows = connection.execute(query.where(orders.c.shop == shop, orders.c.order_id.in_(order_ids)))
    return {row.order_id: row.number for row in rows}


def put_numbers(connection: Connection, shop: str, numbers: Mapping[str, int | None]) -> None:
    """Gives orders the numbers that their rows in the sheet say."""
    for order_id, number in numbers.items():
        statement = sa.update(orders).where(orders.c.shop == shop, orders.c.order_id == order_id)
        connection.execute(statement.values(number=number))
