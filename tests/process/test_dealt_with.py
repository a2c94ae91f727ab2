"""`dealt-with`: what the button on the status page does, on the command line."""

from contextlib import closing
from pathlib import Path

import httpx

from connector.models import Order
from connector.settings import SHOP
from connector.store.database import Database
from connector.store.orders import count_by_status, find_order
from sandbox.sandbox import Sandbox
from tests.process.here import ServiceHere
from tests.process.test_commands import run
from tests.waiting import wait_until


def test_orders_and_what_is_quarantined_are_dealt_with_and_what_needs_no_mark_is_named(
    here: ServiceHere, sandbox: Sandbox, tmp_path: Path
) -> None:
    here.start_and_wait()
    (fine,), (given_up,) = sandbox.send("normal"), sandbox.send("no_token")
    headers = {"X-Webhook-Secret": here.secret}
    odd = {"messages": [{"type": "order", "order": {}}]}
    assert httpx.post(f"{here.url}/webhooks/whapi", headers=headers, json=odd).json()["quarantined"] == 1
    wait_until(lambda: statuses(here) == {"synced": 1, "failed": 1})
    here.stop()

    def deal(*arguments: str) -> tuple[int, str, str]:
        result = run("dealt-with", *arguments, cwd=tmp_path, **here.environment)
        return result.returncode, result.stdout, result.stderr

    def kept() -> Order:
        with closing(Database(here.environment["DATABASE_URL"])) as database, database.read() as connection:
            order = find_order(connection, SHOP, given_up.order_id)
        assert order is not None
        return order

    unknown, untouched = deal(given_up.order_id, "42"), kept()
    first, marked = deal(given_up.order_id), kept()
    again = deal(given_up.order_id, fine.order_id)
    entry, no_entry = deal("--quarantined", "1"), deal("--quarantined", "1", "2", "x")

    assert unknown == (1, "", "There is no order 42.\n")
    assert (untouched.is_dealt_with, marked.is_dealt_with, marked.dealt_with_by) == (False, True, "command")
    assert first == (0, "1 of 1 are marked as dealt with.\n", "")
    assert again == (
        1,
        "0 of 2 are marked as dealt with.\n"
        f"{given_up.order_id}: it was marked already.\n"
        f"{fine.order_id}: it was neither given up nor is it odd.\n",
        "",
    )
    assert entry == (0, "1 of 1 are marked as dealt with.\n", "")
    assert no_entry == (1, "", "Nothing with the id 2 is in quarantine.\nNothing with the id x is in quarantine.\n")


def statuses(here: ServiceHere) -> dict[str, int]:
    with here.service.database.read() as connection:
        return {str(status): count for status, count in count_by_status(connection, SHOP).items() if count}
