"""`POST /orders` over the wire, as no-code tools call it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connector.api.request import LARGEST_BODY
from connector.gateways.forwarded import MOST_NAMED
from tests.service.shop import Shop
from tests.service.test_api import order_count

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One for all tests here; each sends orders of its own."""
    shop = Shop(tmp_path_factory.mktemp("shop")).start()
    yield shop
    shop.close()


def taken(shop: Shop, order_id: str, **request: Any) -> dict[str, Any]:
    answer = shop.http.post("/orders", **request)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["accepted"], [entry["order_id"] for entry in body["orders"]]) == (1, [order_id])
    order: dict[str, Any] = body["orders"][0]
    return order


def an_order(order_id: str) -> dict[str, str]:
    return {
        "order_id": order_id,
        "order_token": "dG9r+/=",
        "customer": "Ädä & Co",
        "total": "359.00",
        "phone": "4915123456",
    }


@pytest.mark.parametrize(
    ("name", "request_of"),
    [
        ("fields", lambda order: {"data": order}),
        ("multipart", lambda order: {"files": {name: (None, value) for name, value in order.items()}}),
        ("a field of JSON", lambda order: {"data": {"payload": json.dumps(order)}}),
        ("a part of JSON", lambda order: {"files": {"payload": (None, json.dumps(order))}}),
        ("a file of JSON", lambda order: {"files": {"file": ("order.json", json.dumps(order), "application/json")}}),
        ("plain text", lambda order: {"content": json.dumps(order), "headers": {"Content-Type": "text/plain"}}),
        ("no type", lambda order: {"content": json.dumps(order).encode("utf-8-sig")}),
        ("curl's default", lambda order: {"content": json.dumps(order), "headers": {"Content-Type": FORM}}),
        ("n8n", lambda order: {"json": [{"headers": {}, "params": {}, "query": {}, "body": order}]}),
        ("text in JSON", lambda order: {"json": {"data": json.dumps([order])}}),
    ],
)
def test_each_form_of_a_request_stores_the_same_order(shop: Shop, name: str, request_of: Any) -> None:
    order_id = f"form {name}"

    order = taken(shop, order_id, **request_of(an_order(order_id)))

    assert (order["customer_name"], order["customer_phone"], order["total_price"]) == ("Ädä & Co", "4915123456", 359)
    stored = shop.order(order_id)
    assert stored is not None
    assert stored.order_token == "dG9r+/="


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"content": b"", "headers": {"Content-Type": FORM}}, "The form has no fields."),
        ({"content": b"order_id=1&order_token=t"}, "The body is not JSON."),
        ({"content": b"order_id=1", "headers": {"Content-Type": "text/plain"}}, "The body is not JSON."),
        ({"content": b"<order/>", "headers": {"Content-Type": "application/xml"}}, "The body is not JSON."),
        ({"files": {f"f{n}": (None, "x") for n in range(1001)}}, "The form has more than 1,000 fields."),
        ({"content": b"--", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, "The form has no fields."),
    ],
)
def test_a_body_that_is_neither_json_nor_a_form_is_a_400(shop: Shop, request_: Any, sentence: str) -> None:
    before = order_count(shop)

    answer = shop.http.post("/orders", **request_)

    assert (answer.status_code, answer.json()) == (400, {"error": sentence})
    assert order_count(shop) == before


def test_a_form_may_be_as_large_as_json_and_no_larger(shop: Shop) -> None:
    def form(size: int) -> bytes:
        start = b"order_id=large&order_token=t&title="
        return start + b"x" * (size - len(start))

    headers = {"Content-Type": FORM}

    assert shop.http.post("/orders", content=form(LARGEST_BODY + 1), headers=headers).status_code == 413
    assert shop.http.post("/orders", content=form(LARGEST_BODY), headers=headers).status_code == 200


def test_the_webhook_takes_json_alone(shop: Shop) -> None:
    answer = shop.http.post("/webhooks/whapi", data={"payload": json.dumps({"messages": []})})

    assert (answer.status_code, answer.json()) == (400, {"error": "The body is not JSON."})


def test_of_a_body_with_one_wrong_order_nothing_is_stored(shop: Shop) -> None:
    before = order_count(shop)
    orders: list[Any] = [an_order(f"together {n}") for n in range(3)]

    answer = shop.post("/orders?wait=5", {"data": [*orders, {**an_order("together 3"), "total": "1,200"}]})

    assert (answer.status_code, answer.json()) == (
        422,
        {
            "error": "Nothing was stored, because these fields are wrong.",
            "fields": [
                {
                    "field": "data[3].total",
                    "message": 'Expected a number, such as 359 or 359.50; the text "1,200" came.',
                }
            ],
        },
    )
    assert order_count(shop) == before


def test_a_422_names_no_more_than_a_hundred_fields(shop: Shop) -> None:
    items = [{"price": "much"}] * 150

    answer = shop.post("/orders", {"order_id": "1", "items": items})

    assert [entry["field"] for entry in answer.json()["fields"]] == [f"items[{n}].price" for n in range(MOST_NAMED)]


def test_a_422_shows_no_secret_of_the_service(shop: Shop) -> None:
    for secret in (shop.secret, shop.settings.whapi_token):
        for value in (secret, f"Bearer {secret[:20]}", [secret], {secret: 1}):
            answer = shop.post("/orders", {"order_id": "1", "order_token": "t", "total": value, "items": value})
            assert answer.status_code == 422
            assert secret[:12] not in answer.text
