"""A1 notation: how people and programs write where cells are."""

import re


def letters(column: int) -> str:
    """Column 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(name: str) -> int:
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*\Z")
_CELL = re.compile(r"\$?([A-Za-z]{1,3})?\$?([1-9][0-9]{0,7})?\Z")
_LOOKS_LIKE_CELL = re.compile(r"([A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*)\Z")


def quoted(title: str) -> str:
    """A tab's title as A1 notation writes it: in quotes unless it is a plain word (dots are part of
    one) that is no cell's name."""
    if _PLAIN_TITLE.match(title) and not _LOOKS_LIKE_CELL.match(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def a1(title: str, row: int, end_row: int, column: int, end_column: int) -> str:
    """`Orders!A1:C2`; a single cell is `Orders!A1`."""
    return f"{quoted(title)}!{cells_name(row, end_row, column, end_column)}"


def cells_name(row: int, end_row: int, column: int, end_column: int) -> str:
    """`A1:C2` or `A1`."""
    first = f"{letters(column)}{row + 1}"
    last = f"{letters(end_column - 1)}{end_row}"
    return first + (f":{last}" if last != first else "")


def split_a1(text: str) -> tuple[str | None, str | None]:
    """Title and cells of an A1 text; either may be missing.
    A text without `!` is given as both, to be tried."""
    if text.startswith("'"):
        end = 1
        while end < len(text):
            if text[end] == "'":
                if text[end : end + 2] != "''":
                    break
                end += 1
            end += 1
        title = text[1:end].replace("''", "'")
        rest = text[end + 1 :]
        return title, rest[1:] if rest.startswith("!") else (None if not rest else "?")
    if "!" in text:
        title, cells = text.rsplit("!", 1)
        return title, cells
    return None, text


def cells_of(text: str) -> tuple[int | None, int | None, int | None, int | None] | None:
    """Row, end row, column, end column of `A1`, `A1:B2`, `A:C`, `2:5`, `A2:C`;
    None when it is none of them."""
    first, colon, last = text.partition(":")
    start, end = _CELL.match(first), _CELL.match(last)
    if start is None or not first or (colon and (end is None or not last)):
        return None
    column, row = _corner(start)
    if not colon:
        if column is None or row is None:
            return None
        return row, row + 1, column, column + 1
    assert end is not None
    end_column, end_row = _corner(end)
    rows = sorted(r for r in (row, end_row) if r is not None)
    columns = sorted(c for c in (column, end_column) if c is not None)
    if not rows and not columns:
        return None
    both_rows, both_columns = len(rows) == 2, len(columns) == 2  # noqa: PLR2004 - first and last
    return (
        rows[0] if rows else None,
        rows[-1] + 1 if both_rows else None,
        columns[0] if columns else None,
        columns[-1] + 1 if both_columns else None,
    )


def _corner(match: re.Match[str]) -> tuple[int | None, int | None]:
    name, number = match.groups()
    return (column_of(name) if name else None), (int(number) - 1 if number else None)
