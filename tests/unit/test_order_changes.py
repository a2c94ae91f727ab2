"""What gateways tell of earlier messages: an order that was deleted, or whose status has changed."""

from typing import Any

import pytest

from connector.models import OrderChange
from tests.openapi.examples import SENT
from tests.unit.gateway_orders import BAILEYS
from tests.unit.test_gateways import read_both

DELETED = "Message deleted"
REVOKED = {"protocolMessage": {"type": "REVOKE", "key": {"id": "3EB0FF", "fromMe": False}}}
WAHA_REVOKED = {"revokedMessageId": "3EB0FF", "before": {"id": "false_491512345678@c.us_3EB0FF"}, "after": None}
GREEN_DELETED = {"typeMessage": "deletedMessage", "deletedMessageData": {"stanzaId": "3EB0FF"}}


@pytest.mark.parametrize(
    "body",
    [
        {**BAILEYS, "message": REVOKED},
        {**BAILEYS, "message": {"protocolMessage": {"type": 0, "key": {"id": "3EB0FF"}}}},
        {"event": "messages.upsert", "data": {**BAILEYS, "message": REVOKED}},
        {
            "event": "messages.delete",
            "instance": "b",
            "data": {"id": "3EB0FF", "remoteJid": "1@c.us", "status": "DELETED"},
        },
        {"event": "messages.delete", "data": {"keys": [{"id": "3EB0FF"}]}},
        {"event": "message.revoked", "session": "s", "payload": WAHA_REVOKED},
        {"event": "message.revoked", "session": "s", "payload": {**WAHA_REVOKED, "revokedMessageId": None}},
        {**SENT["green-api"].order, "messageData": GREEN_DELETED},
        {"event": "messages.update", "instance": "b", "data": [
            {"key": {"id": "3EB0FF"}, "update": {"message": None, "messageStubType": 1}},
            {"key": {"id": "3EB0AA"}, "update": {"status": 3}},
        ]},
        {"key": {"id": "3EB0FF", "fromMe": False}, "update": {"message": None, "messageStubType": "REVOKE"}},
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": {
            "messaging_product": "whatsapp", "messages": [{"from": "491512345678", "id": "wamid.2", "type": "revoke",
                                                           "revoke": {"original_message_id": "3EB0FF"}}]}}]}]},
        {"messages_removed": ["3EB0FF"], "event": {"type": "messages", "event": "delete"}, "channel_id": "C"},
        {"messages": [{"type": "action", "action": {"type": "delete", "target": "3EB0FF"}, "from_me": False}]},
        {
            "messages_updates": [
                {"id": "3EB0FF", "before_update": {"type": "order"}, "after_update": {"type": "revoked"}}
            ]
        },
    ],
)  # fmt: skip
def test_a_message_that_was_deleted_is_told_as_a_change(body: Any) -> None:
    reading = read_both(body)

    assert (reading.changes, reading.orders, reading.ignored, reading.unclear) == (
        [OrderChange(DELETED, message_id="3EB0FF")], [], 1, [],
    )  # fmt: skip


def whapi_update(before: Any, after: Any) -> dict[str, Any]:
    def message(status: Any) -> dict[str, Any]:
        return {"id": "m-1", "type": "order", "order": {"order_id": "17", "status": status, "token": "t"}}

    return {"messages_updates": [{"id": "m-1", "before_update": message(before), "after_update": message(after)}]}


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        (whapi_update("new", "declined"), [OrderChange("Order declined", order_id="17", message_id="m-1")]),
        (whapi_update("new", "new"), []),
        (whapi_update("declined", "declined"), []),
        (whapi_update("declined", None), []),
        (whapi_update("new", {"a": 1}), []),
        ({"messages": [{"type": "order", "from_me": True, "order": {"order_id": "17", "status": "accepted"}}]},
         [OrderChange("Order accepted", order_id="17")]),
        ({"key": {"id": "A", "fromMe": True}, "message": {"orderMessage": {"orderId": "17", "status": 3}}},
         [OrderChange("Order declined", order_id="17")]),
        ({**BAILEYS, "key": {**BAILEYS["key"], "fromMe": True}}, []),
        ({"messages_removed": [None, 7, {"id": "m-2"}, [], "undefined"]},
         [OrderChange(DELETED, message_id="7"), OrderChange(DELETED, message_id="m-2")]),
    ],
)  # fmt: skip
def test_a_status_that_changes_later_is_told_as_a_change_and_is_no_new_order(body: Any, changes: Any) -> None:
    reading = read_both(body)

    assert (reading.changes, reading.orders, reading.ignored, reading.unclear) == (changes, [], 1, [])


@pytest.mark.parametrize(
    ("status", "sentence"), [("declined", "Order declined"), (2, "Order accepted"), ("3", "Order declined")]
)
def test_an_order_that_is_sent_again_with_another_status_tells_of_it(status: Any, sentence: str) -> None:
    message = {
        "id": "m-1",
        "type": "order",
        "from": "491512345678",
        "order": {"order_id": "17", "token": "t", "status": status},
    }

    reading = read_both({"messages": [message], "event": {"type": "messages", "event": "put"}, "channel_id": "C"})

    assert [found.order_id for found in reading.orders] == ["17"]
    assert reading.changes == [OrderChange(sentence, order_id="17")]
