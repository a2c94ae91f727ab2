"""`POST /orders?wait=`: the answer comes when the rows are in the sheet, and nobody else waits for it."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from connector.api.orders import MOST_WAITING
from connector.jobs import long_poll
from connector.store import orders as stored
from sandbox.faults import Fault
from sandbox.orders import whapi_sample
from sandbox.whapi.order import SandboxOrder
from tests.attack.raw import connect, request
from tests.service.shop import Shop
from tests.waiting import wait_until

PATIENT = {"retry_first_delay": 60.0, "retry_max_delay": 600.0, "whapi_timeout": 20.0, "google_timeout": 30.0}
"""Nothing is tried again by itself: many failing orders would keep the machine busy meanwhile."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path, **PATIENT).start()
    yield shop
    shop.close()


def waiting(shop: Shop) -> int:
    """How many callers wait."""
    return sum(map(len, shop.service.long_poll._waiting.values()))


def without_items(shop: Shop, count: int) -> list[SandboxOrder]:
    """Orders whose items can't be fetched until the faults are cleared."""
    shop.sandbox.faults.add(Fault("whapi", "status", times=None, status=404, path_contains="/business/orders/"))
    orders = [shop.sandbox.orders.make() for _ in range(count)]
    for order in orders:
        shop.sandbox.whapi.add(order)
    return orders


@contextmanager
def callers(shop: Shop, orders: Sequence[SandboxOrder]) -> Iterator[list[Future[httpx.Response]]]:
    """A caller for each order, all waiting."""
    with ThreadPoolExecutor(len(orders)) as pool:
        futures = [pool.submit(shop.post, "/orders?wait=30", order.message()) for order in orders]
        wait_until(lambda: waiting(shop) == len(orders), within=25, what="all callers to wait")
        yield futures


def untried(shop: Shop) -> int:
    with shop.service.database.read() as connection:
        query = sa.text("SELECT count(*) FROM orders WHERE items_state = 'due' AND attempts = 0")
        count: int = connection.execute(query).scalar_one()
    return count


def all_items_come(shop: Shop) -> None:
    # A first try that is still under way would put the next one off by a minute.
    wait_until(lambda: untried(shop) == 0, within=25)
    shop.sandbox.faults.clear("whapi")
    shop.http.post("/resync")


def test_the_answer_has_the_items_the_figures_from_them_and_the_link_to_the_row(shop: Shop) -> None:
    order = whapi_sample()
    shop.sandbox.whapi.add(order)

    answer = shop.post("/orders?wait=20", {"order_id": order.order_id, "order_token": order.token})

    body = answer.json()
    (entry,) = body.pop("orders")
    assert (answer.status_code, body) == (200, {"accepted": 1, "duplicates": 0, "ignored": 0, "quarantined": 0})
    assert (entry["status"], entry["item_count"], entry["total_price"], entry["currency"]) == ("synced", 3, 359, "AUD")
    assert [item["name"] for item in entry["items"]] == ["Linen shirt", "Canvas tote", "Wool scarf"]
    assert shop.http.get(entry["row_url"]).headers["Location"].endswith("&range=A2")
    (row,) = shop.rows("Orders")
    assert (row["Item count"], row["Total"], row["Currency"], row["Items"]) == (3, 359, "AUD", "complete")
    url = entry.pop("url")
    assert url == f"{shop.url}/orders/{order.order_id}"
    assert shop.http.get(url).json() == entry


def test_when_the_time_is_up_a_202_says_where_to_ask(shop: Shop) -> None:
    (order,) = without_items(shop, 1)

    answer = shop.post("/orders?wait=0.2", order.message())

    (entry,) = answer.json()["orders"]
    assert (answer.status_code, entry["status"] in {"received", "waiting"}) == (202, True)
    assert (entry["url"], answer.headers["Location"]) == (f"{shop.url}/orders/{order.order_id}",) * 2
    assert int(answer.headers["Retry-After"]) > 0
    all_items_come(shop)
    wait_until(lambda: shop.http.get(entry["url"]).json()["status"] == "synced")


def test_of_several_orders_each_has_its_address_and_the_answer_waits_for_the_last(shop: Shop) -> None:
    slow, quick = shop.sandbox.orders.make_all(["never_items", "normal"])
    for order in (slow, quick):
        shop.sandbox.whapi.add(order)

    answer = shop.post("/orders?wait=1.5", [slow.message(), quick.message()])

    assert (answer.status_code, "Location" in answer.headers) == (202, False)
    assert [entry["url"] for entry in answer.json()["orders"]] == [
        f"{shop.url}/orders/{order.order_id}" for order in (slow, quick)
    ]
    done = [shop.sandbox.orders.make() for _ in range(3)]
    for order in done:
        shop.sandbox.whapi.add(order)
    answer = shop.post("/orders?wait=20", [order.message() for order in done])
    assert (answer.status_code, [entry["status"] for entry in answer.json()["orders"]]) == (200, ["synced"] * 3)


def test_an_order_that_is_done_is_answered_at_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    (order,) = shop.sandbox.send("normal")
    shop.wait_until_synced([order])
    monkeypatch.setattr(long_poll.LongPoll, "until_done", pytest.fail)

    body = shop.post("/orders?wait=30", order.message()).json()

    assert (body["duplicates"], body["orders"][0]["status"]) == (1, "synced")
    assert shop.post("/orders?wait=30", {"messages": []}).json()["orders"] == []


