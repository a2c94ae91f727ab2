"""An instance stands still while its account passes to another one: what it does when it goes on doubles nothing."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from connector.gateways.reading.result import Reading
from connector.jobs.leases import Leases
from connector.jobs.receive import ReceiveStage
from connector.jobs.write import WriteStage
from connector.models import Item, NewOrder
from connector.settings import SHOP
from connector.sheets.workbook import Workbook
from connector.store import batches, leases, orders
from connector.store.database import Database
from connector.store.fleet_tables import instances
from sandbox.google.standin import GoogleStandIn
from tests.clock import FakeClock
from tests.context import shop_context
from tests.pipeline.direct import SPREADSHEET_ID, new_google
from tests.pipeline.hanging import Baton, HangingApi, Point, Writer
from tests.pipeline.test_states import TITLES

ORDERS = [f"order-{number}" for number in range(3)]


class Instance:
    """An instance of the service on PostgreSQL, as far as writing is concerned."""

    def __init__(self, url: str, google: GoogleStandIn, clock: FakeClock) -> None:
        self.database = Database(url)
        baton = Baton()
        api = HangingApi(google, clock, baton)
        self.account = api.account
        self.leases = Leases(self.database, clock=clock, wanted=lambda: {self.account})
        workbook = Workbook(api, SPREADSHEET_ID, titles=TITLES, is_ours=self._known, clock=clock, time_zone=None)
        context = shop_context(self.database, clock)
        stage = WriteStage(context, api, workbook, is_ours=partial(self.leases.confirm, account=self.account))
        self.receive = ReceiveStage(context, arrived=lambda _: None)
        self.writer = Writer(stage, api, baton)

    def write_all(self) -> None:
        while self.account in self.leases.held() and self.writer.stage.next_run_at() is not None:
            self.writer.run(None)

    def lets_its_lease_end(self) -> None:
        """As the others see it once it has stood still for 15 seconds."""
        self.database.write(
            lambda connection: connection.execute(
                sa.update(instances)
                .where(instances.c.id == self.leases.me.id)
                .values(lease_until=leases.database_now(connection) - timedelta(seconds=1))
            )
        )

    def _known(self, order_ids: list[str]) -> set[str]:
        with self.database.read() as connection:
            return orders.known_order_ids(connection, SHOP, order_ids)


Joins = Callable[[], Instance]


@pytest.fixture
def google() -> GoogleStandIn:
    return new_google(FakeClock())


@pytest.fixture
def joins(postgres_url: str, google: GoogleStandIn) -> Iterator[Joins]:
    clock = FakeClock()
    with ExitStack() as stack:

        def join() -> Instance:
            instance = Instance(postgres_url, google, clock)
            stack.callback(instance.database.close)
            instance.leases.beat()
            return instance

        yield join


@pytest.mark.parametrize("point", [Point.READ, Point.LOOKED, Point.CLAIMED, Point.ON_THE_WAY, Point.ANSWERED])
def test_an_owner_that_stands_still_while_it_is_overtaken_doubles_nothing(
    point: Point, joins: Joins, google: GoogleStandIn
) -> None:
    first, second = joins(), joins()
    take_in(first, "order-before")
    first.write_all()
    take_in(second, *ORDERS)

    first.writer.run(point)
    first.lets_its_lease_end()
    second.leases.beat()
    second.write_all()
    rows = order_ids(google)
    while first.writer.hangs_at is not None:
        first.writer.go_on()

    assert Counter(rows) == Counter(["order-before", *ORDERS])
    assert order_ids(google) == rows
    assert second.leases.held() == {second.account}
    with second.database.read() as connection:
        assert batches.open_batches(connection, SHOP) == []


def test_the_epoch_alone_keeps_an_owner_out_that_others_have_nothing_to_write_beside(
    joins: Joins, google: GoogleStandIn
) -> None:
    """Nobody has changed an order meanwhile, so that nothing but the epoch is in its way."""
    first, second = joins(), joins()
    take_in(first, "order-before")
    first.write_all()
    take_in(first, *ORDERS)
    first.writer.run(Point.LOOKED)
    first.lets_its_lease_end()
    second.leases.beat()

    first.writer.go_on()

    with second.database.read() as connection:
        assert batches.open_batches(connection, SHOP) == []
    assert order_ids(google) == ["order-before"]
    assert first.account not in first.leases.held()
    second.write_all()
    assert Counter(order_ids(google)) == Counter(["order-before", *ORDERS])


def take_in(instance: Instance, *order_ids: str) -> None:
    now = FakeClock().now()
    new = [
        NewOrder(order_id, now, "token", items=(Item(name=order_id, quantity=1, price=2, currency="EUR"),))
        for order_id in order_ids
    ]
    instance.receive.receive(Reading(orders=new), keep_unclear=True)


def order_ids(google: GoogleStandIn) -> list[str]:
    header, *rows = google.sheet_values(SPREADSHEET_ID, "Orders")
    return [row[header.index("Order ID")] for row in rows]
