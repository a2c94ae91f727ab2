"""The merchant's hands: edits as a person makes them in the browser.

Each edit is one change, as atomic as a batch of the API, and made with the owner's rights. Tabs are named by
title or id, columns by index or letter, rows by index; indexes begin at 0, as in the API.
"""

from collections.abc import Callable
from copy import copy
from typing import Any, TypeAlias

from sandbox.google import (
    dimension_requests,
    find_requests,
    object_requests,
    owner_tables,
    sheet_requests,
    validation,
    value_ranges,
)
from sandbox.google.draft import Draft
from sandbox.google.errors import Refused
from sandbox.google.grid import Content
from sandbox.google.owner import (
    Column,
    Tab,
    column_index,
    delete,
    edited,
    insert,
    line_index,
    no_reply,
    set_hidden,
    set_properties,
    span,
    tab_of,
)
from sandbox.google.ranges import COLUMNS, ROWS, Area
from sandbox.google.spreadsheet import Spreadsheet
from sandbox.google.standin import GoogleStandIn

Change: TypeAlias = Callable[[Draft], None]

CHECKBOX_ROWS = 1000


class Merchant:
    """The owner of one spreadsheet. What cannot be done raises Refused with a sentence."""

    def __init__(self, google: GoogleStandIn, spreadsheet_id: str) -> None:
        self._google = google
        self._id = spreadsheet_id

    @property
    def _file(self) -> Spreadsheet:
        return self._google.spreadsheets[self._id]

    def _edit(self, change: Change) -> None:
        self._file.commit(None, self._google.unknowns, change)

    # Cells

    def set_cell(self, tab: Tab, row: int, column: Column, text: str) -> None:
        """Types a text into a cell; it becomes a number, a date or a formula as it would in the browser."""

        def change(draft: Draft) -> None:
            sheet = edited(draft, tab)
            place = line_index(sheet, ROWS, row), column_index(sheet, column)
            sheet.put(*place, value_ranges.entered(sheet.cell(*place), text, "USER_ENTERED"))

        self._edit(change)

    def set_note(self, tab: Tab, row: int, column: Column, text: str) -> None:
        def change(draft: Draft) -> None:
            sheet = edited(draft, tab)
            place = line_index(sheet, ROWS, row), column_index(sheet, column)
            sheet.put(*place, sheet.cell(*place)._replace(note=text or None))

        self._edit(change)

    def clear_row(self, tab: Tab, row: int) -> None:
        """Empties a row's cells; the row stays."""

        def change(draft: Draft) -> None:
            sheet = edited(draft, tab)
            index = line_index(sheet, ROWS, row)
            cells = sheet.rows[index] or {}
            sheet.put_row(index, {column: cell._replace(value=None) for column, cell in cells.items()})

        self._edit(change)

    def rename_column(self, tab: Tab, column: Column, text: str) -> None:
        """Writes another title into the header."""

        def change(draft: Draft) -> None:
            sheet = edited(draft, tab)
            index = column_index(sheet, column)
            sheet.put(0, index, sheet.cell(0, index)._replace(value=text or None))

        self._edit(change)

    def checkbox_column(self, tab: Tab, column: Column) -> None:
        """Check boxes below the header down to row 1000: a rule, and FALSE in every cell that was empty."""

        def change(draft: Draft) -> None:
            sheet = edited(draft, tab)
            index = column_index(sheet, column)
            if sheet.row_count < CHECKBOX_ROWS:
                sheet.rows.extend([None] * (CHECKBOX_ROWS - sheet.row_count))
            area = Area(sheet.sheet_id, 1, CHECKBOX_ROWS, index, index + 1)
            validation.set_rule(sheet, area, {"condition": {"type": "BOOLEAN"}, "strict": True})
            for row in range(1, CHECKBOX_ROWS):
                cell = sheet.cell(row, index)
                if cell.value is None:
                    sheet.put(row, index, cell._replace(value=False))

        self._edit(change)

    # Tabs

    def rename_tab(self, tab: Tab, title: str) -> None:
        self._edit(lambda draft: set_properties(draft, tab, {"title": title}))

    def add_tab(self, title: str) -> None:
        self._edit(lambda draft: no_reply(sheet_requests.add_sheet(draft, {"properties": {"title": title}})))

    def add_chart_tab(self, title: str, index: int = 0) -> None:
        """A tab that holds nothing but a chart: it has no cells."""
        self._edit(lambda draft: no_reply(sheet_requests.add_object_sheet(draft, title, index)))

    def delete_tab(self, tab: Tab) -> None:
        def change(draft: Draft) -> None:
            sheet_requests.delete_sheet(draft, {"sheetId": tab_of(draft, tab).sheet_id})

        self._edit(change)

    def duplicate_tab(self, tab: Tab, title: str | None = None) -> None:
        """The copy stands right of the original."""

        def change(draft: Draft) -> None:
            sheet = tab_of(draft, tab)
            index = list(draft.content.sheets).index(sheet.sheet_id) + 1
            body: dict[str, Any] = {"sourceSheetId": sheet.sheet_id, "insertSheetIndex": index}
            sheet_requests.duplicate_sheet(draft, {**body, "newSheetName": title} if title else body)

        self._edit(change)

    def move_tab(self, tab: Tab, index: int) -> None:
        self._edit(lambda draft: set_properties(draft, tab, {"index": index}))

    def hide_tab(self, tab: Tab, hidden: bool = True) -> None:
        self._edit(lambda draft: set_properties(draft, tab, {"hidden": hidden}))

    # Rows and columns

    def insert_rows(self, tab: Tab, row: int, count: int = 1) -> None:
        self._edit(lambda draft: insert(draft, tab, ROWS, row, count))

    def delete_rows(self, tab: Tab, row: int, count: int = 1) -> None:
        self._edit(lambda draft: delete(draft, tab, ROWS, row, count))

    def insert_column(self, tab: Tab, column: Column, title: str = "") -> None:
        """A column before another, with a title in the header."""

        def change(draft: Draft) -> None:
            index = column_index(tab_of(draft, tab), column)
            insert(draft, tab, COLUMNS, index, 1)
            if title:
                sheet = edited(draft, tab)
                sheet.put(0, index, sheet.cell(0, index)._replace(value=title))

        self._edit(change)

    def delete_column(self, tab: Tab, column: Column) -> None:
        self._edit(lambda draft: delete(draft, tab, COLUMNS, column_index(tab_of(draft, tab), column), 1))

    def move_column(self, tab: Tab, column: Column, before: int) -> None:
        """`before` is the index of the column before which it lands, counted before the move."""

        def change(draft: Draft) -> None:
            sheet = tab_of(draft, tab)
            source = span(sheet, COLUMNS, column_index(sheet, column), 1)
            dimension_requests.move_dimension(draft, {"source": source, "destinationIndex": before})

        self._edit(change)

    def hide_column(self, tab: Tab, column: Column) -> None:
        self._edit(
            lambda draft: set_hidden(draft, tab, COLUMNS, column_index(tab_of(draft, tab), column), 1, hidden=True)
        )

    def show_column(self, tab: Tab, column: Column) -> None:
        self._edit(
            lambda draft: set_hidden(draft, tab, COLUMNS, column_index(tab_of(draft, tab), column), 1, hidden=False)
        )

    def hide_rows(self, tab: Tab, row: int, count: int = 1) -> None:
        self._edit(lambda draft: set_hidden(draft, tab, ROWS, row, count, hidden=True))

    def show_rows(self, tab: Tab, row: int, count: int = 1) -> None:
        self._edit(lambda draft: set_hidden(draft, tab, ROWS, row, count, hidden=False))

    # Sorting and filtering

    def sort(self, tab: Tab, column: Column, descending: bool = False) -> None:
        """Sorts everything below the header by a column."""

        def change(draft: Draft) -> None:
            sheet = tab_of(draft, tab)
            area = draft.bounded(Area(sheet.sheet_id, row=max(1, sheet.grid.get("frozenRowCount", 0))))
            order = "DESCENDING" if descending else "ASCENDING"
            spec = {"dimensionIndex": column_index(sheet, column), "sortOrder": order}
            find_requests.sort_rows(draft, area, [spec])

        self._edit(change)

    def set_filter(self, tab: Tab, column: Column = 0, hidden_values: list[Any] | None = None) -> None:
        """Puts a filter on the whole tab; rows with one of the hidden values in the column disappear."""

        def change(draft: Draft) -> None:
            sheet = tab_of(draft, tab)
            body: dict[str, Any] = {"range": draft.bounded(Area(sheet.sheet_id)).to_json()}
            if hidden_values:
                criteria = {"hiddenValues": [str(value) for value in hidden_values]}
                body["criteria"] = {str(column_index(sheet, column)): criteria}
            object_requests.set_basic_filter(draft, {"filter": body})

        self._edit(change)

    def clear_filter(self, tab: Tab) -> None:
        def change(draft: Draft) -> None:
            object_requests.clear_basic_filter(draft, {"sheetId": tab_of(draft, tab).sheet_id})

        self._edit(change)

    # Tables

    def convert_to_table(self, tab: Tab, name: str | None = None, types: list[Any] | None = None) -> None:
        """*Convert to table* on all that is filled. `types` names the columns' types from the left; null: untyped."""
        self._edit(lambda draft: owner_tables.convert(draft, tab, name, types))

    def revert_tables(self, tab: Tab) -> None:
        """The tab's tables become plain cells again, with all that they hold."""
        self._edit(lambda draft: owner_tables.revert(draft, tab))

    # Rights

    def protect(
        self,
        tab: Tab,
        row: int | None = None,
        end_row: int | None = None,
        column: int | None = None,
        end_column: int | None = None,
        warning_only: bool = False,
    ) -> None:
        """Protects a tab, or a part of it, from everybody but the owner."""

        def change(draft: Draft) -> None:
            area = Area(tab_of(draft, tab).sheet_id, row, end_row, column, end_column)
            given = {"range": area.to_json(), "warningOnly": warning_only}
            object_requests.add_protected_range(draft, {"protectedRange": given})

        self._edit(change)

    def unprotect(self, tab: Tab) -> None:
        """Takes every protection off a tab."""
        self._edit(lambda draft: edited(draft, tab).protections.clear())

    def share(self, role: str) -> None:
        """What the service account may do from now on: writer, reader or none."""
        self._file.share(role)

    def trash(self, trashed: bool = True) -> None:
        self._file.trashed = trashed

    # Versions and copies

    def snapshot(self, name: str) -> None:
        """Names the present version, so that it can be restored."""
        self._file.snapshots[name] = self._file.content

    def restore(self, name: str) -> None:
        """Goes back to a named version. The tags are gone afterwards, unless `restore_keeps_metadata`: what
        Google does is not known, and this is the worse case."""
        if name not in self._file.snapshots:
            raise Refused(f"There is no version with the name {name}.")
        old = self._file.snapshots[name].copy()
        if not self._google.unknowns.restore_keeps_metadata:
            old.metadata = {}

        def change(draft: Draft) -> None:
            draft.content = old

        self._edit(change)

    def copy_spreadsheet(self, new_id: str, title: str | None = None) -> None:
        """Makes a copy under a new id, shared with the service account;
        with the tags unless switched otherwise."""
        if new_id in self._google.spreadsheets:
            raise Refused(f"There is a spreadsheet with the id {new_id} already.")
        content: Content = copy(self._file.content).copy()
        content.title = title or f"Copy of {content.title}"
        if not self._google.unknowns.copy_keeps_metadata:
            content.metadata = {}
        self._google.spreadsheets[new_id] = Spreadsheet(new_id, content)


ACTIONS = frozenset(name for name in vars(Merchant) if not name.startswith("_"))
