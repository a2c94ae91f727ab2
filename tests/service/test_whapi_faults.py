"""Whatever Whapi does: the order's row is there at once, its items follow, each once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.faults import Fault
from sandbox.whapi.order import SandboxOrder
from tests.service.shop import Shop
from tests.service.standing import Standing
from tests.waiting import wait_until


def items_cell(shop: Shop, order: SandboxOrder) -> list[Any]:
    return [row["Items"] for row in shop.rows("Orders") if row["Order ID"] == order.order_id]


@pytest.mark.parametrize(
    "sample",
    ["fails_then_good", "gateway_500_once", "times_out_once", "empty_once", "garbage_once", "html_once",
     "truncated_once", "rate_limited_once"],
)  # fmt: skip
def test_an_order_whose_fetch_fails_at_first_waits_in_the_sheet_and_is_completed(
    standing: Standing, monkeypatch: pytest.MonkeyPatch, sample: str
) -> None:
    shop = standing.shop
    # The row must be seen waiting, so the next try comes late enough.
    monkeypatch.setattr("connector.jobs.retry.RetryPolicy.delay", lambda *_: timedelta(seconds=1))
    (order,) = standing.send(1, sample)

    wait_until(lambda: items_cell(shop, order) == [f"waiting · {order.order_id}"])
    assert [row for row in shop.rows("Items") if row["Order ID"] == order.order_id] == []

    shop.wait_until_synced([order])
    assert shop.differences(standing.sent) == []


def test_only_failures_of_the_order_itself_use_up_its_attempts(shop: Shop) -> None:
    own = shop.sandbox.send("fails_then_good")[0]
    shop.wait_until_synced([own])
    channels = shop.sandbox.send("rate_limited_once")[0]
    shop.wait_until_synced([channels])

    attempts = [shop.http.get(f"/orders/{order.order_id}").json()["attempts"] for order in (own, channels)]
    assert attempts == [2, 0]


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path, retry_first_delay=3, retry_max_delay=3).start()
    yield shop
    shop.close()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "Whapi refused the channel's token (401)."),
        (402, "Whapi asks for payment (402)"),
        (403, "Whapi forbids this (403)."),
        (429, "Whapi asks for a pause"),
        (500, "Whapi has trouble of its own (500)."),
    ],
)
def test_a_failure_of_the_whole_channel_pauses_it_and_costs_no_order_an_attempt(
    patient: Shop, status: int, sentence: str
) -> None:
    """Whose failure a 500 is can be seen only once several orders have met with it, so all come at once, and none is
    tried again before the others were tried."""
    shop = patient
    shop.sandbox.faults.add(Fault("whapi", "status", status=status, times=None, path_contains="/business/orders"))
    orders = shop.sandbox.orders.make_all(["normal"] * 12)
    shop.sandbox.whapi.send_batch(orders)

    wait_until(lambda: len(shop.rows("Orders")) == 12)
    wait_until(lambda: shop.service.fetch.breaker().until)
    problems = shop.http.get("/readyz").json()["problems"]
    assert problems[0].startswith(sentence)
    stored = [shop.order(order.order_id) for order in orders]
    assert {order.attempts for order in stored if order} == {0}

    shop.sandbox.faults.clear()
    shop.wait_until_synced(orders, within=30)
    assert shop.differences(orders) == []
    assert shop.http.get("/readyz").json()["problems"] == []


def test_a_pause_spares_the_gateway_the_calls_of_every_order(shop: Shop) -> None:
    shop.sandbox.faults.add(
        Fault("whapi", "status", status=429, retry_after="2", times=None, path_contains="/business/orders")
    )
    shop.sandbox.send("normal", 30)
    wait_until(lambda: len(shop.rows("Orders")) == 30)

    calls = sum(shop.sandbox.whapi.fetches(order["Order ID"]) for order in shop.rows("Orders"))
    assert calls <= 20
    shop.sandbox.faults.clear()


def test_a_phone_that_must_be_linked_again_is_named_as_the_reason(shop: Shop) -> None:
    shop.sandbox.whapi.state = "QR"
    orders = shop.sandbox.send("normal")

    problems = wait_until(lambda: shop.http.get("/readyz").json()["problems"])
    assert problems == [
        "The phone is not linked. Open the channel in Whapi's panel and scan the QR code with WhatsApp."
    ]

    shop.sandbox.whapi.state = "AUTH"
    shop.wait_until_synced(orders)


def test_one_odd_order_that_always_gets_a_500_does_not_stop_the_channel(shop: Shop) -> None:
    odd = shop.sandbox.orders.make()
    shop.sandbox.faults.add(Fault("whapi", "status", status=500, times=None, path_contains=odd.order_id))
    shop.sandbox.whapi.send(odd)
    wait_until(lambda: items_cell(shop, odd))

    orders = shop.sandbox.send("normal", 10)
    shop.wait_until_synced(orders, within=30)

    wait_until(lambda: (order := shop.order(odd.order_id)) and order.attempts >= 1)
    shop.sandbox.faults.clear()
    shop.wait_until_synced([odd])
    assert shop.differences([odd, *orders]) == []


def test_an_order_is_given_up_after_its_time_and_taken_up_again_by_hand(shop: Shop) -> None:
    shop.stop()
    shop.settings = replace(shop.settings, retry_give_up_after=0.5)
    shop.start()
    (order,) = shop.sandbox.send("never_items")
    wait_until(lambda: shop.statuses([order]) == ["failed"])
    assert items_cell(shop, order) == ["unavailable"]
    stored = shop.http.get(f"/orders/{order.order_id}").json()
    assert stored["last_error"].endswith("(404). It will be tried again. The time for trying is over.")

    shop.sandbox.whapi.orders[order.order_id] = order = _cured(order)
    answer = shop.http.post(f"/orders/{order.order_id}/resync").json()

    assert (answer["resynced"], answer["order"]["status"]) == (1, "waiting")
    shop.wait_until_synced([order])
    assert shop.differences([order]) == []


def _cured(order: SandboxOrder) -> SandboxOrder:
    return replace(order, afterwards="ok")


def test_retries_outlive_a_restart(shop: Shop) -> None:
    shop.sandbox.faults.add(Fault("whapi", "status", status=404, times=None, path_contains="/business/orders"))
    orders = shop.sandbox.send("normal", 3)
    wait_until(lambda: len(shop.rows("Orders")) == 3)
    shop.stop()
    shop.sandbox.faults.clear()
    shop.start()

    shop.wait_until_synced(orders)
    assert shop.differences(orders) == []
