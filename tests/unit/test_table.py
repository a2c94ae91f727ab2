"""Whatever the width of a terminal is, no id and no word is broken at its edge, and nothing is left out."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import terminal
from connector.cli.table import Column, show

COLUMNS = (
    Column("Order", is_whole=True),
    Column("Received (UTC)", is_whole=True),
    Column("Customer"),
    Column("Total", is_right=True),
    Column("Last error"),
)
ROW = (
    "964278151888836",
    "2026-11-29 21:00",
    "María [bold]Fernández 김민수",
    "1200.50 EUR",
    "Whapi does not know the order yet, or no longer (404). It will be tried again.",
)


class Screen(io.StringIO):
    """What a terminal shows."""

    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, columns: int, print_it: Any) -> list[str]:
    screen = Screen()
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("sys.stdout", screen)
    print_it()
    return screen.getvalue().splitlines()


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 140, 200])
def test_a_table_breaks_no_word_at_any_width(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    lines = shown(monkeypatch, columns, lambda: show(COLUMNS, [ROW, ROW]))

    words = " ".join(lines).split()
    for cell in ROW:
        assert all(words.count(word) >= 2 for word in cell.split()), cell
    assert ROW[1] in "\n".join(lines)
    assert all(len(line) <= columns for line in lines)


@given(st.lists(st.text("abc-/. ", min_size=1, max_size=30)), st.integers(20, 90), st.integers(0, 17))
def test_a_sentence_keeps_its_words_whole(parts: list[str], columns: int, indent: int) -> None:
    text = " ".join(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(columns))
        laid_out = terminal.laid_out(text, indent=indent, stream=Screen())

    assert laid_out.split() == text.split()
    assert all(len(line) <= max(columns, 20 + indent) or " " not in line.strip() for line in laid_out.splitlines())
    assert terminal.laid_out(text, indent=indent, stream=io.StringIO()) == text
