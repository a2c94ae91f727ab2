"""`forward-orders.json` in a real n8n: from Whapi's webhook to the sheet."""

from typing import Any

import httpx
import pytest
from flask import Flask

from integrations.n8n.test.conftest import Shop
from sandbox.server import SandboxServer
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(1200)


def refused(shop: Shop, *, tries: int) -> dict[str, Any]:
    """Waits until a webhook was refused so often; the next ones wait behind it."""

    def find() -> dict[str, Any] | None:
        return next((d for d in shop.sandbox.whapi.deliveries.latest() if d["tries"] >= tries and not_taken(d)), None)

    found = wait_until(find, within=120, what="a refusal")
    assert found is not None
    return found


def not_taken(delivery: dict[str, Any]) -> bool:
    return delivery["state"] == "waiting" and delivery["status"] is not None


def test_an_order_that_whapi_sends_to_n8n_is_in_the_sheet_once(shop: Shop) -> None:
    order, hostile = shop.maker.make(), shop.maker.make("hostile")

    shop.receive(order, hostile)
    shop.sandbox.whapi.send_again(order)

    assert shop.sandbox.whapi.deliveries.wait_until_delivered(120)
    shop.wait_for_rows()


def test_while_the_connector_is_down_whapi_is_told_to_send_again(shop: Shop) -> None:
    shop.service.signal()

    shop.receive(shop.maker.make())
    answer = refused(shop, tries=2)["status"]
    shop.service.start_and_wait()
    shop.wait_for_rows()

    assert answer == 503
    assert shop.sandbox.whapi.deliveries.wait_until_delivered(120)


def test_a_200_from_somebody_else_than_the_connector_does_not_count(shop: Shop) -> None:
    shop.service.signal()
    parked = Flask("parked")
    parked.add_url_rule("/<path:path>", view_func=lambda path: f"This domain is for sale: {path}", methods=["POST"])

    with SandboxServer(parked, port=shop.service.port):
        shop.receive(shop.maker.make())
        answer = refused(shop, tries=1)["status"]
    shop.service.start_and_wait()
    shop.wait_for_rows()

    assert answer == 503


def test_who_does_not_know_the_secret_does_not_get_through(shop: Shop) -> None:
    order = shop.maker.make()

    answer = httpx.post(shop.n8n.address("whatsapp-orders"), json={"messages": [order.message()]}, timeout=60)

    assert answer.status_code == 403
    assert "error" in shop.order(order.order_id)
