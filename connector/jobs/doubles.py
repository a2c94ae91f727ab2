"""Removes rows that stand in the sheet more than once, where that takes away nothing that anybody has added.

A row is surplus if it is equal to another in every cell of the connector's own columns, and the merchant has added
nothing to it. Each row is found by a tag of its own when it is deleted: it is deleted only where it still is, with
what was read of it a moment before. A change in the very second between that last look and the deletion is not seen.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connector.language import gettext as _
from connector.log import get_logger
from connector.models import Order
from connector.sheets import tags
from connector.sheets.client import SheetsApi
from connector.sheets.columns import COLUMNS, KEY, STATUS, Tab, tab_word
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.first_row import refuses_what_is_gone
from connector.sheets.layout import TabLayout
from connector.sheets.request_parts import create_metadata, delete_metadata, new_id, row_range
from connector.sheets.values import as_text
from connector.sheets.words import FIRST_STATUSES, Words
from connector.sheets.workbook import Workbook
from connector.store.database import Database
from connector.store.orders import find_orders

log = get_logger(__name__)

_TRIES = 3
_TAG = "wcsync.surplus"

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """What was done."""

    rows: int
    left: tuple[str, ...]
    """A sentence for each order of which rows were left that a person must look at."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A row of the sheet that belongs to a doubled order."""

    index: int
    own: Row
    """The connector's own columns."""
    others: Row
    """The merchant's, with the status where it is not the first one any more."""


def remove_doubles(
    database: Database, api: SheetsApi, workbook: Workbook, order_ids: Sequence[str], *, shop: str
) -> Removed:
    """Deletes the surplus rows of the orders in both tabs; of those that have none, nothing. Raises SheetsError."""
    with database.read() as connection:
        orders = {order.order_id: order for order in find_orders(connection, shop, order_ids)}
    removed = 0
    left: dict[str, str] = {}
    for tab in Tab:
        for _unused in range(_TRIES):
            # With tags that are made anew where a sort has scattered them: what follows relies on these.
            place = workbook.layout().tabs.get(tab)
            if place is None or KEY not in place.columns:
                break
            surplus, unclear = _surplus(api, workbook.spreadsheet_id, tab, place, set(order_ids), orders)
            left |= {order_id: _sentence(order_id, tab, rows) for order_id, rows in unclear.items()}
            if not surplus:
                break
            if not refuses_what_is_gone(api, workbook.spreadsheet_id, place):
                left |= {order_id: _by_hand(order_id, tab, rows) for order_id, rows in _by_order(surplus).items()}
                break
            try:
                removed += _delete(api, workbook.spreadsheet_id, tab, place, surplus)
            except SheetsError as error:
                if error.kind is not Kind.STALE:
                    raise
                continue  # Something has moved: what is surplus is looked for anew.
            break
    log.info("doubles.removed", rows=removed, left=len(left))
    return Removed(removed, tuple(left.values()))


def _surplus(
    api: SheetsApi, spreadsheet_id: str, tab: Tab, place: TabLayout, wanted: set[str], orders: dict[str, Order]
) -> tuple[list[_Found], dict[str, list[int]]]:
    """Rows that may go; and for orders of which that can't be told, their rows."""
    by_order: dict[str, list[_Found]] = defaultdict(list)
    key = place.columns[KEY]
    own = _own(tab, place)
    for index, values in enumerate(api.grid_values(spreadsheet_id, {"sheetId": place.sheet_id}, major="ROWS")):
        order_id = as_text(values[key]) if key < len(values) else ""
        if order_id in wanted:
            by_order[order_id].append(_read(index, values, own, place.words))
    surplus: list[_Found] = []
    unclear: dict[str, list[int]] = {}
    for order_id, found in by_order.items():
        times = _times(tab, found, orders.get(order_id))
        some = None if times is None else _surplus_of(found, times)
        if some is None:
            unclear[order_id] = [row.index for row in found]
        else:
            surplus += some
    return surplus, unclear


def _times(tab: Tab, found: Sequence[_Found], order: Order | None) -> int | None:
    """How many times an order's rows are there; None where that can't be told."""
    if tab is Tab.ORDERS:
        return len(found)
    if order is None or not order.items:
        return None
    if len(found) <= len(order.items):
        return 1
    return None if len(found) % len(order.items) else len(found) // len(order.items)


