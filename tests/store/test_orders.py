from connector.models import ItemsState, Status
from connector.store import orders
from connector.store.database import Database
from connector.store.intake import NOTHING_TO_FETCH_WITH
from tests.clock import FakeClock
from tests.store.helpers import ITEMS, SHOP, add, due_to_fetch, due_to_write, get, new_order


def test_an_order_is_new_once_however_often_it_is_delivered(database: Database, clock: FakeClock) -> None:
    assert add(database, clock, new_order("1"), new_order("1"), new_order("2")) == [True, False, True]
    assert add(database, clock, new_order("1")) == [False]


def test_a_new_order_is_due_for_fetching_at_once_and_for_its_row_after_the_grace(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order("1"))

    assert due_to_fetch(database, clock) == ["1"]
    assert due_to_write(database, clock) == []
    clock.advance(3)
    assert due_to_write(database, clock) == ["1"]


def test_an_order_keeps_every_field_it_came_with(database: Database, clock: FakeClock) -> None:
    new = new_order(
        "964278151888836",
        channel_id="MANTIS-M72HC",
        customer_name="Gerald 🎈",
        customer_phone="919984351847",
        title="=1+1",
        note="line\nbreak",
        item_count=3,
        total_price=359.25,
        currency="AUD",
    )
    add(database, clock, new)

    order = get(database, "964278151888836")
    for field in ("order_id", "order_token", "channel_id", "customer_name", "customer_phone", "title", "note",
                  "item_count", "total_price", "currency", "received_at"):  # fmt: skip
        assert getattr(order, field) == getattr(new, field)
    assert (order.status, order.items_state, order.attempts) == (Status.RECEIVED, ItemsState.DUE, 0)


def test_items_that_came_along_make_the_order_ready_and_complete_its_figures(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order("1", order_token=None, items=ITEMS))

    order = get(database)
    assert (order.items, order.items_state) == (ITEMS, ItemsState.READY)
    assert (order.item_count, order.total_price, order.currency) == (3, 15, None)
    assert (due_to_fetch(database, clock), due_to_write(database, clock)) == ([], ["1"])


def test_an_order_without_token_and_items_is_unavailable_until_the_token_comes(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order("1", order_token=None))
    order = get(database)
    assert (order.items_state, order.last_error) == (ItemsState.UNAVAILABLE, NOTHING_TO_FETCH_WITH)
    assert (due_to_fetch(database, clock), due_to_write(database, clock)) == ([], ["1"])

    assert add(database, clock, new_order("1", order_token="late")) == [False]

    order = get(database)
    assert (order.items_state, order.order_token, order.last_error) == (ItemsState.DUE, "late", None)
    assert due_to_fetch(database, clock) == ["1"]


def test_a_repeated_delivery_changes_nothing_about_an_order_that_has_its_items(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order("1", items=ITEMS))
    before = get(database)

    add(database, clock, new_order("1", order_token="other", title="other", items=ITEMS[:1]))

    assert get(database) == before


def test_items_that_come_with_a_second_delivery_are_taken(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))

    add(database, clock, new_order("1", items=ITEMS))

    order = get(database)
    assert (order.items_state, order.items, order.order_token) == (ItemsState.READY, ITEMS, None)
    assert due_to_fetch(database, clock) == []


def test_orders_are_listed_newest_first_page_by_page(database: Database, clock: FakeClock) -> None:
    add(database, clock, *(new_order(str(number)) for number in range(1, 6)))

    with database.read() as connection:
        first = orders.list_orders(connection, SHOP, limit=2)
        second = orders.list_orders(connection, SHOP, limit=2, before=first[-1].id)
        waiting = orders.list_orders(connection, SHOP, status=Status.WAITING)
        other_shop = orders.list_orders(connection, "other")
    assert [[order.order_id for order in page] for page in (first, second, waiting, other_shop)] == [
        ["5", "4"],
        ["3", "2"],
        [],
        [],
    ]
