"""Two instances of the service on one PostgreSQL database: what comes to the one that doesn't work has its effect."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connector.checks.monitor import monitor_health
from connector.findings import Finding
from connector.sheets.quota import Quota
from sandbox.google.merchant import Merchant
from sandbox.whapi.order import SandboxOrder
from tests.page.visitor import PASSWORD, Visitor
from tests.service.shop import Shop
from tests.waiting import wait_until

NEVER = 3600


@dataclass
class Two:
    """`owner` fetches and writes; webhooks come to `other`."""

    owner: Shop
    other: Shop


@pytest.fixture
def two(tmp_path: Path, postgres_url: str) -> Iterator[Two]:
    """Neither of them looks for what is due by itself, or tries a failed fetch again, as long as a test lasts."""
    owner = Shop(
        tmp_path,
        database_url=postgres_url,
        resync_interval=NEVER,
        retry_first_delay=NEVER,
        retry_max_delay=NEVER,
        admin_password=PASSWORD,
    ).start(before=monitor_health)
    wait_until(lambda: owner.service.findings.get()[1], what="the first checks")
    other = owner.beside(before=monitor_health)
    owner.whole.leases.beat()  # So that it knows of the other one already.
    try:
        yield Two(owner, other)
    finally:
        other.stop()
        owner.close()
    assert other.contract.problems == []


@pytest.fixture
def visitor(two: Two) -> Iterator[Visitor]:
    """Who looks at the page of the one that doesn't work."""
    visitor = Visitor(two.other)
    visitor.log_in()
    yield visitor
    visitor.close()


def tried(shop: Shop, order: SandboxOrder) -> int:
    found = shop.order(order.order_id)
    return 0 if found is None else found.attempts


def test_orders_that_come_to_the_one_that_does_not_work_are_written(two: Two) -> None:
    orders = two.other.sandbox.send("normal", 3)
    two.other.wait_until_synced(orders)

    waited = two.other.post("/orders?wait=30", {"order_id": "by-hand-1", "items": [{"name": "Tea"}]})

    assert (waited.status_code, waited.json()["orders"][0]["status"]) == (200, "synced")
    assert two.other.service.work.wrote_at is None, "the one that doesn't work has written"


def test_buttons_have_their_effect_at_the_one_that_does_not_work(two: Two, visitor: Visitor) -> None:
    (late,) = two.other.sandbox.send("fails_then_good")
    for tries in (1, 2):  # So often it fails.
        wait_until(lambda: tried(two.other, late) == tries, what="a failed fetch")  # noqa: B023
        visitor.post("/status/retry")
    two.other.wait_until_synced([late])
    visitor.post("/status/audit")
    wait_until(lambda: "1 received, 1 in the sheet" in visitor.get().text, what="the comparison")
    link = two.other.http.get(f"/orders/{late.order_id}").json()["row_url"]
    leads_to = two.other.http.get(link).headers["Location"]
    refused = two.other.post(f"/orders/{late.order_id}/rewrite", {})
    Merchant(two.owner.sandbox.google, two.owner.sandbox.spreadsheet_id).delete_rows("Orders", 1)
    gone = visitor.get(link)
    rewritten = two.other.post(f"/orders/{late.order_id}/rewrite", {})
    two.other.wait_until_synced([late])

    assert leads_to.endswith("&range=A2")
    assert (refused.status_code, gone.status_code) == (409, 410)
    assert (rewritten.status_code, rewritten.json()["rewrites"]) == (200, "order_row")
    assert two.other.differences([late]) == []
    assert two.other.service.account.budget.used(Quota.READ) == 0, "it spent calls of which the owner doesn't know"


def test_the_page_and_readiness_are_the_same_at_both(two: Two, visitor: Visitor) -> None:
    now = two.owner.service.clock.now()
    two.owner.service.problems.put("writing", "A sentence that only the owner knows.", at=now)
    two.owner.service.findings.replace([Finding.problem("google", "What a check of the owner found.")], at=now)
    two.other.post("/webhooks/whapi", {"messages": []}, headers={"X-Connector-Test": "a-test"})

    wait_until(lambda: "only the owner knows" in visitor.get().text, what="the problem")
    page = visitor.get().text
    there = two.other.http.get("/readyz").json()
    here = two.owner.http.get("/readyz").json()

    assert two.other.service.findings.get() == ((), None), "both ask Google"
    assert "What a check of the owner found." in page
    assert "(this one)" in page
    assert (
        here["problems"]
        == there["problems"]
        == [
            "A sentence that only the owner knows.",
            "What a check of the owner found.",
        ]
    )
    assert here["last_test_webhook"] == there["last_test_webhook"] == "a-test"
    assert (here["works_here"], there["works_here"]) == (True, False)
    accounts = [instance["accounts"] for instance in there["instances"]]
    assert accounts == [[two.owner.service.account.email], []]


def test_the_other_one_goes_on_at_once_after_a_clean_stop(two: Two) -> None:
    two.owner.stop()
    wait_until(lambda: two.other.whole.dispatcher.works_for_any, what="the take-over")
    orders = two.other.sandbox.send("normal")
    two.other.wait_until_synced(orders)

    assert "instances" not in two.other.http.get("/readyz").json()
    assert two.other.differences(orders) == []
