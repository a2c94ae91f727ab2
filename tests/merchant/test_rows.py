"""Rows are the merchant's too: sorted, filtered, hidden, deleted, inserted, commented. New rows go below ours."""

import pytest

from connector.settings import SHOP
from connector.store.tables import past_orders
from sandbox.google import dimension_requests, sheet_requests
from sandbox.google.draft import Draft
from tests.merchant.book import ITEMS, MINE, ORDERS, Book, index_of


def end_the_grid_below(book: Book, tab: str, row: int) -> None:
    """Deletes every row below one, also where Google wants the header unfrozen for it."""
    sheet_id = book.sheet(tab).sheet_id
    properties = {"sheetId": sheet_id, "gridProperties": {"frozenRowCount": 0}}
    body = {"properties": properties, "fields": "gridProperties.frozenRowCount"}
    book.edit(lambda draft: sheet_requests.update_sheet_properties(draft, body))
    book.merchant.delete_rows(tab, row + 1, book.sheet(tab).row_count - row - 1)


@pytest.mark.parametrize("tags_move", [True, False])
def test_after_a_sort_by_any_column_new_orders_still_go_below_the_last(book: Book, tags_move: bool) -> None:
    book.google.unknowns.sort_moves_metadata = tags_move
    for column in range(len(ORDERS)):
        descending = column % 2 == 0
        book.merchant.sort("Orders", column, descending)
        book.merchant.sort("Items", column % len(ITEMS), descending)
        order = book.an_order_arrives()
        assert book.values("Orders")[book.end("Orders") - 1][0] == order.order_id
        book.google.quota.refill()


def test_a_sort_mixes_the_merchants_own_rows_in_and_new_orders_still_go_below_the_last_of_ours(book: Book) -> None:
    for row in (4, 5, 6, 9):
        book.merchant.set_cell("Orders", row, index_of("customer"), f"! by telephone {row}")

    for column in ("C", "A", "B", "J", "C"):
        for descending in (True, False):
            book.merchant.sort("Orders", column, descending)
            book.an_order_arrives()


def test_a_sort_costs_the_next_order_a_few_calls_more_and_then_it_is_one_read_and_one_write_again(book: Book) -> None:
    last = book.sent[-1].order_id
    # Ids are random: whichever way takes the last row elsewhere.
    book.merchant.sort("Orders", "A", descending=last != min(order.order_id for order in book.sent))
    assert book.values("Orders")[3][0] != last
    book.google.calls.clear()
    book.send_and_wait()
    after_the_sort = dict(book.google.calls.by_kind)
    book.google.calls.clear()

    book.send_and_wait()

    assert dict(book.google.calls.by_kind) == {"developerMetadata.search": 1, "batchUpdate": 1}
    assert after_the_sort == {
        "developerMetadata.search": 2,
        "get": 1,
        "values.batchGetByDataFilter": 1,
        "batchUpdate": 2,
    }


def test_a_row_that_was_dragged_elsewhere_stays_there(book: Book) -> None:
    def drag(draft: Draft) -> None:
        source = {"sheetId": book.sheet("Orders").sheet_id, "dimension": "ROWS", "startIndex": 3, "endIndex": 4}
        dimension_requests.move_dimension(draft, {"source": source, "destinationIndex": 1})

    book.edit(drag)

    book.an_order_arrives()


def test_a_filter_hides_no_new_order_and_loses_none(book: Book) -> None:
    book.merchant.set_filter("Orders", index_of("status"), ["New"])
    book.merchant.set_filter("Items", "A")

    book.an_order_arrives()
    book.an_order_arrives()


@pytest.mark.parametrize("inherited", [True, False])
def test_hidden_rows_stay_hidden_and_new_ones_are_to_be_seen(book: Book, inherited: bool) -> None:
    book.google.unknowns.inserted_rows_inherit_hidden = inherited
    book.merchant.hide_rows("Orders", 2, 2)
    # The orders are drawn, and may have so few lines that there are not five rows to be left in sight.
    book.merchant.hide_rows("Items", 1, max(len(book.grid("Items")) - 5, 1))

    book.an_order_arrives()

    hidden = {row for row, properties in book.sheet("Orders").row_properties.items() if properties.get("hiddenByUser")}
    assert hidden == {2, 3}


@pytest.mark.parametrize("row", [1, 2, 3])
def test_a_row_that_was_deleted_does_not_come_back(book: Book, row: int) -> None:
    book.merchant.delete_rows("Orders", row)
    book.merchant.delete_rows("Items", row)

    book.an_order_arrives()
    assert len(book.values("Orders")) == 4


def test_after_all_orders_were_deleted_new_ones_begin_below_the_header_and_do_not_look_like_it(book: Book) -> None:
    book.merchant.delete_rows("Orders", 1, 3)
    book.merchant.delete_rows("Items", 1, book.end("Items") - 1)

    book.an_order_arrives()

    fonts = [(cell.format or {}).get("textFormat", {}) for cell in book.grid("Orders")[1]]
    assert [font for font in fonts if font.get("bold")] == []
    book.an_order_arrives()


def test_the_grid_may_end_right_below_the_header(book: Book) -> None:
    for tab in ("Orders", "Items"):
        end_the_grid_below(book, tab, 0)

    book.an_order_arrives()
    book.an_order_arrives()


def test_the_grid_may_end_right_below_the_last_order(book: Book) -> None:
    for tab in ("Orders", "Items"):
        end_the_grid_below(book, tab, book.end(tab) - 1)

    book.an_order_arrives()
    book.an_order_arrives()


