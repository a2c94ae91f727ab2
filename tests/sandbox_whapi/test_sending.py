"""Texts that the shop sends, over a real connection."""

from typing import Any

import pytest

from tests.sandbox_whapi.conftest import EVENTS, Gateway, Receiver


def send(gateway: Gateway, body: Any) -> Any:
    return gateway.http.post("/messages/text", json=body, headers=gateway.bearer)


def test_a_sent_text_is_answered_listed_and_told_to_the_webhooks(gateway: Gateway, receiver: Receiver) -> None:
    gateway.whapi.settings.register({"url": f"{receiver.url}/hook", "mode": "body", "events": EVENTS, "headers": {}})

    answer = send(gateway, {"to": "919984351847", "body": "Thank you!", "typing_time": 0})

    assert answer.status_code == 200
    message = answer.json()["message"]
    assert answer.json() == {"sent": True, "message": message}
    assert {key: message[key] for key in ("from_me", "type", "chat_id", "text")} == {
        "from_me": True,
        "type": "text",
        "chat_id": "919984351847@s.whatsapp.net",
        "text": {"body": "Thank you!"},
    }
    assert gateway.whapi.sent() == [message]
    assert gateway.get("/messages/list", from_me="true").json()["messages"] == [message]
    assert gateway.whapi.deliveries.wait_until_delivered(10)
    assert [body["messages"] for body in receiver.bodies()] == [[message]]


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ([], "the body must be a JSON object"),
        ({"body": "Hi"}, "to must be a phone number, with digits only, or a chat id"),
        ({"to": "+91 99843 51847", "body": "Hi"}, "to must be a phone number, with digits only, or a chat id"),
        ({"to": 919984351847, "body": "Hi"}, "to must be a phone number, with digits only, or a chat id"),
        ({"to": "919984351847", "body": ""}, "body must be a text"),
        ({"to": "919984351847", "text": "Hi"}, "unknown field text"),
    ],
)
def test_a_text_that_whapi_could_not_send_is_refused(gateway: Gateway, body: Any, details: str) -> None:
    answer = send(gateway, body)

    assert (answer.status_code, answer.json()["error"]["details"]) == (400, details)
    assert gateway.whapi.sent() == []


def test_nothing_is_sent_without_the_token_or_a_linked_phone(gateway: Gateway) -> None:
    assert gateway.http.post("/messages/text", json={"to": "919984351847", "body": "Hi"}).status_code == 401

    gateway.whapi.state = "QR"

    assert send(gateway, {"to": "919984351847", "body": "Hi"}).status_code == 401
    assert gateway.whapi.sent() == []
