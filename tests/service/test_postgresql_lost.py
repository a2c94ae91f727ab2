"""PostgreSQL goes away, hangs, or loses an answer while orders come in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from connector.clock import SystemClock
from sandbox.orders import OrderMaker
from sandbox.whapi.order import SandboxOrder
from tests.page.visitor import PASSWORD, Visitor
from tests.postgres_proxy import PostgresProxy
from tests.service.shop import Shop
from tests.waiting import wait_until


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[PostgresProxy]:
    with PostgresProxy(postgres_url) as proxy:
        yield proxy


@pytest.fixture
def shop(tmp_path: Path, proxy: PostgresProxy) -> Iterator[Shop]:
    shop = Shop(tmp_path, database_url=proxy.url, admin_password=PASSWORD)
    shop.sandbox.whapi.deliveries.pace = 0.05
    yield shop.start()
    proxy.come_back()
    shop.close()


@pytest.mark.parametrize("lose", [PostgresProxy.go_down, PostgresProxy.hang])
def test_what_comes_in_without_postgresql_is_refused_comes_again_and_lands_once(
    shop: Shop, proxy: PostgresProxy, lose: Callable[[PostgresProxy], None]
) -> None:
    before = shop.sandbox.send(count=2)
    shop.wait_until_synced(before)
    visitor = Visitor(shop)
    visitor.log_in()

    with capture_logs() as lines:
        lose(proxy)
        order = _order(shop)
        refused = _send(shop, order)
        during = shop.sandbox.send(count=8)
        ready, metrics, page = shop.http.get("/readyz"), shop.http.get("/metrics").text, visitor.get("/")
        proxy.come_back()
        wait_until(lambda: shop.http.get("/readyz").status_code == 200, what="readiness")
        # What hung may have been stored all the same, or not: its sender can't know, and sends it again.
        again = _send(shop, order)
        sent = [*before, *during, order]
        shop.wait_until_synced(sent)
    visitor.close()

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    assert (ready.status_code, ready.json()["database"]) == (503, "unavailable")
    (problem,) = ready.json()["problems"]
    assert problem.startswith("PostgreSQL has not answered since 20")
    assert "\nconnector_store_up 0.0\n" in metrics
    assert (page.status_code, "sends it again; what came in before is stored" in page.text) == (503, True)
    assert (again.status_code, shop.differences(sent)) == (200, [])
    told = [line["event"] for line in lines if line["log_level"] in {"warning", "error"}]
    assert [event for event in told if event != "metrics.store_failed"] == ["database.lost"]
    assert [line["event"] for line in lines].count("database.found_again") == 1


def test_a_commit_whose_answer_is_lost_is_not_answered_with_200_and_its_repetition_changes_nothing(
    shop: Shop, proxy: PostgresProxy
) -> None:
    order = _order(shop)
    proxy.lost = order.order_id.encode()

    first = _send(shop, order)
    stored = shop.order(order.order_id)
    again = _send(shop, order)
    shop.wait_until_synced([order])

    assert (first.status_code, stored is not None) == (503, True)
    assert (again.status_code, again.json()["duplicates"]) == (200, 1)
    assert shop.differences([order]) == []


def _order(shop: Shop) -> SandboxOrder:
    order = OrderMaker(clock=SystemClock(), seed=99).make("normal")
    shop.sandbox.whapi.add(order)
    return order


def _send(shop: Shop, order: SandboxOrder) -> httpx.Response:
    return shop.post("/webhooks/whapi", {"messages": [order.message()]})
