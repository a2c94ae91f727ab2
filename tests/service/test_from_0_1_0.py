"""A database of 0.1.0 goes on with its orders, whatever state they are in: each once, and its user does nothing."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from connector.settings import SHOP
from connector.store import database as store_database
from connector.store.batches import open_batches
from connector.store.database import parse_url
from sandbox.faults import Fault
from tests.service.shop import Shop
from tests.waiting import wait_until

SCHEMA = "0006"
"""The last migration of 0.1.0."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Not started yet."""
    shop = Shop(tmp_path)
    yield shop
    shop.close()


def as_of_0_1_0(path: Path) -> None:
    """Makes the database one that 0.1.0 could have left: with its tables and columns, and what stands in them."""
    new = path.rename(path.with_name("new.db"))
    for rest in ("-wal", "-shm"):
        path.with_name(f"{path.name}{rest}").unlink(missing_ok=True)
    engine = sa.create_engine(parse_url(f"sqlite:///{path}"))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(store_database.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, SCHEMA)
    engine.dispose()
    old = sqlite3.connect(path)
    old.execute("ATTACH ? AS new", (str(new),))
    tables = {name for (name,) in old.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
    there = {name for (name,) in old.execute("SELECT name FROM new.sqlite_master WHERE type = 'table'")}
    for table in sorted(tables & there - {"alembic_version", "sqlite_sequence"}):
        both = ", ".join(f'"{name}"' for name in sorted(columns(old, "main", table) & columns(old, "new", table)))
        old.execute(f"INSERT OR REPLACE INTO main.{table} ({both}) SELECT {both} FROM new.{table}")
    old.commit()
    old.close()


def columns(connection: sqlite3.Connection, schema: str, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA {schema}.table_info({table})")}


def test_orders_in_all_states_of_0_1_0_reach_the_sheet_once(shop: Shop, tmp_path: Path) -> None:
    shop.start()
    synced = shop.sandbox.send(count=2)
    shop.wait_until_synced(synced)
    # Failed for good; waiting; and, from a moment on at which nothing works any more, received and on their way.
    failed = shop.sandbox.send("no_token")
    wait_until(lambda: shop.statuses(failed) == ["failed"])
    shop.sandbox.faults.add(Fault("whapi", "status", status=500, times=None, path_contains="/business/orders"))
    waiting = shop.sandbox.send()
    wait_until(lambda: shop.statuses(waiting) == ["waiting"])
    shop.sandbox.faults.add(
        Fault("google", "commit_then_drop", times=None, method="POST", path_contains=":batchUpdate")
    )
    shop.sandbox.faults.add(
        Fault("google", "status", status=503, times=None, skip=1, path_contains="developerMetadata")
    )
    under_way = shop.sandbox.send()
    wait_until(lambda: has_open_batch(shop), what="a batch of which nobody knows")
    received = shop.sandbox.send(count=2)
    wait_until(lambda: shop.statuses(received) == ["received"] * 2)
    shop.stop()
    shop.sandbox.faults.clear()
    as_of_0_1_0(tmp_path / "connector.db")

    shop.start()

    shop.wait_until_synced([*synced, *waiting, *under_way, *received], within=60)
    assert shop.statuses(failed) == ["failed"]
    orders = [*synced, *waiting, *under_way, *received]
    rows = [row["Order ID"] for row in shop.rows("Orders")]
    assert sorted(rows) == sorted(order.order_id for order in [*orders, *failed])
    assert [sentence for sentence in shop.differences(orders) if failed[0].order_id not in sentence] == []


def has_open_batch(shop: Shop) -> bool:
    with shop.service.database.read() as connection:
        return bool(open_batches(connection, SHOP))
