"""How the tabs look when they are made, and that all of it is the merchant's afterwards."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connector.sheets.words import ENGLISH_WORDS
from sandbox.google import object_requests, validation
from sandbox.google.conditional import effective_format
from sandbox.google.draft import Draft
from sandbox.google.grid import Sheet
from sandbox.google.ranges import Area
from sandbox.google.reads import filtered_rows
from sandbox.google.validation import rule_at
from tests.merchant.book import ITEMS, ORDERS, Book, index_of, order_values

STATUSES = ENGLISH_WORDS.statuses

PHONE, NOTE, TOTAL, STATUS = (ORDERS.index(column) for column in ("phone", "note", "total", "status"))


def choices(sheet: Sheet, row: int) -> list[str] | None:
    rule = rule_at(sheet, row, STATUS)
    return None if rule is None else [value["userEnteredValue"] for value in rule["condition"]["values"]]


def look(sheet: Sheet, row: int, column: int) -> dict[str, Any]:
    """A cell's format, with what its conditional formats make of it."""
    return effective_format(sheet, row, column, sheet.cell(row, column))


def test_new_tabs_have_a_frozen_header_widths_a_filter_and_no_grid(book: Book) -> None:
    for tab, width in (("Orders", len(ORDERS)), ("Items", len(ITEMS))):
        sheet = book.sheet(tab)
        assert sheet.grid == {"frozenRowCount": 1, "hideGridlines": True}
        assert all(sheet.column_properties[index]["pixelSize"] >= 80 for index in range(width))
        assert sheet.row_properties[0] == {"pixelSize": 32}
        assert all(look(sheet, 0, column)["textFormat"] == {"bold": True} for column in range(width))
        # The filter begins at the header and ends below the last row, so that it takes new rows in and hides none.
        assert sheet.filter is not None
        assert sheet.filter.areas == (Area(sheet.sheet_id, 0, sheet.row_count, 0, width),)
        assert filtered_rows(sheet) == set()


def test_each_row_looks_like_the_first_ones(book: Book) -> None:
    """None of them like the header, and notes wrapped, whichever batch they came with."""
    book.send_and_wait(2)

    sheet = book.sheet("Orders")
    for row in range(1, 6):
        assert choices(sheet, row) == list(STATUSES)
        assert look(sheet, row, NOTE)["wrapStrategy"] == "WRAP"
        assert look(sheet, row, STATUS)["textFormat"]["foregroundColorStyle"]
        assert [look(sheet, row, column)["borders"] for column in range(len(ORDERS))] == [
            look(sheet, 1, 0)["borders"]
        ] * len(ORDERS)
        assert not any(
            "backgroundColorStyle" in (sheet.cell(row, column).format or {}) for column in range(len(ORDERS))
        )
    assert choices(sheet, 0) is None
    assert "foregroundColorStyle" not in look(sheet, 0, STATUS)["textFormat"]


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_has_a_colour_of_its_own_and_the_merchants_own_words_have_none(book: Book, status: str) -> None:
    book.merchant.set_cell("Orders", 1, STATUS, status)
    book.merchant.set_cell("Orders", 2, STATUS, "Ask Bob")

    sheet = book.sheet("Orders")
    others = [word for word in STATUSES if word != status]
    colours = []
    for word in (status, *others):
        book.merchant.set_cell("Orders", 1, STATUS, word)
        colours.append(str(look(book.sheet("Orders"), 1, STATUS)["backgroundColorStyle"]))
    assert len(set(colours)) == len(STATUSES)
    assert "backgroundColorStyle" not in look(sheet, 2, STATUS)


def test_orders_that_wait_or_were_given_up_stand_out(empty_book: Book) -> None:
    waiting = empty_book.an_order_waits()
    empty_book.an_order_without_a_token()

    sheet = empty_book.sheet("Orders")
    inks = [look(sheet, row, index_of("items"))["textFormat"]["foregroundColorStyle"] for row in (1, 2)]
    assert inks[0] != inks[1]
    empty_book.items_can_be_fetched(waiting)
    assert look(empty_book.sheet("Orders"), 1, index_of("items")).get("textFormat", {}) == {}


def test_an_amount_shows_its_currency_and_a_phone_leads_to_its_chat(empty_book: Book) -> None:
    orders = []
    for currency, phone in (("EUR", "491512345678"), ("JPY", "819012345678"), ("KWD", "0151 2345678")):
        order = empty_book.shop.sandbox.orders.make()
        items = tuple(replace(item, currency=currency, price=Decimal(20)) for item in order.items)
        orders.append(replace(order, currency=currency, customer_phone=phone, items=items))
        empty_book.shop.sandbox.whapi.send(orders[-1])
        empty_book.shop.wait_until_synced(orders)

    sheet = empty_book.sheet("Orders")
    patterns = [look(sheet, row, TOTAL)["numberFormat"]["pattern"] for row in (1, 2, 3)]
    assert patterns == ["[$€]#,##0.00", "[$¥]#,##0", "[$KWD] #,##0.000"]
    assert [look(sheet, row, PHONE).get("textFormat") for row in (1, 2, 3)] == [
        {"link": {"uri": "https://wa.me/491512345678"}},
        {"link": {"uri": "https://wa.me/819012345678"}},
        None,
    ]
    assert [sheet.cell(row, PHONE).value for row in (1, 2, 3)] == ["491512345678", "819012345678", "01512345678"]
    currencies = [look(empty_book.sheet("Items"), 1, column)["numberFormat"]["pattern"][:4] for column in (7, 9)]
    assert currencies == ["[$€]", "[$€]"]


