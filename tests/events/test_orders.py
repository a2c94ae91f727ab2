"""What a receiver is told of orders, over real sockets, with the sandbox as Whapi and Google."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connector.store.orders import count_by_status
from sandbox.faults import Fault
from sandbox.orders import whapi_sample
from tests.events.receiver import SECRET, Receiver, hangs
from tests.service.shop import Shop
from tests.waiting import wait_until

OpenShop = Callable[..., Shop]


def kinds(receiver: Receiver) -> list[str]:
    return [kind for kind, _ in receiver.told()]


def test_a_good_order_is_told_when_it_came_in_and_when_it_is_in_the_sheet_with_its_items(
    open_shop: OpenShop, receiver: Receiver
) -> None:
    shop = open_shop(receiver, public_url="https://orders.example").start()
    order = whapi_sample()

    shop.sandbox.whapi.send(order)

    receiver.wait_for(("order.received", order.order_id), ("order.synced", order.order_id))
    received, synced = (delivery.verified() for delivery in receiver.taken)
    sheet = {
        "spreadsheet_id": shop.settings.spreadsheet_id,
        "spreadsheet_url": f"{shop.sandbox.url}/spreadsheets/d/{shop.settings.spreadsheet_id}/edit",
    }
    as_shown: dict[str, Any] = shop.http.get(f"/orders/{order.order_id}").json()
    assert synced["data"] == {**as_shown, **sheet}
    assert (synced["timestamp"], synced["data"]["status"]) == (as_shown["synced_at"], "synced")
    assert [item["name"] for item in synced["data"]["items"]] == ["Linen shirt", "Canvas tote", "Wool scarf"]
    assert received["data"] == {
        **as_shown,
        **sheet,
        "status": "received",
        "items": [],
        "products": None,
        "synced_at": None,
        "row_url": None,
    } | {"next_attempt_at": received["data"]["next_attempt_at"]}
    assert len({delivery.id for delivery in receiver.taken}) == 2
    assert {delivery.headers["content-type"] for delivery in receiver.taken} == {"application/json"}
    assert order.token not in str([delivery.body for delivery in receiver.came])


def test_an_order_whose_items_come_late_is_told_as_waiting_in_between(
    open_shop: OpenShop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop(receiver).start()
    shop.wait_until_synced(before := shop.sandbox.send("normal"))
    wait_until(lambda: len(receiver.taken) == 2)
    receiver.taken.clear()
    # The row must be written before the next try.
    monkeypatch.setattr("connector.jobs.retry.RetryPolicy.delay", lambda *_: timedelta(seconds=1))

    (order,) = shop.sandbox.send("fails_then_good")

    told = ("order.received", "order.waiting", "order.synced")
    receiver.wait_for(*((kind, order.order_id) for kind in told))
    waiting = receiver.taken[1].verified()["data"]
    assert (waiting["status"], waiting["items"], waiting["attempts"]) == ("waiting", [], 1)
    assert waiting["last_error"].startswith("Whapi does not know the order yet")
    assert shop.differences([*before, order]) == []


def test_an_order_that_is_given_up_is_told_once_and_is_told_as_synced_when_its_items_come_after_all(
    open_shop: OpenShop, receiver: Receiver
) -> None:
    shop = open_shop(receiver, retry_give_up_after=0.001).start()
    (order,) = shop.sandbox.orders.make_all(["normal"])
    shop.sandbox.whapi.add(order)
    fault = Fault("whapi", "status", status=404, times=None, path_contains="/business/orders")
    shop.sandbox.faults.add(fault)

    shop.post("/webhooks/whapi", {"messages": [order.message()]})
    wait_until(lambda: receiver.told()[-1:] == [("order.failed", order.order_id)])
    failed = receiver.taken[-1].verified()["data"]
    # Given up a second time: its row says nothing new.
    shop.http.post(f"/orders/{order.order_id}/resync")
    wait_until(lambda: (found := shop.order(order.order_id)) is not None and found.attempts == 2)
    wait_until(lambda: shop.statuses([order]) == ["failed"])
    shop.sandbox.faults.clear()
    shop.http.post(f"/orders/{order.order_id}/resync")

    wait_until(lambda: receiver.told()[-1:] == [("order.synced", order.order_id)])
    assert [kind for kind in kinds(receiver) if kind != "order.waiting"] == [
        "order.received",
        "order.failed",
        "order.synced",
    ]
    assert failed["status"] == "failed"
    assert failed["last_error"].endswith("The time for trying is over.")


def test_orders_of_a_burst_are_told_in_their_order_to_each_receiver(
    open_shop: OpenShop, receiver: Receiver, second: Receiver
) -> None:
    shop = open_shop(receiver, second).start()
    orders = shop.sandbox.orders.make_all(["normal"] * 30)
    for order in orders:
        shop.sandbox.whapi.add(order)

    shop.post("/webhooks/whapi", {"messages": [order.message() for order in orders]})

    shop.wait_until_synced(orders)
    for place in (receiver, second):
        wait_until(lambda place=place: kinds(place).count("order.synced") == 30)  # type: ignore[misc]
        told = place.told()
        assert [order_id for kind, order_id in told if kind == "order.received"] == [order.order_id for order in orders]
        # Then each as its row came into the sheet.
        later = dict.fromkeys(order_id for kind, order_id in told if kind != "order.received")
        assert list(later) == [row["Order ID"] for row in shop.rows("Orders")]
        assert place.connections < len(told)
    assert [delivery.id for delivery in receiver.taken] == [delivery.id for delivery in second.taken]


def test_deliveries_that_are_repeated_are_told_once(open_shop: OpenShop, receiver: Receiver) -> None:
    shop = open_shop(receiver).start()
    first, last = shop.sandbox.orders.make_all(["normal", "normal"])
    for order in (first, last):
        shop.sandbox.whapi.add(order)
    for _ in range(3):
        shop.post("/webhooks/whapi", {"messages": [first.message(), first.message()]})
    shop.wait_until_synced([first])

    shop.post("/webhooks/whapi", {"messages": [first.message(), last.message()]})

    receiver.wait_for(
        *((kind, order.order_id) for order in (first, last) for kind in ("order.received", "order.synced"))
    )


def test_a_receiver_that_hangs_holds_up_neither_the_sheet_nor_other_receivers_nor_the_end(
    open_shop: OpenShop, receiver: Receiver, second: Receiver
) -> None:
    receiver.always = hangs
    shop = open_shop(receiver, second).start()

    orders = shop.sandbox.send("normal", 5)

    shop.wait_until_synced(orders)
    wait_until(lambda: len(second.taken) == 10)
    assert (len(receiver.came), receiver.taken) == (1, [])
    # Stopping ends the try that is under way; its event is tried again after the start.
    shop.stop()
    receiver.over.set()
    receiver.always = None
    shop.start()
    wait_until(lambda: len(receiver.taken) == 10)
    assert receiver.came[0].id == receiver.taken[0].id
    assert receiver.told() == second.told()


def test_without_an_address_nothing_is_kept_for_anybody(open_shop: OpenShop) -> None:
    shop = open_shop(events_url=None, events_secret=None).start()

    orders = shop.sandbox.send("normal", 2)

    shop.wait_until_synced(orders)
    with shop.service.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM outbox").scalar_one() == 0
        assert sum(count_by_status(connection, shop.service.name).values()) == 2
    assert shop.service.senders == ()


def test_while_the_secret_is_changed_a_receiver_may_know_either(open_shop: OpenShop, receiver: Receiver) -> None:
    new = "whsec_" + "A" * 32
    shop = open_shop(receiver, events_secret=f"{new}, {SECRET}").start()

    shop.sandbox.send("normal")

    wait_until(lambda: len(receiver.taken) == 2)
    for delivery in receiver.taken:
        assert delivery.verified(new) == delivery.verified(SECRET) == delivery.event
