from datetime import timedelta

from connector.models import ItemsState, Order, Status
from connector.store import batches, fetching
from connector.store.database import Database
from tests.clock import FakeClock
from tests.store.helpers import ITEMS, SHOP, add, batch_of, due_to_fetch, due_to_write, get, new_order


def arrive(database: Database, clock: FakeClock, order_id: str = "1") -> bool:
    (changed,) = arrive_again(database, clock, get(database, order_id))
    return changed


def arrive_again(database: Database, clock: FakeClock, order: Order) -> list[bool]:
    return database.write(lambda connection: fetching.items_arrived(connection, [(order, ITEMS)], now=clock.now()))


def fail(database: Database, clock: FakeClock, order_id: str = "1") -> bool:
    order = get(database, order_id)
    later = clock.now() + timedelta(seconds=10)
    return database.write(
        lambda connection: fetching.attempt_failed(
            connection, order, error="No.", next_attempt_at=later, now=clock.now()
        )
    )


def give_up(database: Database, clock: FakeClock) -> bool:
    order = get(database)
    return database.write(lambda connection: fetching.give_up(connection, order, error="Never.", now=clock.now()))


def show(database: Database, clock: FakeClock) -> None:
    batch = batch_of(database, clock, "1")
    database.write(lambda connection: batches.applied(connection, batch, now=clock.now()))


def test_items_that_arrive_end_the_fetching_and_take_the_token_away(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1", item_count=3, total_price=20))

    assert arrive(database, clock)

    order = get(database)
    assert (order.items, order.order_token, order.next_attempt_at) == (ITEMS, None, None)
    assert order.warning == "The items add up to 15; the order's total is 20."
    assert (due_to_fetch(database, clock), due_to_write(database, clock)) == ([], ["1"])


def test_items_that_arrive_twice_are_stored_once(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))
    order = get(database)

    for expected in (True, False):
        changed = database.write(
            lambda connection: fetching.items_arrived(connection, [(order, ITEMS)], now=clock.now())
        )
        assert changed == [expected]
    assert get(database).items == ITEMS


def test_a_failure_is_counted_delays_the_next_try_and_asks_for_the_row_at_once(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order("1"))

    fail(database, clock)

    order = get(database)
    assert (order.attempts, order.last_error) == (1, "No.")
    assert (due_to_fetch(database, clock), due_to_write(database, clock)) == ([], ["1"])
    clock.advance(10)
    assert due_to_fetch(database, clock) == ["1"]


def test_a_failure_of_an_order_that_has_its_row_asks_for_no_other_row(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))
    fail(database, clock)
    show(database, clock)

    fail(database, clock)

    assert due_to_write(database, clock) == []
    assert get(database).status is Status.WAITING


def test_a_setback_is_the_channels_and_uses_up_no_attempt(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))
    order = get(database)

    database.write(
        lambda connection: fetching.attempt_set_back(
            connection, order, error="Down.", next_attempt_at=clock.now() + timedelta(seconds=10), now=clock.now()
        )
    )

    order = get(database)
    assert (order.attempts, order.setback_at, order.last_error) == (0, clock.now(), "Down.")
    assert due_to_write(database, clock) == ["1"]


def test_giving_up_ends_the_tries_but_a_resync_starts_them_again(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))
    give_up(database, clock)
    show(database, clock)
    assert get(database).status is Status.FAILED
    clock.advance(1_000_000)
    assert due_to_fetch(database, clock) == []

    tried = database.write(lambda connection: fetching.try_again(connection, SHOP, now=clock.now()))

    assert (tried, due_to_fetch(database, clock), get(database).status) == (["1"], ["1"], Status.WAITING)


def test_a_resync_takes_only_orders_that_lack_items_and_have_a_token(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1", items=ITEMS), new_order("2", order_token=None), new_order("3"), new_order("4"))

    def ask(*order_ids: str) -> list[str]:
        return sorted(
            database.write(
                lambda connection: fetching.try_again(connection, SHOP, now=clock.now(), order_ids=order_ids or None)
            )
        )

    assert ask() == ["3", "4"]
    assert ask("1", "2", "3", "unknown") == ["3"]


def test_an_answer_that_comes_after_giving_up_changes_nothing(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))
    order = get(database)
    give_up(database, clock)

    assert arrive_again(database, clock, order) == [False]
    assert get(database).items_state is ItemsState.UNAVAILABLE


def test_items_that_arrive_together_go_to_their_own_orders_once(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"), new_order("2"), new_order("3"))
    first, second, third = (get(database, order_id) for order_id in ("1", "2", "3"))
    arrive(database, clock, "2")

    changed = database.write(
        lambda connection: fetching.items_arrived(
            connection, [(first, ITEMS[:1]), (second, ()), (third, ITEMS), (first, ITEMS)], now=clock.now()
        )
    )

    assert changed == [True, False, True, False]
    assert [get(database, order_id).items for order_id in ("1", "2", "3")] == [ITEMS[:1], ITEMS, ITEMS]
    assert due_to_fetch(database, clock) == []
