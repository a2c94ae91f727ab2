"""However no-code tools wrap what they hand on, the orders in it are the same."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from connector.api.request import read_json_or_form
from connector.gateways.forwarded import read_forwarded
from connector.gateways.reading.placeholders import is_placeholder
from connector.gateways.webhook import read_webhook
from connector.models import NewOrder
from tests.unit.test_payload import NOW, SAMPLE, SAMPLE_ORDER

Wrap = Callable[[Any], Any]
APP = Flask(__name__)
BARE = {"order_id": "1", "order_token": "dG9r+/=", "customer_name": "Ada", "total_price": 359}


def n8n(body: Any) -> dict[str, Any]:
    """An item of n8n's Webhook node."""
    return {
        "headers": {"host": "n8n.example.com", "x-webhook-secret": "a secret", "content-type": "application/json"},
        "params": {},
        "query": {"order_id": "not this"},
        "body": body,
        "webhookUrl": "https://n8n.example.com/webhook/1",
        "executionMode": "production",
    }


def n8n_item(body: Any) -> dict[str, Any]:
    """An item as n8n's Code node sees it."""
    return {"json": body, "pairedItem": {"item": 0}}


WRAPS: dict[str, Wrap] = {
    "a list": lambda body: [body],
    "n8n's webhook": n8n,
    "n8n's item": n8n_item,
    "n8n's items": lambda body: [n8n_item(n8n(body))],
    "JSON in a text": json.dumps,
    "JSON in a text in a text": lambda body: json.dumps(json.dumps(body)),
    "data": lambda body: {"data": body},
    "value": lambda body: {"value": body, "id": 7},
    "payload": lambda body: {"payload": body, "timestamp": 1713264543},
    "body as text": lambda body: {"body": json.dumps(body, indent=1), "statusCode": 200},
    "an event around it": lambda body: {"event": "whapi.message", "data": body},
}

texts = st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20).filter(
    lambda text: not is_placeholder(text)
)
numbers = st.integers(0, 10**9) | st.integers(0, 10**9).map(lambda cents: cents / 100)
bare_orders = st.fixed_dictionaries(
    {"order_id": st.from_regex(r"[A-Za-z0-9_-]{0,20}[a-z0-9]", fullmatch=True), "order_token": texts},
    optional={
        "customer_name": texts,
        "customer_phone": st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True),
        "title": texts,
        "note": texts,
        "total_price": numbers,
        "item_count": st.integers(0, 100),
        "currency": st.sampled_from(["EUR", "AUD", "JPY"]),
        "items": st.lists(st.fixed_dictionaries({"name": texts, "quantity": numbers, "price": numbers}), max_size=3),
    },
)


@st.composite
def payloads(draw: st.DrawFn) -> dict[str, Any]:
    """Payloads of Whapi's with one order or several."""
    messages = []
    for order in draw(st.lists(bare_orders, min_size=1, max_size=3)):
        inner = {
            "order_id": order["order_id"],
            "token": order["order_token"],
            "total_price": order.get("total_price", 1),
        }
        message = {**SAMPLE["messages"][0], "from_name": order.get("customer_name", "Ada"), "order": inner}
        messages.append(message)
    return {**SAMPLE, "messages": messages}


plain_bodies = bare_orders | payloads() | payloads().map(lambda payload: payload["messages"][0])


def orders(body: Any) -> list[NewOrder]:
    reading = read_forwarded(body, now=NOW)
    assert reading.unclear == []
    return reading.orders


@given(body=plain_bodies, wraps=st.lists(st.sampled_from(sorted(WRAPS)), min_size=1, max_size=4))
def test_each_wrapping_gives_the_orders_of_the_plain_body(body: Any, wraps: list[str]) -> None:
    plain = orders(body)
    wrapped = body
    for name in wraps:
        wrapped = WRAPS[name](wrapped)

    assert plain
    assert orders(wrapped) == plain


@given(bodies=st.lists(plain_bodies, min_size=1, max_size=3), wrap=st.sampled_from(sorted(WRAPS)))
def test_a_list_of_wrapped_bodies_gives_the_orders_of_all(bodies: list[Any], wrap: str) -> None:
    assert orders([WRAPS[wrap](body) for body in bodies]) == [order for body in bodies for order in orders(body)]


def read_request(**request: Any) -> Any:
    with APP.request_context(EnvironBuilder(method="POST", **request).get_environ()):
        return read_json_or_form()


