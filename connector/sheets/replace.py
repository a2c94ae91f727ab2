"""What a batch changes in a row that is there already: always in cells that still hold what the connector left there.

Where its text is nowhere else in the column, Google finds the cell, wherever the row is by then. `complete` and
`unavailable` are not unique, and a note can't be searched for: then the row was looked up a moment before, and the
batch around it is refused where the tags tell that rows have moved since (see `tags.check_place`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.models import Order, Shown
from connector.sheets.columns import ITEMS_STATE, PRODUCTS, TOTAL
from connector.sheets.layout import TabLayout
from connector.sheets.request_parts import grid_range, update_cells
from connector.sheets.rows import items_text, pending_text, typed, typed_products, waits
from connector.sheets.words import ENGLISH_WORDS, Words

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """What was read of the rows of some orders a moment ago."""

    at: Mapping[str, int] = field(default_factory=dict)
    """The row in which each stands, by the order's id."""
    notes: Mapping[int, str] = field(default_factory=dict)
    """The notes on their cells in `Total`, by row."""


def must_be_found(order: Order, shows: Shown) -> bool:
    """Whether the order's row must be looked up, because no text in it is unique."""
    if order.shown is None:
        return False
    return bool(order.warning) or (
        order.shown is not Shown.WAITING and _before(order, ENGLISH_WORDS) != _after(order, shows, ENGLISH_WORDS)
    )


def columns_replaced(order: Order) -> set[str]:
    """The columns in which a cell may be changed."""
    if order.shown is None:
        return set()
    goods = [] if order.shown is Shown.COMPLETE else [PRODUCTS]
    return {ITEMS_STATE, *order.row_lacks, *goods, *([TOTAL] if order.warning else [])}


def replacements(tab_layout: TabLayout, order: Order, shows: Shown, rows: Rows) -> Iterator[Json]:
    """The requests for the order's row; none for an order without one."""
    if order.shown is None:
        return
    row = rows.at.get(order.order_id)
    yield from _fill_in(tab_layout, order, shows)
    before, after = _before(order, tab_layout.words), _after(order, shows, tab_layout.words)
    if before != after:
        if order.shown is Shown.WAITING:
            yield from _replace(tab_layout, ITEMS_STATE, before, after)
        elif row is not None:
            yield from _replace(tab_layout, ITEMS_STATE, before, after, row=row)
    if order.warning and row is not None and _is_ours(rows.notes.get(row, ""), order.warning):
        yield from _put_note(tab_layout, row, order.warning)


def _before(order: Order, words: Words) -> str:
    return items_text(order.order_id, order.shown or Shown.WAITING, order.row_change, words=words)


def _after(order: Order, shows: Shown, words: Words) -> str:
    return items_text(order.order_id, shows, order.change, words=words)


def _fill_in(tab_layout: TabLayout, order: Order, shows: Shown) -> Iterator[Json]:
    """The values that have come; and what the other cells say instead of waiting, or nothing."""
    if order.shown is None:
        return
    still, words = waits(order, shows), tab_layout.words
    found = pending_text(order.order_id, order.shown, words)
    for column in order.row_lacks:
        text = pending_text(order.order_id, shows, words) if column in still else typed(column, order) or ""
        if text != found:
            yield from _replace(tab_layout, column, found, text)
    if order.shown is not shows:
        # Rows from before the column was there hold no such text, and stay as they are.
        goods = typed_products(order) or "" if shows is Shown.COMPLETE else pending_text(order.order_id, shows, words)
        yield from _replace(tab_layout, PRODUCTS, found, goods)


def _replace(tab_layout: TabLayout, key: str, find: str, replacement: str, *, row: int | None = None) -> Iterator[Json]:
    """No hit means that the merchant changed or deleted the cell, and then it is left alone."""
    column = tab_layout.columns.get(key)
    if column is None:
        return
    rows = None if row is None else (row, row + 1)
    yield {
        "findReplace": {
            "find": find,
            "replacement": replacement,
            "matchCase": True,
            "matchEntireCell": True,
            "range": grid_range(tab_layout.sheet_id, rows=rows, columns=(column, column + 1)),
        }
    }


def _is_ours(note: str, warning: str) -> bool:
    """Whether a note may be written where this one is: none is there, or what was odd before more came."""
    return note != warning and warning.startswith(note)


def _put_note(tab_layout: TabLayout, row: int, note: str) -> Iterator[Json]:
    column = tab_layout.columns.get(TOTAL)
    if column is None:
        return
    yield update_cells(tab_layout.sheet_id, row, column, [[{"note": note}]], "note")
