"""What the merchant has written into `Status`, the one column of `Orders` that the connector never writes again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from connector.sheets import tags
from connector.sheets.client import SheetsApi
from connector.sheets.column_stream import Column
from connector.sheets.columns import KEY, STATUS, Tab
from connector.sheets.layout import Layout
from connector.sheets.summary.listed import listed_statuses
from connector.sheets.values import as_text, columns_at_once
from connector.sheets.words import NEW, STATES, Words, state_of, words_spoken
from connector.sheets.workbook import Workbook


class MerchantStatus(StrEnum):
    """How far the merchant says an order has come. The names stand in the store."""

    CONFIRMED = "confirmed"
    PACKED = "packed"
    SENT = "sent"
    DONE = "done"
    CANCELLED = "cancelled"


_LOOKS_ANEW = 10
"""Reads after which it is looked anew where the tab stands, and whose the spreadsheet is."""
READS = 2
"""At the most, where the tabs have their tags."""
MerchantStatuses = Mapping[str, MerchantStatus | None]
"""By the ids of orders."""
PACKED = frozenset({MerchantStatus.PACKED, MerchantStatus.SENT, MerchantStatus.DONE, MerchantStatus.CANCELLED})
"""An order that says one of these is not to be prepared any more, as `Summary` counts it."""


def read_statuses(api: SheetsApi, workbook: Workbook) -> MerchantStatuses | None:
    """What `Status` says of each order, from the top of the sheet down; None where the tab or one of the two columns
    is gone. Raises SheetsError."""
    place = _find(workbook.look_for_rows())
    if place is None:
        return None
    ids, statuses, lists = _read(api, workbook.spreadsheet_id, place)
    rows = zip_longest(map(as_text, ids), map(as_text, statuses), fillvalue="")
    return {order_id: status_meant(status, *lists) for order_id, status in rows if order_id}


def status_meant(word: str, *lists: tuple[str, ...]) -> MerchantStatus | None:
    """What the word says, in one of the lists (see `state_of`) or in any language; None for New, and for what the
    merchant has made up."""
    state = state_of(word, *lists)
    return None if state is None or state == NEW else MerchantStatus(state)


def status_word(status: MerchantStatus) -> str:
    """As `Status` offers it, in the language that is spoken."""
    return words_spoken().statuses[STATES.index(status)]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where it stands what the orders' statuses are, and what words they go by."""

    sheet_id: int
    key: int
    status: int
    words: Words
    listed: Column | None
    """Of the summary, which holds the merchant's own words; they are read along."""


_Found = tuple[list[Any], list[Any], Sequence[tuple[str, ...]]]
"""The ids, what stands beside them, and the words for it: those in the summary count most, then the tab's own."""


def _find(layout: Layout) -> _Place | None:
    tab = layout.tabs.get(Tab.ORDERS)
    if tab is None or not {KEY, STATUS} <= tab.columns.keys():
        return None
    return _Place(tab.sheet_id, tab.columns[KEY], tab.columns[STATUS], tab.words, layout.summary_words)


def _read(api: SheetsApi, spreadsheet_id: str, place: _Place) -> _Found:
    columns = [Column(place.sheet_id, place.key), Column(place.sheet_id, place.status)]
    if place.listed is not None:
        columns.append(place.listed)
    ids, statuses, *names = columns_at_once(api, spreadsheet_id, columns)
    return ids, statuses, _lists(place.words, *names)


def _lists(words: Words, names: Sequence[Any] = ()) -> Sequence[tuple[str, ...]]:
    listed = listed_statuses(names, words)
    return [words.statuses] if listed is None else [listed, words.statuses]


class StatusReader:
    """Reads `Status` again and again, mostly with one read. For one thread at a time."""

    def __init__(self, may_decide: Callable[[Layout], bool]) -> None:
        """`may_decide`: whether what the sheet says is this installation's to act on."""
        self._may_decide = may_decide
        self._place: _Place | None = None
        self._times = 0

    def read(self, api: SheetsApi, workbook: Workbook) -> MerchantStatuses | None:
        """As `read_statuses`, but an order that stands there twice with different words has none."""
        self._times += 1
        # Where a read fails, it is looked anew.
        place, self._place = self._place, None
        found = None
        if place is not None and self._times % _LOOKS_ANEW:
            found = _read_by_tags(api, workbook.spreadsheet_id, place)
        if found is None:
            layout = workbook.look_for_rows()
            place = _find(layout) if self._may_decide(layout) else None
            if place is None:
                return None
            found = _read(api, workbook.spreadsheet_id, place)
        self._place = place
        return _by_order(*found)


def _read_by_tags(api: SheetsApi, spreadsheet_id: str, place: _Place) -> _Found | None:
    """The columns wherever they have been moved meanwhile; None where one of the two is gone."""
    ids, statuses = (tags.column_value(Tab.ORDERS, place.sheet_id, key) for key in (KEY, STATUS))
    sheet_ids = {ids: place.sheet_id, statuses: place.sheet_id}
    names = ""
    if place.listed is not None:
        names = tags.summary_words_value(place.listed.sheet_id)
        sheet_ids[names] = place.listed.sheet_id
    found = api.tagged_columns(spreadsheet_id, key=tags.COLUMN, sheet_ids=sheet_ids)
    if not {ids, statuses} <= found.keys():
        return None
    return found[ids], found[statuses], _lists(place.words, found.get(names, []))


def _by_order(ids: Sequence[Any], statuses: Sequence[Any], lists: Sequence[tuple[str, ...]]) -> MerchantStatuses:
    found: dict[str, str] = {}
    for order_id, status in zip_longest(map(as_text, ids), map(as_text, statuses), fillvalue=""):
        if order_id:
            found[order_id] = status if found.setdefault(order_id, status) == status else ""
    return {order_id: status_meant(status, *lists) for order_id, status in found.items()}