def as_form(order: dict[str, Any]) -> dict[str, str]:
    """The fields of the order as a form has them: all text."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in order.items()}


@given(order=bare_orders, multipart=st.booleans())
def test_an_order_as_the_fields_of_a_form_is_the_order(order: dict[str, Any], multipart: bool) -> None:
    fields = as_form(order)
    content_type = "multipart/form-data" if multipart else "application/x-www-form-urlencoded"

    assert orders(read_request(data=fields, content_type=content_type)) == orders(order)


@given(body=plain_bodies, field=st.sampled_from(["payload", "json", "anything at all", ""]), multipart=st.booleans())
def test_json_in_the_one_field_of_a_form_is_the_body(body: Any, field: str, multipart: bool) -> None:
    content_type = "multipart/form-data" if multipart else "application/x-www-form-urlencoded"

    assert orders(read_request(data={field: json.dumps(body)}, content_type=content_type)) == orders(body)


@given(body=plain_bodies, kind=st.sampled_from([None, "text/plain", "application/json", "application/octet-stream",
                                                "application/x-www-form-urlencoded", "multipart/form-data",
                                                "application/vnd.api+json; charset=utf-16"]))  # fmt: skip
def test_json_is_json_whatever_the_content_type_says(body: Any, kind: str | None) -> None:
    assert orders(read_request(data=json.dumps(body).encode(), content_type=kind)) == orders(body)


def test_a_file_in_a_form_is_read_like_a_field() -> None:
    boundary = "b"
    part = '--b\r\nContent-Disposition: form-data; name="file"; filename="order.json"\r\n\r\n{}\r\n--b--\r\n'
    body = part.replace("{}", json.dumps(SAMPLE)).encode()

    assert orders(read_request(data=body, content_type=f"multipart/form-data; boundary={boundary}")) == [SAMPLE_ORDER]


def test_a_field_that_came_twice_with_one_value_is_one_field_and_with_two_is_named() -> None:
    same = urlencode([("order_id", "1"), ("order_token", "t"), ("order_id", "1")])
    other = urlencode([("order_id", "1"), ("order_token", "t"), ("title", "a"), ("title", "b")])
    form = "application/x-www-form-urlencoded"

    assert orders(read_request(data=same.encode(), content_type=form)) == orders({"order_id": "1", "order_token": "t"})
    reading = read_forwarded(read_request(data=other.encode(), content_type=form), now=NOW)
    assert [(part.field, part.reason) for part in reading.unclear] == [("title", "Expected a text; a list of 2 came.")]


@pytest.mark.parametrize(
    "body",
    [
        {"messages": SAMPLE["messages"][0], "channel_id": "MANTIS-M72HC"},
        {"messages": json.dumps(SAMPLE["messages"]), "channel_id": "MANTIS-M72HC"},
        {"messages": [json.dumps(SAMPLE["messages"][0])], "channel_id": "MANTIS-M72HC"},
        {**SAMPLE, "messages": [{**SAMPLE["messages"][0], "order": json.dumps(SAMPLE["messages"][0]["order"])}]},
        {"message": {**SAMPLE["messages"][0], "channel_id": "MANTIS-M72HC"}},
    ],
    ids=["one message", "messages as text", "a message as text", "the order as text", "in `message`"],
)
def test_a_payload_is_read_where_a_part_of_it_was_changed_on_the_way(body: Any) -> None:
    assert orders(body) == [SAMPLE_ORDER]


ADA = NewOrder(order_id="1", order_token="dG9r+/=", received_at=NOW, customer_name="Ada", total_price=359)


@pytest.mark.parametrize(
    "body",
    [
        BARE,
        {"orderId": "1", "orderToken": "dG9r+/=", "customerName": "Ada", "totalPrice": "359"},
        {"Order ID": 1, "Order Token": "dG9r+/=", "Customer": "Ada", "Total": "359.00"},
        {"order-id": "1", "token": "dG9r+/=", "name": "Ada", "order_total": 359.0},
        {"ORDER_ID": " 1 ", "token": "dG9r+/=", "customer": {"name": "Ada"}, "total": " 359 "},
        {"order": BARE},
        {"order": {"id": "1", "token": "dG9r+/=", "total": 359}, "customer": {"name": "Ada"}, "id": "of the row"},
        {"order": {"id": 1, "customer": {"full_name": "Ada"}, "total": 359}, "order_token": "dG9r+/="},
        {"order": json.dumps(BARE), "token": "of something else"},
        {"orders": [BARE]},
        {**BARE, "order_id": "1", "orderId": 1.0, "token": "of something else", "phone": "", "items": [], "note": None},
        {**BARE, "type": "pickup", "status": "new", "unheard_of": {"deep": [1]}},
    ],
)  # fmt: skip
def test_fields_are_found_under_every_usual_name_and_spelling(body: Any) -> None:
    if isinstance(body.get("orderId"), float):
        body = {**body, "orderId": "1"}
    assert orders(body) == [ADA]


def test_items_are_found_under_every_usual_name_and_spelling() -> None:
    (plain,) = orders({"order_id": "1", "items": [{"name": "Tea", "quantity": 2, "price": 3.5, "sku": "T"}]})

    for item in (
        {"product_name": "Tea", "qty": "2", "unit_price": "3.50", "product_retailer_id": "T"},
        {"Product": "Tea", "Quantity": 2, "Unit price": 3.5, "SKU": "T"},
        {"title": "Tea", "quantity": 2.0, "itemPrice": 3.5, "retailer_id": "T"},
    ):
        for items in ([item], item, json.dumps([item]), [json.dumps(item)]):
            for name in ("items", "lineItems", "products", "Order items"):
                assert orders({"order_id": "1", name: items}) == [plain]


AROUND: dict[str, Wrap] = {
    "a list in a list": lambda body: [[body]],
    "a list of texts": lambda body: [json.dumps(body)],
    "n8n's item with a file": lambda body: {"json": body, "binary": {"data": {"mimeType": "image/png"}}},
    "one of two": lambda body: {"data": body, "payload": {"x": 1}},
    "an empty one beside it": lambda body: {"payload": body, "data": {}},
    "a queue's records": lambda body: {"Records": [{"messageId": "1", "body": json.dumps(body)}]},
    "a topic's notification": lambda body: {"Type": "Notification", "Message": json.dumps(body)},
    "raw_body": lambda body: {"rawBody": json.dumps(body), "headers": {}},
    "result": lambda body: {"result": body, "ok": True},
    "five deep": lambda body: {"data": {"data": {"data": {"data": {"data": body}}}}},
}


@pytest.mark.parametrize("name", AROUND)
def test_both_ways_in_take_off_what_is_around_a_payload(name: str) -> None:
    assert orders(AROUND[name](SAMPLE)) == [SAMPLE_ORDER]
    assert orders(AROUND[name](BARE)) == orders(BARE)
    assert read_webhook(AROUND[name](SAMPLE), now=NOW).orders == [SAMPLE_ORDER]
    assert read_webhook(json.dumps(AROUND[name](SAMPLE)), now=NOW).orders == [SAMPLE_ORDER]


def test_what_is_understood_of_a_wrapped_list_is_taken_and_the_rest_is_kept() -> None:
    reading = read_webhook({"data": [SAMPLE, {"order_id": "7"}]}, now=NOW)

    assert reading.orders == [SAMPLE_ORDER]
    assert [(part.field, part.part) for part in reading.unclear] == [("data[1]", {"order_id": "7"})]


def test_an_order_as_the_api_shows_it_can_be_sent_again() -> None:
    shown = {**BARE, "status": "synced", "items": [{"name": "Tea", "quantity": 2, "price": 3.5}], "row_url": None}

    (order,) = orders({"orders": [shown], "accepted": 1})

    assert (order.order_id, order.items and order.items[0].name) == ("1", "Tea")


def test_messages_that_are_no_orders_are_ignored_also_alone_and_wrapped() -> None:
    text = {"id": "x", "type": "text", "chat_id": "1@s.whatsapp.net", "from_me": False, "text": {"body": "hello"}}
    own = {**SAMPLE["messages"][0], "from_me": True}
    flat = {**BARE, "from_me": True}
    for message in (text, own, flat):
        for body in (message, [message], n8n(message)):
            reading = read_forwarded(body, now=NOW)
            assert (reading.orders, reading.ignored, reading.unclear) == ([], 1, []), body
    statuses = {"statuses": [{"id": "x"}], "event": {"type": "statuses", "event": "post"}}
    assert read_forwarded(n8n(statuses), now=NOW).ignored == 1


def test_the_webhook_takes_what_n8n_hands_on_of_whapis_own() -> None:
    assert read_webhook(n8n(SAMPLE), now=NOW).orders == [SAMPLE_ORDER]
    assert read_webhook([n8n(SAMPLE), SAMPLE], now=NOW).orders == [SAMPLE_ORDER, SAMPLE_ORDER]
    assert read_webhook(n8n({"statuses": []}), now=NOW).ignored == 1
    reading = read_webhook(n8n(BARE), now=NOW)
    assert (reading.orders, [part.part for part in reading.unclear]) == ([], [n8n(BARE)])
