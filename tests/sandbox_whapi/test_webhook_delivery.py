"""What Whapi's webhooks look like on the wire, and when they come again."""

import threading
from typing import Any

import pytest

from sandbox.orders import OrderMaker, whapi_sample
from sandbox.whapi import events
from sandbox.whapi.request_shape import EventShape
from tests.sandbox_whapi.conftest import EVENTS, Gateway, Receiver

DEADLINE = 15.0


def register(gateway: Gateway, url: str, **more: Any) -> None:
    gateway.whapi.settings.register({"url": url, "events": EVENTS, **more})


def delivered(gateway: Gateway, url: str | None = None) -> None:
    assert gateway.whapi.deliveries.wait_until_delivered(DEADLINE, url)


SAMPLE_MESSAGE = {
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
        "preview": "data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQAB......",
    },
    "from": "919984351847",
    "from_name": "Gerald",
}


@pytest.mark.parametrize(
    ("mode", "path"),
    [("body", "/hook?shop=1"), ("path", "/hook/messages/post?shop=1"), ("method", "/hook/messages?shop=1")],
)
def test_the_help_desks_order_arrives_word_for_word_in_each_mode(
    gateway: Gateway, receiver: Receiver, mode: str, path: str
) -> None:
    register(
        gateway, f"{receiver.url}/hook?shop=1", mode=mode, headers={"Authorization": "Bearer s3cret", "X-Shop": "a"}
    )

    gateway.whapi.send(whapi_sample())

    delivered(gateway)
    [(method, called, headers, body)] = receiver.got
    assert (method, called) == ("POST", path)
    assert (headers["Authorization"], headers["X-Shop"]) == ("Bearer s3cret", "a")
    assert headers["Content-Type"] == "application/json"
    assert body == {
        "messages": [SAMPLE_MESSAGE],
        "event": {"type": "messages", "event": "post"},
        "channel_id": "MANTIS-M72HC",
    }


def test_mode_method_uses_the_events_method(gateway: Gateway, receiver: Receiver) -> None:
    kinds = [{"type": "messages", "method": method} for method in ("post", "patch", "delete")]
    register(gateway, f"{receiver.url}/hook", mode="method", events=kinds)
    message = whapi_sample().message()

    gateway.whapi.publish(events.edit(message))
    gateway.whapi.publish(events.removal(message))

    delivered(gateway)
    assert [(method, path) for method, path, _, _ in receiver.got] == [
        ("PATCH", "/hook/messages"),
        ("DELETE", "/hook/messages"),
    ]


@pytest.mark.parametrize(
    ("shape", "event"),
    [
        ("help_desk", {"type": "messages", "event": "post"}),
        ("sdk", {"type": "messages", "method": "post"}),
    ],
)
def test_the_event_is_named_as_the_help_desk_or_as_the_sdk_has_it(
    gateway: Gateway, receiver: Receiver, shape: EventShape, event: dict[str, str]
) -> None:
    register(gateway, f"{receiver.url}/hook")
    gateway.whapi.deliveries.event_shape = shape

    gateway.whapi.send(whapi_sample())

    delivered(gateway)
    assert [body["event"] for body in receiver.bodies()] == [event]


def test_several_orders_and_other_messages_come_in_one_payload(
    gateway: Gateway, receiver: Receiver, maker: OrderMaker
) -> None:
    register(gateway, f"{receiver.url}/hook")
    orders = maker.make_all(["normal", "hostile", "bare"])
    text = maker.text_message()

    gateway.whapi.send_batch(orders, [text])

    delivered(gateway)
    assert [body["messages"] for body in receiver.bodies()] == [[*(order.message() for order in orders), text]]


def test_a_receiver_gets_only_the_events_it_asked_for(gateway: Gateway, receiver: Receiver) -> None:
    register(gateway, f"{receiver.url}/hook", events=[{"type": "statuses", "method": "post"}])
    order = whapi_sample()

    gateway.whapi.send(order)
    gateway.whapi.publish(events.status(order.message()))
    gateway.whapi.publish(events.chat(order.message()))

    delivered(gateway)
    assert [body["event"]["type"] for body in receiver.bodies()] == ["statuses"]


def test_a_webhook_without_events_gets_no_orders(gateway: Gateway, receiver: Receiver) -> None:
    gateway.whapi.settings.register({"url": f"{receiver.url}/hook"})

    assert gateway.whapi.send(whapi_sample()) == []


@pytest.mark.parametrize("answer", [201, 202, 204, 302, 400, 401, 500, 503])
def test_only_200_counts_as_delivered(gateway: Gateway, receiver: Receiver, answer: int) -> None:
    register(gateway, f"{receiver.url}/hook")
    receiver.answers[:] = [answer, answer]

    [delivery] = gateway.whapi.send(whapi_sample())

    delivered(gateway)
    assert receiver.order_ids() == ["964278151888836"] * 3
    assert (delivery.state, delivery.tries, delivery.status) == ("delivered", 3, 200)


def test_the_delay_grows_linearly_up_to_its_limit(gateway: Gateway, receiver: Receiver) -> None:
    register(gateway, f"{receiver.url}/hook")
    receiver.answers[:] = [503] * 3
    gateway.whapi.deliveries.pace = 0.02

    gateway.whapi.send(whapi_sample())

    assert not gateway.whapi.deliveries.wait_until_delivered(0.2), "0.06 + 0.12 + 0.18 s of delays"
    delivered(gateway)
    assert len(receiver.got) == 4