def test_a_status_that_the_merchant_chose_is_never_written_again(book: Book) -> None:
    waiting = book.an_order_waits()
    for row, text in enumerate(("Done", "", "packed by Bob", "Confirmed"), 1):
        book.merchant.set_cell("Orders", row, STATUS, text)
    before = [row[STATUS] for row in book.values("Orders")]

    book.items_can_be_fetched(waiting)
    book.send_and_wait(2)

    assert [row[STATUS] for row in book.values("Orders")] == [*before, "New", "New"]


def remove_looks(draft: Draft, sheet_id: int) -> None:
    """The merchant's hands: no list, no colours, no filter; the grid back, notes cut off, and a width of their own."""
    sheet = draft.edit(sheet_id)
    validation.set_rule(sheet, Area(sheet_id), None)
    while sheet.conditional_formats:
        object_requests.delete_conditional_format_rule(draft, {"sheetId": sheet_id, "index": 0})
    object_requests.clear_basic_filter(draft, {"sheetId": sheet_id})
    sheet.grid.clear()
    sheet.column_properties[NOTE] = {"pixelSize": 77}
    for row in range(1, sheet.row_count):
        cell = sheet.cell(row, NOTE)
        sheet.put(row, NOTE, cell._replace(format={**(cell.format or {}), "wrapStrategy": "CLIP"}))


def test_looks_that_the_merchant_removed_stay_removed(book: Book) -> None:
    sheet_id = book.sheet("Orders").sheet_id
    book.edit(lambda draft: remove_looks(draft, sheet_id))

    book.an_order_arrives()
    book.merchant.sort("Orders", "B", descending=True)
    book.send_and_wait(2)

    sheet = book.sheet("Orders")
    assert (sheet.validations, sheet.conditional_formats, sheet.filter, sheet.grid) == ((), (), None, {})
    assert sheet.column_properties[NOTE] == {"pixelSize": 77}
    assert {look(sheet, row, NOTE)["wrapStrategy"] for row in range(1, 7)} == {"CLIP"}


def test_looks_of_the_merchants_own_go_on_in_new_rows(book: Book) -> None:
    def paint(draft: Draft) -> None:
        sheet = draft.edit(book.sheet("Orders").sheet_id)
        for row in range(1, sheet.row_count):
            cell = sheet.cell(row, PHONE)
            bold = {"textFormat": {**(cell.format or {}).get("textFormat", {}), "bold": True, "fontSize": 14}}
            sheet.put(row, PHONE, cell._replace(format={**(cell.format or {}), **bold}))

    book.edit(paint)

    (order,) = book.send_and_wait()

    assert look(book.sheet("Orders"), 4, PHONE)["textFormat"] == {
        "bold": True,
        "fontSize": 14,
        "link": {"uri": f"https://wa.me/{order.customer_phone}"},
    }


def test_tabs_of_an_older_version_stay_as_they_look(book: Book) -> None:
    """Tabs that are there already, with tags or only with their titles, are not formatted."""
    for tab in ("Orders", "Items"):
        sheet_id = book.sheet(tab).sheet_id
        book.edit(lambda draft, sheet_id=sheet_id: remove_looks(draft, sheet_id))  # type: ignore[misc]
    book.merchant.snapshot("older")
    book.google.unknowns.restore_keeps_metadata = False
    book.merchant.restore("older")

    book.an_order_arrives()

    sheet = book.sheet("Orders")
    assert (sheet.validations, sheet.conditional_formats, sheet.filter, sheet.grid) == ((), (), None, {})


def test_where_google_refuses_the_looks_the_orders_come_in_all_the_same(
    empty_book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    condition = {"type": "ONE_OF_LIST", "values": []}
    wrong = {"setDataValidation": {"range": {"sheetId": 0}, "rule": {"condition": condition}}}
    monkeypatch.setattr("connector.sheets.tabs.format_tab", lambda _tab, _sheet_id: iter([wrong]))

    orders = empty_book.send_and_wait(2)

    rows = [dict(zip(ORDERS, row, strict=False)) for row in empty_book.values("Orders")[1:]]
    assert rows == [
        {
            key: value
            for key, value in empty_book.numbered(order_values(order)).items()
            if value is not None or key != "items"
        }
        for order in orders
    ]
    assert empty_book.sheet("Orders").grid == {"frozenRowCount": 1}
