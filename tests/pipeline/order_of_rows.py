"""In which order rows stand: each batch's together, at one end, and no other moves."""

from collections.abc import Sequence
from itertools import chain, groupby

Rows = tuple[list[str], list[str]]
"""Orders, by their ids, and items, by their names, from the top down."""


def new_rows_stand_together(before: Rows, now: Rows, arrived: Sequence[str], *, first: bool, or_last: bool) -> None:
    """What is new, which came with one batch, stands below all else, or, with `first`, above it, the newest on top.
    `arrived`: all ids in the order of arrival."""
    above, below = (_with_new(before, now, arrived, newest_first=newest_first) for newest_first in (True, False))
    assert now in ([below] if not first else [above, below] if or_last else [above])


def _with_new(before: Rows, now: Rows, arrived: Sequence[str], *, newest_first: bool) -> Rows:
    new = sorted(set(now[0]) - set(before[0]), key=arrived.index)
    lines = sorted(set(now[1]) - set(before[1]), key=lambda line: (arrived.index(_order(line)), line.split()[-1]))
    if not newest_first:
        return before[0] + new, before[1] + lines
    by_order = [list(group) for _, group in groupby(lines, key=_order)]
    return new[::-1] + before[0], [*chain(*by_order[::-1]), *before[1]]


def _order(line: str) -> str:
    return line.split(maxsplit=1)[0]
