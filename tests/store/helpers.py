"""Short ways to the store for its tests."""

from datetime import timedelta
from typing import Any

from connector.clock import Clock
from connector.models import Item, NewOrder, Order, shown_for
from connector.store import batches, fetching, intake, orders, quarantine
from connector.store.batches import Batch, Made
from connector.store.database import Database
from connector.store.quarantine import Entry
from tests.clock import FakeClock

SHOP = "default"
GRACE = timedelta(seconds=3)
ITEMS = (Item(name="Tea", quantity=2, price=3.5, currency="EUR"), Item(name="Cup", quantity=1, price=8))


def new_order(order_id: str = "1", **values: Any) -> NewOrder:
    values.setdefault("order_token", "token")
    values.setdefault("received_at", FakeClock().now())
    return NewOrder(order_id=order_id, **values)


def add(database: Database, clock: Clock, *new: NewOrder) -> list[bool]:
    taken = database.write(lambda connection: intake.add_orders(connection, SHOP, new, now=clock.now(), grace=GRACE))
    return [entry.is_new for entry in taken]


def quarantined_entries(database: Database, **options: Any) -> list[Entry]:
    """What is in quarantine, with its payloads."""
    with database.read() as connection:
        heads = quarantine.list_heads(connection, SHOP, **{"limit": 100, **options})
        found = [quarantine.find_entry(connection, SHOP, head.id) for head in heads]
    return [entry for entry in found if entry is not None]


def get(database: Database, order_id: str = "1") -> Order:
    with database.read() as connection:
        order = orders.find_order(connection, SHOP, order_id)
    assert order is not None
    return order


def due_to_fetch(database: Database, clock: Clock) -> list[str]:
    with database.read() as connection:
        return [order.order_id for order in fetching.due_orders(connection, SHOP, now=clock.now(), limit=100)]


def due_to_write(database: Database, clock: FakeClock) -> list[str]:
    with database.read() as connection:
        found = batches.orders_to_write(connection, SHOP, now=clock.now(), limit=100)
    return [order.order_id for order in found]


def batch_of(database: Database, clock: FakeClock, *order_ids: str) -> Batch:
    """Opens a batch with what these orders have to show now."""
    found = [get(database, order_id) for order_id in order_ids]
    made = {order.id: Made.of(order, shown_for(order.items_state)) for order in found}
    batch = Batch(batches.new_batch_id(), "spreadsheet", 7)
    assert database.write(lambda connection: batches.open_batch(connection, SHOP, batch, made, now=clock.now()))
    return batch
