"""Rectangles of a tab: what they cover, and what the browser calls them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sheets.areas import Area

BOUNDS = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted).filter(lambda pair: pair[0] < pair[1])
AREAS = st.builds(lambda rows, columns: Area(*rows, *columns), BOUNDS, BOUNDS)


def cells(area: Area) -> set[tuple[int, int]]:
    rows, columns = range(area.first_row, area.end_row), range(area.first_column, area.end_column)
    return {(row, column) for row in rows for column in columns}


@given(AREAS, AREAS)
def test_overlapping_and_containing_are_what_the_cells_say(one: Area, other: Area) -> None:
    assert one.overlaps(other) == bool(cells(one) & cells(other))
    assert one.contains(other) == (cells(other) <= cells(one))


@pytest.mark.parametrize(
    ("grid_range", "name"),
    [
        ({}, ""),
        ({"startRowIndex": 0, "endRowIndex": 51, "startColumnIndex": 0, "endColumnIndex": 12}, ""),
        ({"startColumnIndex": 11, "endColumnIndex": 12}, "L:L"),
        ({"startColumnIndex": 1, "endColumnIndex": 3}, "B:C"),
        ({"startRowIndex": 1}, "2:51"),
        ({"startRowIndex": 4, "endRowIndex": 5}, "5:5"),
        ({"startRowIndex": 1, "startColumnIndex": 11}, "L2:L51"),
        ({"startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 2, "endColumnIndex": 3}, "C2"),
    ],
)
def test_an_area_is_called_what_the_browser_calls_it(grid_range: dict[str, int], name: str) -> None:
    assert Area.of(grid_range).name(rows=51, columns=12) == name


@pytest.mark.parametrize(("row", "is_parted"), [(1, False), (2, True), (3, True), (4, False)])
def test_a_row_comes_in_between_others_only_within(row: int, is_parted: bool) -> None:
    assert Area(1, 4).is_parted_at(row) is is_parted
