"""What is gone from the sheet can be written again, and the sheet can be compared with what was received."""

from collections import Counter
from collections.abc import Sequence

import pytest

from connector.jobs import audit
from connector.jobs.audit import Report
from connector.jobs.doubles import Removed, remove_doubles
from connector.runtime import SHOP, sheets_api
from connector.sheets.columns import COLUMNS, STATUS, Tab
from sandbox.google.merchant import Merchant
from sandbox.whapi.order import SandboxOrder
from tests.service.shop import Shop
from tests.waiting import wait_until

TABS = ("Orders", "Items")
_STATUS = [column.key for column in COLUMNS[Tab.ORDERS]].index(STATUS)


@pytest.fixture
def merchant(shop: Shop) -> Merchant:
    return Merchant(shop.sandbox.google, shop.sandbox.spreadsheet_id)


@pytest.fixture
def orders(shop: Shop) -> list[SandboxOrder]:
    """Six orders, in the sheet with their items."""
    sent: list[SandboxOrder] = shop.sandbox.send("normal", 6)
    shop.wait_until_synced(sent)
    return sent


def compare(shop: Shop) -> Report:
    return audit.compare(shop.service.database, shop.service.lookup.rows(), shop=SHOP, clock=shop.service.clock)


def rows_of(shop: Shop, tab: str, order_id: str) -> list[int]:
    """Where they stand, counted from 0."""
    return [index for index, row in enumerate(shop.rows(tab), start=1) if row["Order ID"] == order_id]


def delete(shop: Shop, merchant: Merchant, order_id: str, tabs: Sequence[str] = TABS) -> None:
    for tab in tabs:
        for row in reversed(rows_of(shop, tab, order_id)):
            merchant.delete_rows(tab, row)


