"""What the store keeps of an order's past: its failed tries, and when its row was written."""

from datetime import timedelta

import sqlalchemy as sa

from connector.store import batches, fetching, pruning, refusals
from connector.store.database import Database
from connector.store.refusals import MOST_KEPT, Try, What
from tests.clock import FakeClock
from tests.store.helpers import ITEMS, SHOP, add, batch_of, get, new_order


def fail(database: Database, clock: FakeClock, error: str) -> None:
    order, now = get(database), clock.now()
    later = now + timedelta(minutes=1)
    database.write(
        lambda connection: fetching.attempt_failed(connection, order, error=error, next_attempt_at=later, now=now)
    )


def kept(database: Database, order_id: str = "1") -> list[Try]:
    with database.read() as connection:
        return refusals.list_tries(connection, get(database, order_id).id)


def write(database: Database, clock: FakeClock) -> None:
    batch = batch_of(database, clock, "1")
    database.write(lambda connection: batches.applied(connection, batch, now=clock.now()))


def test_each_failed_try_is_kept_with_its_time_and_its_reason(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))
    order, began = get(database), clock.now()
    second, third, fourth = (began + timedelta(minutes=n) for n in (1, 2, 3))

    fail(database, clock, "Not found.")
    database.write(lambda c: fetching.attempt_set_back(c, order, error="No answer.", next_attempt_at=third, now=second))
    database.write(lambda c: fetching.give_up(c, order, error="Over.", now=third))
    database.write(lambda c: refusals.set_aside(c, order.id, until=fourth, sentence="Refused.", now=fourth))

    assert kept(database) == [
        Try(began, What.FETCH, "Not found."),
        Try(second, What.FETCH, "No answer."),
        Try(third, What.FETCH, "Over."),
        Try(fourth, What.WRITE, "Refused."),
    ]


def test_a_success_at_the_first_try_leaves_nothing(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))
    order = get(database)
    database.write(lambda c: fetching.items_arrived(c, [(order, ITEMS)], now=clock.now()))
    write(database, clock)

    assert kept(database) == []


def test_a_failure_that_comes_after_the_items_is_not_kept(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))
    order = get(database)
    database.write(lambda c: fetching.items_arrived(c, [(order, ITEMS)], now=clock.now()))

    fail(database, clock, "Late.")

    assert (kept(database), get(database).last_error) == ([], None)


def test_of_very_many_tries_the_latest_are_kept_and_those_of_others_stay(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"), new_order("other"))
    other = get(database, "other")
    database.write(lambda c: fetching.attempt_failed(c, other, error="x", next_attempt_at=clock.now(), now=clock.now()))

    for n in range(MOST_KEPT + 5):
        fail(database, clock, f"Failure {n}.")

    assert [entry.error for entry in kept(database)] == [f"Failure {n}." for n in range(5, MOST_KEPT + 5)]
    assert get(database).attempts == MOST_KEPT + 5
    assert len(kept(database, "other")) == 1


def test_the_tries_go_with_their_order(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))
    fail(database, clock, "Not found.")
    order = get(database)
    database.write(lambda c: fetching.items_arrived(c, [(order, ITEMS)], now=clock.now()))
    write(database, clock)
    clock.advance(1)

    assert database.write(lambda c: pruning.prune_orders(c, SHOP, before=clock.now(), limit=10)) == 1
    with database.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM tries")).scalar_one() == 0


def test_the_time_of_the_row_is_that_of_the_first_batch_and_stays(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))
    assert get(database).row_at is None
    clock.advance(3)
    first = clock.now()
    write(database, clock)
    assert (get(database).row_at, get(database).synced_at) == (first, None)

    clock.advance(60)
    order = get(database)
    database.write(lambda c: fetching.items_arrived(c, [(order, ITEMS)], now=clock.now()))
    write(database, clock)

    assert (get(database).row_at, get(database).synced_at) == (first, clock.now())


def test_a_row_that_never_reached_the_sheet_has_no_time(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))
    batch = batch_of(database, clock, "1")
    database.write(lambda connection: batches.void(connection, batch, now=clock.now()))

    assert get(database).row_at is None
