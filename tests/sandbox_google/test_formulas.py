"""What becomes of references in formulas when rows, columns and tabs come, go and move."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.google import references
from sandbox.google.merchant import Merchant
from sandbox.google.ranges import Deletion, Insertion
from tests.sandbox_google.conftest import Shop
from tests.sandbox_google.test_dimensions import delete, insert


def formula(shop: Shop, text: str, tab: str = "Totals", row: int = 0) -> None:
    if tab not in shop.google.titles(shop.id):
        shop.batch({"addSheet": {"properties": {"title": tab}}})
    shop.put([text], title=tab, row=row)


def formulas(shop: Shop, tab: str = "Totals") -> list[Any]:
    return [row[0] for row in shop.values(tab) if row]


@pytest.fixture
def orders(shop: Shop) -> Shop:
    Merchant(shop.google, shop.id).rename_tab("Sheet1", "Orders")
    shop.put(["Order", "Total"], ["one", 1], ["two", 2], title="Orders")
    return shop


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("=SUM(Orders!H2:H)", "=SUM(Orders!H3:H)"),
        ("=SUM('Orders'!$H$2:$H$9)", "=SUM(Orders!$H$3:$H$10)"),
        ("=SUM(orders!H1:H)", "=SUM(orders!H1:H)"),
        ("=SUM(Orders!H1:H9)", "=SUM(Orders!H1:H10)"),
        ("=COUNTA(Orders!A:A)+Orders!B2", "=COUNTA(Orders!A:A)+Orders!B3"),
        ("=SUM(Orders!2:2)", "=SUM(Orders!3:3)"),
        ("=SUM(H2:H)", "=SUM(H2:H)"),
        ('="Orders!H2" & Orders!H2', '="Orders!H2" & Orders!H3'),
        ("=LOG10(Orders!A2)+Orders.B2", "=LOG10(Orders!A3)+Orders.B2"),
        ("=SUM(Sales[H2])", "=SUM(Sales[H2])"),
    ],
)
def test_a_row_inserted_at_row_2_moves_what_begins_there_and_grows_what_goes_around_it(
    orders: Shop, before: str, after: str
) -> None:
    formula(orders, before)

    orders.batch(insert(1, 2, before=False))

    assert formulas(orders) == [after]


def test_an_insertion_below_the_first_row_of_data_leaves_an_open_range_that_begins_there(orders: Shop) -> None:
    formula(orders, "=SUM(Orders!H2:H)")

    orders.batch(insert(2, 5))

    assert formulas(orders) == ["=SUM(Orders!H2:H)"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("=Orders!B3", "=Orders!B2"),
        ("=Orders!B2", "=#REF!"),
        ("=SUM(Orders!B2:B2)", "=SUM(#REF!)"),
        ("=SUM(Orders!B2:B5)", "=SUM(Orders!B2:B4)"),
        ("=SUM(Orders!B2:B)", "=SUM(Orders!B2:B)"),
    ],
)
def test_a_deleted_row_takes_its_references_along(orders: Shop, before: str, after: str) -> None:
    formula(orders, before)

    orders.batch(delete(1, 2))

    assert formulas(orders) == [after]


def test_references_follow_columns_that_come_go_and_move(orders: Shop) -> None:
    for row, text in enumerate(("=SUM(Orders!B:B)", "=Orders!A2", "=SUM(Orders!A1:C1)")):
        formula(orders, text, row=row)

    Merchant(orders.google, orders.id).insert_column("Orders", "B")
    assert formulas(orders) == ["=SUM(Orders!C:C)", "=Orders!A2", "=SUM(Orders!A1:D1)"]

    Merchant(orders.google, orders.id).move_column("Orders", "C", 0)
    assert formulas(orders)[:2] == ["=SUM(Orders!A:A)", "=Orders!B2"]

    Merchant(orders.google, orders.id).delete_column("Orders", "A")
    assert formulas(orders)[:2] == ["=SUM(#REF!)", "=Orders!A2"]


def test_a_formula_on_the_tab_itself_moves_with_its_rows_and_names_no_tab(orders: Shop) -> None:
    formula(orders, "=SUM(B2:B3)", tab="Orders", row=5)

    orders.batch(insert(2, 3))

    assert orders.values("Orders")[6] == ["=SUM(B2:B4)"]


def test_a_renamed_tab_is_renamed_in_formulas_and_a_deleted_one_is_gone_from_them(orders: Shop) -> None:
    formula(orders, "=Orders!B2+SUM('Orders'!B:B)")

    Merchant(orders.google, orders.id).rename_tab("Orders", "The bakery's")
    assert formulas(orders) == ["='The bakery''s'!B2+SUM('The bakery''s'!B:B)"]

    Merchant(orders.google, orders.id).delete_tab("The bakery's")
    assert formulas(orders) == ["=#REF!+SUM(#REF!)"]


def test_conditions_and_the_sources_of_charts_move_too(orders: Shop) -> None:
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$B2>Orders!$B$2"}]}
    rule = {"ranges": [{"startRowIndex": 1}], "booleanRule": {"condition": condition, "format": {}}}
    source = {"startRowIndex": 1, "endRowIndex": 9, "startColumnIndex": 1, "endColumnIndex": 2}
    series = {"series": {"sourceRange": {"sources": [source]}}}
    chart = {
        "spec": {"basicChart": {"chartType": "COLUMN", "series": [series]}},
        "position": {"overlayPosition": {"anchorCell": {"columnIndex": 5}}},
    }
    orders.batch({"addConditionalFormatRule": {"rule": rule}}, {"addChart": {"chart": chart}})

    orders.batch(insert(1, 2, before=False))

    sheet = orders.request("get", "", params={"fields": "sheets(conditionalFormats,charts)"})["sheets"][0]
    values = sheet["conditionalFormats"][0]["booleanRule"]["condition"]["values"]
    assert values == [{"userEnteredValue": "=$B3>Orders!$B$3"}]
    moved = sheet["charts"][0]["spec"]["basicChart"]["series"][0]["series"]["sourceRange"]["sources"]
    assert moved == [{**source, "startRowIndex": 2, "endRowIndex": 10}]


@given(st.integers(1, 60), st.integers(0, 30), st.integers(0, 70), st.integers(1, 5), st.booleans())
def test_rows_that_come_and_go_again_leave_every_reference_as_it_was(
    top: int, height: int, at: int, count: int, opened: bool
) -> None:
    text = f"=SUM($B${top}:B)" if opened else f"=SUM(B{top}:$B${top + height})"

    come = references.shifted(text, True, "Orders", "ROWS", Insertion(at, count))

    assert references.shifted(come, True, "Orders", "ROWS", Deletion(at, at + count)) == text
    assert references.shifted(text, False, "Orders", "ROWS", Insertion(at, count)) == text
