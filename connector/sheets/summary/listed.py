"""The words in a summary's list *Orders by status*, by which its formulas go: the merchant may have written others."""

from collections.abc import Iterator, Sequence

from connector.sheets.values import as_text
from connector.sheets.words import STATES, Words, state_of

_LINES = len(STATES) + 3
"""With a title and a header above, and a line for all others below."""
_LEAST = 3
"""More than the figure above it has, with its label."""


def listed_statuses(names: Sequence[object], words: Words, counts: Sequence[object] = ()) -> tuple[str, ...] | None:
    """One for each of `STATES`; None where the list doesn't stand as it was made, so that nobody can tell.

    `names`: the column of the list, from the top, in which it is what comes first after the figures. The merchant may
    have moved it, or put it into words of his own from its title down. `counts`: the column beside it. `words`: those
    of the tab of orders.
    """
    first, lines = next((found for found in _blocks(names) if len(found[1]) >= _LEAST), (0, []))
    if len(lines) != _LINES:
        return None
    listed = tuple(lines[2:-1])
    # Counted in a tab that was deleted meanwhile. The one in its place may have been made with other words.
    beside = counts[first + 2 : first + len(lines) - 1]
    if any("#REF!" in as_text(count) for count in beside):
        return None
    meant = [state_of(word, words.statuses) for word in listed]
    is_in_order = all(state in {None, at} for state, at in zip(meant, STATES, strict=True))
    return listed if is_in_order and len({word.casefold() for word in listed}) == len(listed) else None


def _blocks(column: Sequence[object]) -> Iterator[tuple[int, list[str]]]:
    """Where cells are filled without a blank one between: the row of the first, and what they say."""
    first, block = 0, list[str]()
    for row, value in enumerate([*column, ""]):
        text = as_text(value)
        if text:
            first = first if block else row
            block.append(text)
        elif block:
            yield first, block
            block = []
