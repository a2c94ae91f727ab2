"""What is wrong with a body of `POST /orders` is said field by field: which, what was expected, what came."""

import json
from typing import Any

import pytest

from connector.gateways.forwarded import read_forwarded
from tests.unit.test_payload import NOW, SAMPLE
from tests.unit.test_wrappings import n8n

SHAPES = (
    "Expected a Whapi payload (with `messages`), a Whapi message (with `type` and `order`), "
    "an order (with `order_id` and `order_token`), or a list of these; "
)
NUMBER = "Expected a number, such as 359 or 359.50; "
TIME = "Expected a time with its zone, such as 2026-01-31T09:30:00Z, or seconds since 1970; "
ITEM = "Expected an item, such as an object with `name`, `quantity` and `price`; "
TOKEN = "AR4ToE6jF7HwiKY8cUChFb+h6Blgb0sbRMOY3vwRHhsaeg=="
NO_ITEMS = "Without the order's token its items can't be fetched. Send `order_token`, or the `items`."


def order(**fields: Any) -> dict[str, Any]:
    return {"order_id": "1", "order_token": "t", **fields}


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ("hello", "body", SHAPES + 'the text "hello" came.'),
        (5, "body", SHAPES + "the number 5 came."),
        (None, "body", SHAPES + "nothing came."),
        (True, "body", SHAPES + "true came."),
        ({}, "body", SHAPES + "an empty object came."),
        ({"id": 1, "state": "x"}, "body", SHAPES + "an object with `id`, `state` came."),
        ({f"k{n}": n for n in range(12)}, "body",
         SHAPES + "an object with `k0`, `k1`, `k2`, `k3`, `k4`, `k5`, `k6`, `k7` and 4 more came."),
        ({TOKEN: 1}, "body", SHAPES + "an object with `…` came."),
        ([[3]], "[0][0]", SHAPES + "the number 3 came."),
        ({"data": {"x": 1}}, "data", SHAPES + "an object with `x` came."),
        ([n8n({})], "[0].body", SHAPES + "an empty object came."),
        ({"data": [order()], "payload": [order()]}, "body",
         "Expected one order or list of them; `data` and `payload` came."),
        ({"data": '{"order_id"'}, "body", SHAPES + "an object with `data` came."),
        (json.loads("[" * 13 + "{}" + "]" * 13), "[0]" * 13, "Expected an order within 12 lists and wrappers."),
        ({"order_id": "1"}, "order_token", NO_ITEMS),
        ({"order": {"id": "1"}}, "order.order_token", NO_ITEMS),
        ({"order_id": "1", "items": []}, "order_token", NO_ITEMS),
        ({"order_token": "t"}, "order_id", "This field is needed."),
        ({"order_token": "t", "order_id": " "}, "order_id", "This field is needed."),
        ({"order_token": "t", "id": 7}, "order_id",
         "This field is needed. An `id` came, but that could be a message's."),
        (order(orderId="2"), "order_id",
         "Expected one value; `orderId` came as well, with another. Send one of them."),
        (order(order_id="a\nb"), "order_id",
         'Expected a text of 1 to 128 characters on one line; the text "a\nb" came.'),
        (order(order_id="x" * 201), "order_id",
         "Expected a text of 1 to 128 characters on one line; a text of 201 characters came."),
        (order(order_token=[TOKEN]), "order_token", "Expected the order's token as a text."),
        (order(Total="1,200"), "Total", NUMBER + 'the text "1,200" came.'),
        (order(total="12,345"), "total", NUMBER + 'the text "12,345" came.'),
        (order(total="AUD 359"), "total", NUMBER + 'the text "AUD 359" came.'),
        (order(total=TOKEN), "total", NUMBER + "a text of 48 characters came."),
        (order(total="three hundred and fifty-nine dollars"), "total",
         NUMBER + 'a text of 36 characters that begins with "three hundred and fifty-" came.'),
        (order(total=True), "total", NUMBER + "true came."),
        (order(total=1e300), "total", NUMBER + "a number that is too large came."),
        (order(itemCount={"a": 1}), "itemCount", NUMBER + "an object with `a` came."),
        (order(customer=[1, 2]), "customer", "Expected a text; a list of 2 came."),
        (order(customer={"name": {"a": 1}}), "customer.name", "Expected a text; an object with `a` came."),
        (order(received_at="31.01.2026 09:30"), "received_at", TIME + 'the text "31.01.2026 09:30" came.'),
        (order(received_at="2026-01-31T09:30:00"), "received_at", TIME + 'the text "2026-01-31T09:30:00" came.'),
        (order(items="Tea"), "items", 'Expected a list of items; the text "Tea" came.'),
        (order(items=["Tea"]), "items[0]", ITEM + 'the text "Tea" came.'),
        (order(lineItems=[{"name": "Tea"}, {"colour": "red"}]), "lineItems[1]", ITEM + "an object with `colour` came."),
        (order(items=[{"name": "Tea", "qty": "two"}]), "items[0].qty", NUMBER + 'the text "two" came.'),
        (order(items=[{"name": "x"}] * 1001), "items", "Expected at most 1000 items; 1001 came."),
        (n8n({"payload": order(total="x")}), "body.payload.total", NUMBER + 'the text "x" came.'),
        ({**SAMPLE, "messages": 7}, "messages", "`messages` is a list; a number came."),
        ({**SAMPLE, "messages": [7]}, "messages[0]", "A message is a JSON object; a number came."),
        ({"type": "order", "from": "1"}, "order", "An order message has an object `order`; nothing came."),
        (n8n({"type": "order", "from_me": False, "order": {}}), "body.order.order_id",
         "An order id is a text of 1 to 128 characters; nothing came."),
    ],
)  # fmt: skip
def test_a_wrong_body_is_named_with_its_place(body: Any, field: str, sentence: str) -> None:
    reading = read_forwarded(body, now=NOW)

    assert [(part.field, part.reason) for part in reading.unclear] == [(field, sentence)]
    assert reading.orders == []


def test_one_wrong_order_of_several_spoils_none_of_the_sentences_and_all_are_named() -> None:
    reading = read_forwarded([order(), order(total="x"), {"a": 1}], now=NOW)

    assert [part.field for part in reading.unclear] == ["[1].total", "[2]"]


@pytest.mark.parametrize("name", ["token", "order_token", "total", "order_id", "customer", "items", "received_at", "x"])
def test_no_sentence_shows_a_token_wherever_it_was_put(name: str) -> None:
    for value in (TOKEN, [TOKEN], {TOKEN: TOKEN}, {"name": [TOKEN]}, TOKEN * 10):
        for body in ({"order_token": "t", name: value}, {"order_id": {}, name: value}, {name: value}):
            reading = read_forwarded(body, now=NOW)
            said = " ".join(f"{part.field} {part.reason}" for part in reading.unclear)
            assert TOKEN[:8] not in said
