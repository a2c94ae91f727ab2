"""`forward-orders.json` in a real n8n: from Whapi's webhook to the sheet."""

from typing import Any

import httpx
import pytest
from flask import Flask

from connector.sandbox.server import SandboxServer
from integrations.n8n.test.conftest import Shop
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(1200)


def latest_delivery(shop: Shop) -> dict[str, Any]:
    return shop.sandbox.whapi.deliveries.latest(1)[0]


def test_an_order_that_whapi_sends_to_n8n_is_in_the_sheet_once(shop: Shop) -> None:
    order, hostile = shop.maker.make(), shop.maker.make("hostile")

    shop.receive(order, hostile)
    shop.sandbox.whapi.send_again(order)

    assert shop.sandbox.whapi.deliveries.wait_until_delivered(120)
    shop.wait_for_rows()


def test_while_the_connector_is_down_whapi_is_told_to_send_again(shop: Shop) -> None:
    shop.service.signal()

    shop.receive(shop.maker.make())
    wait_until(lambda: latest_delivery(shop)["tries"] >= 2, within=120)
    refused = latest_delivery(shop)
    shop.service.start_and_wait()
    shop.wait_for_rows()

    assert (refused["state"], refused["status"]) == ("waiting", 503)
    assert shop.sandbox.whapi.deliveries.wait_until_delivered(120)
    assert latest_delivery(shop)["status"] == 200


def test_a_200_from_somebody_else_than_the_connector_does_not_count(shop: Shop) -> None:
    shop.service.signal()
    parked = Flask("parked")
    parked.add_url_rule("/<path:path>", view_func=lambda path: f"This domain is for sale: {path}", methods=["POST"])

    with SandboxServer(parked, port=shop.service.port):
        shop.receive(shop.maker.make())
        wait_until(lambda: latest_delivery(shop)["tries"] >= 1, within=120)
        answer = latest_delivery(shop)["status"]
    shop.service.start_and_wait()
    shop.wait_for_rows()

    assert answer == 503


def test_who_does_not_know_the_secret_does_not_get_through(shop: Shop) -> None:
    order = shop.maker.make()

    answer = httpx.post(shop.n8n.address("whatsapp-orders"), json={"messages": [order.message()]}, timeout=60)

    assert answer.status_code == 403
    assert "error" in shop.order(order.order_id)
