import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.gateways.whapi.payload import read_payload
from connector.models import NewOrder

NOW = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)

SAMPLE: dict[str, Any] = {
    "messages": [
        {
            "id": "7GZVXunkHjZaIOgEgWPPrw-gDMTwl0rVw",
            "from_me": False,
            "type": "order",
            "chat_id": "919984351847@s.whatsapp.net",
            "timestamp": 1713264543,
            "source": "mobile",
            "order": {
                "order_id": "964278151888836",
                "seller": "61371989950",
                "title": "Jonathan",
                "token": "AR4ToE6jF7HwiKY8cUChFb+h6Blgb0sbRMOY3vwRHhsaeg==",
                "item_count": 3,
                "currency": "AUD",
                "total_price": 359,
                "status": "new",
                "preview": "data:image/jpeg;base64,/9j/4AAQ",
            },
            "from": "919984351847",
            "from_name": "Gerald",
        }
    ],
    "event": {"type": "messages", "event": "post"},
    "channel_id": "MANTIS-M72HC",
}

SAMPLE_ORDER = NewOrder(
    order_id="964278151888836",
    received_at=datetime(2024, 4, 16, 10, 49, 3, tzinfo=UTC),
    order_token="AR4ToE6jF7HwiKY8cUChFb+h6Blgb0sbRMOY3vwRHhsaeg==",
    channel_id="MANTIS-M72HC",
    customer_name="Gerald",
    customer_phone="919984351847",
    title="Jonathan",
    note=None,
    item_count=3,
    total_price=359,
    currency="AUD",
    chat_id="919984351847@s.whatsapp.net",
    message_id="7GZVXunkHjZaIOgEgWPPrw-gDMTwl0rVw",
)


def with_order(**changes: Any) -> dict[str, Any]:
    payload = copy.deepcopy(SAMPLE)
    payload["messages"][0]["order"].update(changes)
    return payload


def test_whapis_own_sample_gives_its_one_order() -> None:
    reading = read_payload(SAMPLE, now=NOW)

    assert (reading.orders, reading.ignored, reading.unclear) == ([SAMPLE_ORDER], 0, [])


def test_only_orders_among_several_messages_are_taken() -> None:
    text = {"id": "x", "type": "text", "chat_id": "1@s.whatsapp.net", "from_me": False, "timestamp": 1}
    own = {**SAMPLE["messages"][0], "from_me": True}

    reading = read_payload({**SAMPLE, "messages": [text, SAMPLE["messages"][0], own]}, now=NOW)

    assert (reading.orders, reading.ignored, reading.unclear) == ([SAMPLE_ORDER], 2, [])


def test_events_without_messages_are_ignored() -> None:
    payloads: list[dict[str, Any]] = [
        {"statuses": [{"id": "x"}]},
        {"chats": []},
        {"event": {"type": "users", "method": "post"}},
    ]
    for payload in payloads:
        reading = read_payload(payload, now=NOW)
        assert (reading.orders, reading.ignored, reading.unclear) == ([], 1, [])


def test_what_cannot_be_understood_is_named_with_its_place_and_kept() -> None:
    cases: list[tuple[Any, str]] = [
        ("text", "body"),
        ({"strange": 1}, "body"),
        ({"messages": {}}, "messages"),
        ({"messages": [7]}, "messages[0]"),
        ({"messages": [{"type": "order"}]}, "messages[0].order"),
        (with_order(order_id=None), "messages[0].order.order_id"),
        (with_order(order_id="\u200b "), "messages[0].order.order_id"),
        (with_order(order_id="x" * 201), "messages[0].order.order_id"),
        (with_order(order_id=["1"]), "messages[0].order.order_id"),
    ]
    for payload, place in cases:
        reading = read_payload(payload, now=NOW)
        assert (reading.orders, [part.field for part in reading.unclear]) == ([], [place]), payload


def test_one_broken_message_does_not_take_the_others_with_it() -> None:
    reading = read_payload({"messages": [None, SAMPLE["messages"][0]], "channel_id": "MANTIS-M72HC"}, now=NOW)

    assert reading.orders == [SAMPLE_ORDER]
    assert [part.field for part in reading.unclear] == ["messages[0]"]


def test_numbers_as_strings_and_strings_as_numbers_are_read_all_the_same() -> None:
    reading = read_payload(with_order(order_id=964278151888836, item_count="3", total_price="359.00"), now=NOW)

    assert reading.orders == [SAMPLE_ORDER]


@pytest.mark.parametrize("around", [" ", "\n", "\x1f", "\u2028"])
def test_a_numeral_is_a_number_whatever_blank_is_around_it(around: str) -> None:
    # float() does not take off all that str.strip() does.
    reading = read_payload(with_order(total_price=f"{around}359.00{around}"), now=NOW)

    assert reading.orders == [SAMPLE_ORDER]


def test_a_customers_text_loses_what_no_database_or_cell_can_hold() -> None:
    (order,) = read_payload(with_order(title="a\x00b\ud800\r\n\tc\x07"), now=NOW).orders

    assert order.title == "ab\ufffd\n\tc"


def test_a_time_that_cannot_be_is_replaced_by_now() -> None:
    for timestamp in (0, -5, 10**30, "soon", None, 32_503_680_000):
        payload = copy.deepcopy(SAMPLE)
        payload["messages"][0]["timestamp"] = timestamp
        (order,) = read_payload(payload, now=NOW).orders
        assert order.received_at == NOW, timestamp


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
odd_orders = st.dictionaries(
    st.sampled_from(["order_id", "token", "title", "text", "item_count", "currency", "total_price"]), json_values
)
odd_messages = st.fixed_dictionaries(
    {"type": st.just("order")},
    optional={"order": odd_orders | json_values, "timestamp": json_values, "from": json_values, "from_me": json_values},
)


@given(st.one_of(json_values, st.fixed_dictionaries({"messages": st.lists(odd_messages | json_values, max_size=5)})))
def test_no_payload_makes_the_reader_fail_and_each_message_is_counted_once(payload: Any) -> None:
    reading = read_payload(payload, now=NOW)

    messages = payload.get("messages") if isinstance(payload, dict) else None
    expected = len(messages) if isinstance(messages, list) and messages else 1
    assert len(reading.orders) + reading.ignored + len(reading.unclear) == expected
    for order in reading.orders:
        for value in (order.order_id, order.title, order.note, order.customer_name):
            (value or "").encode()
            assert "\x00" not in (value or "")
        json.dumps([order.item_count, order.total_price], allow_nan=False)
