"""What is gone from the sheet can be written again, and the sheet can be compared with what was received."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from connector.jobs import audit
from connector.jobs.audit import Report
from connector.jobs.doubles import Removed, remove_doubles
from connector.settings import SHOP
from connector.sheets.columns import COLUMNS, STATUS, Tab
from connector.sheets.errors import SheetsError
from sandbox.google.calls import Call
from sandbox.google.merchant import Merchant
from sandbox.google.standin import Answer
from sandbox.whapi.order import SandboxOrder
from tests.doubling import double_row
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
    return audit.compare(shop.service.database, shop.service.lookup.rows, shop=SHOP, clock=shop.service.clock)


def rows_of(shop: Shop, tab: str, order_id: str) -> list[int]:
    """Where they stand, counted from 0."""
    return [index for index, row in enumerate(shop.rows(tab), start=1) if row["Order ID"] == order_id]


def delete(shop: Shop, merchant: Merchant, order_id: str, tabs: Sequence[str] = TABS) -> None:
    for tab in tabs:
        for row in reversed(rows_of(shop, tab, order_id)):
            merchant.delete_rows(tab, row)


def double(shop: Shop, tab: str, row: int) -> None:
    double_row(shop.sandbox, shop.settings, tab, row)


def after_the_next_look(shop: Shop, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Has something happen right after the sheet's rows were read once more."""
    google, left = shop.sandbox.google, [act]
    real = google.answer

    def answer(call: Call, *, counted: bool = True) -> Answer:
        answered = real(call, counted=counted)
        if left and google.kind_of(call) == "values.batchGetByDataFilter":
            left.pop()()
        return answered

    monkeypatch.setattr(google, "answer", answer)


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
        shop.service.database, shop.service.lookup.rows, report, shop=SHOP, clock=shop.service.clock
    )
    shop.service.wake()

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
    shop.service.wake()
    wait_until(lambda: shop.differences([*before, *today, *after]) == [], what="the rows to be there again")
    assert compare(shop).is_equal


def test_an_order_that_is_written_between_the_looks_at_sheet_and_store_is_not_missing(
    shop: Shop, orders: list[SandboxOrder], monkeypatch: pytest.MonkeyPatch
) -> None:
    new: list[SandboxOrder] = []

    def an_order_comes() -> None:
        new.extend(shop.sandbox.send("normal"))
        shop.wait_until_synced(new)

    after_the_next_look(shop, monkeypatch, an_order_comes)

    assert compare(shop) == Report(orders=7)
    assert shop.differences([*orders, *new]) == []


@pytest.mark.parametrize("tabs", [TABS, ("Orders",), ("Items",)])
def test_rows_that_come_back_before_they_are_written_again_are_not_doubled(
    shop: Shop, merchant: Merchant, orders: list[SandboxOrder], monkeypatch: pytest.MonkeyPatch, tabs: Sequence[str]
) -> None:
    shop.sandbox.google.unknowns.restore_keeps_metadata = True
    merchant.snapshot("before")
    delete(shop, merchant, orders[2].order_id, tabs)
    after_the_next_look(shop, monkeypatch, lambda: merchant.restore("before"))

    assert shop.http.post(f"/orders/{orders[2].order_id}/rewrite").status_code == 200

    wait_until(
        lambda: (order := shop.order(orders[2].order_id)) and order.write_due_at is None, what="the order to be settled"
    )
    assert shop.statuses(orders) == ["synced"] * 6
    assert shop.differences(orders) == []


def test_item_rows_that_come_back_before_the_order_is_written_again_are_not_doubled(
    shop: Shop, merchant: Merchant, orders: list[SandboxOrder], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.sandbox.google.unknowns.restore_keeps_metadata = True
    delete(shop, merchant, orders[2].order_id, ["Orders"])
    merchant.snapshot("without the order's row")
    delete(shop, merchant, orders[2].order_id, ["Items"])
    after_the_next_look(shop, monkeypatch, lambda: merchant.restore("without the order's row"))

    answer = shop.http.post(f"/orders/{orders[2].order_id}/rewrite")

    assert answer.json()["rewrites"] == "all"
    shop.wait_until_synced(orders)
    assert shop.differences(orders) == []


def test_right_after_an_older_version_was_restored_the_rows_are_found_without_their_tags(
    shop: Shop, merchant: Merchant, orders: list[SandboxOrder]
) -> None:
    merchant.snapshot("before")
    shop.wait_until_synced(after := shop.sandbox.send("normal"))
    merchant.restore("before")

    assert compare(shop) == Report(len(orders) + 1, missing=(after[0].order_id,))


def test_where_the_key_column_is_gone_nothing_counts_as_missing(
    shop: Shop, merchant: Merchant, orders: list[SandboxOrder]
) -> None:
    merchant.delete_column("Items", 0)

    with pytest.raises(SheetsError, match="has lost its column Order ID"):
        compare(shop)
    answer = shop.http.post(f"/orders/{orders[0].order_id}/rewrite")
    assert (answer.status_code, "lost its column" in answer.json()["error"]) == (503, True)


def test_a_comparison_since_a_date_says_nothing_of_older_orders(shop: Shop, orders: list[SandboxOrder]) -> None:
    double(shop, "Orders", rows_of(shop, "Orders", orders[0].order_id)[0])
    service = shop.service

    found = audit.compare(
        service.database,
        service.lookup.rows,
        shop=SHOP,
        clock=service.clock,
        since=service.clock.now() + timedelta(hours=1),
    )

    assert found == Report(orders=0)


def test_a_comparison_costs_two_reads_and_two_more_where_something_seems_wrong(
    shop: Shop, merchant: Merchant, orders: list[SandboxOrder]
) -> None:
    def calls() -> Counter[str]:
        before = Counter(shop.sandbox.google.calls.by_kind)
        compare(shop)
        return Counter(shop.sandbox.google.calls.by_kind) - before

    look = Counter({"developerMetadata.search": 1, "values.batchGetByDataFilter": 1})
    compare(shop)  # The first one gets a token.
    assert calls() == look
    delete(shop, merchant, orders[0].order_id)
    assert calls() == look + look


def test_surplus_item_rows_of_an_order_whose_own_row_is_there_once_go_too(
    shop: Shop, orders: list[SandboxOrder]
) -> None:
    doubled = orders[1].order_id
    for row in reversed(rows_of(shop, "Items", doubled)):
        double(shop, "Items", row)
    report = compare(shop)
    assert report == Report(6, items=(doubled,))

    remove(shop, *report.items)

    assert shop.differences(orders) == []


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
