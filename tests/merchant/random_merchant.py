"""A merchant who edits at random, as drawn numbers say."""

from typing import Any

from hypothesis import strategies as st

from sandbox.google.errors import Refused
from sandbox.google.grid import Sheet
from tests.merchant.book import Book


class RandomMerchant:
    """Does what the drawn numbers say. Every text is written once only, so that none can be mistaken for another."""

    def __init__(self, book: Book, data: st.DataObject) -> None:
        self.book = book
        self._data = data
        self._texts = 0
        self._versions = 0

    def edits(self) -> None:
        """One edit. What Google doesn't let a person do is not done."""
        edit = self.pick(
            self.renames_a_column,
            self.inserts_a_column,
            self.deletes_a_column,
            self.moves_a_column,
            self.sorts,
            self.sorts,
            self.inserts_rows,
            self.deletes_rows,
            self.types_below,
            self.types_beside,
            self.filters,
            self.hides,
            self.renames_a_tab,
            self.duplicates_a_tab,
            self.deletes_a_tab,
            self.saves_a_version,
            self.restores_a_version,
        )
        try:
            edit()
        except Refused:
            return

    def pick(self, *of: Any) -> Any:
        return self._data.draw(st.sampled_from(of))

    def number(self, least: int, most: int) -> int:
        return self._data.draw(st.integers(least, max(least, most)))

    def text(self) -> str:
        self._texts += 1
        return f"my text {self._texts}"

    def sheet(self) -> Sheet:
        """One of the tabs in which orders or items are, or were."""
        titles = [title for title in self.book.google.titles(self.book.spreadsheet_id) if title != "Sheet1"]
        return self.book.sheet(self.pick(*titles)) if titles else self.book.sheet("Sheet1")

    def renames_a_column(self) -> None:
        sheet = self.sheet()
        self.book.merchant.rename_column(sheet.sheet_id, self.number(0, sheet.column_count - 1), self.text())

    def inserts_a_column(self) -> None:
        sheet = self.sheet()
        column = self.number(0, sheet.column_count - 1)
        self.book.merchant.insert_column(sheet.sheet_id, column, self.text())
        for row in (1, 2, 4):
            self.book.merchant.set_cell(sheet.sheet_id, row, column, self.text())

    def deletes_a_column(self) -> None:
        """Any but the key: without it nothing here could tell whose row is whose."""
        sheet = self.sheet()
        column = self.number(0, sheet.column_count - 1)
        if column not in [columns.get("order_id") for columns in self.columns(sheet).values()]:
            self.book.merchant.delete_column(sheet.sheet_id, column)

    def moves_a_column(self) -> None:
        sheet = self.sheet()
        self.book.merchant.move_column(
            sheet.sheet_id, self.number(0, sheet.column_count - 1), self.number(0, sheet.column_count)
        )

    def sorts(self) -> None:
        sheet = self.sheet()
        self.book.merchant.sort(sheet.sheet_id, self.number(0, sheet.column_count - 1), self.pick(True, False))

    def inserts_rows(self) -> None:
        self.book.merchant.insert_rows(self.sheet().sheet_id, self.number(0, 8), self.number(1, 2))

    def deletes_rows(self) -> None:
        sheet = self.sheet()
        if sheet.row_count > 11:  # else there may be none to delete where it looks
            self.book.merchant.delete_rows(sheet.sheet_id, self.number(1, 8), self.pick(1, 1, 2, sheet.row_count - 10))

    def types_below(self) -> None:
        sheet = self.sheet()
        row = len(self.book.grid(sheet.title)) + self.number(0, 3)
        self.book.merchant.set_cell(sheet.sheet_id, row, self.number(0, sheet.column_count - 1), self.text())
        self.book.merchant.set_note(sheet.sheet_id, row, 0, self.text())

    def types_beside(self) -> None:
        """Into a column of the merchant's own, where there is one."""
        sheet = self.sheet()
        ours = {index for columns in self.columns(sheet).values() for index in columns.values()}
        own = [column for column in range(sheet.column_count) if column not in ours]
        if own:
            self.book.merchant.set_cell(sheet.sheet_id, self.number(1, 6), self.pick(*own), self.text())

    def filters(self) -> None:
        sheet = self.sheet()
        if sheet.filter:
            self.book.merchant.clear_filter(sheet.sheet_id)
        else:
            self.book.merchant.set_filter(sheet.sheet_id, self.number(0, sheet.column_count - 1), ["New"])

    def hides(self) -> None:
        sheet = self.sheet()
        self.book.merchant.hide_column(sheet.sheet_id, self.number(0, sheet.column_count - 1))
        self.book.merchant.hide_rows(sheet.sheet_id, self.number(1, 6))

    def renames_a_tab(self) -> None:
        self.book.merchant.rename_tab(self.sheet().sheet_id, self.pick("Orders", "Items", self.text()))

    def duplicates_a_tab(self) -> None:
        if len(self.book.google.titles(self.book.spreadsheet_id)) < 6:
            self.book.merchant.duplicate_tab(self.sheet().sheet_id)

    def deletes_a_tab(self) -> None:
        self.book.merchant.delete_tab(self.sheet().sheet_id)

    def saves_a_version(self) -> None:
        self._versions += 1
        self.book.merchant.snapshot(f"version {self._versions}")

    def restores_a_version(self) -> None:
        if self._versions:
            self.book.merchant.restore(f"version {self.number(1, self._versions)}")

    def columns(self, sheet: Sheet) -> dict[str, dict[str, int]]:
        """Where the tags say that the columns of a tab are; nothing for a tab that isn't the connector's now."""
        entries = self.book.google.spreadsheets[self.book.spreadsheet_id].content.metadata.values()
        found: dict[str, dict[str, int]] = {}
        for entry in entries:
            name, _, rest = (entry.value or "").partition(":")
            if entry.place.sheet_id != sheet.sheet_id or rest.partition(":")[0] != str(sheet.sheet_id):
                continue
            if entry.key == "wcsync.tab":
                found.setdefault(name, {})
            if entry.key == "wcsync.column":
                assert entry.place.index is not None
                found.setdefault(name, {})[rest.partition(":")[2]] = entry.place.index
        return found

    def header(self, sheet: Sheet) -> int | None:
        """The row of the header, as its tag says."""
        entries = self.book.google.spreadsheets[self.book.spreadsheet_id].content.metadata.values()
        ours = [f"{name}:{sheet.sheet_id}" for name in ("orders", "items")]
        rows = [entry.place.index for entry in entries if entry.key == "wcsync.header" and entry.value in ours]
        return rows[0] if rows else None

    def tab(self, name: str) -> Sheet:
        content = self.book.google.spreadsheets[self.book.spreadsheet_id].content
        ours = [sheet for sheet in content.sheets.values() if name in self.columns(sheet)]
        assert len(ours) == 1
        return ours[0]
