"""Each gateway's webhook gives the order that it holds, its changes of earlier ones, and nothing else."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.gateways.forwarded import read_forwarded
from connector.gateways.reading.result import Reading
from connector.gateways.registry import GATEWAYS, recognised
from connector.gateways.webhook import read_webhook
from tests.openapi.examples import SENT
from tests.unit.gateway_orders import AT, BAILEYS, RIGHT, order
from tests.unit.test_payload import NOW, json_values
from tests.unit.test_wrappings import WRAPS, n8n


def read_both(body: Any) -> Reading:
    """What the webhooks' addresses and `POST /orders` read, which is the same."""
    webhook, forwarded = read_webhook(body, now=NOW), read_forwarded(body, now=NOW)
    assert (webhook.orders, webhook.ignored, webhook.changes) == (
        forwarded.orders,
        forwarded.ignored,
        forwarded.changes,
    )
    assert [part.reason for part in webhook.unclear] == [part.reason for part in forwarded.unclear]
    return webhook


def changed(body: Any, *path: str | int, value: Any) -> Any:
    """The body with one value in it changed."""
    body = copy.deepcopy(body)
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return body


def test_every_gateway_is_among_these() -> None:
    assert {gateway.NAME for gateway in GATEWAYS} == set(RIGHT)


@pytest.mark.parametrize("name", RIGHT)
def test_a_gateways_webhook_as_it_comes_is_its_order(name: str) -> None:
    body, right = RIGHT[name]

    reading = read_both(body)

    assert (reading.orders, reading.ignored, reading.unclear, reading.changes) == ([right], 0, [], [])
    found = recognised(body)
    assert found is not None
    assert name == found.NAME


@given(name=st.sampled_from(sorted(RIGHT)), wraps=st.lists(st.sampled_from(sorted(WRAPS)), min_size=1, max_size=3))
def test_a_no_code_tool_may_wrap_it(name: str, wraps: list[str]) -> None:
    body, right = RIGHT[name]
    for wrap in wraps:
        body = WRAPS[wrap](body)

    assert read_forwarded(body, now=NOW).orders == [right]


@pytest.mark.parametrize("name", RIGHT)
def test_a_webhook_that_was_handed_on_by_n8n_is_read_at_its_address_too(name: str) -> None:
    body, right = RIGHT[name]

    assert read_webhook([n8n(body)], now=NOW).orders == [right]


@pytest.mark.parametrize("name", SENT)
def test_what_is_no_order_is_ignored(name: str) -> None:
    reading = read_both(SENT[name].other)

    assert (reading.orders, reading.ignored, reading.unclear, reading.changes) == ([], 1, [], [])


