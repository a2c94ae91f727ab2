"""The cheap checks of a running service: what they cost, where they stand, and that they hold up nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from connector.checks.monitor import BETWEEN, GoogleLooks, HealthMonitor, monitor_health
from connector.findings import Finding
from sandbox.faults import Fault
from tests.clock import FakeClock
from tests.process.service_process import free_port
from tests.service.shop import Shop
from tests.waiting import wait_until

NOT_LINKED = "The phone is not linked. Open the channel in Whapi's panel and scan the QR code with WhatsApp."


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    port = free_port()
    shop = Shop(tmp_path, port=port, public_url=f"http://127.0.0.1:{port}").start()
    yield shop
    shop.close()


def test_a_look_costs_one_read_and_finds_all_well(shop: Shop) -> None:
    shop.wait_until_synced(shop.sandbox.send("normal"))
    shop.sandbox.google.calls.clear()

    HealthMonitor(shop.service).look()

    findings, found_at = shop.service.findings.get()
    assert found_at is not None
    assert [(finding.name, finding.holds) for finding in findings] == [
        (name, True) for name in ("database", "google", "quota", "whapi", "webhook", "public")
    ]
    assert shop.service.findings.problems == []
    assert shop.sandbox.google.calls.by_kind == {"get": 1}
    calls = shop.sandbox.whapi.calls
    assert (calls.count("GET /health"), calls.count("GET /settings"), calls.count("PATCH /settings")) == (1, 1, 0)


def test_what_is_wrong_is_logged_once_and_kept_until_a_look_finds_it_mended(shop: Shop) -> None:
    shop.wait_until_synced(shop.sandbox.send("normal"))
    shop.sandbox.merchant.protect("Items")
    shop.sandbox.whapi.state = "QR"
    monitor = HealthMonitor(shop.service)

    with structlog.testing.capture_logs() as lines:
        monitor.look()

    protected = (
        "The tab Items is protected, so that rows can't be written there. Open Data, Protected sheets and ranges, and "
        "allow connector@sandbox-project.iam.gserviceaccount.com to edit it, or remove the protection."
    )
    assert shop.service.findings.problems == [protected, NOT_LINKED]
    assert shop.http.get("/readyz").json()["problems"] == [protected, NOT_LINKED]
    assert [line for line in lines if line["event"] == "check.wrong"] == [
        {"event": "check.wrong", "log_level": "warning", "check": "google", "reason": protected},
        {"event": "check.wrong", "log_level": "warning", "check": "whapi", "reason": NOT_LINKED},
    ]
    with structlog.testing.capture_logs() as lines:
        monitor.look()
    assert [line for line in lines if line["event"] == "check.wrong"] == []
    shop.sandbox.merchant.unprotect("Items")
    shop.sandbox.whapi.state = "AUTH"
    monitor.look()
    assert shop.service.findings.problems == []


def test_a_start_waits_for_no_check_and_what_was_wrong_is_looked_at_again_soon(shop: Shop) -> None:
    # The first look hangs at Google for longer than everything else here takes.
    shop.sandbox.faults.add(Fault("google", "hang", seconds=30, method="GET"))
    shop.stop()

    with structlog.testing.capture_logs() as lines:
        shop.start(before=lambda service: monitor_health(service, again=0.05))
        # Otherwise a call of the write stage could come first, and hang in its place.
        wait_until(lambda: shop.sandbox.faults.all() == [], what="the first look to hang")
        orders = shop.sandbox.send("normal")
        shop.wait_until_synced(orders)

        wait_until(lambda: shop.service.findings.get()[1], what="the first look")
        wait_until(lambda: shop.service.findings.problems == [], what="a look that finds all well")

    assert [line["check"] for line in lines if line["event"] == "check.wrong"] == ["google"]


def google_findings(shop: Shop) -> list[Finding]:
    return [finding for finding in shop.service.findings.get()[0] if finding.name == "google"]


def test_shops_of_one_account_look_at_google_one_after_the_other(shop: Shop, clock: FakeClock) -> None:
    looks = GoogleLooks(clock)
    first, second = HealthMonitor(shop.service, looks), HealthMonitor(shop.service, looks)

    def found() -> tuple[int, int, int]:
        return (
            len(google_findings(shop)),
            shop.sandbox.google.calls.by_kind["get"],
            shop.sandbox.whapi.calls.count("GET /health"),
        )

    second.look()
    assert found() == (1, 1, 1)
    shop.service.findings.replace([], at=clock.now())
    first.run(lambda _: False)
    assert found() == (0, 1, 2), "it looks at all but Google"

    first.run(lambda _: False)
    assert found() == (0, 1, 2)
    clock.advance(BETWEEN)
    first.run(lambda _: False)
    assert found() == (1, 2, 2), "what was left out, and nothing else"
    first.run(lambda _: False)
    assert found() == (1, 2, 2)


def test_a_look_at_google_leaves_turns_what_is_left_of_the_budget(shop: Shop, clock: FakeClock) -> None:
    account = shop.service.account
    looks, all_of_it = GoogleLooks(clock), account.budget.take(reads=100_000, writes=0, reserve=True)
    assert all_of_it is not None

    assert looks.take(account) is None
    all_of_it.end()

    assert looks.take(account) is not None


def test_a_batch_that_the_sheet_has_just_taken_stands_for_a_look(shop: Shop, clock: FakeClock) -> None:
    monitor = HealthMonitor(shop.service, GoogleLooks(clock))
    monitor.look()
    found_before = google_findings(shop)
    shop.wait_until_synced(shop.sandbox.send("normal"))
    wait_until(lambda: shop.service.work.wrote_at is not None, what="the turn to end")
    clock.advance(BETWEEN)

    shop.sandbox.google.calls.clear()
    monitor.look()

    assert shop.sandbox.google.calls.by_kind == {}
    assert google_findings(shop) == found_before != []
