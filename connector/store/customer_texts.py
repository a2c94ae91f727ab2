"""What customers are told of their orders: one row for each order and state, stored before anything is sent.

A text that is about to be sent is first stored as `sending`. Whoever finds it so long afterwards doesn't know whether
it went out, and doesn't send it: a customer who is told nothing can ask, and one who is told twice is annoyed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.store.statements import insert_missing, put
from connector.store.tables import orders
from connector.store.text_tables import customer_texts, status_watches


class TextState(StrEnum):
    """What became of a text. The names stand in the store."""

    WAITING = "waiting"
    """To be sent."""
    SENDING = "sending"
    """About to be sent, or sent, by a process that has not said more yet."""
    SENT = "sent"
    UNCLEAR = "unclear"
    """It may have gone out. It is not sent again."""
    REFUSED = "refused"
    """It did not go out, and never will."""
    NONE = "none"
    """Nothing is to be said: the order had that state before, or the shop says nothing of it."""


@dataclass(frozen=True, slots=True)
class CustomerText:
    """One of them."""

    order_key: int
    stage: str
    """The merchant's status for the order that it tells of."""
    state: TextState
    recipient: str | None
    body: str | None
    decided_at: datetime
    tried_at: datetime | None
    reason: str | None
    """Why it wasn't sent; a sentence."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Since when the states of a shop's orders are looked at."""

    since: datetime
    seen_at: datetime
    """Up to when nothing was missed, to some hours."""


@dataclass(frozen=True, slots=True)
class NewText:
    """As it is decided."""

    order_key: int
    stage: str
    state: TextState
    recipient: str | None = None
    body: str | None = None
    reason: str | None = None


def get_watch(connection: Connection, shop: str) -> Watch | None:
    row = connection.execute(sa.select(status_watches).where(status_watches.c.shop == shop)).first()
    return None if row is None else Watch(row.since, row.seen_at)


def begin_watch(connection: Connection, shop: str, *, now: datetime) -> None:
    """Begins it, or begins it anew: what waited by then is not sent."""
    _leave_unsaid(connection, customer_texts.c.shop == shop)
    put(connection, status_watches, {"shop": shop}, {"since": now, "seen_at": now})


def has_seen(connection: Connection, shop: str, *, now: datetime) -> None:
    connection.execute(sa.update(status_watches).where(status_watches.c.shop == shop).values(seen_at=now))


def end_watches(connection: Connection, shops: Sequence[str]) -> None:
    """These shops tell their customers nothing any more; what still waits is not sent."""
    watched = connection.execute(sa.select(status_watches.c.shop)).scalars()
    names = sorted(set(watched) & set(shops))
    if names:
        _leave_unsaid(connection, customer_texts.c.shop.in_(names))
        connection.execute(sa.delete(status_watches).where(status_watches.c.shop.in_(names)))


def forget(connection: Connection) -> None:
    """The database is an older copy: what customers were told since, it can't know."""
    _leave_unsaid(connection, sa.true())
    connection.execute(sa.delete(status_watches))


def _leave_unsaid(connection: Connection, whose: sa.ColumnElement[bool]) -> None:
    """What waits is not sent."""
    waiting = customer_texts.c.state == TextState.WAITING
    connection.execute(sa.update(customer_texts).where(whose, waiting).values(state=TextState.NONE))


def recent_orders(connection: Connection, shop: str, *, since: datetime) -> dict[str, tuple[int, bool]]:
    """The orders in the sheet that customers sent since a moment, by their ids: the store's number, and whether it
    came here before the watch of this shop began or was sent after that."""
    watch = get_watch(connection, shop)
    query = sa.select(orders.c.id, orders.c.order_id, orders.c.received_at, orders.c.stored_at).where(
        orders.c.shop == shop, orders.c.received_at >= since, orders.c.shown.is_not(None)
    )
    return {
        row.order_id: (row.id, watch is None or row.stored_at <= watch.since or row.received_at >= watch.since)
        for row in connection.execute(query)
    }


def has_open(connection: Connection, shop: str, *, since: datetime, closing: Sequence[str]) -> bool:
    """Whether there is a recent order of whose further states the customer may be told: none of `closing` is decided
    for it, beside what can still be withdrawn."""
    closed = sa.select(customer_texts.c.order_key).where(
        customer_texts.c.order_key == orders.c.id,
        customer_texts.c.stage.in_(closing),
        customer_texts.c.state != TextState.WAITING,
    )
    query = sa.select(orders.c.id).where(
        orders.c.shop == shop, orders.c.received_at >= since, orders.c.shown.is_not(None), ~closed.exists()
    )
    return connection.execute(query.limit(1)).first() is not None