def test_orders_wait_behind_the_one_that_is_not_taken(gateway: Gateway, receiver: Receiver, maker: OrderMaker) -> None:
    register(gateway, f"{receiver.url}/hook")
    receiver.answers[:] = [500]
    orders = maker.make_all(["normal", "normal", "normal"])

    for order in orders:
        gateway.whapi.send(order)

    delivered(gateway)
    first, second, third = (order.order_id for order in orders)
    assert receiver.order_ids() == [first, first, second, third]


def test_a_receiver_that_hangs_holds_up_nobody_else(
    gateway: Gateway, receiver: Receiver, other_receiver: Receiver
) -> None:
    register(gateway, "http://127.0.0.1:9/dead")
    register(gateway, f"{receiver.url}/hook")
    register(gateway, f"{other_receiver.url}/hook")
    receiver.hold = threading.Event()

    dead, hanging, alive = gateway.whapi.send(whapi_sample())

    delivered(gateway, f"{other_receiver.url}/hook")
    assert (dead.state, hanging.state, alive.state) == ("waiting", "waiting", "delivered")
    assert gateway.whapi.deliveries.waiting == 2
    receiver.hold.set()
    delivered(gateway, f"{receiver.url}/hook")
    assert hanging.state == "delivered"


def test_a_receiver_that_answers_too_late_gets_it_again(gateway: Gateway, receiver: Receiver) -> None:
    register(gateway, f"{receiver.url}/hook")
    gateway.whapi.deliveries.answer_timeout = 0.1
    receiver.hold = threading.Event()

    [delivery] = gateway.whapi.send(whapi_sample())
    receiver.wait_for(2)
    gateway.whapi.deliveries.answer_timeout = 10
    receiver.hold.set()

    delivered(gateway)
    assert delivery.state == "delivered"
    assert receiver.order_ids() == ["964278151888836"] * delivery.tries
    assert delivery.tries > 1


def test_a_webhook_that_is_taken_out_of_the_settings_gets_nothing_more(gateway: Gateway) -> None:
    register(gateway, "http://127.0.0.1:9/dead")

    [delivery] = gateway.whapi.send(whapi_sample())
    gateway.whapi.settings.update({"webhooks": []})

    delivered(gateway)
    assert (delivery.state, delivery.status) == ("dropped", None)


def test_a_webhook_whose_secret_is_renewed_gets_what_is_waiting_with_the_new_one(
    gateway: Gateway, receiver: Receiver
) -> None:
    register(gateway, f"{receiver.url}/hook", headers={"Authorization": "old"})
    receiver.answers[:] = [401]
    receiver.hold = threading.Event()

    gateway.whapi.send(whapi_sample())
    receiver.wait_for(1)
    register(gateway, f"{receiver.url}/hook", headers={"Authorization": "new"})
    receiver.hold.set()

    delivered(gateway)
    assert [headers["Authorization"] for _, _, headers, _ in receiver.got] == ["old", "new"]


def test_delivered_callbacks_come_twice_when_duplicates_are_switched_on(
    gateway: Gateway, receiver: Receiver, maker: OrderMaker
) -> None:
    register(gateway, f"{receiver.url}/hook")
    gateway.whapi.deliveries.duplicate_share = 1.0
    orders = maker.make_all(["normal", "normal"])

    for order in orders:
        gateway.whapi.send(order)

    delivered(gateway)
    assert sorted(receiver.order_ids()) == sorted([order.order_id for order in orders] * 2)


def test_callbacks_overtake_each_other_when_reordering_is_switched_on(
    gateway: Gateway, receiver: Receiver, maker: OrderMaker
) -> None:
    register(gateway, f"{receiver.url}/hook")
    gateway.whapi.deliveries.reorder_share = 1.0
    receiver.hold = threading.Event()
    orders = maker.make_all(["normal"] * 6)

    for order in orders:
        gateway.whapi.send(order)
    receiver.wait_for(1)
    receiver.hold.set()

    delivered(gateway)
    sent = [order.order_id for order in orders]
    assert sorted(receiver.order_ids()) == sorted(sent)
    assert receiver.order_ids() != sent


def test_the_record_of_deliveries_says_how_each_one_stands(gateway: Gateway, receiver: Receiver) -> None:
    register(gateway, f"{receiver.url}/hook")
    gateway.whapi.send(whapi_sample())
    delivered(gateway)

    [record] = gateway.whapi.deliveries.latest()

    assert record.pop("created_at")
    assert record == {
        "number": 1,
        "url": f"{receiver.url}/hook",
        "event": "messages.post",
        "order_ids": ["964278151888836"],
        "state": "delivered",
        "tries": 1,
        "status": 200,
        "answer": "answer 200",
        "again": False,
    }


def test_a_change_of_the_channels_state_is_an_event(gateway: Gateway, receiver: Receiver) -> None:
    register(gateway, f"{receiver.url}/hook", events=[{"type": "channel", "method": "post"}])

    gateway.whapi.state = "QR"
    gateway.whapi.state = "QR"

    delivered(gateway)
    [body] = receiver.bodies()
    assert (body["event"], body["health"]["status"]) == (
        {"type": "channel", "event": "post"},
        {"code": 3, "text": "QR"},
    )
