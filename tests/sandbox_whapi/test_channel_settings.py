"""The channel's settings, health, limits and the test webhook, over a real connection."""

from typing import Any

import pytest

from sandbox.whapi.settings import SOMEBODY_ELSES_WEBHOOK, Settings
from tests.sandbox_whapi.conftest import EVENTS, PLAIN_SETTINGS, Gateway, Receiver


def refused(details: str, message: str = "Wrong settings format") -> dict[str, object]:
    return {"error": {"code": 400, "message": message, "details": details, "support": "care@whapi.cloud"}}


def test_a_fresh_channel_serves_somebody_else_already() -> None:
    assert Settings().webhooks() == [SOMEBODY_ELSES_WEBHOOK]


def test_a_patch_changes_only_what_it_names_and_replaces_the_webhooks_whole(gateway: Gateway) -> None:
    first = {"url": "https://one.example/hook", "mode": "body", "headers": {}, "events": EVENTS}
    second = {"url": "https://two.example/hook", "mode": "path", "headers": {"X": "1"}, "events": EVENTS}
    gateway.patch({"webhooks": [first], "offline_mode": True})

    answer = gateway.patch({"webhooks": [second]})

    before = {**PLAIN_SETTINGS, "webhooks": [first], "offline_mode": True}
    after = {**before, "webhooks": [second]}
    assert answer.json() == {"before_update": before, "after_update": after, "changes": ["webhooks"]}
    assert gateway.get("/settings").json() == after


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"colour": "red"}, "unknown field colour"),
        ([], "the body must be a JSON object"),
        ({"webhooks": {}}, "webhooks must be an array"),
        ({"webhooks": ["https://one.example"]}, "webhooks: each must be an object"),
        ({"webhooks": [{"mode": "body"}]}, "webhooks: url must be an http or https address"),
        ({"webhooks": [{"url": "ftp://one.example"}]}, "webhooks: url must be an http or https address"),
        (
            {"webhooks": [{"url": "https://one.example", "mode": "push"}]},
            "webhooks: mode must be one of body, path, method",
        ),
        (
            {"webhooks": [{"url": "https://one.example", "events": [{"type": "message", "method": "post"}]}]},
            "webhooks: no such event message.post",
        ),
        (
            {"webhooks": [{"url": "https://one.example", "events": ["messages"]}]},
            "webhooks: an event is an object with type and method",
        ),
        (
            {"webhooks": [{"url": "https://one.example", "headers": {f"X-{n}": "1" for n in range(6)}}]},
            "webhooks: at most 5 headers",
        ),
        (
            {"webhooks": [{"url": "https://one.example", "headers": {"X": 1}}]},
            "webhooks: headers must be an object of texts",
        ),
        ({"webhooks": [{"url": "https://one.example", "secret": "x"}]}, "webhooks: unknown field secret"),
        ({"callback_backoff_delay_ms": 100}, "callback_backoff_delay_ms must be a number from 3000 to 15000"),
        ({"callback_persist": "yes"}, "callback_persist must be a boolean"),
    ],
)
def test_wrong_settings_are_refused_and_change_nothing(gateway: Gateway, body: Any, details: str) -> None:
    answer = gateway.patch(body)

    assert (answer.status_code, answer.json()) == (400, refused(details))
    assert gateway.get("/settings").json() == {**PLAIN_SETTINGS, "webhooks": []}


def test_a_reset_wipes_the_webhooks_and_is_remembered(gateway: Gateway) -> None:
    gateway.patch({"webhooks": [{"url": "https://one.example"}]})

    answer = gateway.http.delete("/settings", headers=gateway.bearer)

    assert answer.json() == {"success": True}
    assert gateway.whapi.settings.webhooks() == []
    assert gateway.whapi.settings.resets == 1


def test_the_allowed_events_name_new_messages(gateway: Gateway) -> None:
    answer = gateway.get("/settings/events").json()

    assert {"type": "messages", "method": "post"} in answer
    assert all(set(event) == {"type", "method"} for event in answer)


def test_the_test_webhook_goes_to_an_address_that_is_not_registered(gateway: Gateway, receiver: Receiver) -> None:
    asked = {"type": "messages", "url": f"{receiver.url}/hook", "mode": "path", "headers": {"X-Webhook-Secret": "s"}}

    answer = gateway.http.post("/settings/webhook_test", json=asked, headers=gateway.bearer)

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert gateway.whapi.deliveries.wait_until_delivered(15)
    [(method, path, headers, body)] = receiver.got
    assert (method, path, headers["X-Webhook-Secret"]) == ("POST", "/hook/messages/post", "s")
    assert body == {
        "messages": [],
        "event": {"type": "messages", "event": "post"},
        "channel_id": "MANTIS-M72HC",
    }


def test_a_test_webhook_that_nobody_takes_is_tried_once(gateway: Gateway, receiver: Receiver) -> None:
    receiver.answers[:] = [503]
    asked = {"type": "messages", "url": f"{receiver.url}/hook", "mode": "body"}

    answer = gateway.http.post("/settings/webhook_test", json=asked, headers=gateway.bearer)

    assert answer.json() == {"success": True}
    assert gateway.whapi.deliveries.wait_until_delivered(15)
    assert len(receiver.got) == 1
    assert gateway.whapi.deliveries.latest()[0]["state"] == "dropped"


@pytest.mark.parametrize("missing", ["type", "url", "mode"])
def test_a_test_webhook_needs_type_url_and_mode(gateway: Gateway, missing: str) -> None:
    asked = {"type": "messages", "url": "https://one.example", "mode": "body"}
    del asked[missing]

    answer = gateway.http.post("/settings/webhook_test", json=asked, headers=gateway.bearer)

    assert answer.status_code == 400


def test_a_look_at_the_health_does_not_launch_a_stopped_channel_if_it_says_so(gateway: Gateway) -> None:
    gateway.whapi.state = "NOT_INIT"

    looked = gateway.get("/health", wakeup="false").json()
    launched = gateway.get("/health").json()

    assert looked["status"] == {"code": 0, "text": "NOT_INIT"}
    assert launched["status"] == {"code": 2, "text": "LAUNCH"}
    assert gateway.whapi.launches == 1


def test_the_health_names_the_channel_and_the_linked_account(gateway: Gateway) -> None:
    answer = gateway.get("/health", wakeup="false").json()

    assert (answer["channel_id"], answer["status"], answer["user"]["name"]) == (
        "MANTIS-M72HC",
        {"code": 4, "text": "AUTH"},
        "Jonathan",
    )


def test_limits_come_as_json_or_not_at_all(gateway: Gateway) -> None:
    some = gateway.get("/limits")
    gateway.whapi.limits = None
    none = gateway.get("/limits")

    assert set(some.json()) == {"messages", "chats", "checks", "requests"}
    assert (none.status_code, none.content) == (204, b"")


def test_every_route_wants_the_token(gateway: Gateway) -> None:
    for path in ("/health", "/limits", "/settings", "/settings/events", "/messages/list"):
        assert gateway.http.get(path).status_code == 401
        assert gateway.http.get(path, params={"token": gateway.whapi.token}).status_code == 200
        assert gateway.http.get(path, headers={"Authorization": gateway.whapi.token}).status_code == 401
