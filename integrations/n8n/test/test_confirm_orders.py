"""`confirm-orders.json` in a real n8n: from the connector's events to the customer."""

import base64
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from integrations.n8n.test.conftest import EVENTS_KEY, EVENTS_SECRET, Shop
from sandbox.faults import Fault
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(1200)


def synced(order_id: str, **fields: Any) -> str:
    """An event as the connector makes it."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    data = {
        "order_id": order_id,
        "received_at": now,
        "customer_name": 'Ann "A" \\ Émile',
        "customer_phone": "919984351847",
        "total_price": 12.5,
        "currency": "EUR",
        "items": [{"name": "Rye bread", "sku": "R", "quantity": 2, "price": 5}, {"name": None, "sku": "S-1"}],
    }
    return json.dumps({"type": "order.synced", "timestamp": now, "data": {**data, **fields}})


def tell(
    shop: Shop, body: str, *, id_: str = "msg_1", at: datetime | None = None, signature: str | None = None
) -> httpx.Response:
    """Posts an event to n8n, signed as the connector signs unless another signature is given."""
    at = at or datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(EVENTS_SECRET).sign(id_, at, body) if signature is None else signature,
    }
    return httpx.post(shop.n8n.address("order-events"), content=body, headers=headers, timeout=60)


def texts_of(shop: Shop, order_id: str) -> list[tuple[str, str]]:
    return shop.texts(replace(shop.maker.make(), order_id=order_id))


def test_the_customer_of_an_order_in_the_sheet_gets_one_message(shop: Shop) -> None:
    order = shop.maker.make()

    shop.receive(order)
    shop.wait_for_text(order)
    shop.wait_for_rows()

    known = shop.order(order.order_id)
    items = "\n".join(f"{item['quantity']} x {item['name']}" for item in known["items"])
    assert shop.texts(order) == [
        (
            f"{order.customer_phone}@s.whatsapp.net",
            f"Thank you, {order.customer_name}! We have your order {order.order_id}:\n\n{items}\n\n"
            f"Total: {known['total_price']} {known['currency']}",
        )
    ]


def test_an_event_that_comes_again_is_sent_once_also_after_a_restart_of_n8n(shop: Shop) -> None:
    body = synced("repeated")

    answers = [tell(shop, body, id_="msg_repeated").status_code for _ in range(2)]
    shop.n8n.stop()
    shop.n8n.start(EVENTS_KEY=EVENTS_KEY)
    answers.append(tell(shop, body, id_="msg_repeated").status_code)

    assert answers == [204, 204, 204]
    assert texts_of(shop, "repeated") == [
        (
            "919984351847@s.whatsapp.net",
            'Thank you, Ann "A" \\ Émile! We have your order repeated:\n\n2 x Rye bread\n1 x S-1\n\nTotal: 12.5 EUR',
        )
    ]


def test_a_forged_changed_or_old_event_is_refused_and_nothing_is_sent(shop: Shop) -> None:
    body = synced("forged")
    now = datetime.now(UTC)
    right = Webhook(EVENTS_SECRET).sign("msg_1", now, body)
    other = Webhook("whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").sign("msg_1", now, body)

    answers = [
        tell(shop, body, signature="").status_code,
        tell(shop, body, signature=other, at=now).status_code,
        tell(shop, body.replace("919984351847", "4915112345678"), signature=right, at=now).status_code,
        tell(shop, body, signature=right, at=now, id_="msg_2").status_code,
        tell(shop, body, at=now - timedelta(minutes=6)).status_code,
        tell(shop, body, at=now + timedelta(minutes=6)).status_code,
    ]

    assert answers == [401] * 6
    assert texts_of(shop, "forged") == []


def test_one_of_several_signatures_is_enough(shop: Shop) -> None:
    body = synced("several")
    now = datetime.now(UTC)
    right = Webhook(EVENTS_SECRET).sign("msg_several", now, body)

    answer = tell(shop, body, id_="msg_several", at=now, signature=f"v1,c29tZXRoaW5nIGVsc2U= {right}")

    assert answer.status_code == 204
    assert len(texts_of(shop, "several")) == 1


@pytest.mark.parametrize(
    ("order_id", "fields"),
    [
        ("weeks-old", {"received_at": "2024-04-16T10:49:03Z"}),
        ("no-phone", {"customer_phone": None}),
        ("nonsense-phone", {"customer_phone": "at the counter"}),
        ("a-group", {"customer_phone": None, "chat_id": "120363021112223334@g.us"}),
        ("a-channel", {"customer_phone": None, "chat_id": "120363400000000001@newsletter"}),
    ],
)
def test_an_order_without_a_phone_or_from_long_ago_is_not_confirmed(
    shop: Shop, order_id: str, fields: dict[str, Any]
) -> None:
    assert tell(shop, synced(order_id, **fields), id_=f"msg_{order_id}").status_code == 204
    assert texts_of(shop, order_id) == []


@pytest.mark.parametrize(
    ("order_id", "fields", "recipient"),
    [
        ("from-a-lid", {"customer_phone": None, "chat_id": "233445566778899@lid"}, "233445566778899@lid"),
        ("lid-and-phone", {"chat_id": "233445566778899@lid"}, "233445566778899@lid"),
        ("from-a-group", {"chat_id": "120363021112223334@g.us"}, "919984351847@s.whatsapp.net"),
    ],
)
def test_the_chat_that_an_order_came_from_is_answered_to(
    shop: Shop, order_id: str, fields: dict[str, Any], recipient: str
) -> None:
    assert tell(shop, synced(order_id, **fields), id_=f"msg_{order_id}").status_code == 204
    assert [to for to, _ in texts_of(shop, order_id)] == [recipient]


def test_other_events_are_taken_and_left_alone(shop: Shop) -> None:
    problem = {"type": "connector.problem", "data": {"part": "sheet", "reason": "The spreadsheet is not shared."}}

    assert tell(shop, json.dumps(problem), id_="msg_problem").status_code == 204
    assert tell(shop, synced("waits").replace("order.synced", "order.waiting"), id_="msg_waits").status_code == 204
    assert texts_of(shop, "waits") == []


def test_while_whapi_fails_the_connector_tells_again(shop: Shop) -> None:
    shop.sandbox.faults.add(Fault("whapi", "status", status=500, path_contains="/messages/text"))
    order = shop.maker.make()

    shop.receive(order)
    shop.wait_for_text(order)

    assert shop.sandbox.whapi.calls.count("POST /messages/text", "status") == 1
    assert len(shop.texts(order)) == 1


def test_a_message_that_whapi_refuses_holds_up_nobody(shop: Shop) -> None:
    shop.sandbox.faults.add(Fault("whapi", "status", status=400, path_contains="/messages/text"))

    refused = tell(shop, synced("refused"), id_="msg_refused")
    next_ = tell(shop, synced("the-next"), id_="msg_next")

    assert (refused.status_code, next_.status_code) == (204, 204)
    assert (len(texts_of(shop, "refused")), len(texts_of(shop, "the-next"))) == (0, 1)


def test_without_the_key_nothing_is_taken_for_signed(shop: Shop) -> None:
    body = synced("keyless")
    now = datetime.now(UTC)
    digest = hmac.digest(b"", f"msg_keyless.{int(now.timestamp())}.{body}".encode(), "sha256")
    signature = f"v1,{base64.b64encode(digest).decode()}"
    shop.n8n.stop()

    answers = []
    for environment in ({}, {"EVENTS_KEY": ""}):
        shop.n8n.start(**environment)
        answers.append(tell(shop, body, id_="msg_keyless", at=now, signature=signature).status_code)
        shop.n8n.stop()
    shop.n8n.start(EVENTS_KEY=EVENTS_KEY)

    assert answers == [503, 503]
    assert texts_of(shop, "keyless") == []
    wait_until(lambda: tell(shop, body, id_="msg_keyless").status_code == 204, within=60)
