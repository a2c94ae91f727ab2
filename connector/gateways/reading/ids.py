"""Which texts can be an order's id."""

import re
from typing import Any

from connector.gateways.reading import fields
from connector.gateways.reading.placeholders import lost_in_an_id
from connector.gateways.reading.visible import without_invisible
from connector.gateways.reading.wording import came

LONGEST_ID = 200
_MEANINGFUL = re.compile(r"\w")
_BREAK = re.compile(r"[\t\n\u2028\u2029]")
_ROUNDED_FROM = 1e11
_LAST_DIGITS = 10**5


def order_id(value: Any) -> str | None:
    """The id as a text, without what can't be seen in it: copied from somewhere, it must stay the same id."""
    text = fields.plain(value)
    return None if text is None else without_invisible(text)


def is_order_id(text: str) -> bool:
    """Whether this can stand in a URL, in a line of the log and in a cell of its own: on one line, short, and with a
    letter or digit in it."""
    return len(text) <= LONGEST_ID and _MEANINGFUL.search(text) is not None and _BREAK.search(text) is None


def why_lost(value: Any) -> str | None:
    """Why this is no order's id but what came of one on the way, in a sentence with the remedy; None if it isn't so."""
    if isinstance(value, float) and value >= _ROUNDED_FROM and value % _LAST_DIGITS == 0:
        lost: str | None = "a number that a spreadsheet has rounded"
    else:
        text = order_id(value)
        lost = None if text is None else lost_in_an_id(text)
    if lost is None:
        return None
    remedy = (
        "Format its column as plain text." if "rounded" in lost else "See that the field is mapped to the order's id."
    )
    return f"Expected the order's id; {came(value)} came, {lost}. {remedy}"
