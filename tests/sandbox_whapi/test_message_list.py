"""The message list, over a real connection."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.orders import OrderMaker
from tests.sandbox_whapi.conftest import Gateway


def fill(gateway: Gateway, maker: OrderMaker) -> list[str]:
    """Five orders and five texts in turn, ten seconds apart; their ids, oldest first."""
    ids = []
    for n in range(5):
        order = replace(maker.make(), timestamp=1000 + 20 * n)
        gateway.whapi.add(order)
        text = {**maker.text_message(), "timestamp": 1010 + 20 * n}
        gateway.whapi.send_message(text)
        ids += [order.message_id, text["id"]]
    return ids


def ids_of(answer: Any) -> list[str]:
    return [message["id"] for message in answer.json()["messages"]]


def test_the_newest_message_stands_first_unless_asked_otherwise(gateway: Gateway, maker: OrderMaker) -> None:
    ids = fill(gateway, maker)

    assert ids_of(gateway.get("/messages/list")) == ids[::-1]
    assert ids_of(gateway.get("/messages/list", sort="asc")) == ids


def test_pages_follow_each_other_without_gap_or_overlap(gateway: Gateway, maker: OrderMaker) -> None:
    ids = fill(gateway, maker)

    pages = [gateway.get("/messages/list", sort="asc", count=4, offset=offset) for offset in (0, 4, 8, 12)]

    assert [ids_of(page) for page in pages] == [ids[:4], ids[4:8], ids[8:], []]
    assert [{key: value for key, value in page.json().items() if key != "messages"} for page in pages] == [
        {"count": 4, "total": 10, "offset": 0, "first": 0, "last": 3},
        {"count": 4, "total": 10, "offset": 4, "first": 4, "last": 7},
        {"count": 2, "total": 10, "offset": 8, "first": 8, "last": 9},
        {"count": 0, "total": 10, "offset": 12, "first": 0, "last": 0},
    ]


def test_the_list_can_be_limited_to_a_time_and_a_sender(gateway: Gateway, maker: OrderMaker) -> None:
    ids = fill(gateway, maker)

    assert ids_of(gateway.get("/messages/list", time_from=1020, time_to=1040)) == ids[2:5][::-1]
    assert ids_of(gateway.get("/messages/list", from_me="true")) == []


def test_a_chat_has_its_own_list(gateway: Gateway, maker: OrderMaker) -> None:
    order = maker.make()
    gateway.whapi.add(order)
    gateway.whapi.add(replace(maker.make(), customer_phone="4915100000000"))

    answer = gateway.get(f"/messages/list/{order.chat_id}")

    assert answer.json()["messages"] == [order.message()]


def test_system_messages_are_listed_only_on_demand(gateway: Gateway, maker: OrderMaker) -> None:
    gateway.whapi.send_message({**maker.text_message(), "type": "system", "id": "system-1"})

    assert ids_of(gateway.get("/messages/list")) == []
    assert ids_of(gateway.get("/messages/list", normal_types="false")) == ["system-1"]


def test_orders_in_the_list_may_lack_their_token(gateway: Gateway, maker: OrderMaker) -> None:
    order = maker.make()
    gateway.whapi.add(order)

    gateway.whapi.history.with_tokens = False
    [message] = gateway.get("/messages/list").json()["messages"]

    expected = order.message()
    del expected["order"]["token"]
    assert message == expected


@pytest.mark.parametrize(
    ("name", "value", "details"),
    [
        ("count", "0", "count must be from 1 to 500"),
        ("count", "501", "count must be from 1 to 500"),
        ("count", "ten", "count must be a whole number"),
        ("offset", "-1", "offset must be a whole number"),
        ("time_from", "2024-04-16", "time_from must be a time in seconds"),
        ("sort", "up", "sort must be asc or desc"),
        ("from_me", "1", "from_me must be true or false"),
        ("author", "Gerald", "author must be a contact id"),
        ("type", "order", "unknown parameter type"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(gateway: Gateway, name: str, value: str, details: str) -> None:
    answer = gateway.get("/messages/list", **{name: value})

    assert (answer.status_code, answer.json()["error"]["details"]) == (400, details)


def test_a_wrong_chat_id_is_refused(gateway: Gateway) -> None:
    answer = gateway.get("/messages/list/gerald")

    assert (answer.status_code, answer.json()["error"]["details"]) == (400, "ChatID doesn't match its pattern")


def test_a_channel_that_lost_its_phone_lists_nothing(gateway: Gateway) -> None:
    gateway.whapi.state = "SYNC_ERROR"

    assert gateway.get("/messages/list").status_code == 401
