"""What later deliveries, fetches and changes do to an order in the store."""

from typing import Any

import pytest

from connector.models import Item, ItemsState, OrderChange, Shown
from connector.store import batches, changes, fetching, known, orders
from connector.store.database import Database
from tests.clock import FakeClock
from tests.store.helpers import ITEMS, SHOP, add, batch_of, due_to_write, get, new_order
from tests.store.test_search import statements


def tell(database: Database, clock: FakeClock, *told: OrderChange) -> list[str]:
    return database.write(lambda connection: changes.put_changes(connection, SHOP, told, now=clock.now()))


def write(database: Database, clock: FakeClock, *order_ids: str) -> None:
    batch = batch_of(database, clock, *order_ids)
    assert database.write(lambda connection: batches.applied(connection, batch, now=clock.now()))


def test_each_delivery_adds_what_is_missing_and_changes_nothing_else(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order(customer_name="Nadia", received_at=clock.now()))

    add(
        database,
        clock,
        new_order(customer_name="Nadia K.", customer_phone="41790001122", chat_id="41790001122@s.whatsapp.net"),
        new_order(message_id="msg-1", channel_id="CHAN", note="ring twice", title="Cakes", chat_id="other@g.us"),
        new_order(total_price=9, item_count=2, currency="CHF", warning="Line 2 could not be read."),
        new_order(total_price=9, warning="Line 2 could not be read."),
    )

    order = get(database)
    values = {
        "customer_name": "Nadia",
        "customer_phone": "41790001122",
        "chat_id": "41790001122@s.whatsapp.net",
        "message_id": "msg-1",
        "channel_id": "CHAN",
        "note": "ring twice",
        "title": "Cakes",
        "total_price": 9,
        "said_total": 9,
        "item_count": 2,
        "currency": "CHF",
        "warning": "Line 2 could not be read.",
        "order_token": "token",
        "items_state": ItemsState.DUE,
        "attempts": 0,
    }
    assert {name: getattr(order, name) for name in values} == values


def test_a_total_that_came_while_the_items_were_fetched_is_compared_with_them(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order())
    fetched_for = get(database)

    add(database, clock, new_order(total_price=20))
    database.write(lambda connection: fetching.items_arrived(connection, [(fetched_for, ITEMS)], now=clock.now()))

    order = get(database)
    assert (order.total_price, order.warning) == (20, "The items add up to 15; the order's total is 20.")


def test_items_that_an_order_brings_later_are_compared_with_what_it_said_before(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order(total_price=20, warning="The note could not be read."))

    add(database, clock, new_order(items=ITEMS, currency="EUR"))
    add(database, clock, new_order(items=ITEMS))

    order = get(database)
    assert (order.items, order.currency, order.items_state) == (ITEMS, "EUR", ItemsState.READY)
    assert order.warning == "The note could not be read. The items add up to 15; the order's total is 20."


def test_a_row_that_is_not_on_its_way_yet_is_made_from_all_that_is_known(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order(items=ITEMS))
    before = get(database)
    showing = batches.Made.of(before, Shown.COMPLETE)

    add(database, clock, new_order(customer_name="Nadia"))

    batch = batches.Batch(batches.new_batch_id(), "spreadsheet", 7)
    claimed = database.write(
        lambda connection: batches.open_batch(connection, SHOP, batch, {before.id: showing}, now=clock.now())
    )
    assert (claimed, due_to_write(database, clock)) == (set(), ["1"])


def test_what_a_delivery_adds_that_no_row_shows_disturbs_no_batch(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order())
    revision = get(database).revision

    add(database, clock, new_order(chat_id="1@lid", message_id="msg-1", channel_id="CHAN"))

    assert get(database).revision == revision


@pytest.mark.parametrize("settle", [batches.applied, batches.void])
def test_what_is_told_while_a_batch_is_on_its_way_is_written_after_it(
    database: Database, clock: FakeClock, settle: Any
) -> None:
    add(database, clock, new_order(items=ITEMS))
    batch = batch_of(database, clock, "1")

    told = tell(database, clock, OrderChange("Declined", order_id="1"))
    assert database.write(lambda connection: settle(connection, batch, now=clock.now()))

    order = get(database)
    assert (told, order.change, order.row_change, due_to_write(database, clock)) == (["1"], "Declined", None, ["1"])
    write(database, clock, "1")
    order = get(database)
    assert (order.row_change, order.shown, due_to_write(database, clock)) == ("Declined", Shown.COMPLETE, [])


def test_a_change_finds_its_order_by_id_or_message_and_once(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1", message_id="msg-1"), new_order("2", message_id="msg-2"), new_order("3"))

    told = [
        tell(
            database,
            clock,
            OrderChange("Deleted", message_id="msg-2"),
            OrderChange("Declined", order_id="1"),
            OrderChange("Deleted", message_id="unknown"),
            OrderChange("Deleted", order_id="unknown"),
        )
        for _ in range(2)
    ]

    assert told == [["2", "1"], []]
    assert [get(database, order_id).change for order_id in "123"] == ["Declined", "Deleted", None]


def test_a_change_makes_no_row_come_before_its_time(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order())

    tell(database, clock, OrderChange("Deleted", order_id="1"))

    assert due_to_write(database, clock) == []


def test_the_first_time_that_all_was_in_the_sheet_stays(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order(items=ITEMS))
    write(database, clock, "1")
    first = clock.now()

    clock.advance(60)
    tell(database, clock, OrderChange("Deleted", order_id="1"))
    write(database, clock, "1")

    assert get(database).synced_at == first


def test_odd_orders_are_found_the_newest_first_and_counted_while_they_are_new(
    database: Database, clock: FakeClock
) -> None:
    odd = (Item(name="Tea", quantity=1, price=2),)
    add(database, clock, *(new_order(str(number), items=odd, total_price=2 + number % 2) for number in range(6)))
    clock.advance(60)
    tell(database, clock, OrderChange("Deleted", order_id="2"))

    with database.read() as connection:
        found = orders.list_odd(connection, SHOP, limit=3)
        more = orders.list_odd(connection, SHOP, limit=3, before=found[-1].id)
        counts = [
            orders.count_odd(connection, SHOP, since=get(database, "0").stored_at),
            orders.count_odd(connection, SHOP, since=clock.now()),
        ]

    assert [[order.order_id for order in page] for page in (found, more)] == [["5", "3", "2"], ["1"]]
    assert counts == [4, 1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_question_about_changes_or_odd_orders_reads_all_orders(database: Database, clock: FakeClock) -> None:
    add(database, clock, *(new_order(str(number), message_id=f"msg-{number}") for number in range(50)))

    with statements(database) as seen:
        tell(database, clock, OrderChange("Deleted", message_id="msg-7"))
        with database.read() as connection:
            orders.list_odd(connection, SHOP, limit=10)
            orders.count_odd(connection, SHOP, since=clock.now())
            known.known_orders(connection, SHOP, ["3", "4"])

    asked = [(text, values) for text, values in seen if text.lstrip().startswith(("SELECT", "UPDATE", "WITH"))]
    plans = []
    with database.read() as connection:
        for text, values in asked:
            plan = " / ".join(row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values))
            plans.append(plan)
    assert len(plans) == 5
    assert all("orders_by_message" in plan for plan in plans[:2])
    assert all("orders_odd" in plan for plan in plans[2:4])
    assert not any("SCAN orders" in plan for plan in plans)
