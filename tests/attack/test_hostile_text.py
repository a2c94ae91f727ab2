"""Text that a spreadsheet would calculate, convert or swallow, in every text field: it stands in the sheet as it is."""

import json
from typing import Any

import pytest

from connector.gateways.reading.ids import is_order_id, why_lost
from connector.gateways.reading.visible import without_invisible
from tests.attack.hostile import TEXTS
from tests.service.shop import Shop
from tests.waiting import wait_until

FIELDS = ("customer_name", "customer_phone", "title", "note", "currency")
ITEM_FIELDS = ("name", "sku", "product_id", "image", "currency")
ORDER_COLUMNS = ("Customer", "Phone", "Title", "Note", "Currency")
ITEM_COLUMNS = ("Product", "SKU", "Product ID", "Image", "Currency", "Customer")


# Those of the texts that are numbers, as they stand in the sheet; the others leave the cell empty.
PHONES = {"+49 151 2345678": "491512345678", "2026-01-02": "20260102"}


def cells(shop: Shop, tab: str) -> list[dict[str, Any]]:
    """The rows of a tab with the stored values: a formula would be a formula here, and a number a number."""
    try:
        header, *rows = shop.sandbox.google.cells(shop.sandbox.spreadsheet_id, tab)
    except KeyError:
        return []
    titles = [cell.value for cell in header]
    return [{str(title): cell.value for title, cell in zip(titles, row, strict=False)} for row in rows if row]


def wait_until_written(shop: Shop, order_ids: set[str], *, tab: str = "Items") -> None:
    wait_until(lambda: order_ids <= {row.get("Order ID") for row in cells(shop, tab)}, what="the rows")


@pytest.fixture(scope="module")
def sent(shop: Shop) -> list[str]:
    """Every text has gone to the sheet, in every field of an order with its item."""
    texts = list(TEXTS)
    orders = [
        {
            "order_id": f"hostile-{n}",
            **dict.fromkeys(FIELDS, text),
            "items": [{**dict.fromkeys(ITEM_FIELDS, text), "quantity": 1, "price": 1}],
        }
        for n, text in enumerate(texts)
    ]
    assert shop.post("/orders", orders).json()["accepted"] == len(texts)
    wait_until_written(shop, {f"hostile-{n}" for n in range(len(texts))})
    return texts


def test_it_stands_in_the_orders_cells_exactly_so(shop: Shop, sent: list[str]) -> None:
    rows = {row.get("Order ID"): row for row in cells(shop, "Orders")}

    for n, text in enumerate(sent):
        row = rows[f"hostile-{n}"]
        assert {title: row[title] for title in ORDER_COLUMNS} == {
            **dict.fromkeys(ORDER_COLUMNS, text),
            "Phone": PHONES.get(text),
        }


def test_it_stands_in_the_items_cells_exactly_so(shop: Shop, sent: list[str]) -> None:
    rows = {row.get("Order ID"): row for row in cells(shop, "Items")}

    for n, text in enumerate(sent):
        assert {title: rows[f"hostile-{n}"][title] for title in ITEM_COLUMNS} == dict.fromkeys(ITEM_COLUMNS, text)


def test_every_such_cell_has_the_format_of_text_so_that_it_stays_text_when_it_is_edited(
    shop: Shop, sent: list[str]
) -> None:
    assert sent
    for tab in ("Orders", "Items"):
        _header, *rows = shop.sandbox.google.cells(shop.sandbox.spreadsheet_id, tab)
        formats = {
            str((cell.format or {}).get("numberFormat")) for row in rows for cell in row if isinstance(cell.value, str)
        }
        assert formats == {"{'type': 'TEXT'}"}


def test_it_may_be_an_order_id_and_the_order_is_found_by_it(shop: Shop) -> None:
    ids = [text for text in TEXTS if is_order_id(text) and why_lost(text) is None]
    assert len(ids) > len(TEXTS) / 2

    shop.post("/webhooks/whapi", {"messages": [{"type": "order", "order": {"order_id": text}} for text in ids]})

    # What can't be seen in an id is no part of it.
    wait_until_written(shop, {without_invisible(text) for text in ids}, tab="Orders")


def test_it_may_come_from_whapi_with_the_items(shop: Shop) -> None:
    orders = shop.sandbox.send("hostile", 3)

    shop.wait_until_synced(orders)

    ours = {order.order_id for order in orders}
    for row in (*cells(shop, "Orders"), *cells(shop, "Items")):
        if row.get("Order ID") in ours:
            for title in (*ORDER_COLUMNS, *ITEM_COLUMNS):
                assert isinstance(row.get(title), str | None), (title, row)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("\x00=1+2\x07", "=1+2"),
        ("\ud800x", "\ufffdx"),
        ("\u009b31mred", "31mred"),
        ("\u202etfel ot thgir\u202c", "tfel ot thgir"),
        ("line\r\nbreak\rand\ttab ", "line\nbreak\nand\ttab"),
    ],
)
def test_what_no_cell_can_show_is_left_out(shop: Shop, text: str, written: str) -> None:
    order_id = f"cleaned-{text.encode('utf-8', 'surrogatepass').hex()}"

    body = json.dumps({"order_id": order_id, "note": text, "items": [{"name": text}]})
    assert shop.http.post("/orders", content=body).status_code == 200

    wait_until_written(shop, {order_id})
    (order,) = [row for row in cells(shop, "Orders") if row.get("Order ID") == order_id]
    (item,) = [row for row in cells(shop, "Items") if row.get("Order ID") == order_id]
    assert (order["Note"], item["Product"]) == (written, written)
