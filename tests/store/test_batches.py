from datetime import timedelta

import pytest
import sqlalchemy as sa

from connector.models import ItemsState, Place, Shown, Status
from connector.store import batches, fetching, refusals
from connector.store.batches import Batch, Made
from connector.store.database import Database
from tests.clock import FakeClock
from tests.store.helpers import GRACE, ITEMS, SHOP, add, batch_of, due_to_write, get, new_order


def applied(database: Database, clock: FakeClock, batch: Batch) -> bool:
    return database.write(lambda connection: batches.applied(connection, batch, now=clock.now()))


def void(database: Database, clock: FakeClock, batch: Batch) -> bool:
    return database.write(lambda connection: batches.void(connection, batch, now=clock.now()))


def arrive(database: Database, clock: FakeClock) -> None:
    order = get(database)
    database.write(lambda connection: fetching.items_arrived(connection, [(order, ITEMS)], now=clock.now()))


def open_ids(database: Database) -> list[str]:
    with database.read() as connection:
        return [batch.id for batch in batches.open_batches(connection, SHOP)]


def test_orders_in_an_open_batch_are_in_no_other(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1", items=ITEMS), new_order("2", items=ITEMS))
    batch = batch_of(database, clock, "1")

    assert due_to_write(database, clock) == ["2"]
    assert open_ids(database) == [batch.id]
    order = get(database)
    again = Batch(batches.new_batch_id(), "spreadsheet", 8)
    made = {order.id: Made.of(order, Shown.COMPLETE)}
    assert not database.write(lambda connection: batches.open_batch(connection, SHOP, again, made, now=clock.now()))
    assert open_ids(database) == [batch.id]


def test_an_order_whose_items_come_while_it_is_looked_for_is_not_found_twice(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order("1"))
    clock.advance(GRACE.total_seconds())
    looks: list[str] = []

    @sa.event.listens_for(database.engine, "after_cursor_execute")
    def moves_on(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "ORDER BY orders.write_due_at" in statement:
            looks.append(statement)
            if len(looks) == 2:  # those without items have been found
                arrive(database, clock)

    with database.read() as connection:
        (found,) = batches.orders_to_write(connection, SHOP, now=clock.now(), limit=100)

    assert (found.items_state, found.items) == (ItemsState.DUE, ())
    assert get(database).items == ITEMS


def test_an_applied_batch_completes_its_orders(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1", items=ITEMS))

    assert applied(database, clock, batch_of(database, clock, "1"))

    order = get(database)
    assert (order.status, order.synced_at, order.batch_id) == (Status.SYNCED, clock.now(), None)
    assert (due_to_write(database, clock), open_ids(database)) == ([], [])


def test_a_void_batch_frees_its_orders_as_they_were(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1", items=ITEMS))
    before = get(database)

    assert void(database, clock, batch_of(database, clock, "1"))

    assert get(database) == before
    assert due_to_write(database, clock) == ["1"]


def test_what_became_of_a_batch_is_stored_once(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1", items=ITEMS))
    batch = batch_of(database, clock, "1")

    assert applied(database, clock, batch)
    assert not void(database, clock, batch)
    assert not applied(database, clock, batch)
    assert get(database).status is Status.SYNCED


def test_items_that_arrive_while_the_waiting_row_is_on_its_way_are_written_next(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order("1"))
    clock.advance(3)
    batch = batch_of(database, clock, "1")
    arrive(database, clock)

    applied(database, clock, batch)

    assert get(database).status is Status.WAITING
    assert due_to_write(database, clock) == ["1"]


def test_rows_made_before_the_items_arrived_are_not_sent(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))
    order = get(database)
    arrive(database, clock)

    batch = Batch(batches.new_batch_id(), "spreadsheet", 7)
    made = {order.id: Made(ItemsState.DUE, None, Shown.WAITING)}
    assert not database.write(lambda connection: batches.open_batch(connection, SHOP, batch, made, now=clock.now()))
    assert (open_ids(database), due_to_write(database, clock)) == ([], ["1"])


@pytest.mark.parametrize("is_written", [True, False])
def test_rows_of_an_order_that_another_writer_has_taken_meanwhile_are_not_sent(
    database: Database, clock: FakeClock, is_written: bool
) -> None:
    add(database, clock, new_order("1", items=ITEMS))
    as_read = get(database)
    other = batch_of(database, clock, "1")
    if is_written:
        applied(database, clock, other)

    late = Batch(batches.new_batch_id(), "spreadsheet", 9)
    made = {as_read.id: Made.of(as_read, Shown.COMPLETE)}
    assert not database.write(lambda connection: batches.open_batch(connection, SHOP, late, made, now=clock.now()))
    assert open_ids(database) == ([] if is_written else [other.id])


def test_an_order_with_nothing_left_to_write_is_not_claimed(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1", items=ITEMS))
    applied(database, clock, batch_of(database, clock, "1"))

    late = Batch(batches.new_batch_id(), "spreadsheet", 9)
    made = {get(database).id: Made.of(get(database), Shown.COMPLETE)}
    assert not database.write(lambda connection: batches.open_batch(connection, SHOP, late, made, now=clock.now()))


def test_an_order_that_changed_meanwhile_does_not_keep_the_others_from_being_written(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order("1"), new_order("2", items=ITEMS))
    changed, other = get(database, "1"), get(database, "2")
    arrive(database, clock)

    batch = Batch(batches.new_batch_id(), "spreadsheet", 7)
    made = {
        changed.id: Made(ItemsState.DUE, None, Shown.WAITING),
        other.id: Made(ItemsState.READY, None, Shown.COMPLETE),
    }
    claimed = database.write(lambda connection: batches.open_batch(connection, SHOP, batch, made, now=clock.now()))

    assert claimed == {other.id}
    assert (open_ids(database), due_to_write(database, clock)) == ([batch.id], ["1"])


def test_in_a_rush_orders_with_their_items_come_first_and_the_others_get_a_quarter(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, *(new_order(f"without {n}") for n in range(6)))
    clock.advance(60)
    add(database, clock, *(new_order(f"with {n}", items=ITEMS) for n in range(10)))

    with database.read() as connection:
        found = {
            limit: [order.order_id for order in batches.orders_to_write(connection, SHOP, now=clock.now(), limit=limit)]
            for limit in (1, 8, 12, 100)
        }

    assert found[1] == ["with 0"]
    assert found[8] == ["without 0", "without 1", *(f"with {n}" for n in range(6))]
    assert found[12] == [*(f"without {n}" for n in range(3)), *(f"with {n}" for n in range(9))]
    assert found[100] == [*(f"without {n}" for n in range(6)), *(f"with {n}" for n in range(10))]


def test_refused_rows_are_put_off_until_a_resync(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1", items=ITEMS))
    key = get(database).id
    until = clock.now() + timedelta(hours=1)

    database.write(
        lambda connection: refusals.set_aside(connection, key, until=until, sentence="Refused.", now=clock.now())
    )
    assert (due_to_write(database, clock), get(database).last_error) == ([], "Refused.")
    with database.read() as connection:
        assert batches.next_write_at(connection, SHOP) == until

    database.write(lambda connection: batches.write_at_once(connection, SHOP, now=clock.now()))
    assert due_to_write(database, clock) == ["1"]


def test_the_place_of_a_row_counts_once_the_batch_is_applied_and_is_forgotten_with_a_void_one(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order("1", items=ITEMS), new_order("2", items=ITEMS))
    keys = {order_id: get(database, order_id).id for order_id in ("1", "2")}

    def open_with(row: int, *order_ids: str) -> Batch:
        batch = Batch(batches.new_batch_id(), "spreadsheet", 7)
        made = {keys[order_id]: Made(ItemsState.READY, None, Shown.COMPLETE) for order_id in order_ids}
        places = {keys[order_id]: Place("spreadsheet", 2**31 - 1, row + n) for n, order_id in enumerate(order_ids)}
        claimed = database.write(
            lambda connection: batches.open_batch(
                connection,
                SHOP,
                batch,
                made,
                now=clock.now(),
                places=lambda claimed: {key: places[key] for key in claimed},
            )
        )
        assert claimed == set(made)
        return batch

    first = open_with(5, "1", "2")
    assert [get(database, order_id).place for order_id in ("1", "2")] == [None, None]
    void(database, clock, first)
    applied(database, clock, open_with(8, "2"))

    assert [get(database, order_id).place for order_id in ("1", "2")] == [None, Place("spreadsheet", 2**31 - 1, 8)]