def states_of(connection: Connection, shop: str, *, since: datetime) -> Mapping[int, Mapping[str, TextState]]:
    """What is stored of the recent orders, by the store's number of the order and the state of the order."""
    found: dict[int, dict[str, TextState]] = defaultdict(dict)
    query = (
        sa.select(customer_texts.c.order_key, customer_texts.c.stage, customer_texts.c.state)
        .join(orders, orders.c.id == customer_texts.c.order_key)
        .where(orders.c.shop == shop, orders.c.received_at >= since)
    )
    for row in connection.execute(query):
        found[row.order_key][row.stage] = TextState(row.state)
    return found


def put_texts(connection: Connection, shop: str, new: Sequence[NewText], *, now: datetime) -> None:
    """Each once: what was decided before stays."""
    rows = [
        {
            "shop": shop,
            "order_key": text.order_key,
            "stage": text.stage,
            "state": text.state,
            "recipient": text.recipient,
            "body": text.body,
            "reason": text.reason,
            "decided_at": now,
        }
        for text in new
    ]
    insert_missing(connection, customer_texts, rows)


def withdraw(connection: Connection, order_key: int, stage: str, states: Sequence[TextState]) -> None:
    """As if it had not been decided, unless it has another state by now."""
    connection.execute(sa.delete(customer_texts).where(_this(order_key, stage), customer_texts.c.state.in_(states)))


def claim(connection: Connection, shop: str, *, now: datetime) -> CustomerText | None:
    """The text that waits longest, which the caller alone is to send now; None: none waits."""
    query = (
        sa.select(customer_texts)
        .where(customer_texts.c.shop == shop, customer_texts.c.state == TextState.WAITING)
        .order_by(customer_texts.c.decided_at, customer_texts.c.order_key)
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    of_it = sa.and_(_this(row.order_key, row.stage), customer_texts.c.state == TextState.WAITING)
    taken = sa.update(customer_texts).where(of_it).values(state=TextState.SENDING, tried_at=now)
    return _text(row) if connection.execute(taken).rowcount == 1 else None


def settle(connection: Connection, text: CustomerText, state: TextState, reason: str | None = None) -> None:
    """What became of a text that was claimed."""
    of_it = sa.and_(_this(text.order_key, text.stage), customer_texts.c.state == TextState.SENDING)
    connection.execute(sa.update(customer_texts).where(of_it).values(state=state, reason=reason))


def give_up_claims(connection: Connection, shop: str, *, before: datetime, reason: str) -> int:
    """Texts that were claimed before a moment, and of which nothing more was heard; returns how many."""
    old = sa.and_(
        customer_texts.c.shop == shop,
        customer_texts.c.state == TextState.SENDING,
        customer_texts.c.tried_at < before,
    )
    return connection.execute(
        sa.update(customer_texts).where(old).values(state=TextState.UNCLEAR, reason=reason)
    ).rowcount


def count_open(connection: Connection, shop: str) -> tuple[int, int]:
    """How many texts wait, and how many are being sent, or were when their process died."""
    query = sa.select(customer_texts.c.state, sa.func.count()).group_by(customer_texts.c.state)
    is_open = customer_texts.c.state.in_([TextState.WAITING, TextState.SENDING])
    counts = {row[0]: row[1] for row in connection.execute(query.where(customer_texts.c.shop == shop, is_open))}
    return counts.get(TextState.WAITING, 0), counts.get(TextState.SENDING, 0)


def texts_of(connection: Connection, order_key: int) -> list[CustomerText]:
    """What the customer of an order was told, or is to be; the oldest first."""
    query = sa.select(customer_texts).where(
        customer_texts.c.order_key == order_key, customer_texts.c.state != TextState.NONE
    )
    return [_text(row) for row in connection.execute(query.order_by(customer_texts.c.decided_at))]


def drop_texts(connection: Connection, order_keys: Sequence[int]) -> None:
    """Deletes what stands for orders that are about to be deleted."""
    connection.execute(sa.delete(customer_texts).where(customer_texts.c.order_key.in_(order_keys)))


def _this(order_key: int, stage: str) -> sa.ColumnElement[bool]:
    return sa.and_(customer_texts.c.order_key == order_key, customer_texts.c.stage == stage)


def _text(row: "sa.Row[tuple[object, ...]]") -> CustomerText:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    del values["shop"]
    values["state"] = TextState(values["state"])
    return CustomerText(**values)
