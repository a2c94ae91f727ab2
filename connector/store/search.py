"""Finds orders by what a person types: an order's number or id, or parts of a name, a phone number or an id.

No index serves parts of texts in both databases, so a search looks at a bounded stretch of orders at a time, the newest
first, and says where the next stretch begins. An order's number or whole id is found at once, however old the order is.
"""

import re
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.models import Order, Status
from connector.store.dealt_with import to_look_at
from connector.store.orders import find_numbered, find_order, list_odd, list_orders, newest_number
from connector.store.tables import orders

STRETCH = 20_000
"""Numbers that one search looks at: a few hundredths of a second."""
_SHORTEST_PHONE = 3
_NUMBER = re.compile(r"#?([0-9]{1,9})")
"""What may be an order's number: `12`, or `#12` as the page writes it."""
_AROUND_DIGITS = str.maketrans("", "", " +-()/.")


@dataclass(frozen=True, slots=True)
class Found:
    """One page of orders."""

    orders: list[Order]
    """The newest first, without their items."""
    before: int | None
    """Where to go on; None: there is nothing further."""
    is_cut: bool = False
    """Whether the page ends because enough was looked at, and not because it is full."""


def find_page(
    connection: Connection,
    shop: str,
    *,
    text: str = "",
    status: Status | None = None,
    odd: bool = False,
    before: int | None,
    limit: int,
) -> Found:
    """Orders with this status, or those that are odd, or all, and with the text in id, name or phone."""
    if odd and not text:
        return _page(list_odd(connection, shop, limit=limit + 1, before=before), limit)
    if not text:
        return _page(list_orders(connection, shop, status=status, limit=limit + 1, before=before), limit)
    found = _find_text(connection, shop, text, status=status, odd=odd, before=before, limit=limit)
    number = _NUMBER.fullmatch(text)
    order = None if number is None or before is not None else find_numbered(connection, shop, int(number.group(1)))
    if order is None or not _fits(order, status, odd=odd):
        return found
    # First of all, as it is the one that is meant: its number may be a part of many ids and phone numbers.
    return replace(found, orders=[order, *(other for other in found.orders if other.id != order.id)])


def _find_text(
    connection: Connection,
    shop: str,
    text: str,
    *,
    status: Status | None,
    odd: bool,
    before: int | None,
    limit: int,
) -> Found:
    end = newest_number(connection, shop) + 1
    if before is not None:
        end = min(before, end)
    matching = sa.and_(orders.c.id >= end - STRETCH, _matches(text), *([to_look_at] if odd else []))
    found = list_orders(connection, shop, status=status, limit=limit + 1, before=end, matching=matching)
    exact = find_order(connection, shop, text) if before is None else None
    if exact is not None and _fits(exact, status, odd=odd) and all(order.id != exact.id for order in found):
        found.append(exact)
        return Found(found[:limit], None if len(found) <= limit else found[limit - 1].id)
    page = _page(found, limit)
    if page.before is None and end - STRETCH > 1:
        return Found(page.orders, end - STRETCH, is_cut=True)
    return page


def _fits(order: Order, status: Status | None, *, odd: bool) -> bool:
    return status in (None, order.status) and (order.is_odd or not odd)


def _page(found: list[Order], limit: int) -> Found:
    return Found(found[:limit], found[limit - 1].id if len(found) > limit else None)


def _matches(text: str) -> sa.ColumnElement[bool]:
    # SQLite knows upper and lower case of ASCII letters alone, so the usual ways of writing a name are all tried.
    ways = {text, text.lower(), text.upper(), text.title()}
    conditions = [orders.c.customer_name.icontains(way, autoescape=True) for way in sorted(ways)]
    conditions.append(orders.c.order_id.contains(text, autoescape=True))
    digits = text.translate(_AROUND_DIGITS)
    if digits.isdigit() and len(digits) >= _SHORTEST_PHONE:
        conditions.append(orders.c.customer_phone.contains(digits, autoescape=True))
    return sa.or_(*conditions)
