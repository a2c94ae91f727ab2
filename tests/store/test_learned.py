"""What a store takes over from a sheet that is further than itself."""

from datetime import timedelta

from connector.models import ItemsState, Shown, Status
from connector.store import learned
from connector.store.database import Database
from connector.store.learned import FOUND_IN_SHEET, Learned, Standing
from connector.store.orders import known_order_ids
from tests.clock import FakeClock
from tests.store.helpers import ITEMS, SHOP, add, batch_of, due_to_fetch, due_to_write, get, new_order

COMPLETE = Standing(Shown.COMPLETE, 2)
WAITING = Standing(Shown.WAITING, 0, ("total",))


def learn(database: Database, clock: FakeClock, **standings: Standing) -> Learned:
    return database.write(lambda connection: learned.learn(connection, SHOP, standings, now=clock.now()))


def test_an_order_that_only_the_sheet_has_is_known_and_never_comes_in_as_new(
    database: Database, clock: FakeClock
) -> None:
    assert learn(database, clock, a=COMPLETE) == Learned(new=1)

    assert add(database, clock, new_order("a", items=ITEMS)) == [False]
    with database.read() as connection:
        assert known_order_ids(connection, SHOP, ["a", "b"]) == {"a"}
    assert due_to_write(database, clock) == []


def test_an_order_that_waits_in_the_sheet_is_completed_when_it_is_sent_again(
    database: Database, clock: FakeClock
) -> None:
    learn(database, clock, a=WAITING)
    found = get(database, "a")
    assert (found.status, found.items_state, found.last_error, found.row_lacks) == (
        Status.WAITING,
        ItemsState.UNAVAILABLE,
        FOUND_IN_SHEET,
        ("total",),
    )
    sent_at = clock.now() - timedelta(days=2)

    assert add(database, clock, new_order("a", received_at=sent_at)) == [False]

    again = get(database, "a")
    assert (again.received_at, again.items_state, again.shown) == (sent_at, ItemsState.DUE, Shown.WAITING)
    assert (due_to_fetch(database, clock), due_to_write(database, clock)) == (["a"], [])


def test_an_order_that_came_in_before_the_look_counts_as_written(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("a", items=ITEMS), new_order("b"))

    assert learn(database, clock, a=COMPLETE, b=COMPLETE) == Learned(shown=("a", "b"))

    assert [get(database, order_id).status for order_id in ("a", "b")] == [Status.SYNCED, Status.SYNCED]
    assert get(database, "b").order_token is None
    clock.advance(60)
    assert (due_to_fetch(database, clock), due_to_write(database, clock)) == ([], [])


def test_an_order_that_a_batch_holds_is_left_to_the_batch(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("a", items=ITEMS))
    batch = batch_of(database, clock, "a")

    assert learn(database, clock, a=COMPLETE) == Learned()

    assert (get(database, "a").batch_id, get(database, "a").shown) == (batch.id, None)


def test_nothing_goes_back_and_learning_twice_changes_nothing(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("a", items=ITEMS))
    learn(database, clock, a=COMPLETE, b=WAITING, c=COMPLETE)
    before = [get(database, order_id) for order_id in ("a", "b")]

    assert learn(database, clock, a=WAITING, b=WAITING, c=COMPLETE) == Learned()

    assert [get(database, order_id) for order_id in ("a", "b")] == before
