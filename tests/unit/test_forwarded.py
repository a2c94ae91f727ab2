from datetime import UTC, datetime
from typing import Any

from hypothesis import given

from connector.gateways.forwarded import read_forwarded
from connector.models import Item, NewOrder
from tests.unit.test_payload import NOW, SAMPLE, SAMPLE_ORDER, json_values


def problems(body: Any) -> list[tuple[str, str]]:
    return [(part.field, part.reason) for part in read_forwarded(body, now=NOW).unclear]


def test_a_whole_payload_a_list_of_them_and_a_single_message_are_taken() -> None:
    message = {**SAMPLE["messages"][0], "channel_id": "MANTIS-M72HC"}

    for body in (SAMPLE, [SAMPLE], message, [message]):
        assert read_forwarded(body, now=NOW).orders == [SAMPLE_ORDER]
    assert read_forwarded([SAMPLE, message], now=NOW).orders == [SAMPLE_ORDER, SAMPLE_ORDER]


def test_an_id_and_a_token_are_enough() -> None:
    reading = read_forwarded({"order_id": 123, "token": "a+b/c="}, now=NOW)

    assert reading.orders == [NewOrder(order_id="123", order_token="a+b/c=", received_at=NOW)]


def test_whatever_else_is_known_is_taken_under_our_names_or_whapis() -> None:
    body = {
        "order_id": "123",
        "order_token": "t",
        "from_name": "Gerald",
        "customer_phone": "919984351847@s.whatsapp.net",
        "text": "ring twice",
        "item_count": "2",
        "total_price": 12.5,
        "currency": "EUR",
        "received_at": "2026-11-23T10:00:00+01:00",
    }

    assert read_forwarded(body, now=NOW).orders == [
        NewOrder(
            order_id="123",
            order_token="t",
            received_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
            customer_name="Gerald",
            customer_phone="919984351847",
            note="ring twice",
            item_count=2,
            total_price=12.5,
            currency="EUR",
        )
    ]


def test_items_that_come_along_need_no_token() -> None:
    body = {"order_id": "1", "items": [{"name": "Tea", "quantity": 2, "price": 3.5, "product_retailer_id": "T-1"}]}

    (order,) = read_forwarded(body, now=NOW).orders

    assert order.items == (Item(name="Tea", quantity=2, price=3.5, sku="T-1"),)


def test_each_wrong_field_is_named_with_what_came_and_what_was_expected() -> None:
    body = {"order_id": {}, "token": 5, "item_count": "many", "received_at": "yesterday", "items": [{"price": [1]}]}

    assert problems(body) == [
        ("order_id", "Expected a text of 1 to 128 characters on one line; an empty object came."),
        ("items[0].price", "Expected a number, such as 359 or 359.50; a list of 1 came."),
        (
            "received_at",
            "Expected a time with its zone, such as 2026-01-31T09:30:00Z, or seconds since 1970; "
            'the text "yesterday" came.',
        ),
        ("item_count", 'Expected a number, such as 359 or 359.50; the text "many" came.'),
    ]


def test_a_missing_token_is_a_problem_and_not_an_order() -> None:
    assert problems([{"order_id": "1"}]) == [
        (
            "[0].order_token",
            "Without the order's token its items can't be fetched. Send `order_token`, or the `items`.",
        )
    ]


def test_a_missing_id_is_named() -> None:
    assert problems({"order_token": "t"}) == [("order_id", "This field is needed.")]


@given(json_values)
def test_no_body_makes_the_reader_fail(body: Any) -> None:
    read_forwarded(body, now=NOW)