ID_PATHS: dict[str, tuple[str | int, ...]] = {
    "meta": ("entry", 0, "changes", 0, "value", "messages", 0, "id"),
    "evolution": ("data", "message", "orderMessage", "orderId"),
    "waha": ("payload", "_data", "message", "orderMessage", "orderId"),
    "green-api": ("messageData", "orderMessage", "orderId"),
    "2chat": ("uuid",),
    "baileys": ("message", "orderMessage", "orderId"),
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("lost", ["undefined", "", None, [], "a\nb", "x" * 201])
def test_an_order_whose_id_is_none_is_kept_so_that_it_can_be_read_again(name: str, lost: Any) -> None:
    body = RIGHT[name][0]
    if name == "2chat":
        body = changed(body, "id", value=lost)
    broken = changed(body, *ID_PATHS[name], value=lost)

    (unclear,) = read_both(broken).unclear

    (again,) = read_webhook(json.loads(json.dumps(unclear.part)), now=NOW).unclear
    assert again.reason == unclear.reason


def test_metas_payload_may_hold_several_messages_and_entries() -> None:
    body, right = RIGHT["meta"]
    second = changed(body, *ID_PATHS["meta"], value="wamid.2")
    both = {**body, "entry": [*body["entry"], *second["entry"], *SENT["meta"].other["entry"]]}

    reading = read_both(both)

    assert [found.order_id for found in reading.orders] == [right.order_id, "wamid.2"]
    assert reading.ignored == 1


def test_a_part_of_metas_payload_will_do() -> None:
    body, right = RIGHT["meta"]
    value = body["entry"][0]["changes"][0]["value"]
    (message,) = value["messages"]

    assert read_both(value).orders == [right]
    assert read_both(message).orders == [replace(right, channel_id=None, customer_name=None)]


def test_a_business_user_id_of_metas_is_no_phone_number_and_finds_its_name() -> None:
    value = {
        "messaging_product": "whatsapp",
        "contacts": [{"profile": {"name": "Ida"}, "user_id": "DE.1349000111222"},
                     {"profile": {"name": "Bo"}, "wa_id": "1"}],
        "messages": [{"from_user_id": "DE.1349000111222", "id": "wamid.3", "type": "order",
                      "order": {"product_items": [{"product_retailer_id": "A", "quantity": 1, "item_price": 1}]}}],
    }  # fmt: skip

    (found,) = read_both(value).orders

    assert (found.customer_name, found.customer_phone, found.chat_id) == ("Ida", None, None)


@pytest.mark.parametrize(
    ("key", "phone", "chat"),
    [
        ({"remoteJid": "233445566778899@lid"}, None, "233445566778899@lid"),
        ({"remoteJid": "233445566778899@lid", "remoteJidAlt": "491512345678@s.whatsapp.net"}, "491512345678",
         "233445566778899@lid"),
        ({"remoteJid": "233445566778899@lid", "senderPn": "491512345678@s.whatsapp.net"}, "491512345678",
         "233445566778899@lid"),
        ({"remoteJid": "120363021112223334@g.us", "participant": "491512345678:3@s.whatsapp.net"}, "491512345678",
         "120363021112223334@g.us"),
        ({"remoteJid": "491512345678@s.whatsapp.net"}, "491512345678", "491512345678@s.whatsapp.net"),
    ],
)  # fmt: skip
def test_the_customers_number_is_taken_from_where_the_protocol_has_it(
    key: dict[str, str], phone: str | None, chat: str
) -> None:
    (found,) = read_both({**BAILEYS, "key": {**key, "fromMe": False, "id": "A"}}).orders

    assert (found.customer_phone, found.chat_id) == (phone, chat)


WRAPPED: list[Callable[[Any], Any]] = [
    lambda content: {"ephemeralMessage": {"message": content}},
    lambda content: {"viewOnceMessageV2": {"message": {"ephemeralMessage": {"message": content}}}},
    lambda content: {"messageContextInfo": {}, **content},
]


@pytest.mark.parametrize("wrap", WRAPPED)
def test_an_order_within_another_message_is_found(wrap: Callable[[Any], Any]) -> None:
    assert read_both({**BAILEYS, "message": wrap(BAILEYS["message"])}).orders == [RIGHT["baileys"][1]]


def test_baileys_own_event_and_a_fork_of_evolutions_with_several_messages_are_read() -> None:
    right = RIGHT["baileys"][1]
    text = {**BAILEYS, "message": {"conversation": "Hello"}}

    assert read_both({"messages": [BAILEYS], "type": "notify"}).orders == [right]
    for data in ([BAILEYS, text], {"messages": [BAILEYS, text]}):
        reading = read_both({"event": "MESSAGES_UPSERT", "instance": "bakery", "data": data})
        assert ([found.order_id for found in reading.orders], reading.ignored) == ([right.order_id], 1)


def test_whatsmeows_programs_spell_it_otherwise() -> None:
    source = {"Chat": "491512345678@s.whatsapp.net", "Sender": "491512345678:5@s.whatsapp.net", "IsFromMe": False}
    info = {"ID": "3EB0", "MessageSource": source, "PushName": "Ida", "Timestamp": "2026-09-21T14:13:20Z"}
    content = {"orderMessage": {"orderID": "17", "totalAmount1000": "9000", "totalCurrencyCode": "EUR", "itemCount": 2}}
    payload = {"id": "x", "from": "491512345678@c.us", "_data": {"Info": info, "Message": content}}

    (found,) = read_both({"event": "message", "session": "s", "payload": payload}).orders

    assert (found.order_id, found.customer_name, found.customer_phone, found.total_price, found.received_at) == (
        "17", "Ida", "491512345678", 9, AT,
    )  # fmt: skip


def test_wahas_order_from_whatsapp_web_is_read() -> None:
    amounts = {"itemCount": 2, "totalAmount1000": 9000, "totalCurrencyCode": "EUR"}
    data = {"type": "order", "orderId": "18", "token": "t", "notifyName": "Ida", "orderTitle": "Bakery", **amounts}
    payload = {
        "id": "false_491512345678@c.us_3EB0",
        "timestamp": 1790000000,
        "from": "491512345678@c.us",
        "_data": data,
    }

    (found,) = read_both({"event": "message", "session": "s", "payload": payload}).orders

    assert found == order(
        "WAHA", order_id="18", message_id="3EB0", channel_id="s", customer_name="Ida", customer_phone="491512345678",
        chat_id="491512345678@c.us",
    )  # fmt: skip


@pytest.mark.parametrize("factor", [1, 1000])
def test_items_that_a_program_put_beside_the_order_are_taken_at_the_price_that_its_total_proves(factor: int) -> None:
    products = [
        {"id": "1", "name": "Bun", "quantity": 2, "price": 3 * factor},
        {"id": "2", "quantity": 1, "price": 3 * factor},
    ]

    (found,) = read_both({**BAILEYS, "orderDetails": {"products": products}}).orders

    assert [item.price for item in found.items or ()] == [3, 3]
    assert (found.total_price, found.unfetchable) == (9, None)


def test_2chats_total_of_nothing_is_none_where_its_items_cost_something() -> None:
    body = changed(SENT["2chat"].order, "message", "order", "total", value=0)

    (found,) = read_both(body).orders

    assert (found.total_price, found.items and found.items[0].price) == (None, 4.5)


def mutated(body: Any, draw: st.DrawFn) -> Any:
    """The body with some of its parts replaced by anything."""
    if draw(st.integers(0, 9)) == 0:
        return draw(json_values)
    if isinstance(body, dict):
        return {name: mutated(inner, draw) for name, inner in body.items()}
    return [mutated(inner, draw) for inner in body] if isinstance(body, list) else body


@st.composite
def odd_webhooks(draw: st.DrawFn) -> Any:
    return mutated(RIGHT[draw(st.sampled_from(sorted(RIGHT)))][0], draw)


@given(odd_webhooks())
def test_no_webhook_makes_a_reader_fail_and_each_is_counted(body: Any) -> None:
    webhook, forwarded = read_webhook(body, now=NOW), read_forwarded(body, now=NOW)

    assert len(webhook.orders) + webhook.ignored + len(webhook.unclear) >= (0 if body == [] else 1)
    for reading in (webhook, forwarded):
        for found in reading.orders:
            json.dumps([found.item_count, found.total_price], allow_nan=False)
            (found.order_id + (found.customer_name or "")).encode()
