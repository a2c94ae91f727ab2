"""What `GET /metrics` shows: exactly what happened, and nothing that is secret or a customer's."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from connector import __version__
from connector.metrics.instruments import Instruments
from connector.runtime.service import build_service
from connector.settings import SHOP
from connector.sheets.errors import Kind
from connector.store.breakers import reset_breakers
from connector.store.database import Database
from sandbox.faults import Fault
from sandbox.orders import whapi_sample
from tests.service.shop import Shop
from tests.waiting import wait_until

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"
_OF_ONE_RUN = ("http_", "commit_", "google_quota_", "last_success_", "process_")
"""What depends on how often somebody looks, on the load, or on the time."""


@pytest.fixture
def patient_shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop in which nothing happens by itself a second time, so that all can be counted beforehand."""
    shop = Shop(
        tmp_path,
        resync_interval=600,
        retry_first_delay=600,
        retry_max_delay=600,
        items_grace=60,
        whapi_timeout=20,
        google_timeout=40,
    ).start()
    yield shop
    shop.close()


def families(shop: Shop) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(shop.http.get("/metrics").text)}


def figures(shop: Shop) -> dict[str, float]:
    """Counters and gauges by their names and labels; of histograms how much they counted, without the times."""
    return {
        _name(sample.name, sample.labels): sample.value
        for family in families(shop).values()
        for sample in family.samples
        if not sample.name.endswith(("_bucket", "_sum"))
    }


def _name(name: str, labels: Mapping[str, str]) -> str:
    return " ".join([name.removeprefix("connector_"), *(f"{label}={value}" for label, value in sorted(labels.items()))])


def wait_for(shop: Shop, **values: float) -> None:
    """Waits for gauges and counters without labels, or with `name__label__value`."""
    wanted = {re.sub("__(.*)__", r" \1=", name): value for name, value in values.items()}
    wait_until(lambda: wanted.items() <= figures(shop).items(), what=str(wanted))


def resync_without_fetching(shop: Shop) -> None:
    """Resets the sheet's circuit breaker, without making failed fetches due."""
    reset_breakers(shop.service.database, [SHOP], now=shop.service.clock.now())
    shop.service.wake()


def test_after_a_known_story_the_figures_are_exactly_its(patient_shop: Shop) -> None:
    shop = patient_shop
    # The first order has the tabs made and the guard proved.
    (first,) = shop.sandbox.send("normal")
    shop.wait_until_synced([first])
    before = dict(shop.sandbox.google.calls.by_kind)
    # Google answers the next batch with a 503: it is unclear, found not to be there, and written anew.
    shop.sandbox.faults.add(Fault("google", "status", status=503, path_contains=":batchUpdate"))
    (second,) = shop.sandbox.send("normal")
    wait_for(shop, paused__part__sheet=1, consecutive_failures__part__sheet=1, orders__status__received=1)
    resync_without_fetching(shop)
    shop.wait_until_synced([second])
    (third,) = shop.sandbox.send("never_items")
    wait_until(lambda: shop.statuses([third]) == ["waiting"])
    text = {"id": "x", "type": "text", "text": {"body": "Hi"}}
    shop.post("/webhooks/whapi", {"messages": [first.message(), text, 7]})
    httpx.get(f"{shop.url}/orders")
    shop.http.get("/orders")
    shop.http.get(f"/orders/{first.order_id}")
    shop.http.get(f"/nowhere/{first.order_id}")
    shop.http.request("PROPFIND", "/orders")

    calls = shop.sandbox.google.calls.by_kind
    rows = sum(1 + len(order.items) for order in (first, second)) + 1
    expected: dict[str, float] = {
        f"build_info version={__version__}": 1,
        "store_up": 1,
        "shop_lock_held": 1,
        "orders status=received": 0,
        "orders status=waiting": 1,
        "orders status=synced": 2,
        "orders status=failed": 0,
        "oldest_unwritten_order_age_seconds": 0,
        "quarantined_payloads": 1,
        "paused part=channel": 0,
        "paused part=sheet": 0,
        "consecutive_failures part=channel": 0,
        "consecutive_failures part=sheet": 0,
        "received_total result=accepted": 3,
        "received_total result=duplicate": 1,
        "received_total result=ignored": 1,
        "received_total result=quarantined": 1,
        "fetch_tries_total outcome=ok": 2,
        "fetch_tries_total outcome=not_found": 1,
        "whapi_call_duration_seconds_count operation=items outcome=ok": 2,
        "whapi_call_duration_seconds_count operation=items outcome=not_found": 1,
        "batch_orders_count": 4,
        "batch_rows_count": 4,
        "batches_settled_total result=applied": 0,
        "batches_settled_total result=void": 1,
        "message_to_row_seconds_count": 3,
        "stored_to_row_seconds_count": 3,
        # What was to be refused while the guard and the owner's number were proved.
        "google_call_duration_seconds_count operation=write outcome=taken": 2,
        "google_call_duration_seconds_count operation=write outcome=stale": 1,
        "google_call_duration_seconds_count operation=write outcome=unclear": 1,
        # The fence, the second order, the third.
        "google_call_duration_seconds_count operation=write outcome=ok": before["batchUpdate"] - 3 + 3,
        "google_call_duration_seconds_count operation=search outcome=ok": calls["developerMetadata.search"],
        "google_call_duration_seconds_count operation=get outcome=ok": calls["get"],
        "google_call_duration_seconds_count operation=grid outcome=ok": calls["getByDataFilter"],
    }
    expected |= {f"write_tries_total outcome={kind}": 0 for kind in Kind}
    expected |= {"write_tries_total outcome=ok": 3, "write_tries_total outcome=unclear": 1}

    def counted() -> dict[str, float]:
        return {name: value for name, value in figures(shop).items() if not name.startswith(_OF_ONE_RUN)}

    with contextlib.suppress(AssertionError):  # The next line says more.
        wait_until(lambda: counted() == expected)
    assert counted() == expected
    sums = {name: families(shop)[f"connector_{name}"].samples for name in ("batch_orders", "batch_rows")}
    batched = {name: next(s.value for s in samples if s.name.endswith("_sum")) for name, samples in sums.items()}
    assert batched == {"batch_orders": 4, "batch_rows": rows + 1 + len(second.items)}


