from typing import cast

import sqlalchemy as sa

from connector.jobs.housekeeping import do_housekeeping, prune
from connector.jobs.ownership import Ownership
from connector.models import Status
from connector.sheets.client import SheetsApi
from connector.sheets.errors import Kind, SheetsError
from connector.store import batches, fetching, orders
from connector.store.database import Database
from tests.clock import FakeClock
from tests.context import shop_context
from tests.store.helpers import ITEMS, SHOP, add, batch_of, get, new_order

DAY = 86_400


class Unreachable(Ownership):
    """The spreadsheets can't be asked, so that only the store is cleaned."""

    def __init__(self) -> None:
        """Has no parts."""

    def renew(self) -> None:
        raise SheetsError("Google Sheets can't be reached.", kind=Kind.NOT_SENT)


def finish(database: Database, clock: FakeClock, *order_ids: str) -> None:
    batch = batch_of(database, clock, *order_ids)
    database.write(lambda connection: batches.applied(connection, batch, now=clock.now()))


def give_up(database: Database, clock: FakeClock, order_id: str) -> None:
    order = get(database, order_id)
    database.write(lambda connection: fetching.give_up(connection, order, error="No.", now=clock.now()))


def ids(database: Database) -> list[str]:
    with database.read() as connection:
        return [order.order_id for order in orders.list_orders(connection, SHOP)]


def count(database: Database, table: str) -> int:
    with database.read() as connection:
        number: int = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
    return number


def test_finished_orders_go_after_their_time_with_all_that_is_known_of_them(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order("old", items=ITEMS))
    finish(database, clock, "old")
    clock.advance(60 * DAY)
    add(database, clock, new_order("young", items=ITEMS))
    finish(database, clock, "young")
    clock.advance(31 * DAY)

    assert prune(database, shop=SHOP, keep_days=90, clock=clock) == 1

    assert ids(database) == ["young"]
    assert (count(database, "items"), count(database, "past_orders")) == (2, 1)


def test_an_old_delivery_of_a_pruned_order_is_a_duplicate_for_good(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("old", items=ITEMS))
    finish(database, clock, "old")
    clock.advance(91 * DAY)
    prune(database, shop=SHOP, keep_days=90, clock=clock)

    assert add(database, clock, new_order("old"), new_order("new"), new_order("old", items=ITEMS)) == [
        False,
        True,
        False,
    ]
    assert ids(database) == ["new"]
    with database.read() as connection:
        assert orders.known_order_ids(connection, SHOP, ["old", "new", "other"]) == {"old", "new"}


def test_orders_that_still_need_something_never_go(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("received"), new_order("waiting"), new_order("in-batch", items=ITEMS))
    clock.advance(3)
    finish(database, clock, "waiting")
    batch_of(database, clock, "in-batch")
    clock.advance(1000 * DAY)

    assert prune(database, shop=SHOP, keep_days=90, clock=clock) == 0
    assert sorted(ids(database)) == ["in-batch", "received", "waiting"]


def test_an_order_that_was_given_up_goes_too_unless_it_is_being_tried_again(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order("1"), new_order("2"))
    give_up(database, clock, "1")
    give_up(database, clock, "2")
    finish(database, clock, "1", "2")
    assert get(database).status is Status.FAILED
    database.write(lambda connection: fetching.try_again(connection, SHOP, now=clock.now(), order_ids=["2"]))
    clock.advance(91 * DAY)

    assert prune(database, shop=SHOP, keep_days=90, clock=clock) == 1
    assert ids(database) == ["2"]


def test_many_orders_go_in_small_commits(database: Database, clock: FakeClock) -> None:
    names = [str(number) for number in range(450)]
    add(database, clock, *(new_order(name, items=ITEMS[:1]) for name in names))
    finish(database, clock, *names)
    clock.advance(91 * DAY)

    assert prune(database, shop=SHOP, keep_days=90, clock=clock) == 450
    assert (ids(database), count(database, "items"), count(database, "past_orders")) == ([], 0, 450)


def test_a_clock_that_is_set_after_the_start_makes_nothing_old(database: Database, clock: FakeClock) -> None:
    context = shop_context(database, clock, keep_days=90)
    add(database, clock, new_order("young", items=ITEMS))
    finish(database, clock, "young")
    clock.leap(200 * DAY)

    do_housekeeping(context, cast("SheetsApi", None), Unreachable())
    assert ids(database) == ["young"]

    clock.advance(91 * DAY)
    do_housekeeping(context, cast("SheetsApi", None), Unreachable())
    assert ids(database) == []
