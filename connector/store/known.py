"""Another delivery of an order that is known: is it that order, and what of it was missing?

What repeats an order may know less of it, or more, or write the same otherwise: so only what both know is compared, and
what differs in its writing alone counts as the same. What is left differs in substance.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.language import gettext as _
from connector.language import in_each_language
from connector.models import Item, ItemsState, NewOrder, Number, Order, Shown
from connector.store.items import OrderItems, put_items
from connector.store.learned import FOUND_IN_SHEET
from connector.store.orders import past_order_ids, to_order, with_items
from connector.store.tables import orders

_DIGITS = re.compile(r"[0-9]+")
_WORDS = re.compile(r"\w+")
_FEWEST_DIGITS = 7
"""That tell a subscriber, whatever stands before them: a number may come with its country's code or without."""
_SAME_AMOUNT = 0.005
_FACTORS = (1, 100, 1000)
"""Ways of writing the same amount: WhatsApp's own protocol counts thousandths, some gateways hundredths."""
_MOST_COMPARED = 100
"""Lines of an order that are compared each with each."""
_FILLED_IN = ("customer_name", "customer_phone", "item_count", "total_price", "currency")
"""What is filled in in a row that is there already."""
_IN_THE_ROW = ("title", "note", "warning", *_FILLED_IN)
_TAKEN = ("channel_id", "chat_id", "message_id", "title", "note", *_FILLED_IN)


def contradiction(known: Order, came: NewOrder) -> str | None:
    """What makes the delivery another order than the one known under its id, as a sentence; None if it is the same."""
    differing = []
    if _other_customer(known, came):
        differing.append(_("another customer"))
    if _other_total(known.said_total, came.total_price):
        differing.append(_("another total"))
    if known.items and came.items and _other_items(known.items, came.items):
        differing.append(_("other items"))
    if not differing:
        return None
    return _(
        "An order with this id is known already, and what came has {value}. It is not in the "
        "sheet. If it is an order of its own, send it again with an id of its own."
    ).format(value=_and(differing))


def _and(words: Sequence[str]) -> str:
    return _(" and ").join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _other_customer(known: Order, came: NewOrder) -> bool:
    """By the number where both have one, else by WhatsApp's own id of the person, else by the name.

    A name alone is weak: people change theirs. It counts only where nothing better is there.
    """
    mine, theirs = _digits(known.customer_phone), _digits(came.customer_phone)
    if mine and theirs:
        return not _same_number(mine, theirs)
    person, other = _person(known.chat_id), _person(came.chat_id)
    if person and other:
        return person != other
    if known.customer_name and came.customer_name:
        return _words(known.customer_name).isdisjoint(_words(came.customer_name))
    return False


def _digits(phone: str | None) -> str | None:
    digits = "".join(_DIGITS.findall(phone or "")).lstrip("0")
    return digits if len(digits) >= _FEWEST_DIGITS else None


def _same_number(one: str, other: str) -> bool:
    return one.endswith(other) or other.endswith(one)


def _person(chat_id: str | None) -> str | None:
    """The chat as a person's own id; None for a group, and where a number tells more."""
    return chat_id if chat_id is not None and chat_id.endswith("@lid") else None


def _words(text: str) -> set[str]:
    return set(_WORDS.findall(text.casefold())) or {text.casefold()}


def _other_total(known: Number | None, came: Number | None) -> bool:
    if not known or not came:
        return False
    return not any(
        abs(large - small * factor) <= _SAME_AMOUNT
        for factor in _FACTORS
        for small, large in ((known, came), (came, known))
    )


def _other_items(known: Sequence[Item], came: Sequence[Item]) -> bool:
    if len(known) != len(came):
        return True
    if len(known) > _MOST_COMPARED:
        return Counter(item.quantity for item in known) != Counter(item.quantity for item in came)
    return not (_all_in(known, came) and _all_in(came, known))


def _all_in(some: Sequence[Item], others: Sequence[Item]) -> bool:
    return all(any(_may_be_same(item, other) for other in others) for item in some)


def _may_be_same(one: Item, other: Item) -> bool:
    """Whether nothing that both know speaks against it. The price does not: it may be the line's."""
    if one.quantity is not None and other.quantity is not None and one.quantity != other.quantity:
        return False
    names = [(one.product_id, other.product_id), (one.sku, other.sku), (one.name, other.name)]
    both = [(mine.casefold().strip(), theirs.casefold().strip()) for mine, theirs in names if mine and theirs]
    return not both or any(mine == theirs for mine, theirs in both)