def double(shop: Shop, tab: str, row: int) -> None:
    """Another installation's row: the same once more, just below."""
    sheet_id = next(
        sheet.sheet_id
        for sheet in shop.sandbox.google.spreadsheets[shop.sandbox.spreadsheet_id].content.sheets.values()
        if sheet.title == tab
    )

    api, spreadsheet_id = sheets_api(shop.settings), shop.sandbox.spreadsheet_id
    area = {"sheetId": sheet_id, "startRowIndex": row, "endRowIndex": row + 1}
    (sheet,) = api.grid(spreadsheet_id, [area], "data(rowData(values(userEnteredValue)))")
    inserted = {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": row + 1, "endIndex": row + 2}
    api.batch_update(
        spreadsheet_id,
        [
            {"insertDimension": {"range": inserted, "inheritFromBefore": True}},
            {
                "updateCells": {
                    "start": {"sheetId": sheet_id, "rowIndex": row + 1, "columnIndex": 0},
                    "rows": sheet["data"][0]["rowData"],
                    "fields": "userEnteredValue",
                }
            },
        ],
    )


def remove(shop: Shop, *order_ids: str) -> Removed:
    return shop.service.lookup.with_sheet(
        lambda api, workbook: remove_doubles(shop.service.database, api, workbook, order_ids, shop=SHOP)
    )


@pytest.mark.parametrize(("tabs", "rewrites"), [(TABS, "all"), (("Orders",), "order_row"), (("Items",), "item_rows")])
def test_what_is_gone_of_an_order_is_written_again_when_asked(
    shop: Shop, merchant: Merchant, orders: list[SandboxOrder], tabs: Sequence[str], rewrites: str
) -> None:
    order = orders[2]
    delete(shop, merchant, order.order_id, tabs)

    answer = shop.http.post(f"/orders/{order.order_id}/rewrite")

    assert (answer.status_code, answer.json()["rewrites"]) == (200, rewrites)
    shop.wait_until_synced(orders)
    assert compare(shop).is_equal
    assert shop.differences(orders) == []


def test_rows_that_stand_in_the_sheet_are_not_written_again(shop: Shop, orders: list[SandboxOrder]) -> None:
    answer = shop.http.post(f"/orders/{orders[0].order_id}/rewrite")

    assert answer.status_code == 409
    assert "stand in the sheet" in answer.json()["error"]
    assert shop.http.post("/orders/never-came/rewrite").status_code == 404
    assert shop.differences(orders) == []


def test_a_comparison_tells_what_is_missing_doubled_and_never_came(
    shop: Shop, merchant: Merchant, orders: list[SandboxOrder]
) -> None:
    assert compare(shop) == Report(orders=6)
    missing, without_items, doubled = (order.order_id for order in orders[:3])
    delete(shop, merchant, missing)
    delete(shop, merchant, without_items, ["Items"])
    double(shop, "Orders", rows_of(shop, "Orders", doubled)[0])
    merchant.insert_rows("Orders", 3)
    merchant.set_cell("Orders", 3, 0, "by hand")

    assert compare(shop) == Report(6, (missing,), (doubled,), (without_items,), ("by hand",))


def test_all_that_is_missing_is_written_when_asked(shop: Shop, merchant: Merchant, orders: list[SandboxOrder]) -> None:
    delete(shop, merchant, orders[0].order_id)
    delete(shop, merchant, orders[1].order_id, ["Items"])
    delete(shop, merchant, orders[2].order_id, ["Orders"])
    report = compare(shop)

    written = audit.write_missing(
        shop.service.database, shop.service.lookup.rows(), report, shop=SHOP, clock=shop.service.clock
    )
    shop.service.workers.wake()

    assert sorted(written) == sorted(order.order_id for order in orders[:3])
    shop.wait_until_synced(orders)
    assert compare(shop).is_equal
    assert shop.differences(orders) == []


def test_a_restored_version_of_the_spreadsheet_is_noticed_and_can_be_brought_up_to_date(
    shop: Shop, merchant: Merchant
) -> None:
    shop.wait_until_synced(before := shop.sandbox.send("normal", 2))
    merchant.snapshot("yesterday")
    shop.wait_until_synced(today := shop.sandbox.send("normal", 3))
    merchant.restore("yesterday")

    shop.wait_until_synced(after := shop.sandbox.send("normal"))

    wait_until(
        lambda: any("Rows of 3 orders" in sentence for sentence in shop.http.get("/readyz").json()["problems"]),
        what="the service to notice",
    )
    assert compare(shop).missing == tuple(order.order_id for order in today)
    shop.service.audits.start(write_missing=True)
    shop.service.workers.wake()
    wait_until(lambda: shop.differences([*before, *today, *after]) == [], what="the rows to be there again")
    assert compare(shop).is_equal


def test_surplus_rows_go_where_they_are_equal_to_another(shop: Shop, orders: list[SandboxOrder]) -> None:
    doubled = orders[1].order_id
    double(shop, "Orders", rows_of(shop, "Orders", doubled)[0])
    for row in reversed(rows_of(shop, "Items", doubled)):
        double(shop, "Items", row)

    removed = remove(shop, doubled)

    assert removed == Removed(1 + len(rows_of(shop, "Items", doubled)), ())
    assert compare(shop).is_equal
    assert shop.differences(orders) == []


def test_of_doubled_rows_the_one_stays_to_which_the_merchant_has_added_something(
    shop: Shop, merchant: Merchant, orders: list[SandboxOrder]
) -> None:
    doubled = orders[1].order_id
    first = rows_of(shop, "Orders", doubled)[0]
    double(shop, "Orders", first)
    merchant.set_cell("Orders", first + 1, _STATUS, "Packed")

    assert remove(shop, doubled) == Removed(1, ())
    assert [row["Status"] for row in shop.rows("Orders") if row["Order ID"] == doubled] == ["Packed"]


def test_doubled_rows_to_which_both_something_was_added_are_only_named(
    shop: Shop, merchant: Merchant, orders: list[SandboxOrder]
) -> None:
    doubled = orders[1].order_id
    first = rows_of(shop, "Orders", doubled)[0]
    double(shop, "Orders", first)
    for row in (first, first + 1):
        merchant.set_cell("Orders", row, _STATUS, "Packed")

    removed = remove(shop, doubled)

    assert removed.rows == 0
    assert f"Order {doubled} stands in the tab of orders in the rows {first + 1}, {first + 2}." in removed.left[0]
    assert Counter(row["Order ID"] for row in shop.rows("Orders"))[doubled] == 2


def test_where_google_does_not_say_that_a_row_has_moved_nothing_is_deleted(
    shop: Shop, orders: list[SandboxOrder]
) -> None:
    doubled = orders[1].order_id
    double(shop, "Orders", rows_of(shop, "Orders", doubled)[0])
    shop.sandbox.google.unknowns.refuse_unmatched_metadata = False

    removed = remove(shop, doubled)

    assert removed.rows == 0
    assert "delete the rows" in removed.left[0]
    assert len(rows_of(shop, "Orders", doubled)) == 2
