"""Where a forwarder brings the orders, nothing of ours is registered at Whapi, and nothing asks for it."""

import json

import pytest

from connector.setup.env_file import change_env_file
from tests.setup.agency import Agency
from tests.setup.desk import Desk


@pytest.mark.parametrize("has_address", [True, False])
def test_where_a_forwarder_brings_the_orders_no_webhook_is_registered_and_it_is_explained(
    desk: Desk, has_address: bool
) -> None:
    before = desk.sandbox.whapi.settings.read()
    token, address, _, url, *password = desk.answers

    ran = desk.setup([token, address, "f", url if has_address else "", *password])

    assert (ran.exit_code, ran.wrong, desk.kept["ORDERS_FROM"]) == (0, [], "forwarder")
    said = ran.lines[ran.lines.index("Webhook") + 1]
    assert said == (
        f"Let the forwarder send each order to {url}/orders, or what Whapi sent it, unchanged, to {desk.url}: as an "
        "HTTP request with the header X-Webhook-Secret and the value of WEBHOOK_SECRET from .env."
    )
    assert desk.sandbox.whapi.settings.read() == before
    assert desk.sandbox.whapi.calls.count("POST /settings/webhook_test") == 0
    state = desk.state()
    assert desk.setup().exit_code == 0
    assert desk.state() == state


def test_who_goes_over_to_a_forwarder_has_the_webhook_taken_away_and_check_agrees(desk: Desk) -> None:
    others = desk.everybody_elses()
    desk.setup(desk.answers)
    change_env_file(desk.env_file, {"ORDERS_FROM": "forwarder"})

    ran = desk.setup()
    again = desk.setup()

    assert (ran.exit_code, ran.right[-1]) == (
        0, f"The webhook to {desk.url} was taken away at Whapi, since a forwarder brings the orders."
    )  # fmt: skip
    assert (again.exit_code, again.right[-1]) == (0, f"The forwarder will send to {desk.public_url}.")
    assert (desk.everybody_elses(), desk.webhooks()) == (others, json.loads(others)["webhooks"])
    checked = [line for line in desk.run("check").lines if "webhook" in line]
    assert checked == [
        "ok     webhook   A forwarder brings the orders (ORDERS_FROM), so no webhook is needed at Whapi."
    ]


def test_without_an_address_for_whapi_no_webhook_is_registered(desk: Desk) -> None:
    before = desk.sandbox.whapi.settings.read()
    token, address, bringer, _, *password = desk.answers

    ran = desk.setup([token, address, bringer, "", *password])

    assert (ran.exit_code, ran.wrong) == (0, [])
    assert ran.lines[ran.lines.index("Webhook") + 1] == (
        "PUBLIC_URL is not set, so no webhook was registered at Whapi, and no order comes from there. Once you have an "
        "address, put PUBLIC_URL=https://... into .env and run setup again. If Make, n8n or what else you use sends "
        "the orders, put ORDERS_FROM=forwarder there."
    )
    assert desk.sandbox.whapi.settings.read() == before
    state = desk.state()
    assert desk.setup().exit_code == 0
    assert desk.state() == state


def test_of_several_shops_each_says_for_itself_who_brings_its_orders(agency: Agency) -> None:
    agency.add(agency.rye)
    registered = len(agency.ours(agency.rye))

    ran = agency.add(agency.oat, "--set", "orders_from=forwarder")

    assert (ran.exit_code, ran.wrong, agency.ours(agency.oat), registered) == (0, [], [], 1)
    assert ran.lines[-2] == (
        f"Let the forwarder send each order to {agency.url}/shops/oat/orders, or what Whapi sent it, unchanged, to "
        f"{agency.url}/shops/oat/webhooks/whapi: as an HTTP request with the header X-Webhook-Secret and the value of "
        "webhook_secret from shops.toml."
    )
    assert "All 2 shops are well." in agency.run("check").lines[-1]
