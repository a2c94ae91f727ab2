"""A table that breaks no word: its columns become narrower, down to their longest words; and where they don't fit even
so, each row becomes a block of lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connector.terminal import laid_out, width

_BETWEEN = 2
_WIDEST = 10_000
"""For a pipe or a file: each row in one line."""
_LONGEST_WORD = 24
"""What is longer is no word but a formula, an address or the like, and is broken if need be."""


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    is_whole: bool = False
    """Whether its cells stay on one line, such as an order's id, which is to be copied."""
    is_right: bool = False


def show(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Prints the rows, as they fit. Customers' words are never read as markup."""
    console = Console(
        highlight=False, width=width() or _WIDEST, height=100
    )  # Without a height a plain terminal has 80.
    widths = _widths(columns, rows, console.width)
    if widths is None:
        for row in rows:
            _block(console, columns, row)
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _BETWEEN, 0, 0))
    for column, wide in zip(columns, widths, strict=True):
        table.add_column(column.title, width=wide, overflow="fold", justify="right" if column.is_right else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """How wide each column is; None if the table doesn't fit."""
    cells = list(zip(*rows, strict=True))
    widths = [max(map(cell_len, (column.title, *of))) for column, of in zip(columns, cells, strict=True)]
    least = [
        max(_longest_word(column.title), *(map(cell_len if column.is_whole else _longest_word, of)))
        for column, of in zip(columns, cells, strict=True)
    ]
    surplus = sum(widths) + _BETWEEN * (len(columns) - 1) - room
    while surplus > 0:
        wide = [index for index, width in enumerate(widths) if width > least[index]]
        if not wide:
            return None
        widest = max(wide, key=lambda index: widths[index])
        widths[widest] -= 1
        surplus -= 1
    return widths


def _longest_word(text: str) -> int:
    return min(max(map(cell_len, text.split()), default=0), _LONGEST_WORD)


def _block(console: Console, columns: Sequence[Column], row: Sequence[str]) -> None:
    console.print(Text(row[0], style="bold"), soft_wrap=True)
    for column, cell in zip(columns[1:], row[1:], strict=True):
        if cell:
            console.print(Text("  " + laid_out(f"{column.title}: {cell}", indent=4)), soft_wrap=True)
