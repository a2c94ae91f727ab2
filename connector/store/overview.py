"""How all shops stand, in a few queries, however many they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import Shown
from connector.store.breakers import CircuitBreaker, Part, to_breaker
from connector.store.dealt_with import is_dealt_with, is_given_up, to_look_at
from connector.store.due import first_of_each_shop
from connector.store.quarantine import OTHER_ORDER
from connector.store.refusals import MOST_NAMED, Refused, SetAside
from connector.store.shops import ShopState
from connector.store.standing import Standing
from connector.store.tables import orders, pauses, quarantine, shops


@dataclass(slots=True)
class ShopFigures:
    """What is counted of one shop."""

    standing: Standing = field(default_factory=Standing)
    """Without the breakers' times of success."""
    lately: int = 0
    """Orders that were sent since the moment that was asked for."""
    received: int = 0
    waiting: int = 0
    failed: int = 0
    """Given up, and not dealt with; so, too, what is odd or in quarantine."""
    has_orders: bool = False
    odd: int = 0
    quarantined: int = 0
    other_orders: int = 0


def read_overview(connection: Connection, *, since: datetime, odd_since: datetime) -> Mapping[str, ShopFigures]:
    """The figures of each shop that is served, or was and is not archived; a shop that isn't there has none yet.

    `odd_since`: from when on an odd order counts.
    """
    found: defaultdict[str, ShopFigures] = defaultdict(ShopFigures)
    waits_since = {row.shop: row.at for row in connection.execute(_WRITES_WAIT)}
    for row in connection.execute(_COUNTS, {"since": since}):
        firsts = [at for at in (row.first_waiting, waits_since.get(row.shop)) if at is not None]
        found[row.shop] = ShopFigures(
            Standing(oldest_unwritten=row.oldest_unwritten, waits_since=min(firsts, default=None)),
            lately=row.lately,
            received=row.received,
            waiting=row.waiting + row.unavailable - row.given_up,
            failed=row.failed,
            has_orders=row.has_orders,
        )
    for shop, breakers in _breakers(connection).items():
        found[shop].standing = replace(found[shop].standing, breakers=breakers)
    for shop, aside in _set_aside(connection.execute(_ROWS_REFUSED)).items():
        found[shop].standing = replace(found[shop].standing, rows_refused=aside)
    for shop, aside in _set_aside(connection.execute(_ITEMS_REFUSED)).items():
        found[shop].standing = replace(found[shop].standing, items_refused=aside)
    for row in connection.execute(_ODD, {"odd_since": odd_since}):
        found[row.shop].odd = row.number
    for row in connection.execute(_QUARANTINED):
        found[row.shop].quarantined, found[row.shop].other_orders = row.number, row.other_orders
    return found


def _of_shop(*conditions: sa.ColumnElement[bool]) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(orders).where(orders.c.shop == shops.c.shop, *conditions)


def _oldest(*conditions: sa.ColumnElement[bool]) -> sa.Select[datetime]:
    query = sa.select(orders.c.stored_at).where(orders.c.shop == shops.c.shop, orders.c.shown.is_(None), *conditions)
    # Ordered by the columns of the index, as in `oldest_unwritten`.
    return query.order_by(orders.c.shown, orders.c.id).limit(1)


# A few looks into indexes for each shop; one over all orders by shops would read the indexes from end to end.
_COUNTS = sa.select(
    shops.c.shop,
    _of_shop(orders.c.received_at >= sa.bindparam("since", type_=orders.c.received_at.type))
    .scalar_subquery()
    .label("lately"),
    _of_shop(orders.c.shown.is_(None)).scalar_subquery().label("received"),
    _of_shop(orders.c.shown == Shown.WAITING).scalar_subquery().label("waiting"),
    _of_shop(orders.c.shown == Shown.UNAVAILABLE).scalar_subquery().label("unavailable"),
    _of_shop(is_given_up).scalar_subquery().label("given_up"),
    _of_shop(is_given_up, sa.not_(is_dealt_with)).scalar_subquery().label("failed"),
    _oldest().scalar_subquery().label("oldest_unwritten"),
    _oldest(orders.c.rows_refused_at.is_(None)).scalar_subquery().label("first_waiting"),
    sa.exists().where(orders.c.shop == shops.c.shop).label("has_orders"),
).where(shops.c.state != ShopState.ARCHIVED)

# These read their partial index alone.
_WRITES_WAIT = first_of_each_shop(
    orders.c.write_due_at, orders.c.write_due_at.is_not(None), orders.c.rows_refused_at.is_(None)
)
_ODD_SINCE: sa.BindParameter[datetime] = sa.bindparam("odd_since", type_=orders.c.stored_at.type)
_ODD = (
    sa.select(orders.c.shop, sa.func.count().label("number"))
    .where(to_look_at, sa.or_(orders.c.stored_at >= _ODD_SINCE, orders.c.changed_at >= _ODD_SINCE))
    .group_by(orders.c.shop)
)


def _refused(since: sa.Column[datetime], sentence: sa.Column[str | None]) -> sa.Select[Any]:
    """The oldest of each shop's, with the number of all."""
    in_order = sa.func.row_number().over(partition_by=orders.c.shop, order_by=(since, orders.c.id))
    columns = (orders.c.shop, orders.c.id, orders.c.order_id, since.label("since"), sentence.label("sentence"))
    number = sa.func.count().over(partition_by=orders.c.shop).label("number")
    numbered = sa.select(*columns, number, in_order.label("place")).where(since.is_not(None)).subquery()
    return sa.select(numbered).where(numbered.c.place <= MOST_NAMED).order_by(numbered.c.shop, numbered.c.place)


_ROWS_REFUSED = _refused(orders.c.rows_refused_at, orders.c.refusal)
_ITEMS_REFUSED = _refused(orders.c.items_refused_at, orders.c.last_error)
_QUARANTINED = sa.select(
    quarantine.c.shop,
    sa.func.count().label("number"),
    sa.func.count(sa.case((quarantine.c.field == OTHER_ORDER, 1))).label("other_orders"),
)
_QUARANTINED = _QUARANTINED.where(quarantine.c.dealt_with_at.is_(None)).group_by(quarantine.c.shop)


def _set_aside(rows: Iterable[sa.Row[Any]]) -> dict[str, SetAside]:
    first: defaultdict[str, list[Refused]] = defaultdict(list)
    numbers: dict[str, int] = {}
    for row in rows:
        first[row.shop].append(Refused(row.id, row.order_id, row.since, row.sentence or ""))
        numbers[row.shop] = row.number
    return {shop: SetAside(numbers[shop], tuple(found)) for shop, found in first.items()}


def _breakers(connection: Connection) -> dict[str, dict[Part, CircuitBreaker]]:
    """Of the shops where something fails."""
    found: defaultdict[str, dict[Part, CircuitBreaker]] = defaultdict(lambda: {part: CircuitBreaker() for part in Part})
    for row in connection.execute(sa.select(pauses).where(pauses.c.failures > 0)):
        found[row.shop][Part(row.part)] = to_breaker(row)
    return found
