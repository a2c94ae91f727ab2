"""A backup that is made under load and put back later doubles no row, and loses none of what it holds."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Self

import pytest
from click.testing import CliRunner, Result

from connector.cli import main
from connector.settings import SHOP
from connector.store.batches import next_write_at, open_batches
from sandbox.faults import Fault
from sandbox.whapi.order import SandboxOrder
from tests.as_it_was import logging_as_it_was
from tests.service.shop import Shop
from tests.waiting import wait_until


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Not started yet."""
    shop = Shop(tmp_path)
    yield shop
    shop.close()


def run(shop: Shop, *arguments: str) -> Result:
    environment = shop.sandbox.environment(Path("credentials.json")) | {"DATABASE_URL": shop.settings.database_url}
    with logging_as_it_was():
        return CliRunner().invoke(main, arguments, env=environment)


class Load(threading.Thread):
    """Orders that come in one after the other, until it is left."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(daemon=True)
        self.sent: list[SandboxOrder] = []
        self._shop = shop
        self._enough = threading.Event()

    def run(self) -> None:
        while not self._enough.wait(0.02):
            self.sent += self._shop.sandbox.send()

    def __enter__(self) -> Self:
        self.start()
        wait_until(lambda: len(self.sent) > 2)
        return self

    def __exit__(self, *_: object) -> None:
        sent = len(self.sent)
        wait_until(lambda: len(self.sent) > sent)
        self._enough.set()
        self.join()


def test_a_restored_backup_leaves_every_row_as_it_is_and_writes_what_is_new_once(shop: Shop, tmp_path: Path) -> None:
    shop.start()
    synced = shop.sandbox.send(count=3)
    shop.wait_until_synced(synced)
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
    backup = tmp_path / "backup.db"
    with Load(shop) as load:
        made = run(shop, "backup", str(backup))
    shop.sandbox.faults.clear()
    in_between = shop.sandbox.send(count=2)
    sent = [*synced, *waiting, *under_way, *load.sent, *in_between]
    shop.wait_until_synced(sent, within=60)
    before = {tab: shop.rows(tab) for tab in ("Orders", "Items")}
    shop.stop()

    restored = run(shop, "restore", str(backup), "--yes")
    shop.start()
    again = [*in_between, *load.sent, *failed, *sent]
    for order in again:
        assert shop.post("/webhooks/whapi", {"messages": [order.message()]}).status_code == 200
    later = shop.sandbox.send(count=2)
    shop.wait_until_synced([*synced, *waiting, *under_way, *later], within=60)
    wait_until(lambda: nothing_is_left(shop), what="what was restored to be compared with the sheet")

    assert made.exit_code == 0, made.output
    assert restored.exit_code == 0, restored.output
    assert (backup.stat().st_mode & 0o777, holds(backup)) == (0o600, (1, "delete"))
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith((".new", "-wal.new"))] == []
    after = {tab: shop.rows(tab) for tab in ("Orders", "Items")}
    assert {tab: rows[: len(before[tab])] for tab, rows in after.items()} == before
    new = {order.order_id for order in later}
    assert {row["Order ID"] for row in after["Items"][len(before["Items"]) :]} == new
    assert sorted(row["Order ID"] for row in after["Orders"]) == sorted(
        order.order_id for order in [*sent, *failed, *later]
    )
    differences = shop.differences([*sent, *later])
    assert [sentence for sentence in differences if failed[0].order_id not in sentence] == []


def holds(path: Path) -> tuple[int, str]:
    """How many batches of the copy are open, and how its file is kept."""
    with closing(sqlite3.connect(path)) as copy:
        (count,) = copy.execute("SELECT count(*) FROM batches WHERE settled_at IS NULL").fetchone()
        (mode,) = copy.execute("PRAGMA journal_mode").fetchone()
    return count, mode


def nothing_is_left(shop: Shop) -> bool:
    with shop.service.database.read() as connection:
        return not has_open_batch(shop) and next_write_at(connection, SHOP) is None


def has_open_batch(shop: Shop) -> bool:
    with shop.service.database.read() as connection:
        return bool(open_batches(connection, SHOP))
