"""A failed fetch that could be the order's or the channel's: the channel is asked, and none waits for ever."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from connector.gateways.reading.result import Reading
from connector.gateways.whapi.errors import Scope, WhapiError
from connector.jobs.fetch import FetchStage
from connector.jobs.receive import ReceiveStage
from connector.models import Item, ItemsState, NewOrder, Order
from connector.settings import SHOP
from connector.store import fetching, orders, refusals
from connector.store.breakers import CircuitBreaker, Part
from connector.store.database import Database
from connector.store.standing import read_standing
from tests.clock import FakeClock
from tests.context import shop_context
from tests.made_once import sqlite_url
from tests.pipeline.desk import EVENTS

BROKEN = WhapiError("Whapi has trouble of its own (500).", scope=Scope.SUSPECT, kind="server_error")


class Whapi:
    """Fails with the items of the orders that are named, and says of the channel what the test sets."""

    def __init__(self) -> None:
        self.odd: set[str] = set()
        self.state: str | WhapiError = "AUTH"
        self.asked = 0
        self.before_failing: Callable[[], object] = lambda: None

    def fetch_items(self, order_id: str, order_token: str) -> tuple[Item, ...]:
        assert order_token
        if order_id in self.odd or "all" in self.odd:
            self.before_failing()
            raise BROKEN
        return (Item(name="Tea", quantity=1, price=2),)

    def channel_state(self) -> str:
        self.asked += 1
        if isinstance(self.state, WhapiError):
            raise self.state
        return self.state


class Line:
    """The fetch stage on a store of its own."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.whapi = database, FakeClock(), Whapi()
        context = shop_context(database, self.clock, events=EVENTS)
        self.fetch = FetchStage(context, self.whapi)
        self.receive = ReceiveStage(context, arrived=lambda _: None)

    def arrive(self, *order_ids: str) -> None:
        new = [NewOrder(order_id, self.clock.now(), order_token="token") for order_id in order_ids]
        self.receive.receive(Reading(orders=new), keep_unclear=True)

    def run(self, time: timedelta, *, step: float = 5) -> None:
        """Fetches what is due, one order after the other, for so long."""
        until = self.clock.now() + time
        while self.clock.now() < until:
            if not self.fetch.breaker().is_open(self.clock.now()):
                for order in self.fetch.due(limit=5, leave_out=set()):
                    self.fetch.fetch(order)
            self.clock.advance(step)

    def bring_items(self, order_id: str) -> None:
        """As a forwarder does, beside the fetch stage."""
        arrived = [(self.order(order_id), (Item(name="Tea", quantity=1, price=2),))]
        self.database.write(lambda connection: fetching.items_arrived(connection, arrived, now=self.clock.now()))

    def order(self, order_id: str) -> Order:
        with self.database.read() as connection:
            order = orders.find_order(connection, SHOP, order_id)
        assert order is not None
        return order

    def breaker(self) -> CircuitBreaker:
        with self.database.read() as connection:
            return read_standing(connection, SHOP).breakers[Part.CHANNEL]

    def named(self) -> list[str]:
        with self.database.read() as connection:
            return [order.order_id for order in refusals.items_set_aside(connection, SHOP).first]


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    database = Database(sqlite_url(tmp_path))
    yield Line(database)
    database.close()


def test_an_order_alone_that_always_fails_does_not_pause_a_channel_that_works_and_is_named(line: Line) -> None:
    line.whapi.odd = {"odd"}
    line.arrive("odd")
    line.run(timedelta(minutes=10))

    assert line.order("odd").attempts >= 3
    assert line.breaker().failures == 0
    assert line.named() == ["odd"]

    line.arrive("good")
    line.run(timedelta(seconds=5))
    assert line.order("good").items_state is ItemsState.READY

    line.whapi.odd.clear()
    line.run(timedelta(hours=1), step=60)
    assert line.order("odd").items_state is ItemsState.READY
    assert line.named() == []


def test_it_is_given_up_when_its_time_is_over(line: Line) -> None:
    line.whapi.odd = {"odd"}
    line.arrive("odd")
    line.run(timedelta(days=7, hours=2), step=1800)

    order = line.order("odd")
    assert order.items_state is ItemsState.UNAVAILABLE
    assert order.last_error == "Whapi has trouble of its own (500). The time for trying is over."
    assert line.named() == []


def test_it_is_not_called_given_up_where_its_items_come_another_way_during_the_last_try(line: Line) -> None:
    line.whapi.odd = {"odd"}
    line.arrive("odd")
    line.run(timedelta(days=6, hours=23), step=1800)
    line.clock.advance(timedelta(hours=2).total_seconds())
    line.whapi.before_failing = lambda: line.bring_items("odd")

    with capture_logs() as lines:
        line.run(timedelta(minutes=10))

    assert line.order("odd").items_state is ItemsState.READY
    assert [each["event"] for each in lines] == ["order.fetch_not_needed"]


def test_a_clock_that_is_set_after_the_start_takes_no_time_for_trying_from_an_order(line: Line) -> None:
    line.whapi.odd = {"odd"}
    line.arrive("odd")
    line.clock.leap(timedelta(days=10).total_seconds())
    line.run(timedelta(days=6, hours=22), step=1800)
    assert line.order("odd").items_state is ItemsState.DUE

    line.run(timedelta(hours=4), step=1800)
    assert line.order("odd").items_state is ItemsState.UNAVAILABLE


def test_several_orders_that_fail_pause_the_channel_whatever_it_says_and_are_given_up_in_the_end(line: Line) -> None:
    line.whapi.odd = {"all"}
    line.arrive(*"123456")
    line.run(timedelta(minutes=10))
    assert line.breaker().failures >= 3
    assert {line.order(order_id).attempts for order_id in "123456"} == {0}

    line.run(timedelta(days=7, hours=2), step=600)
    assert {line.order(order_id).items_state for order_id in "123456"} == {ItemsState.UNAVAILABLE}


@pytest.mark.parametrize("state", ["QR", "ERROR", WhapiError("Down.", scope=Scope.SUSPECT, kind="timeout")])
def test_a_channel_that_does_not_work_is_paused_and_costs_the_order_nothing(line: Line, state: str) -> None:
    line.whapi.odd, line.whapi.state = {"odd"}, state
    line.arrive("odd")
    line.run(timedelta(minutes=10))

    assert (line.order("odd").attempts, line.named()) == (0, [])
    assert line.breaker().failures >= 3


def test_the_channel_is_asked_only_where_the_same_order_fails_again(line: Line) -> None:
    line.whapi.odd = {"1"}
    line.arrive("1")
    line.run(timedelta(seconds=5))
    assert line.whapi.asked == 0

    line.run(timedelta(seconds=15))
    assert line.whapi.asked == 1