def missing(connection: Connection, shop: str, found: Sequence[NewOrder]) -> list[NewOrder]:
    """Those of the orders that the store never had, or knows less of than is here now.

    One look-up by key for all of them, and a second only if some are not found. What contradicts the store is left out:
    the history says the same again and again.
    """
    known = known_orders(connection, shop, list({order.order_id for order in found}))
    unknown = {order.order_id for order in found} - known.keys()
    if unknown:
        unknown -= past_order_ids(connection, shop, list(unknown))
    return [
        order
        for order in found
        if order.order_id in unknown
        or ((have := known.get(order.order_id)) and adds_something(have, order) and contradiction(have, order) is None)
    ]


def known_orders(connection: Connection, shop: str, order_ids: Sequence[str]) -> dict[str, Order]:
    """Those of the orders that the store has, without their items."""
    # A join, because PostgreSQL may take an IN for a reason to go through all orders of the shop and the whole list for
    # each, as long as it knows nothing of how many there are.
    wanted = sa.values(sa.column("order_id", sa.Text)).data([(order_id,) for order_id in order_ids]).cte("wanted")
    query = sa.select(orders).join(wanted, wanted.c.order_id == orders.c.order_id).where(orders.c.shop == shop)
    return {row.order_id: to_order(row) for row in connection.execute(query)}


def adds_something(known: Order, came: NewOrder) -> bool:
    """Whether the delivery knows something that the store does not."""
    return bool(_lacking(known, came)) or _brings_items(known, came) or _brings_token(known, came)


def complete(connection: Connection, key: int, came: NewOrder, *, now: datetime) -> str | None:
    """Takes from the delivery what the order lacks. Returns why it was not, where it is another order: a sentence.

    Asks for the order as it is at this moment: a delivery in the same commit may have changed it.
    """
    row = connection.execute(sa.select(orders).where(orders.c.id == key).with_for_update()).first()
    if row is None:
        return None  # Pruned meanwhile.
    known = with_items(connection, [row])[0] if came.items else to_order(row)
    if (reason := contradiction(known, came)) is not None:
        return reason
    lacking = _lacking(known, came)
    brings_items, brings_token = _brings_items(known, came), _brings_token(known, came)
    if not (lacking or brings_items or brings_token):
        return None
    if known.last_error in in_each_language(FOUND_IN_SHEET):
        # Of an order that was only found in the sheet nobody knew until now when the customer had sent it.
        lacking["received_at"] = came.received_at
    if came.warning and came.warning not in (known.warning or ""):
        lacking["warning"] = f"{known.warning} {came.warning}" if known.warning else came.warning
    _fill(connection, known, lacking, now=now)
    if brings_items:
        _put_items(connection, known, came, now=now)
    elif brings_token:
        _put_token(connection, known, came, now=now)
    return None


def _lacking(known: Order, came: NewOrder) -> dict[str, Any]:
    lacking = {
        name: value for name in _TAKEN if (value := getattr(came, name)) is not None and getattr(known, name) is None
    }
    if "total_price" in lacking:
        lacking["said_total"] = came.total_price
    return lacking


def _brings_items(known: Order, came: NewOrder) -> bool:
    return bool(came.items) and known.items_state is not ItemsState.READY


def _brings_token(known: Order, came: NewOrder) -> bool:
    """An order that never had a token was given up at once; no other one is without a token and unavailable."""
    return (
        came.order_token is not None
        and came.unfetchable is None
        and known.order_token is None
        and known.items_state is ItemsState.UNAVAILABLE
    )


def _fill(connection: Connection, known: Order, values: dict[str, Any], *, now: datetime) -> None:
    if not values:
        return
    changes: dict[str, Any] = dict(values)
    if not values.keys().isdisjoint(_IN_THE_ROW):
        # A row that was made from less, and is not on its way yet, is made anew.
        changes["revision"] = orders.c.revision + 1
    if known.shown in {Shown.WAITING, Shown.UNAVAILABLE} and not values.keys().isdisjoint(_FILLED_IN):
        changes["write_due_at"] = now
    connection.execute(sa.update(orders).where(orders.c.id == known.id).values(changes))


def _put_items(connection: Connection, known: Order, came: NewOrder, *, now: datetime) -> None:
    # The condition keeps items that are here already: they may be in the sheet.
    row = connection.execute(
        sa.update(orders)
        .where(orders.c.id == known.id, orders.c.items_state != ItemsState.READY)
        .values(items_state=ItemsState.READY, next_attempt_at=None, write_due_at=now, order_token=None)
        .returning(orders.c.id, orders.c.item_count, orders.c.total_price)
    ).first()
    if row is not None:
        put_items(connection, [OrderItems(row.id, came.items or (), row.item_count, row.total_price)])


def _put_token(connection: Connection, known: Order, came: NewOrder, *, now: datetime) -> None:
    connection.execute(
        sa.update(orders)
        .where(orders.c.id == known.id, orders.c.order_token.is_(None), orders.c.items_state == ItemsState.UNAVAILABLE)
        .values(order_token=came.order_token, items_state=ItemsState.DUE, next_attempt_at=now, last_error=None)
    )
