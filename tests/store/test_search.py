"""Finding orders: by parts of names, phones and numbers, page by page, and through indexes alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from connector.models import Status
from connector.store import batches, hours, orders, refusals, search
from connector.store.database import Database
from connector.store.search import Found
from tests.clock import FakeClock
from tests.store.helpers import ITEMS, SHOP, add, batch_of, new_order


def find(database: Database, text: str = "", **options: Any) -> Found:
    values: dict[str, Any] = {"before": None, "limit": 10, **options}
    with database.read() as connection:
        return search.find_page(connection, SHOP, text=text, **values)


def ids(found: Found) -> list[str]:
    return [order.order_id for order in found.orders]


def written(database: Database, clock: FakeClock, *order_ids: str) -> None:
    batch = batch_of(database, clock, *order_ids)
    database.write(lambda connection: batches.applied(connection, batch, now=clock.now()))


def test_a_number_of_the_shop_s_finds_its_order_first_with_and_without_a_sign(
    database: Database, clock: FakeClock
) -> None:
    add(database, clock, *(new_order(f"{n}00001", customer_phone=f"4915550{n:04d}") for n in range(1, 14)))

    assert ids(find(database, "#12")) == ["1200001"]
    assert ids(find(database, "12"))[0] == "1200001"
    assert ids(find(database, "1", limit=3))[0] == "100001"
    assert ids(find(database, "#14")) == []
    assert ids(find(database, "#12", status=Status.SYNCED)) == []


def test_a_text_is_found_in_names_phones_and_numbers_whatever_its_case(database: Database, clock: FakeClock) -> None:
    add(
        database,
        clock,
        new_order("maria", customer_name="Maria García", customer_phone="34612345678"),
        new_order("cyrillic", customer_name="Мария Иванова"),
        new_order("weird", customer_name="=1+2 100%_ ßW"),
    )
    wanted = {
        "maria": ["maria"],
        "MARIA G": ["maria"],
        "aria": ["maria"],
        "+34 612-345": ["maria"],
        "612": ["maria"],
        "12": [],
        "мария": ["cyrillic"],
        "МАРИЯ": ["cyrillic"],
        "Иванова": ["cyrillic"],
        "cyril": ["cyrillic"],
        "ßW": ["weird"],
        "100%_": ["weird"],
        "%": ["weird"],
        "=1+2": ["weird"],
        "\\": [],
        "'; DROP TABLE orders; --": [],
    }

    assert {text: ids(find(database, text)) for text in wanted} == wanted


def test_pages_follow_one_another_until_the_oldest(database: Database, clock: FakeClock) -> None:
    add(database, clock, *(new_order(f"{n}", customer_name="Ada" if n % 2 else "Bob") for n in range(9)))

    for text, wanted in (("", [str(n) for n in range(8, -1, -1)]), ("ada", ["7", "5", "3", "1"])):
        pages = [find(database, text, limit=2)]
        while pages[-1].before is not None:
            pages.append(find(database, text, before=pages[-1].before, limit=2))
        assert {len(page.orders) for page in pages[:-1]} == {2}
        assert [order_id for page in pages for order_id in ids(page)] == wanted


def test_a_search_looks_at_a_stretch_at_a_time_and_says_where_to_go_on(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "STRETCH", 4)
    add(database, clock, *(new_order(f"number-{n}", customer_name="Ada" if n == 0 else "Bob") for n in range(10)))

    first = find(database, "ada")
    second = find(database, "ada", before=first.before)
    third = find(database, "ada", before=second.before)

    assert [(ids(page), page.is_cut) for page in (first, second, third)] == [
        ([], True),
        ([], True),
        (["number-0"], False),
    ]
    assert third.before is None


def test_a_whole_number_is_found_however_old_the_order_is_if_its_status_fits(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "STRETCH", 2)
    add(database, clock, *(new_order(f"number-{n}") for n in range(10)))

    assert ids(find(database, "number-0")) == ["number-0"]
    assert ids(find(database, "number-0", status=Status.RECEIVED)) == ["number-0"]
    assert ids(find(database, "number-0", status=Status.SYNCED)) == []


def test_a_status_is_one_of_those_that_an_order_says_of_itself(database: Database, clock: FakeClock) -> None:
    tokenless = [new_order(order_id, order_token=None) for order_id in ("failed", "again")]
    add(database, clock, new_order("new"), new_order("waiting"), *tokenless, new_order("synced", items=ITEMS))
    written(database, clock, "waiting", "failed", "again", "synced")
    add(database, clock, new_order("again"), new_order("newer"))

    by_status = {status: ids(find(database, status=status)) for status in Status}

    assert by_status == {
        Status.RECEIVED: ["newer", "new"],
        Status.WAITING: ["again", "waiting"],
        Status.SYNCED: ["synced"],
        Status.FAILED: ["failed"],
    }
    assert ids(find(database)) == ["newer", "synced", "again", "failed", "waiting", "new"]


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """What is asked of the database meanwhile."""
    seen: list[tuple[str, Any]] = []

    def note(*call: Any) -> None:
        seen.append((call[2], call[3]))

    sa.event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_query_of_the_page_reads_the_table_from_one_end_to_the_other(database: Database, clock: FakeClock) -> None:
    with statements(database) as seen, database.read() as connection:
        for status in (None, *Status):
            for text in ("", "ada", "12345"):
                search.find_page(connection, SHOP, text=text, status=status, before=None, limit=25)
                search.find_page(connection, SHOP, text=text, status=status, before=9, limit=25)
        orders.find_by_number(connection, SHOP, 1)
        refusals.list_tries(connection, 1)
        hours.count_since(connection, SHOP, clock.now())
        hours.read_hours(connection, SHOP, first=clock.now(), hours=24)

    queries = [(text, values) for text, values in seen if text.startswith("SELECT")]
    assert len(queries) > 100
    with database.read() as connection:
        for text, values in queries:
            plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
            assert not [step for step in plan if step.startswith("SCAN ") or "ORDER BY" in step], (text, plan)