def test_web_requests_are_counted_by_route_method_and_status(shop: Shop) -> None:
    (order,) = shop.sandbox.send("normal")
    shop.wait_until_synced([order])
    httpx.get(f"{shop.url}/orders")
    httpx.get(f"{shop.url}/healthz")
    shop.http.get(f"/orders/{order.order_id}")
    shop.http.get("/orders/none")
    shop.http.post("/orders", content=b"{")
    shop.http.request("DELETE", "/webhooks/whapi/messages", json={})
    shop.http.get(f"/nowhere/{order.order_id}")
    shop.http.request("PROPFIND", "/orders")

    counted = [
        (sample.labels["method"], sample.labels["route"], sample.labels["status"], sample.value)
        for sample in families(shop)["connector_http_request_duration_seconds"].samples
        if sample.name.endswith("_count")
    ]

    assert sorted(counted) == [
        ("DELETE", "/webhooks/whapi/<event>", "200", 1),
        ("GET", "/healthz", "200", 1),
        ("GET", "/orders", "401", 1),
        ("GET", "/orders/<order_id>", "200", 1),
        ("GET", "/orders/<order_id>", "404", 1),
        ("POST", "/orders", "400", 1),
        ("POST", "/webhooks/whapi", "200", 1),
        ("other", "unmatched", "404", 1),
        ("other", "unmatched", "405", 1),
    ]


def test_a_batch_found_in_the_sheet_afterwards_counts_its_rows_and_an_old_message_only_since_it_was_stored(
    shop: Shop,
) -> None:
    shop.wait_until_synced(shop.sandbox.send("normal"))
    shop.sandbox.faults.add(Fault("google", "commit_then_503", path_contains=":batchUpdate"))
    old = whapi_sample()
    shop.sandbox.whapi.send(old)
    shop.wait_until_synced([old])

    wait_for(shop, batches_settled_total__result__applied=1, stored_to_row_seconds_count=2)

    found = figures(shop)
    assert (found["batches_settled_total result=void"], found["message_to_row_seconds_count"]) == (0, 1)
    samples = families(shop)["connector_stored_to_row_seconds"].samples
    seconds = next(sample.value for sample in samples if sample.name.endswith("_sum"))
    assert 0 < seconds < 3600


def test_googles_quota_is_shown_with_what_is_used_of_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop.whole.instruments.quota, "_seconds", lambda: 0.0)
    shop.wait_until_synced(shop.sandbox.send("normal"))
    calls = shop.sandbox.google.calls.by_kind

    found = {name: value for name, value in figures(shop).items() if name.startswith("google_quota")}

    writes = calls["batchUpdate"]
    assert found == {
        "google_quota_limit_requests kind=read": 60,
        "google_quota_limit_requests kind=write": 60,
        "google_quota_used_requests kind=read": sum(
            calls[kind] for kind in ("developerMetadata.search", "get", "getByDataFilter")
        ),
        "google_quota_used_requests kind=write": writes,
    }


def test_calls_that_never_reached_google_use_up_no_quota(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop.whole.instruments.quota, "_seconds", lambda: 0.0)
    shop.sandbox.faults.add(Fault("token", "status", status=400, times=None))
    shop.sandbox.send("normal")

    wait_for(shop, paused__part__sheet=1)

    found = figures(shop)
    assert found["google_quota_used_requests kind=read"] + found["google_quota_used_requests kind=write"] == 0
    assert found["write_tries_total outcome=not_sent"] >= 1