def test_an_order_that_is_given_up_is_done_too(shop: Shop) -> None:
    (order,) = shop.sandbox.orders.make_all(["no_token"])

    answer = shop.post("/orders?wait=20", order.message())

    (entry,) = answer.json()["orders"]
    assert (answer.status_code, entry["status"], entry["items"]) == (200, "failed", [])
    assert entry["last_error"].startswith("The order came without its token")
    assert shop.http.get(entry["row_url"]).headers["Location"].endswith("&range=A2")


def test_as_many_as_may_wait_are_asked_for_at_once_and_all_others_are_answered(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real = stored.undone_of_all

    def undone_of_all(connection: sa.Connection, wanted: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        asked.append(len(wanted))
        return real(connection, wanted)

    monkeypatch.setattr(long_poll, "undone_of_all", undone_of_all)
    *orders, one_more, other = without_items(shop, MOST_WAITING + 2)

    with callers(shop, orders) as futures:
        begun = len(asked)
        refused = shop.post("/orders?wait=30", one_more.message())
        shop.post("/webhooks/whapi", {"messages": [other.message()]}).raise_for_status()
        listed = shop.http.get("/orders", params={"limit": 1}).json()["orders"]
        still_waiting = waiting(shop)
        wait_until(lambda: len(asked) > begun + 1)
        all_items_come(shop)
        answers = [future.result() for future in futures]

    assert (refused.status_code, refused.json()["accepted"]) == (202, 1)
    assert ([entry["order_id"] for entry in listed], still_waiting) == ([other.order_id], MOST_WAITING)
    assert asked[begun + 1] == MOST_WAITING
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json()["orders"][0]["order_id"] for answer in answers] == [order.order_id for order in orders]


def test_two_who_wait_for_the_same_order_are_both_answered(shop: Shop) -> None:
    (order,) = without_items(shop, 1)

    with callers(shop, [order, order]) as futures:
        all_items_come(shop)
        answers = [future.result() for future in futures]

    assert [answer.json()["orders"][0]["status"] for answer in answers] == ["synced", "synced"]


def test_a_caller_that_is_gone_holds_up_nobody(shop: Shop) -> None:
    gone, order = without_items(shop, 2)
    body = httpx.Request("POST", shop.url, json=gone.message()).content
    headers = {"X-Webhook-Secret": shop.secret}
    with connect(shop.url) as connection:
        connection.sendall(request("POST", "/orders?wait=30", headers, body))
        wait_until(lambda: waiting(shop) == 1)

    with one_more_caller(shop, order) as future:
        all_items_come(shop)
        answer = future.result()

    assert answer.json()["orders"][0]["status"] == "synced"
    wait_until(lambda: waiting(shop) == 0)
    assert shop.order(gone.order_id) is not None


@contextmanager
def one_more_caller(shop: Shop, order: SandboxOrder) -> Iterator[Future[httpx.Response]]:
    """One caller more."""
    before = waiting(shop)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(shop.post, "/orders?wait=30", order.message())
        wait_until(lambda: waiting(shop) == before + 1)
        yield future


def test_rows_that_another_process_wrote_are_noticed_too(shop: Shop) -> None:
    (order,) = without_items(shop, 1)

    with callers(shop, [order]) as (future,):
        shop.service.database.write(
            lambda connection: connection.execute(
                sa.text("UPDATE orders SET shown = 'complete', items_state = 'ready', next_attempt_at = NULL")
            )
        )
        answer = future.result()

    assert (answer.status_code, answer.json()["orders"][0]["status"]) == (200, "synced")


def test_a_store_that_fails_for_a_moment_ends_nobodys_wait(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    (order,) = without_items(shop, 1)
    failures: list[Any] = []

    def fail(*arguments: Any) -> set[str]:
        failures.append(arguments)
        raise OSError("disk")

    with callers(shop, [order]) as (future,), monkeypatch.context() as patch:
        patch.setattr(long_poll, "undone_of_all", fail)
        wait_until(lambda: failures)
        patch.undo()
        all_items_come(shop)
        answer = future.result()

    assert answer.json()["orders"][0]["status"] == "synced"


def test_a_stop_answers_those_who_wait(shop: Shop) -> None:
    orders = without_items(shop, 2)

    with callers(shop, orders) as futures:
        shop.service.long_poll.end()
        answers = [future.result() for future in futures]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert shop.post("/orders?wait=30", orders[0].message()).status_code == 202


def test_the_public_address_is_named_where_it_is_known(tmp_path: Path) -> None:
    shop = Shop(tmp_path, public_url="https://shop.example.com/orders-in/").start()
    try:
        answer = shop.post("/orders", {"order_id": "a/b c", "order_token": "t"})
    finally:
        shop.close()

    assert answer.json()["orders"][0]["url"] == "https://shop.example.com/orders-in/orders/a/b%20c"


def test_where_a_request_names_no_usable_host_the_address_is_the_path_alone(shop: Shop) -> None:
    body = {"order_id": "1", "order_token": "t"}

    answer = shop.post("/orders", body, headers={"Host": "a b<c>"})

    assert (answer.status_code, answer.json()["orders"][0]["url"]) == (200, "/orders/1")