def test_the_grid_may_end_right_below_the_header_before_the_first_order(empty_book: Book) -> None:
    (first,) = empty_book.send_and_wait()
    for tab in ("Orders", "Items"):
        end_the_grid_below(empty_book, tab, 0)
    assert [empty_book.sheet(tab).row_count for tab in ("Orders", "Items")] == [1, 1]

    empty_book.an_order_arrives()
    assert first.order_id not in [row[0] for row in empty_book.values("Orders")]


def test_after_header_and_all_rows_were_deleted_new_orders_go_on_in_the_tagged_columns(book: Book) -> None:
    book.merchant.delete_rows("Orders", 0, 4)

    book.an_order_arrives(orders_end=1)
    book.an_order_arrives()


def test_the_header_may_be_deleted(book: Book) -> None:
    book.merchant.delete_rows("Orders", 0)

    book.an_order_arrives()


def test_blank_rows_in_between_are_left_blank(book: Book) -> None:
    book.merchant.insert_rows("Orders", 2, 3)
    book.merchant.insert_rows("Items", 2, 1)
    book.merchant.clear_row("Orders", 1)

    book.an_order_arrives()


def test_blank_rows_right_below_the_last_order_do_not_part_the_next_from_it(book: Book) -> None:
    book.merchant.insert_rows("Orders", 4, 2)
    book.merchant.insert_rows("Items", book.end("Items"), 2)

    book.an_order_arrives()


def test_blank_rows_in_between_are_gone_after_a_sort_and_leave_no_gap(book: Book) -> None:
    book.merchant.insert_rows("Orders", 2, 3)
    book.merchant.sort("Orders", "B")

    book.an_order_arrives()
    assert [row[0] for row in book.values("Orders")[1:]] == [order.order_id for order in book.sent]


def test_a_last_row_that_was_emptied_stays_empty(book: Book) -> None:
    book.merchant.clear_row("Orders", 3)

    book.an_order_arrives(orders_end=4)


def test_rows_above_the_header_stay_there(book: Book) -> None:
    for tab in ("Orders", "Items"):
        book.merchant.insert_rows(tab, 0, 2)
        book.merchant.set_cell(tab, 0, "A", "Orders of my shop")
        book.merchant.set_note(tab, 1, "C", "a remark")

    book.an_order_arrives()
    book.merchant.delete_rows("Orders", 3, 4)
    book.an_order_arrives(orders_end=3)


def test_a_column_of_check_boxes_down_to_row_1000_keeps_each_of_them(book: Book) -> None:
    book.merchant.insert_column("Orders", index_of("customer"), "Done")
    book.merchant.checkbox_column("Orders", index_of("customer"))
    book.merchant.set_cell("Orders", 2, index_of("customer"), "TRUE")
    columns = [*ORDERS[:3], MINE, *ORDERS[3:]]

    book.an_order_arrives(orders=columns)
    for descending in (False, True):
        book.merchant.sort("Orders", index_of("customer"), descending)
        book.an_order_arrives(orders=columns)
    assert [row[3] for row in book.values("Orders")[1:]].count(True) == 1
    rules = [placed.areas[0] for placed in book.sheet("Orders").validations]
    assert (1, 3) in [(area.row, area.column) for area in rules]


def test_notes_right_below_far_below_and_in_the_key_column_move_down_unchanged(book: Book) -> None:
    for row, column in ((4, "B"), (5, "A"), (40, "A"), (49, "K")):
        book.merchant.set_cell("Orders", row, column, f"a text of mine in {column}")
        book.merchant.set_note("Orders", row, column, "and a remark")
    book.merchant.set_cell("Items", book.end("Items"), "A", "Total")

    book.an_order_arrives()
    book.merchant.delete_rows("Orders", 4)  # the last order: the end must be looked for
    book.an_order_arrives()


def test_an_order_that_the_merchant_typed_in_right_below_stays_below(book: Book) -> None:
    for column, text in enumerate(["T-1", "2026-11-23", "Mrs Telephone", "123"]):
        book.merchant.set_cell("Orders", 4, column, text)

    book.an_order_arrives()
    for descending in (True, False):
        book.merchant.sort("Orders", "A", descending)
        book.an_order_arrives()
    assert [row[0] for row in book.values("Orders")].count("T-1") == 1


def test_cells_of_ours_that_the_merchant_changed_stay_changed(book: Book) -> None:
    book.merchant.set_cell("Orders", 1, index_of("status"), "Shipped")
    book.merchant.set_cell("Orders", 2, index_of("items"), "picked up")
    book.merchant.set_cell("Orders", 3, "A", "another number")
    book.merchant.set_cell("Items", 1, "G", "99")

    book.an_order_arrives(orders_end=4)
    assert ITEMS[6] == "quantity"
    assert book.values("Items")[1][6] == 99


def test_a_text_of_the_merchants_in_the_key_column_is_no_row_even_if_the_store_knows_it_as_an_id(book: Book) -> None:
    """A store that meets a filled spreadsheet learns all that stands in the key column, so that nothing is doubled."""
    database = book.shop.service.database
    note = f"note of {book.sent[0].order_id}"
    database.write(lambda connection: connection.execute(past_orders.insert().values(shop=SHOP, order_id=note)))
    book.merchant.set_cell("Orders", 20, "A", note)
    book.merchant.delete_rows("Orders", 3)  # the last order: the end must be looked for

    book.an_order_arrives(orders_end=3)
