"""Messages that once went wrong, each with what is right. The files in `data` say what is sent and what comes of it.

`requests` are sent in their order, with the status and the counts that are answered; `whapi` has the items that the
gateway answers for an order; `orders` what the API says of each order in the end, and no other order may be there.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from connector.settings import SHOP
from connector.store import quarantine
from sandbox.google.grid import Cell
from tests.cases.items_server import items_server
from tests.service.shop import Shop
from tests.service.test_api import order_count
from tests.waiting import wait_until

FILES = sorted((Path(__file__).parent / "data").glob("*.json"))
CASES = [pytest.param(json.loads(file.read_text(encoding="utf-8")), id=file.stem) for file in FILES if
         not file.stem.startswith("completion_")]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_came_is_what_is_right(case: dict[str, Any], tmp_path: Path) -> None:
    with items_server(case.get("whapi", {})) as whapi:
        shop = Shop(tmp_path, whapi_base_url=whapi.url, **case.get("settings", {})).start()
        try:
            for request in case["requests"]:
                send(shop, request)
            for order_id, right in case["orders"].items():
                came = wait_for(shop, order_id, status=right.get("status", status_of(case, order_id)))
                assert {name: came[name] for name in right} == right, order_id
            assert order_count(shop) == len(case["orders"])
            assert quarantined(shop) == case.get("quarantined", 0)
            assert in_the_sheet(shop, "Phone", case.get("phones", {})) == case.get("phones", {})
            assert in_the_sheet(shop, "Total", case.get("totals", {})) == case.get("totals", {})
        finally:
            shop.close()


def send(shop: Shop, request: dict[str, Any]) -> None:
    answer = shop.post(request["path"], request["body"])
    assert answer.status_code == request["status"], (request, answer.text)
    if "counts" in request:
        counts = {name: answer.json()[name] for name in request["counts"]}
        assert counts == request["counts"], request


def status_of(case: dict[str, Any], order_id: str) -> str | None:
    """What becomes of the order where the case doesn't say: it is done if Whapi knows its items."""
    return "synced" if order_id in case.get("whapi", {}) else None


def wait_for(shop: Shop, order_id: str, *, status: str | None) -> dict[str, Any]:
    def find() -> dict[str, Any] | None:
        answer = shop.http.get(f"/orders/{order_id}").json()
        return answer if "error" not in answer and status in {None, answer["status"]} else None

    found = wait_until(find, within=40, what=f"order {order_id} to be {status or 'there'}")
    assert found is not None
    return found


def quarantined(shop: Shop) -> int:
    with shop.service.database.read() as connection:
        return quarantine.count_quarantined(connection, SHOP)


def in_the_sheet(shop: Shop, column: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """What the column says of each of the orders: of phones, where they lead to."""
    if not wanted:
        return {}
    header, *rows = shop.sandbox.google.cells(shop.sandbox.spreadsheet_id, "Orders")
    titles = [cell.value for cell in header]
    key, place = titles.index("Order ID"), titles.index(column)
    found = {str(row[key].value): row[place] for row in rows if row[key].value in wanted}
    if column == "Phone":
        return {order_id: link_of(cell) for order_id, cell in found.items()}
    return {order_id: cell.value for order_id, cell in found.items()}


def link_of(cell: Cell) -> str | None:
    link: str | None = (cell.format or {}).get("textFormat", {}).get("link", {}).get("uri")
    return link
