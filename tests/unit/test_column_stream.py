"""Whole columns are read from Google's answer while it comes in."""

import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from connector.sheets.column_stream import Column, read_columns

ANSWER = {
    "spreadsheetId": "x",
    "valueRanges": [
        {
            "valueRange": {
                "range": "Items!D1:D7",
                "majorDimension": "COLUMNS",
                "values": [["Order ID", "a", "", None, 12, 2.5, True, 9.64278151888836e14]],
            },
            "dataFilters": [{"gridRange": {"sheetId": 7, "startColumnIndex": 3, "endColumnIndex": 4}}],
        },
        {"dataFilters": [{"gridRange": {"endColumnIndex": 1}}], "valueRange": {"range": "Orders!A1:A2"}},
    ],
}
CELLS = ["Order ID", "a", "", None, 12, 2.5, True, 964278151888836.0]


@pytest.mark.parametrize("length", [1, 7, 100_000])
def test_an_answer_is_read_in_pieces_of_any_length(length: int) -> None:
    body = json.dumps(ANSWER).encode()
    cells: list[tuple[int, int, Any]] = []

    numbers = read_columns((body[at : at + length] for at in range(0, len(body), length)), cells.extend)

    assert cells == [(0, row, value) for row, value in enumerate(CELLS)]
    # Google leaves zeroes out: the second is the first column of the first tab, and holds nothing.
    assert numbers == {Column(7, 3): 0, Column(0, 0): 1}


def test_without_any_range_no_column_was_answered() -> None:
    assert read_columns([b"{}"], lambda _: None) == {}


@pytest.mark.parametrize("body", [b"", b"<html>", json.dumps(ANSWER).encode()[:-5], json.dumps(ANSWER).encode() + b"x"])
def test_an_answer_that_is_cut_off_or_no_json_is_no_answer(body: bytes) -> None:
    with pytest.raises(ValueError, match="cut off"):
        read_columns([body], lambda _: None)


def test_a_long_answer_takes_no_more_memory_than_a_short_one() -> None:
    count = 0

    def take(cells: Any) -> None:
        nonlocal count
        count += len(cells)

    tracemalloc.start()
    read_columns(_long(300_000), take)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 300_000
    assert peak < 3_000_000


def _long(length: int) -> Iterator[bytes]:
    yield b'{"valueRanges": [{"valueRange": {"values": [["Order ID"'
    for start in range(1, length, 1000):
        yield b"".join(b', "order-%d"' % number for number in range(start, min(start + 1000, length)))
    yield b']]}, "dataFilters": [{"gridRange": {"sheetId": 7}}]}]}'
