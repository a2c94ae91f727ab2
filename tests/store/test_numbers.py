"""The short number of an order: one for each in its shop, and none given twice."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic import command

from connector.jobs.housekeeping import prune
from connector.store import intake
from connector.store.database import Database
from connector.store.numbers import number_anew
from connector.store.schema import HEAD
from connector.store.tables import orders
from tests.clock import FakeClock
from tests.store.helpers import GRACE, ITEMS, SHOP, add, batch_of, get, new_order
from tests.store.test_compat import _alembic, _engine, _migrate_to
from tests.store.test_pruning import finish

DAY = 86_400


def take(database: Database, clock: FakeClock, shop: str, *order_ids: str) -> None:
    new = [new_order(order_id, items=ITEMS) for order_id in order_ids]
    database.write_in_micro_batch(
        lambda connection, some: (
            [
                intake.add_orders(
                    connection, shop, [order for each in some for order in each], now=clock.now(), grace=GRACE
                )
            ]
            * len(some)
        ),
        new,
        of=shop,
    )


def numbers(database: Database, shop: str = SHOP) -> dict[str, int | None]:
    query = sa.select(orders.c.order_id, orders.c.number).where(orders.c.shop == shop).order_by(orders.c.id)
    with database.read() as connection:
        return {row.order_id: row.number for row in connection.execute(query)}


def test_each_shop_counts_its_orders_and_a_repeated_delivery_uses_no_number_up(
    database: Database, clock: FakeClock
) -> None:
    take(database, clock, SHOP, "a", "b", "a")
    take(database, clock, "other", "a")
    take(database, clock, SHOP, "b", "a")
    take(database, clock, SHOP, "b", "c")

    assert numbers(database) == {"a": 1, "b": 2, "c": 3}
    assert numbers(database, "other") == {"a": 1}


def test_a_number_is_not_given_again_after_its_order_was_pruned_nor_used_up_by_what_was_not_stored(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, new_order("a", items=ITEMS), new_order("b", items=ITEMS))
    finish(database, clock, "a", "b")
    clock.advance(100 * DAY)
    prune(database, shop=SHOP, keep_days=90, clock=clock)

    def fails(connection: sa.Connection) -> None:
        intake.add_orders(connection, SHOP, [new_order("lost")], now=clock.now(), grace=GRACE)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        database.write(fails)
    take(database, clock, SHOP, "c")

    assert numbers(database) == {"c": 3}


def test_instances_that_take_in_for_the_same_shops_give_no_number_twice_and_never_wait_for_each_other(
    postgres_url: str, clock: FakeClock
) -> None:
    instances = [Database(postgres_url) for _ in range(2)]
    draw, shops = random.Random(5), ("anna", "ben", "cleo")
    jobs = [(instances[n % 2], draw.choice(shops), f"order-{n}") for n in range(120)]

    with ThreadPoolExecutor(16) as pool:
        for done in [pool.submit(take, database, clock, shop, order_id) for database, shop, order_id in jobs]:
            done.result(60)

    for shop in shops:
        found = sorted(number or 0 for number in numbers(instances[0], shop).values())
        assert found == list(range(1, 1 + sum(job[1] == shop for job in jobs)))
    for database in instances:
        database.close()
    with _engine(postgres_url) as engine, engine.connect() as connection:
        deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert connection.exec_driver_sql(deadlocks).scalar() == 0


def test_orders_from_before_there_were_numbers_get_theirs_in_the_order_of_their_arrival(
    empty_database_url: str, clock: FakeClock
) -> None:
    _migrate_to(empty_database_url, "0019")
    names = "order_id, shop, received_at, stored_at, items_state, attempts"
    insert = sa.text(f"INSERT INTO orders ({names}) VALUES (:order_id, :shop, 1, 1, 'ready', 0)")
    rows = [{"order_id": order_id, "shop": shop} for order_id, shop in ("ba", "ab", "cb", "aa")]
    with _engine(empty_database_url) as engine, engine.begin() as connection:
        connection.execute(insert, rows)
        command.upgrade(_alembic(connection), HEAD)

    database = Database(empty_database_url)
    take(database, clock, "a", "new")

    assert numbers(database, "a") == {"b": 1, "a": 2, "new": 3}
    assert numbers(database, "b") == {"a": 1, "c": 2}
    database.close()


def test_an_order_that_a_batch_holds_keeps_its_number(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("a", items=ITEMS), new_order("b", items=ITEMS))
    batch_of(database, clock, "a")
    keys = [get(database, order_id).id for order_id in ("a", "b")]

    database.write(lambda connection: number_anew(connection, SHOP, keys))

    assert numbers(database) == {"a": 1, "b": 4}