def _surplus_of(found: Sequence[_Found], times: int) -> list[_Found] | None:
    """All but one of each row that is there several times; None where one of them has what no other has."""
    groups: dict[Row, list[_Found]] = defaultdict(list)
    for row in found:
        groups[row.own].append(row)
    surplus: list[_Found] = []
    for rows in groups.values():
        if len(rows) % times:
            return None
        # Those to which something was added stay, and so do the first.
        rows.sort(key=lambda row: (not _has_additions(row), row.index))
        going = rows[len(rows) // times :]
        if any(_has_additions(row) for row in going):
            return None
        surplus += going
    return surplus


def _own(tab: Tab, place: TabLayout) -> list[int]:
    """The connector's own columns. The status is the merchant's, from the first moment on."""
    return [
        place.columns[column.key] for column in COLUMNS[tab] if column.key in place.columns and column.key != STATUS
    ]


def _read(index: int, values: Sequence[Any], own: Sequence[int], words: Words) -> _Found:
    def at(column: int) -> Any:
        value = values[column] if column < len(values) else ""
        return "" if value is None else value

    others = [at(column) for column in range(len(values)) if column not in own and at(column) != words.first_status]
    return _Found(index, tuple(at(column) for column in own), tuple(others))


def _has_additions(row: _Found) -> bool:
    # An empty check box holds FALSE.
    return any(value not in {"", *FIRST_STATUSES} and value is not False for value in row.others)


def _delete(api: SheetsApi, spreadsheet_id: str, tab: Tab, place: TabLayout, surplus: Sequence[_Found]) -> int:
    """Tags the rows, looks at them once more, and deletes those that are as they were, all or none."""
    marked = {new_id(): row for row in surplus}
    api.batch_update(spreadsheet_id, [_tag(tag_id, place.sheet_id, row.index) for tag_id, row in marked.items()])
    try:
        at = {
            entry["metadataId"]: entry.get("location", {}).get("dimensionRange", {}).get("startIndex", 0)
            for entry in api.find_metadata(spreadsheet_id, [{"metadataKey": _TAG}])
        }
        own = _own(tab, place)
        rows = api.grid_values(spreadsheet_id, {"sheetId": place.sheet_id}, major="ROWS")
        going = {
            tag_id: at[tag_id]
            for tag_id, row in marked.items()
            if tag_id in at
            and at[tag_id] < len(rows)
            and (now := _read(at[tag_id], rows[at[tag_id]], own, place.words)).own == row.own
            and not _has_additions(now)
        }
        requests = [tags.check_place("ROWS", tag_id, place.sheet_id, index) for tag_id, index in going.items()]
        requests += [_delete_row(place.sheet_id, index) for index in sorted(going.values(), reverse=True)]
        if requests:
            api.batch_update(spreadsheet_id, requests)
    finally:
        _untag(api, spreadsheet_id)
    return len(going)


def _untag(api: SheetsApi, spreadsheet_id: str) -> None:
    """Takes away the tags of the rows that are still there."""
    left = [entry["metadataId"] for entry in api.find_metadata(spreadsheet_id, [{"metadataKey": _TAG}])]
    if left:
        api.batch_update(spreadsheet_id, [delete_metadata(tag_id) for tag_id in left])


def _delete_row(sheet_id: int, index: int) -> dict[str, Any]:
    return {"deleteDimension": {"range": row_range(sheet_id, index)}}


def _tag(tag_id: int, sheet_id: int, index: int) -> dict[str, Any]:
    return create_metadata(_TAG, "surplus", {"dimensionRange": row_range(sheet_id, index)}, entry_id=tag_id)


def _by_order(surplus: Sequence[_Found]) -> dict[str, list[int]]:
    """The key is the first of the connector's own columns."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row in surplus:
        rows[as_text(row.own[0])].append(row.index)
    return rows


def _sentence(order_id: str, tab: Tab, rows: Sequence[int]) -> str:
    return _(
        "Order {order_id} stands in the tab of {tab} in the rows {numbers}. They are not "
        "alike, or something was added to more than one. See which to keep, and delete the "
        "others."
    ).format(order_id=order_id, tab=tab_word(tab), numbers=_numbers(rows))


def _by_hand(order_id: str, tab: Tab, rows: Sequence[int]) -> str:
    return _(
        "Order {order_id} stands in the tab of {tab} once too often: delete the rows "
        "{numbers}. It is not done here, because Google does not say when a row has moved."
    ).format(order_id=order_id, tab=tab_word(tab), numbers=_numbers(rows))


def _numbers(rows: Sequence[int]) -> str:
    return ", ".join(str(row + 1) for row in rows)
