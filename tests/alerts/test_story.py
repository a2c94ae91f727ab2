"""What the owner of a shop is told, over real sockets: by the shop's own channel and by a real apprise."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.checks.run import check_with
from connector.findings import Level
from sandbox.google.merchant import Merchant
from sandbox.orders import whapi_sample
from tests.check.place import ACCOUNT
from tests.events.receiver import Receiver, status
from tests.page.visitor import PASSWORD, Visitor
from tests.service.shop import Shop
from tests.waiting import wait_until

OWNER = "4915112345678"
TOKEN = "t0ken-of-a-messenger"
OpenShop = Callable[..., Shop]
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d \w+")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def open_shop(tmp_path: Path, receiver: Receiver) -> Iterator[Callable[..., Shop]]:
    """Makes a shop whose owner is told by WhatsApp and at the receiver; not started yet."""
    shops: list[Shop] = []

    def make(**settings: Any) -> Shop:
        urls = f"whapi://+{OWNER}, json://127.0.0.1:{receiver.port}/{TOKEN}"
        values = {"admin_password": PASSWORD, "events_allow_private": True, "alert_urls": urls, **settings}
        shops.append(Shop(tmp_path, **values))
        return shops[-1]

    yield make
    for shop in shops:
        shop.close()


def by_whatsapp(shop: Shop) -> list[str]:
    sent = shop.sandbox.whapi.sent()
    assert {message["chat_id"] for message in sent} <= {f"{OWNER}@s.whatsapp.net"}
    return [message["text"]["body"] for message in sent]


def by_apprise(receiver: Receiver) -> list[str]:
    assert {delivery.path for delivery in receiver.came} <= {f"/{TOKEN}"}
    return [f"{delivery.event['title']}\n{delivery.event['message']}" for delivery in receiver.taken]


def test_what_must_be_mended_is_told_once_when_it_begins_and_once_when_it_ends(
    open_shop: OpenShop, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    shop = open_shop().start()
    merchant = Merchant(shop.sandbox.google, shop.sandbox.spreadsheet_id)
    merchant.share("none")
    receiver.always = status(500)
    orders = shop.sandbox.send("normal")
    wait_until(lambda: by_whatsapp(shop) and receiver.came, what="the alert, and the try that fails")

    # What has arrived comes no more, and what has not does, whatever starts again and however often writing fails.
    shop.stop()
    receiver.always = None
    shop.start()
    orders += shop.sandbox.send("normal", 2)
    wait_until(lambda: receiver.taken, what="the alert that had not arrived")
    merchant.share("writer")
    shop.wait_until_synced(orders, within=30)
    wait_until(lambda: len(by_whatsapp(shop)) >= 2 and len(receiver.taken) >= 2, what="the end")

    assert by_apprise(receiver) == by_whatsapp(shop)
    began, ended = ([_TIME.sub("TIME", line) for line in text.splitlines()] for text in by_whatsapp(shop))
    remedy = f"The spreadsheet is not shared with {ACCOUNT}. Open it, choose Share, and add that address as Editor."
    assert began == ["Orders: something must be mended", remedy, "Since TIME."]
    assert ended == [
        "Orders: mended",
        f"This is over since TIME, and nothing is left to do: {remedy} It had begun TIME.",
    ]
    assert TOKEN not in caplog.text


def test_a_test_is_sent_by_a_button_and_by_check_and_what_came_of_it_is_said(
    open_shop: OpenShop, receiver: Receiver
) -> None:
    shop = open_shop().start()
    visitor = Visitor(shop)
    visitor.log_in()
    receiver.answers.append(status(401))

    visitor.post("/status/alert")

    page = visitor.get().text
    visitor.close()
    assert "whapi (address 1): a test went out." in page
    assert "json (address 2): apprise did not get the message through: " in page
    assert TOKEN not in page
    assert [text.splitlines()[0] for text in by_whatsapp(shop)] == ["Test of alerts"]
    assert by_apprise(receiver) == []

    found = [each for each in check_with(shop.settings, shop="default", send_alerts=True) if each.name == "alerts"]

    assert [(each.level, each.sentence) for each in found] == [
        (Level.OK, "whapi (address 1): a test went out. See that it arrived."),
        (Level.OK, "json (address 2): a test went out. See that it arrived."),
    ]
    assert by_apprise(receiver) == by_whatsapp(shop)[1:]


def test_a_customers_text_is_nothing_but_words_in_an_alert_of_an_order(open_shop: OpenShop, receiver: Receiver) -> None:
    shop = open_shop(alert_orders=True).start()
    order = replace(whapi_sample(), customer_name="*Eve* https://evil.example\n@everyone <!here>")

    shop.sandbox.whapi.send(order)

    wait_until(lambda: by_whatsapp(shop) and receiver.taken)
    told = f"New order #1 ({order.order_id})\nFrom Eve https evil. example everyone here, 3 items, 359 AUD."
    assert (by_whatsapp(shop), by_apprise(receiver)) == ([told], [told])
