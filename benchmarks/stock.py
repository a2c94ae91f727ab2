"""Orders for the benchmarks: in the sandbox, as webhooks, and straight in a store."""

import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException

import sqlalchemy as sa

from connector.clock import SystemClock
from connector.models import ItemsState, Shown
from connector.settings import SHOP
from connector.store.database import Database, parse_url
from connector.store.tables import items as items_table
from connector.store.tables import orders as orders_table
from sandbox.orders import OrderMaker
from sandbox.whapi.events import messages
from sandbox.whapi.market import SHOPS
from sandbox.whapi.order import SandboxOrder

LINES = 3
"""Items of each order."""
_WEEK = timedelta(days=7)


def sample_orders(count: int, *, seed: int = 1) -> list[SandboxOrder]:
    """Varied orders with three items each."""
    maker = OrderMaker(clock=SystemClock(), seed=seed)
    shops = {shop.title: shop for shop in SHOPS}
    orders = (maker.make() for _ in range(count))
    return [replace(order, items=maker.items(shops[order.title], LINES)) for order in orders]


class AnyOrder(dict[str, SandboxOrder]):
    """The stand-in's orders, as if every order that is asked for had been sent, all with the same token and items."""

    def __init__(self, template: SandboxOrder) -> None:
        super().__init__()
        self._template = template

    def get(self, order_id: str, _default: object = None) -> SandboxOrder:
        return replace(self._template, order_id=order_id)


def webhook_body(*orders: SandboxOrder, channel_id: str = "MANTIS-M72HC") -> bytes:
    """What Whapi sends to the webhook for orders."""
    _, _, payload = messages(*(order.message() for order in orders))
    body = {**payload, "event": {"type": "messages", "event": "post"}, "channel_id": channel_id}
    return json.dumps(body, ensure_ascii=False).encode()


def forwarded_body(*orders: SandboxOrder) -> bytes:
    """What a forwarder sends to `/orders` that has the items already, so that all can go out in one batch."""
    return json.dumps(
        [
            {
                "order_id": order.order_id,
                "customer_name": order.customer_name,
                "customer_phone": order.customer_phone,
                "title": order.title,
                "note": order.text,
                "currency": order.currency,
                "items": [item.as_json() for item in order.items],
            }
            for order in orders
        ]
    ).encode()


class Poster:
    """One kept connection to the service. For one thread."""

    def __init__(self, port: int, secret: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"X-Webhook-Secret": secret, "Content-Type": "application/json"}

    def post(self, body: bytes, path: str = "/webhooks/whapi") -> int:
        """Sends it and returns the answer's status; 0 if none came."""
        try:
            self._connection.request("POST", path, body, self._headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, HTTPException):
            self._connection.close()
            return 0
        return answer.status

    def close(self) -> None:
        self._connection.close()


def post_all(port: int, secret: str, bodies: Sequence[bytes], *, connections: int = 16) -> int:
    """Sends each body until it is answered with 200; returns how many tries got another answer."""
    own = threading.local()
    posters: list[Poster] = []
    failures = []

    def send(body: bytes) -> None:
        if not hasattr(own, "poster"):
            own.poster = Poster(port, secret)
            posters.append(own.poster)
        while (status := own.poster.post(body)) != 200:
            failures.append(status)
            time.sleep(0.1)

    with ThreadPoolExecutor(connections) as pool:
        for _ in pool.map(send, bodies):
            pass
    for poster in posters:
        poster.close()
    return len(failures)


def fill_store(url: str, count: int, *, template: SandboxOrder, waiting: bool) -> None:
    """Makes the store and puts orders into it by SQL: waiting for everything since last week, or all done with items.

    The ids are 15 digits. A statement is the same whatever the number, so that a million takes seconds.
    """
    Database(url).close()
    now = datetime.now(UTC)
    numbers = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < count))
    arrived = sa.cast(int((now - _WEEK).timestamp() * 1000), sa.BigInteger) + numbers.c.n
    values: dict[str, object] = {
        "shop": SHOP,
        "order_id": sa.cast(sa.literal(900_000_000_000_000, sa.BigInteger) + numbers.c.n, sa.Text),
        "order_token": template.token if waiting else None,
        "channel_id": "MANTIS-M72HC",
        "customer_name": template.customer_name,
        "customer_phone": template.customer_phone,
        "title": template.title,
        "note": template.text,
        "item_count": float(len(template.items)),
        "total_price": float(template.total),
        "currency": template.currency,
        "received_at": arrived,
        "stored_at": arrived,
        "items_state": ItemsState.DUE if waiting else ItemsState.READY,
        "attempts": 0,
        "next_attempt_at": arrived if waiting else None,
        "write_due_at": arrived if waiting else None,
        "shown": None if waiting else Shown.COMPLETE,
        "synced_at": None if waiting else arrived,
    }
    columns = [
        value if isinstance(value, sa.ColumnElement) else sa.literal(value, orders_table.c[name].type)
        for name, value in values.items()
    ]
    engine = sa.create_engine(parse_url(url))
    with engine.begin() as connection:
        chosen = sa.select(*columns).select_from(numbers)
        connection.execute(sa.insert(orders_table).from_select(list(values), chosen))
        for line, item in enumerate(() if waiting else template.items):
            fields = {
                "line": line,
                "product_id": item.product_id,
                "sku": item.sku,
                "name": item.name,
                "quantity": float(item.quantity),
                "price": float(item.price),
                "currency": item.currency,
                "image": item.image,
            }
            chosen = sa.select(orders_table.c.id, *(sa.literal(value) for value in fields.values()))
            connection.execute(sa.insert(items_table).from_select(["order_key", *fields], chosen))
    engine.dispose()


def count_orders(url: str) -> int:
    """How many orders a store holds."""
    engine = sa.create_engine(parse_url(url))
    with engine.connect() as connection:
        found: int = connection.execute(sa.select(sa.func.count()).select_from(orders_table)).scalar_one()
    engine.dispose()
    return found
