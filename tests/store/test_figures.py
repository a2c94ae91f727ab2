"""What the metrics show of the store, on both databases."""

import threading
from datetime import timedelta

from prometheus_client import CollectorRegistry

from connector.metrics.collector import Figures, StoreCollector, StoreFigures
from connector.models import Status
from connector.store import batches, breakers, fetching, orders, quarantine
from connector.store.breakers import Part
from connector.store.database import Database
from tests.clock import FakeClock
from tests.store.helpers import ITEMS, SHOP, add, batch_of, get, new_order


class Seconds:
    """A clock that gives the seconds it was told, one after the other, and then the last one."""

    def __init__(self, *seconds: float) -> None:
        self._seconds = list(seconds)

    def __call__(self) -> float:
        return self._seconds.pop(0) if len(self._seconds) > 1 else self._seconds[0]


def written(database: Database, clock: FakeClock, *order_ids: str) -> None:
    batch = batch_of(database, clock, *order_ids)
    database.write(lambda connection: batches.applied(connection, batch, now=clock.now()))


def test_orders_are_counted_as_they_say_of_themselves_where_they_stand(database: Database, clock: FakeClock) -> None:
    tokenless = [new_order(order_id, order_token=None) for order_id in ("failed", "again", "arrived")]
    add(database, clock, *(new_order(order_id) for order_id in ("new", "newer", "waiting", "going")), *tokenless)
    add(database, clock, new_order("synced", items=ITEMS, order_token=None))
    written(database, clock, "waiting", "failed", "again", "arrived", "synced")
    batch_of(database, clock, "going")
    # Their rows say `unavailable`; the token of one has come since, and the items of the other.
    add(database, clock, new_order("again"), new_order("arrived", items=ITEMS))

    with database.read() as connection:
        counted = orders.count_by_status(connection, SHOP)

    assert counted == {Status.RECEIVED: 3, Status.WAITING: 3, Status.SYNCED: 1, Status.FAILED: 1}
    standing = [get(database, order_id).status for order_id in ("new", "newer", "going", "waiting", "again",
                "arrived", "synced", "failed")]  # fmt: skip
    assert {status: standing.count(status) for status in Status} == counted


def test_an_empty_store_has_nothing_of_everything(database: Database, clock: FakeClock) -> None:
    figures = StoreFigures(database, SHOP, clock).read()

    assert figures.orders == dict.fromkeys(Status, 0)
    assert (figures.oldest_unwritten, figures.quarantined) == (None, 0)
    assert [breaker.failures for breaker in figures.breakers.values()] == [0, 0]


def test_the_oldest_order_without_a_row_is_the_one_that_was_stored_first(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("written"))
    clock.advance(60)
    first = clock.now()
    add(database, clock, new_order("first", received_at=clock.now() + timedelta(days=1)))
    clock.advance(60)
    add(database, clock, new_order("second", received_at=first - timedelta(days=7)))
    order = get(database, "written")
    database.write(lambda connection: fetching.items_arrived(connection, [(order, ITEMS)], now=clock.now()))
    written(database, clock, "written")

    assert StoreFigures(database, SHOP, clock).read().oldest_unwritten == first


def test_counting_rests_a_hundred_times_as_long_as_it_took_and_the_rest_is_read_each_time(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order("1"))
    # Looks at 0, counts until 0.2, looks at 20 and at 20.2.
    source = StoreFigures(database, SHOP, clock, seconds=Seconds(0, 0.2, 20, 20.2, 20.2))
    source.read()
    add(database, clock, new_order("2"))
    parts = [quarantine.quarantined("messages[0]", "Odd.", 7)]
    database.write(lambda connection: quarantine.keep(connection, SHOP, parts, now=clock.now()))
    until = clock.now() + timedelta(minutes=1)
    database.write(
        lambda connection: breakers.record_failure(
            connection, SHOP, Part.SHEET, reason="x", until=until, now=clock.now()
        )
    )

    second, third = source.read(), source.read()

    assert (second.orders[Status.RECEIVED], second.quarantined, second.breakers[Part.SHEET].failures) == (1, 1, 1)
    assert third.orders[Status.RECEIVED] == 2


class Hanging:
    """A store that answers when it is let go, and counts how often it was asked."""

    def __init__(self, figures: Figures) -> None:
        self.let_go = threading.Event()
        self.asked = 0
        self._figures = figures

    def read(self) -> Figures:
        self.asked += 1
        self.let_go.wait(60)
        return self._figures


def test_a_store_that_hangs_is_asked_once_and_waited_for_a_while_and_seen_when_it_is_back(
    database: Database, clock: FakeClock
) -> None:
    source = Hanging(StoreFigures(database, SHOP, clock).read())
    registry = CollectorRegistry()
    collector = StoreCollector(source, patience=0.01)
    registry.register(collector)

    hanging = [registry.get_sample_value("connector_store_up") for _ in range(3)]

    assert (hanging, source.asked) == ([0, 0, 0], 1)
    assert registry.get_sample_value("connector_quarantined_payloads") is None
    source.let_go.set()
    patient = CollectorRegistry()
    patient.register(StoreCollector(source, patience=60))
    assert patient.get_sample_value("connector_store_up") == 1
    assert patient.get_sample_value("connector_oldest_unwritten_order_age_seconds") == 0
