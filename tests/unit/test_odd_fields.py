"""Side fields as they come from anywhere: items, a picture, a time, who has sent it."""

import json
from typing import Any

import pytest

from connector.gateways.forwarded import read_forwarded
from connector.gateways.webhook import read_webhook
from tests.unit.test_payload import NOW, SAMPLE, SAMPLE_ORDER
from tests.unit.test_wrappings import orders

TEA = {"name": "Tea", "quantity": 2, "price": 3.5}
MILK = {"name": "Milk", "quantity": 1, "price": 1}


@pytest.mark.parametrize(
    "items",
    [
        [TEA, MILK], {"0": TEA, "1": MILK}, {"T-1": TEA, "M-1": MILK}, [{"json": TEA}, {"json": MILK}],
        {"data": [TEA, MILK], "total": 2}, {"items": [TEA, MILK]}, {"edges": [{"node": TEA}, {"node": MILK}]},
        [[TEA, MILK]],
        json.dumps(json.dumps([TEA, MILK])), [json.dumps(TEA), json.dumps(MILK)],
        [{"product": {"name": "Tea", "price": 3.5}, "quantity": 2}, {"item": {**MILK, "quantity": 9}, "quantity": 1}],
        [{"product": {"title": "Tea", "price": 9}, "name": "Tea", "quantity": "2", "unitPrice": "3,50"}, MILK],
    ],
)  # fmt: skip
def test_items_are_found_in_whatever_holds_them(items: Any) -> None:
    message = {**SAMPLE["messages"][0], "order": {"order_id": "1", "items": items}}
    (bare,) = orders({"order_id": "1", "items": items})
    (sent,) = read_webhook({"messages": [message]}, now=NOW).orders

    assert bare.items == sent.items
    assert [(item.name, item.quantity, item.price) for item in bare.items or ()] == [("Tea", 2, 3.5), ("Milk", 1, 1)]


@pytest.mark.parametrize("name", ["cart", "cart_items", "orderLines", "lines", "order_products"])
def test_a_list_of_items_is_found_by_its_name(name: str) -> None:
    (bare,) = orders({"order_id": "1", name: [TEA]})
    (sent,) = read_webhook(
        {"messages": [{**SAMPLE["messages"][0], "order": {"order_id": "1", name: [TEA]}}]}, now=NOW
    ).orders

    assert bare.items == sent.items
    assert len(bare.items or ()) == 1


@pytest.mark.parametrize(
    "image",
    [
        "https://s.example/p.jpg", {"src": "https://s.example/p.jpg"}, [{"src": "https://s.example/p.jpg"}],
        [["https://s.example/p.jpg"]], {"data": {"url": "https://s.example/p.jpg"}}, '{"src": "https://s.example/p.jpg"}',
        {"sizes": [{"width": 1, "url": "https://s.example/p.jpg"}]}, '["https://s.example/p.jpg"]',
        {"original_image_url": "https://s.example/p.jpg"}, {"secure_url": "https://s.example/p.jpg"},
    ],
)  # fmt: skip
def test_a_picture_is_found_in_whatever_holds_it(image: Any) -> None:
    (order,) = orders({"order_id": "1", "items": [{**TEA, "image": image}]})

    assert [item.image for item in order.items or ()] == ["https://s.example/p.jpg"]


@pytest.mark.parametrize("image", [5, True, "none", {"id": 5}, [], {"src": None}, "data:image/png;base64,AAAA", "N/A"])
def test_what_is_no_pictures_address_is_left_out(image: Any) -> None:
    (order,) = orders({"order_id": "1", "items": [{**TEA, "image": image}]})

    assert [item.image for item in order.items or ()] == [None]


SECONDS = 1713264543


@pytest.mark.parametrize(
    "time",
    [
        SECONDS, str(SECONDS), f"{SECONDS}.0", SECONDS * 10**3, SECONDS * 10**6, str(SECONDS * 10**6), SECONDS * 10**9,
        str(SECONDS * 10**9), "2024-04-16T10:49:03Z", "2024-04-16T12:49:03+02:00", "2024-04-16 10:49:03 UTC",
        "Tue, 16 Apr 2024 10:49:03 GMT", {"low": SECONDS, "high": 0, "unsigned": True},
        {"seconds": SECONDS, "nanos": 0},
        {"_seconds": SECONDS, "_nanoseconds": 0}, {"$date": "2024-04-16T10:49:03Z"},
        {"$date": {"$numberLong": str(SECONDS * 1000)}},
    ],
)  # fmt: skip
def test_a_time_is_read_however_it_is_written(time: Any) -> None:
    (bare,) = orders({"order_id": "1", "items": [TEA], "received_at": time})
    (sent,) = read_webhook({"messages": [{**SAMPLE["messages"][0], "timestamp": time}]}, now=NOW).orders

    assert [bare.received_at, sent.received_at] == [SAMPLE_ORDER.received_at] * 2


@pytest.mark.parametrize("yes", [True, 1, 1.0, "true", "True", "TRUE", "1", "yes", "y", "on"])
def test_an_order_that_the_shop_itself_has_sent_is_ignored_however_that_is_said(yes: Any) -> None:
    without = {name: value for name, value in SAMPLE["messages"][0].items() if name != "from_me"}
    for name in ("from_me", "fromMe"):
        message = {**without, name: yes}
        for reading in (read_webhook({"messages": [message]}, now=NOW), read_forwarded(message, now=NOW)):
            assert (reading.orders, reading.ignored, reading.unclear) == ([], 1, [])


@pytest.mark.parametrize("no", [False, 0, "false", "False", "0", "", None, [], {}, "undefined", "no"])
def test_an_order_of_a_customers_is_taken_however_that_is_said(no: Any) -> None:
    message = {**SAMPLE["messages"][0], "from_me": no}

    assert orders(message) == read_webhook({"messages": [message]}, now=NOW).orders != []
