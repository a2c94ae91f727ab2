"""As much as a request may hold: taken in one commit, or refused, and never costly."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from connector.api.request import LARGEST_BODY
from connector.gateways.forwarded import read_forwarded
from connector.gateways.reading.result import MOST_UNCLEAR
from connector.gateways.webhook import read_webhook
from connector.jobs.receive import ReceiveStage
from connector.store import quarantine
from connector.store.database import Database
from connector.store.orders import find_orders
from tests.attack.test_routes import count
from tests.clock import FakeClock
from tests.context import shop_context
from tests.service.shop import Shop
from tests.store.helpers import quarantined_entries

NOW = FakeClock().now()
MANY = 10_000
JUNK = b"[" + b"1," * (LARGEST_BODY // 2 - 2) + b"1]"
"""Half a million things that are no payload."""


def many_messages() -> dict[str, Any]:
    return {"messages": [{"type": "order", "order": {"order_id": f"{n}", "token": "t"}} for n in range(MANY)]}


def test_ten_thousand_messages_are_one_commit(database: Database) -> None:
    receive = ReceiveStage(shop_context(database, FakeClock()), arrived=lambda _: None)
    commits: list[object] = []
    sa.event.listen(database.engine, "commit", commits.append)
    payload = many_messages()
    assert len(json.dumps(payload)) < LARGEST_BODY

    receipt = receive.receive(read_webhook(payload, now=NOW), keep_unclear=True)

    assert (receipt.accepted, receipt.duplicates, len(commits)) == (MANY, 0, 1)
    with database.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM orders")).scalar_one() == MANY


def test_a_thousand_times_the_same_order_is_one(database: Database) -> None:
    receive = ReceiveStage(shop_context(database, FakeClock()), arrived=lambda _: None)
    message = {"type": "order", "order": {"order_id": "1", "token": "t"}}

    receipt = receive.receive(read_webhook({"messages": [message] * 1000}, now=NOW), keep_unclear=True)

    assert (receipt.accepted, receipt.duplicates) == (1, 999)


def test_half_a_million_things_that_are_no_payload_are_kept_as_one(shop: Shop) -> None:
    before = count(shop, "quarantine")

    # How long it may take is asked in test_budget.py, of processor time; here a slow machine may take its time.
    answer = shop.http.post("/webhooks/whapi", content=JUNK, timeout=300)

    assert (answer.status_code, answer.json()) == (
        200,
        {"accepted": 0, "duplicates": 0, "ignored": 0, "quarantined": 1},
    )
    assert count(shop, "quarantine") == before + 1
    (entry,) = quarantined_entries(shop.service.database, limit=1)
    assert len(entry.payload) <= quarantine.LARGEST_PAYLOAD


def test_messages_that_are_understood_are_taken_beside_too_many_that_are_not() -> None:
    good = {"type": "order", "order": {"order_id": "1", "token": "t"}}
    body = {"messages": [7] * (MOST_UNCLEAR + 1) + [good]}

    reading = read_webhook(body, now=NOW)

    assert [order.order_id for order in reading.orders] == ["1"]
    assert [(part.field, part.part) for part in reading.unclear] == [("body", body)]


def test_an_answer_names_the_first_hundred_wrong_fields(shop: Shop) -> None:
    answer = shop.http.post("/orders", content=JUNK)

    fields = [entry["field"] for entry in answer.json()["fields"]]
    assert (answer.status_code, fields) == (422, [f"[{n}]" for n in range(100)])


@pytest.mark.parametrize(
    "body",
    [
        b"[" * LARGEST_BODY,
        b'{"messages":' * (LARGEST_BODY // 12),
        b'[{"a":' * (LARGEST_BODY // 6),
        b'"' + b"\\" * 2**19,
    ],
    ids=["lists", "messages", "both", "backslashes"],
)
def test_a_mebibyte_of_nesting_is_no_json(shop: Shop, body: bytes) -> None:
    answer = shop.http.post("/webhooks/whapi", content=body)

    assert (answer.status_code, answer.json()) == (400, {"error": "The body is not JSON."})


@pytest.mark.parametrize("depth", [50, 120, 300, 500, 700, 900, 950])
def test_whatever_depth_can_be_read_can_be_kept(shop: Shop, depth: int) -> None:
    before = count(shop, "quarantine")
    nested = "[" * depth + "]" * depth

    answer = shop.http.post("/webhooks/whapi", content=f'{{"messages": [{{"type": "order", "x{depth}": {nested}}}]}}')

    assert (answer.status_code, answer.json()["quarantined"], count(shop, "quarantine")) == (200, 1, before + 1)


def test_an_order_beside_deep_nesting_is_taken(shop: Shop) -> None:
    nested = "[" * 900 + "]" * 900

    answer = shop.http.post(
        "/webhooks/whapi",
        content=f'{{"x": {nested}, "messages": [{{"type": "order", "order": {{"order_id": "deep"}}}}]}}',
    )

    assert answer.json()["accepted"] == 1


def test_many_orders_are_found_at_once_each_once_and_in_the_order_of_the_question(database: Database) -> None:
    receive = ReceiveStage(shop_context(database, FakeClock()), arrived=lambda _: None)
    orders = [{"order_id": f"{n}", "order_token": "t"} for n in range(1200)]
    receive.receive(read_forwarded(orders, now=NOW), keep_unclear=False)
    wanted = [f"{n}" for n in range(1199, -1, -1)]

    with database.read() as connection:
        found = find_orders(connection, "default", ["none", *wanted, *wanted])

    assert [order.order_id for order in found] == wanted
