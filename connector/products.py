"""The goods of an order in one line, each with its quantity in front."""

from collections.abc import Sequence

from connector.amounts import tidy
from connector.language import gettext as _
from connector.models import Item, Number
from connector.texts import in_one_line

LONGEST = 500
"""Characters, apart from the words that count what is left out: as many as one still reads in a cell."""
_LONGEST_NAME = 100
_BETWEEN = "; "
TIMES = "\N{MULTIPLICATION SIGN}"
"""Stands between quantity and name."""


def products_text(items: Sequence[Item]) -> str | None:
    """Quantity and name of each item, as far as there is room; None where there are no items."""
    text = ""
    for number, item in enumerate(items):
        line = _line(item)
        if text and len(text) + len(_BETWEEN) + len(line) > LONGEST:
            return _("{text} … and {count} more").format(text=text, count=len(items) - number)
        text += _BETWEEN + line if text else line
    return text or None


def _line(item: Item) -> str:
    names = (in_one_line(text or "") for text in (item.name, item.sku, item.product_id))
    name = next(filter(None, names), "?")
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 1].rstrip() + "…"
    return name if item.quantity is None else f"{_plain(item.quantity)} {TIMES} {name}"


def _plain(number: Number) -> str:
    exact = tidy(number)
    return str(exact) if isinstance(exact, int) else f"{exact:.4f}".rstrip("0").rstrip(".")
