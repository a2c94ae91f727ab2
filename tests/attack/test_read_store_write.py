"""Whatever the readers let through can be stored in either database, read back, and written as a cell."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.gateways.forwarded import read_forwarded
from connector.gateways.reading.result import Reading
from connector.gateways.webhook import read_webhook
from connector.gateways.whapi.payload import parse_items
from connector.jobs.guards import GUARDS
from connector.models import NewOrder, Order, Status
from connector.serializers import order_json
from connector.sheets.batch import build_requests, entries_that_fit
from connector.sheets.cells import LONGEST_TEXT
from connector.sheets.columns import Tab
from connector.sheets.idempotency.guard import marker_id
from connector.sheets.workbook import Workbook
from connector.store import intake, orders, quarantine
from connector.store.batches import new_batch_id
from connector.store.database import Database
from tests.attack.hostile import answers, as_json, bodies
from tests.clock import FakeClock
from tests.pipeline.direct import SPREADSHEET_ID, DirectApi, new_google

NOW = FakeClock().now()
GRACE = timedelta(seconds=3)
ZONES = ("Etc/GMT", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu")
_ONLY_NEW = (
    "order_id", "received_at", "order_token", "items", "chat_id", "message_id", "warning", "unfetchable",
    "amounts_certain",
)  # fmt: skip


def store(database: Database, shop: str, reading: Reading) -> list[Order]:
    """What is in the store after it has taken in all of the reading."""
    parts = [quarantine.quarantined(part.field, part.reason, part.part) for part in reading.unclear]
    database.write(lambda connection: quarantine.keep(connection, shop, parts, now=NOW))
    database.write(lambda connection: intake.add_orders(connection, shop, reading.orders, now=NOW, grace=GRACE))
    with database.read() as connection:
        return orders.find_orders(connection, shop, [order.order_id for order in reading.orders])


def assert_same(stored: Order, sent: NewOrder) -> None:
    """Every field that came is stored as it is; the items' own figures only fill in what was missing."""
    same = [field.name for field in fields(NewOrder) if field.name not in _ONLY_NEW]
    assert {name: value for name in same if (value := getattr(sent, name)) is not None} == {
        name: getattr(stored, name) for name in same if getattr(sent, name) is not None
    }
    assert stored.items == (sent.items or ())
    assert abs(stored.received_at - sent.received_at) < timedelta(milliseconds=1)


def string_cells(value: Any) -> list[str]:
    """Every text that the requests write into a cell."""
    if isinstance(value, dict):
        own = [value["stringValue"]] if "stringValue" in value else []
        return own + [text for inner in value.values() for text in string_cells(inner)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [text for inner in value for text in string_cells(inner)]
    return []


@pytest.fixture(scope="module")
def api() -> DirectApi:
    clock = FakeClock()
    return DirectApi(new_google(clock), clock)


@pytest.fixture(scope="module")
def workbook(api: DirectApi) -> Workbook:
    titles = {Tab.ORDERS: "Orders", Tab.ITEMS: "Items"}
    return Workbook(api, SPREADSHEET_ID, titles=titles, is_ours=lambda _ids: set(), clock=FakeClock())


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(body=bodies, answer=answers, zone=st.sampled_from(ZONES))
def test_what_the_readers_let_through_is_stored_whole_and_taken_by_the_sheet(
    database: Database, api: DirectApi, workbook: Workbook, body: Any, answer: Any, zone: str
) -> None:
    received = json.loads(as_json(body))
    reading = read_webhook(received, now=NOW)
    reading.add(read_forwarded(received, now=NOW))
    items = parse_items(json.loads(as_json(answer)))
    reading.orders += [
        replace(order, order_id=f"{n}{order.order_id}", items=items) for n, order in enumerate(reading.orders)
    ]

    shop = uuid.uuid4().hex
    found = store(database, shop, reading)

    first = {order.order_id: order for order in reversed(reading.orders)}
    assert {order.order_id for order in found} == set(first)
    for order in found:
        if [other.order_id for other in reading.orders].count(order.order_id) == 1:
            assert_same(order, first[order.order_id])
        json.dumps(order_json(order, row_url=None), allow_nan=False).encode()
    if found:
        assert_the_sheet_takes(api, workbook, found, zone)


def assert_the_sheet_takes(api: DirectApi, workbook: Workbook, found: list[Order], zone: str) -> None:
    layout = workbook.layout()
    batch_id = new_batch_id()
    guard = GUARDS["marker"].claim(batch_id, marker_id(batch_id), layout.tabs[Tab.ORDERS].sheet_id)
    entries = entries_that_fit(found, ZoneInfo(zone))
    requests = build_requests([guard], layout, entries)
    json.dumps(requests, allow_nan=False).encode()
    for text in string_cells(requests):
        assert 0 < len(text.encode("utf-16-le")) // 2 <= LONGEST_TEXT
    api.batch_update(SPREADSHEET_ID, requests)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(body=bodies)
def test_a_redelivery_adds_nothing(database: Database, body: Any) -> None:
    reading = read_webhook(json.loads(as_json(body)), now=NOW)
    shop = uuid.uuid4().hex

    first = store(database, shop, reading)
    with database.read() as connection:
        kept = quarantine.count_quarantined(connection, shop)

    assert store(database, shop, reading) == first
    with database.read() as connection:
        assert quarantine.count_quarantined(connection, shop) == kept
        assert sum(orders.count_by_status(connection, shop).values()) == len(first)
        assert orders.count_by_status(connection, shop)[Status.RECEIVED] == len(first)


@pytest.mark.parametrize(
    "received_at",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1969-12-31T00:00:00Z", "2107-01-01T00:00Z"],
)
def test_a_time_that_cannot_be_is_replaced_by_now_in_words_too(received_at: str) -> None:
    body = {"order_id": "1", "order_token": "t", "received_at": received_at}

    (order,) = read_forwarded(body, now=NOW).orders

    assert order.received_at == NOW


def test_a_time_in_words_keeps_its_moment() -> None:
    body = {"order_id": "1", "order_token": "t", "received_at": "2026-11-23T10:00:00.250+01:00"}

    (order,) = read_forwarded(body, now=NOW).orders

    assert order.received_at == datetime.fromisoformat("2026-11-23T09:00:00.250+00:00")


def test_totals_larger_than_any_integer_of_a_database_are_stored(database: Database) -> None:
    items = [{"name": "Gold", "quantity": 10**15, "price": 10**15}]
    reading = read_forwarded({"order_id": "1", "items": items}, now=NOW)

    (order,) = store(database, "shop", reading)

    assert (order.item_count, order.total_price) == (10**15, 1e30)


@pytest.mark.parametrize("order_id", ["a\nb", "a\tb", "a\u2028b", "1\r\n2026-11-23 [error] forged"])
def test_an_order_id_of_several_lines_is_none(order_id: str) -> None:
    reading = read_webhook({"messages": [{"type": "order", "order": {"order_id": order_id}}]}, now=NOW)

    assert (reading.orders, [part.field for part in reading.unclear]) == ([], ["messages[0].order.order_id"])


def test_an_order_of_too_many_items_is_named() -> None:
    reading = read_forwarded({"order_id": "1", "items": [{}] * 1001}, now=NOW)

    assert [(part.field, part.reason) for part in reading.unclear] == [
        ("items", "Expected at most 1000 items; 1001 came.")
    ]
