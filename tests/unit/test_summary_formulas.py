"""The formulas of the summary, as far as they can be judged without calculating them.

`make summary-check` calculates them, with LibreOffice.
"""

import re

import pytest

from connector.sheets import tags
from connector.sheets.areas import TabColumns, cell, letters
from connector.sheets.columns import COLUMNS, Tab
from connector.sheets.layout import SummaryTag, read_layout
from connector.sheets.summary.layout import COLUMN_COUNT, ROW_COUNT, Content
from connector.sheets.summary.make import NEEDED, contents

IN_BOTH = {
    "COUNT",
    "COUNTIFS",
    "IF",
    "IFERROR",
    "INDEX",
    "ISNA",
    "ISNUMBER",
    "LEN",
    "MATCH",
    "MAX",
    "MIN",
    "MOD",
    "MODE",
    "OR",
    "ROW",
    "SUBSTITUTE",
    "SUM",
    "SUMIFS",
    "SUMPRODUCT",
    "TODAY",
}
"""Functions that Google Sheets and LibreOffice both have, and understand alike."""


def columns(tab: Tab, title: str, first: int = 0) -> TabColumns:
    keys = [column.key for column in COLUMNS[tab]]
    return TabColumns(title, {key: first + index for index, key in enumerate(keys)})


def formulas(orders: TabColumns, items: TabColumns) -> list[Content]:
    return [one for one in contents(orders, items) if isinstance(one.content, str) and one.content.startswith("=")]


USUAL = formulas(columns(Tab.ORDERS, "Orders"), columns(Tab.ITEMS, "Items"))


def without_texts(formula: str) -> str:
    """The formula without what stands between quotes, and without names of tabs."""
    return re.sub(r"'(?:[^']|'')*'", "Tab", re.sub(r'"[^"]*"', "0", formula))


def test_there_is_one_content_for_a_cell_and_all_are_inside_the_grid() -> None:
    places = [(one.row, one.column) for one in contents(columns(Tab.ORDERS, "Orders"), columns(Tab.ITEMS, "Items"))]

    assert len(places) == len(set(places))
    assert max(row for row, _ in places) < ROW_COUNT
    assert max(column for _, column in places) < COLUMN_COUNT


def test_formulas_use_only_functions_that_both_know() -> None:
    used = {name for one in USUAL for name in re.findall(r"([A-Z][A-Z0-9.]*)\(", without_texts(str(one.content)))}

    assert used == IN_BOTH


def test_formulas_mean_the_same_in_each_locale() -> None:
    """A comma parts arguments in some locales only and is a decimal point in others; a semicolon parts them in all."""
    for formula in (without_texts(str(one.content)) for one in USUAL):
        assert not re.search(r"[,{}\\]|\d\.\d", formula), formula
        assert formula.count("(") == formula.count(")"), formula
        assert str(formula).isascii()


def test_other_tabs_are_referred_to_by_whole_columns() -> None:
    """Rows are inserted right below the header, and would not be in a range that begins there."""
    for formula in (str(one.content) for one in USUAL):
        references = re.findall(r"'(?:Orders|Items)'!([$A-Z0-9:]+)", formula)
        assert all(re.fullmatch(r"\$([A-M]):\$\1", reference) for reference in references), references


def test_columns_are_found_where_they_stand_in_tabs_of_any_name() -> None:
    moved = formulas(columns(Tab.ORDERS, 'Bob\'s =orders; "1"', 26), columns(Tab.ITEMS, "Items"))

    text = "\n".join(str(one.content) for one in moved)
    assert "'Bob''s =orders; \"1\"'!$AC:$AC" in text
    assert "Orders" not in text


def test_the_columns_that_are_needed_are_those_that_are_used() -> None:
    text = "\n".join(str(one.content) for one in USUAL)
    for tab, title in ((Tab.ORDERS, "Orders"), (Tab.ITEMS, "Items")):
        used = set(re.findall(rf"'{title}'!\$([A-M]):", text))
        keys = [column.key for column in COLUMNS[tab]]
        assert used == {letters(keys.index(key)) for key in NEEDED[tab]}


@pytest.mark.parametrize(("index", "text"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_counted_in_letters(index: int, text: str) -> None:
    assert letters(index) == text
    assert cell(4, index) == f"${text}$5"


def test_every_formula_fits_into_a_cell_and_all_into_a_request() -> None:
    lengths = [len(str(one.content)) for one in USUAL]

    assert max(lengths) < 10_000
    assert sum(lengths) < 500_000


def test_where_one_of_two_tags_says_that_the_summary_is_settled_it_is() -> None:
    """Two can come about where making the tabs got no clear answer and was repeated."""
    found = [
        {"metadataId": number, "metadataKey": tags.SUMMARY, "metadataValue": state, "location": {"spreadsheet": True}}
        for number, state in enumerate((tags.WANTED, tags.SETTLED, tags.WANTED), 1)
    ]

    assert read_layout(found, "spreadsheet").summary == SummaryTag(2, is_wanted=False)
    assert read_layout(found[:1], "spreadsheet").summary == SummaryTag(1, is_wanted=True)
    assert read_layout([], "spreadsheet").summary is None
