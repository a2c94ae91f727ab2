"""What goes wrong with the channel and its webhook at Whapi, each as the one sentence that says how to mend it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connector.clock import SystemClock
from connector.gateways.webhook import read_webhook
from connector.settings import SHOP
from connector.store import intake
from sandbox.faults import Fault
from tests.check.place import PUBLIC_URL, URL, Place, right, wrong

RUN = "Run setup, which mends it."


@pytest.fixture
def public(place: Place) -> Iterator[Place]:
    """With PUBLIC_URL set; nothing is registered for it."""
    place.set(public_url=PUBLIC_URL)
    yield place
    assert place.sandbox.whapi.settings.resets == 0
    assert place.sandbox.whapi.launches == 0


def an_order_came(place: Place, channel_id: str | None) -> None:
    payload = {"messages": [place.sandbox.orders.make("normal").message()], "channel_id": channel_id}
    now = SystemClock().now()
    orders = read_webhook(payload, now=now).orders
    place.database.write(lambda connection: intake.add_orders(connection, SHOP, orders, now=now, grace=timedelta(0)))


def test_a_token_that_is_right(place: Place) -> None:
    an_order_came(place, "MANTIS-M72HC")
    an_order_came(place, None)

    assert right(place.whapi()) == ["Whapi accepts the token, and the channel MANTIS-M72HC is connected."]


def test_a_wrong_token(place: Place) -> None:
    place.set(whapi_token="another-token")

    assert wrong(place.whapi()) == [
        "Whapi refused the channel's token (401). Compare WHAPI_TOKEN with the token in Whapi's panel, "
        "and see there that the channel is connected."
    ]


def test_a_token_of_another_channel(place: Place) -> None:
    an_order_came(place, "OTHER-CH4NL")

    assert wrong(place.whapi()) == [
        "WHAPI_TOKEN belongs to the channel MANTIS-M72HC, but the items of an order from OTHER-CH4NL are still to "
        "be fetched, and can't be with it. Put the token of OTHER-CH4NL into WHAPI_TOKEN; if the shop has changed its "
        "channel, run setup to register the webhook there."
    ]


def test_an_order_of_a_former_channel_that_is_done_with_is_nothing_wrong(place: Place) -> None:
    an_order_came(place, "FORMER-CH4NL")
    place.database.write(lambda connection: connection.exec_driver_sql("UPDATE orders SET next_attempt_at = NULL"))

    assert len(right(place.whapi())) == 1


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("STOP", "The channel has been stopped. Start it in Whapi's panel."),
        ("NOT_INIT", "The channel has not been started. Start it in Whapi's panel."),
        ("QR", "The phone is not linked. Open the channel in Whapi's panel and scan the QR code with WhatsApp."),
        ("LAUNCH", "The channel is starting. Wait a minute."),
        ("ERROR", "The channel reports an error. Open it in Whapi's panel and restart it."),
        ("SYNC_ERROR", "The channel could not synchronise with the phone. Restart it in Whapi's panel."),
    ],
)
def test_a_channel_that_does_not_work(place: Place, state: str, sentence: str) -> None:
    place.sandbox.whapi.state = state

    assert wrong(place.whapi()) == [sentence]
    assert (place.sandbox.whapi.state, place.sandbox.whapi.launches) == (state, 0)


def test_a_plan_whose_limit_is_reached(place: Place) -> None:
    place.sandbox.whapi.paid = False

    assert wrong(place.whapi()) == [
        "Whapi asks for payment (402): the plan's limit is reached or the plan has ended. "
        "Look at the channel's plan in Whapi's panel."
    ]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault("whapi", "html_502"), "Whapi has trouble of its own (502). Look again in a few minutes."),
        (Fault("whapi", "html_200"), "Whapi's answer was not JSON. Look again in a few minutes."),
        (
            Fault("whapi", "status", status=404),
            "Whapi does not know what was asked of it (404). See that WHAPI_BASE_URL is right.",
        ),
    ],
)
def test_answers_that_are_not_whapis(place: Place, fault: Fault, sentence: str) -> None:
    place.sandbox.faults.add(fault)

    assert wrong(place.whapi()) == [sentence]


def test_an_address_of_whapi_where_nothing_answers(place: Place) -> None:
    place.set(whapi_base_url="http://127.0.0.1:9")

    assert wrong(place.whapi()) == [
        "Whapi could not be reached. See that this machine has internet access and that WHAPI_BASE_URL is right."
    ]


# The webhook


def test_a_webhook_that_is_right(public: Place) -> None:
    public.register()

    assert right(public.webhook()) == [f"Whapi sends new messages to {URL}."]


@pytest.mark.parametrize(
    "changed",
    [
        {"mode": "path"},
        {"mode": "method"},
        {"mode": None},
        {"url": "https://ORDERS.example.com:443/webhooks/whapi"},
        {"url": f"{URL}/shop-1?x=1"},
        {"events": [{"type": "statuses", "method": "post"}, {"type": "messages", "method": "post"}]},
        {"headers": {"Authorization": "bearer  SECRET"}},
        {"headers": {"x-webhook-secret": "SECRET", "X-Other": "1"}},
        {"webhook_max_age_seconds": 172800},
    ],
)
def test_other_ways_to_be_right(public: Place, changed: dict[str, Any]) -> None:
    if "headers" in changed:
        secret = public.sandbox.secret
        changed = {"headers": {name: value.replace("SECRET", secret) for name, value in changed["headers"].items()}}
    public.register(**changed)

    assert len(right(public.webhook())) == 1


def test_no_webhook_is_registered(public: Place) -> None:
    assert wrong(public.webhook()) == [
        f"No webhook at Whapi leads to {URL}, so no order will come. Run setup, which registers it; or set "
        "ORDERS_FROM=forwarder, if Make, n8n or another gateway brings the orders."
    ]


def test_a_webhook_with_another_address(public: Place) -> None:
    public.register(url="https://user:geheim@old.example.com/webhooks/whapi?key=geheim")

    assert wrong(public.webhook()) == [
        f"Whapi sends to https://old.example.com/webhooks/whapi, not to {URL}. "
        "Run setup, which registers this address, or put the other one into PUBLIC_URL."
    ]


@pytest.mark.parametrize("headers", [None, {}, {"X-Secret": "x"}, {"Authorization": "Basic eA=="}])
def test_a_webhook_without_our_header(public: Place, headers: dict[str, str] | None) -> None:
    public.register(headers=headers)

    assert wrong(public.webhook()) == [
        f"The webhook to {URL} has no header X-Webhook-Secret, so each order is refused. {RUN}"
    ]


@pytest.mark.parametrize("headers", [{"X-Webhook-Secret": "an-older-secret"}, {"Authorization": "Bearer older"}])
def test_a_webhook_with_an_old_secret(public: Place, headers: dict[str, str]) -> None:
    public.register(headers=headers)

    assert wrong(public.webhook()) == [
        f"The webhook to {URL} has another secret than WEBHOOK_SECRET, so each order is refused. {RUN}"
    ]


@pytest.mark.parametrize(
    "events", [None, [], [{"type": "messages", "method": "put"}], [{"type": "statuses", "method": "post"}]]
)
def test_a_webhook_without_the_event(public: Place, events: list[dict[str, str]] | None) -> None:
    public.register(events=events)

    assert wrong(public.webhook()) == [
        f"The webhook to {URL} lacks the event messages / post, so no order comes. {RUN}"
    ]


@pytest.mark.parametrize(("mode", "url"), [("path", f"{URL}?shop=1"), ("method", f"{URL}?shop=1"), ("body", f"{URL}/")])
def test_a_webhook_in_a_mode_that_loses_the_event(public: Place, mode: str, url: str) -> None:
    public.register(mode=mode, url=url)

    assert wrong(public.webhook()) == [
        f"The webhook to {url.partition('?')[0]} has the mode {mode} with an address that this mode spoils. {RUN}"
    ]


def test_one_right_entry_of_several_is_enough(public: Place) -> None:
    public.register(headers={"X-Webhook-Secret": "an-older-secret"})
    public.register()

    assert right(public.webhook()) == [f"Whapi sends new messages to {URL}."]


def test_without_a_public_address_no_webhook_is_wanted(place: Place) -> None:
    assert right(place.webhook()) == [
        "PUBLIC_URL is not set, and no webhook is needed where a forwarder such as Make or n8n sends the orders to "
        "/orders. To have Whapi send them, put PUBLIC_URL into .env and run setup."
    ]


def test_a_webhook_that_was_added_by_hand_is_seen_without_a_public_address(place: Place) -> None:
    place.register()

    assert right(place.webhook()) == [f"Whapi sends new messages to {URL}, with the secret of this service."]


def test_settings_that_are_not_understood(public: Place) -> None:
    public.sandbox.faults.add(Fault("whapi", "status", status=200, body='{"webhooks": "none"}'))

    assert wrong(public.webhook()) == ["Whapi's list of webhooks was not understood. Look at it in Whapi's panel."]
