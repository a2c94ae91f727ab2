"""What can't be written is said wherever somebody looks: /readyz, the status page, check and an event."""

import html
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.checks.run import check_with
from sandbox.faults import Fault
from sandbox.google.errors import ApiError
from sandbox.google.merchant import Merchant
from tests.events.receiver import SECRET, Receiver
from tests.page.visitor import PASSWORD, Visitor
from tests.service.shop import Shop
from tests.waiting import wait_until


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def watched(tmp_path: Path, receiver: Receiver) -> Iterator[Shop]:
    """A shop with a status page, and with somebody who is told."""
    values = {"events_url": receiver.url, "events_secret": SECRET, "events_allow_private": True}
    shop = Shop(tmp_path, admin_password=PASSWORD, retry_max_delay=3600, retry_first_delay=1, **values).start()
    yield shop
    shop.close()


def first_sentence(shop: Shop) -> str:
    visitor = Visitor(shop)
    visitor.log_in()
    page = html.unescape(visitor.get().text)
    visitor.close()
    return page


def failure(status: int, *, text: str) -> Fault:
    """Google refuses, or breaks on, each write that holds the text."""
    body = json.dumps(ApiError(status, "Invalid requests[7].updateCells: no.").body())
    return Fault(
        "google", "status", status=status, times=None, path_contains=":batchUpdate", text_contains=text, body=body
    )


@pytest.mark.parametrize("status", [400, 500])
def test_an_order_that_is_set_aside_is_named_everywhere(watched: Shop, receiver: Receiver, status: int) -> None:
    shop = watched
    shop.wait_until_synced(before := shop.sandbox.send("normal"))
    odd, good = shop.sandbox.orders.make(), shop.sandbox.orders.make()
    shop.sandbox.faults.add(failure(status, text=odd.order_id))
    shop.sandbox.whapi.send(odd)
    shop.sandbox.whapi.send(good)
    shop.wait_until_synced([good], within=60)

    ready = wait_until(lambda: (body := shop.http.get("/readyz").json())["orders_set_aside"] and body, within=60)
    assert (ready["status"], ready["orders_set_aside"]) == ("ready", [odd.order_id])
    assert any(problem.startswith(f"Order {odd.order_id} is set aside") for problem in ready["problems"])
    assert f"Order {odd.order_id} can't be written into the sheet and is set aside." in first_sentence(shop)
    wrong = [finding for finding in check_with(shop.settings, shop="default") if finding.name == "orders"]
    assert [finding.holds for finding in wrong] == [False]
    assert odd.order_id in wrong[0].sentence
    wait_until(lambda: ("connector.problem", odd.order_id) in receiver.told())

    shop.sandbox.faults.clear()
    assert shop.http.post(f"/orders/{odd.order_id}/resync").status_code == 200
    shop.wait_until_synced([odd])
    wait_until(lambda: ("connector.recovered", odd.order_id) in receiver.told())
    assert shop.http.get("/readyz").json()["orders_set_aside"] == []
    assert shop.differences([*before, odd, good]) == []


def test_a_sheet_that_takes_no_order_is_said_with_its_remedy(watched: Shop, receiver: Receiver) -> None:
    shop = watched
    shop.wait_until_synced(before := shop.sandbox.send("normal"))
    shop.sandbox.faults.add(failure(400, text="ROWS"))
    orders = shop.sandbox.send("normal", 4)

    wait_until(lambda: ("connector.problem", "sheet") in receiver.told(), within=60)
    problems = shop.http.get("/readyz").json()["problems"]
    assert problems[0].startswith("The sheet takes no order's rows at present: ")
    assert "All is well" not in first_sentence(shop)

    shop.sandbox.faults.clear()
    shop.wait_until_synced(orders, within=90)
    assert shop.differences([*before, *orders]) == []


def test_a_tab_that_was_converted_to_a_table_goes_on_getting_its_rows(shop: Shop) -> None:
    shop.wait_until_synced(before := shop.sandbox.send("normal", 2))
    for tab in ("Orders", "Items"):
        Merchant(shop.sandbox.google, shop.sandbox.spreadsheet_id).convert_to_table(tab)
    shop.service.workbook.look_for_tables()

    orders = shop.sandbox.send("normal", 3)

    shop.wait_until_synced(orders, within=40)
    assert [row["Order ID"] for row in shop.rows("Orders")] == [order.order_id for order in (*before, *orders)]
    (sentence,) = [
        finding.sentence for finding in check_with(shop.settings, shop="default") if "values alone" in finding.sentence
    ]
    assert sentence.startswith("Google refused formats in the connector's tabs")
    assert shop.http.get("/readyz").json()["problems"] == []


def test_what_a_part_of_the_service_names_is_shown(watched: Shop) -> None:
    shop = watched
    sentence = "The stage that writes has a fault. Look into the log."
    shop.service.problems.put("stage", sentence, at=shop.service.clock.now())

    assert shop.http.get("/readyz").json()["problems"][:1] == [sentence]
    page = first_sentence(shop)
    assert "Something keeps orders from coming in or from reaching the sheet." in page
    assert sentence in page
