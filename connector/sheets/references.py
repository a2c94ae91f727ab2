"""References to the connector's columns, as formulas write them."""

from collections.abc import Mapping
from dataclasses import dataclass

from connector.sheets.layout import TabLayout


def letters(index: int) -> str:
    """The letters of a column, counted from 0."""
    text = ""
    number = index + 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("A") + digit) + text
    return text


def cell(row: int, column: int) -> str:
    """A cell of the formula's own tab, such as `$B$5`; counted from 0."""
    return f"${letters(column)}${row + 1}"


@dataclass(frozen=True, slots=True)
class TabColumns:
    """One tab's columns where they stand now. Google changes the formulas when they are moved or the tab is renamed."""

    title: str
    columns: Mapping[str, int]

    @classmethod
    def of(cls, title: str, tab_layout: TabLayout) -> "TabColumns":
        return cls(title, tab_layout.columns)

    def whole(self, key: str) -> str:
        """The whole column, header and all: a range that began below the header would miss rows inserted there."""
        column = letters(self.columns[key])
        return f"{self._quoted}!${column}:${column}"

    def part(self, key: str, first: str, last: str) -> str:
        """The column from one row to another, which stand in cells or are formulas."""
        return f"INDEX({self.whole(key)};{first}):INDEX({self.whole(key)};{last})"

    @property
    def _quoted(self) -> str:
        return "'" + self.title.replace("'", "''") + "'"