def test_a_pause_of_the_channel_is_shown_and_its_end(shop: Shop) -> None:
    shop.sandbox.faults.add(Fault("whapi", "status", status=429, retry_after="600", path_contains="/business/orders"))
    orders = shop.sandbox.send("normal")

    wait_for(shop, paused__part__channel=1, fetch_tries_total__outcome__rate_limit=1)
    reset_breakers(shop.service.database, [SHOP], now=shop.service.clock.now())
    shop.http.post("/resync")
    shop.wait_until_synced(orders)
    wait_for(shop, paused__part__channel=0, consecutive_failures__part__channel=0)
    assert figures(shop)["last_success_timestamp_seconds part=channel"] > 1.7e9


def test_only_the_process_that_holds_the_lock_says_so_and_each_counts_its_own_work(shop: Shop) -> None:
    shop.wait_until_synced(shop.sandbox.send("normal"))
    first, wanted = shop.whole.instruments, ("shop_lock_held", "received_total", "stored_to_row_seconds_count")
    second = build_service(shop.settings, Database(shop.settings.database_url))
    second.start()
    try:
        wait_until(lambda: shown(first, *wanted) == [1, 1, 1])
        assert shown(second.instruments, *wanted) == [0, 0, 0]

        shop.stop()

        assert shown(first, "shop_lock_held") == [0]
        wait_until(lambda: shown(second.instruments, *wanted) == [1, 0, 0])
    finally:
        second.close()


def shown(instruments: Instruments, *names: str) -> list[float | None]:
    labels = {"received_total": {"result": "accepted"}}
    return [instruments.registry.get_sample_value(f"connector_{name}", labels.get(name)) for name in names]


def test_without_the_database_the_rest_is_shown_and_the_answer_says_so(shop: Shop) -> None:
    def rename(old: str, new: str) -> None:
        statement = sa.text(f"ALTER TABLE {old} RENAME TO {new}")
        shop.service.database.write(lambda connection: connection.execute(statement))

    whole = set(families(shop))
    rename("quarantine", "gone")

    answer = shop.http.get("/metrics")

    left = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert answer.status_code == 200
    assert [sample.value for sample in left["connector_store_up"].samples] == [0]
    assert whole - set(left) == {
        "connector_consecutive_failures",
        "connector_last_success_timestamp_seconds",
        "connector_oldest_unwritten_order_age_seconds",
        "connector_orders",
        "connector_paused",
        "connector_quarantined_payloads",
    }
    rename("gone", "quarantine")
    assert set(families(shop)) == whole


def test_nothing_secret_and_nothing_of_a_customer_is_in_it(shop: Shop) -> None:
    orders = shop.sandbox.send("normal", 2) + shop.sandbox.send("hostile") + shop.sandbox.send("no_token")
    shop.wait_until_synced(orders[:3])
    shop.sandbox.faults.add(Fault("whapi", "status", status=401, path_contains="/business/orders"))
    shop.wait_until_synced(late := shop.sandbox.send("normal"))
    secrets = [shop.secret, shop.sandbox.whapi.token, shop.sandbox.spreadsheet_id, "sandbox-project", "127.0.0.1"]
    for order in (*orders, *late):
        secrets += [order.order_id, order.token, order.customer_phone, order.customer_name, order.title or order.token]
        shop.http.get(f"/orders/{order.order_id}?token={order.token}")
        shop.http.post(f"/orders/{order.order_id}/resync")
        shop.http.get(f"/{order.order_id}/{shop.secret}")
    shop.http.request("GEHEIM", "/orders")
    httpx.get(f"{shop.url}/orders", headers={"X-Webhook-Secret": "a-wrong-guess"})

    text = shop.http.get("/metrics").text

    assert [secret for secret in [*secrets, "GEHEIM", "a-wrong-guess"] if secret in text] == []


@pytest.mark.parametrize("accept", ["*/*", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"])
def test_it_is_behind_the_secret_and_of_the_type_that_prometheus_expects(shop: Shop, accept: str) -> None:
    stranger = httpx.get(f"{shop.url}/metrics")
    bearer = httpx.get(f"{shop.url}/metrics", headers={"Authorization": f"Bearer {shop.secret}", "Accept": accept})

    assert (stranger.status_code, stranger.headers["Content-Type"]) == (401, "application/json")
    assert "connector_" not in stranger.text
    wanted = {
        "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    assert {name: bearer.headers.get(name) for name in wanted} == wanted


def test_every_metric_is_explained_in_itself_and_in_the_docs_and_the_docs_name_no_other(shop: Shop) -> None:
    shop.wait_until_synced(shop.sandbox.send("normal"))
    shown = families(shop)

    for family in shown.values():
        assert family.documentation.endswith(".") or family.name.startswith("process_"), family.name
        assert not any(sample.name.endswith("_created") for sample in family.samples)
    own = {name for name in shown if not name.startswith("process_")}
    assert {name for name in own if not name.startswith("connector_")} == set()
    samples = {sample.name for family in shown.values() for sample in family.samples}
    documented = OPERATING.read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(connector_\w+)", documented, re.MULTILINE))
    assert {name.removesuffix("_total").removesuffix("_info") for name in listed} == {
        name.removesuffix("_info") for name in own
    }
    assert set(re.findall(r"connector_\w+", documented)) - samples - own == set()
