"""Makes typed cells, so that nothing a customer writes is ever read as a formula, a number or a date."""

from datetime import UTC, datetime, tzinfo
from typing import Any

from connector.models import Number
from connector.sheets.money import NumberFormat, amount_format, count_format

Cell = dict[str, Any]

LONGEST_TEXT = 50_000
"""Characters that Google takes in a cell."""
_CUT = " [cut here: a cell holds 50,000 characters]"
_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)

TIME_FORMAT = {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}
TEXT_FORMAT = {"type": "TEXT"}


def text_cell(text: str | None) -> Cell:
    """A string cell. Its format is text, so that it stays text when the merchant edits it."""
    if text is None:
        return {}
    return _cell({"stringValue": fit(text)}, TEXT_FORMAT)


def linked_cell(text: str | None, address: str | None) -> Cell:
    """A string cell that leads to an address when it is clicked. The link is a format: there is no formula."""
    cell = text_cell(text)
    if cell and address is not None:
        cell["userEnteredFormat"]["textFormat"] = {"link": {"uri": address}}
    return cell


def amount_cell(amount: Number | None, currency: str | None) -> Cell:
    """A number that looks like an amount of this currency."""
    if amount is None:
        return {}
    return _cell({"numberValue": amount}, amount_format(amount, currency))


def count_cell(count: Number | None) -> Cell:
    """A number of pieces."""
    if count is None:
        return {}
    return _cell({"numberValue": count}, count_format(count))


def time_cell(moment: datetime, zone: tzinfo) -> Cell:
    """A date with time, as the clocks in `zone` showed it. A cell knows no time zone of its own."""
    return _cell({"numberValue": serial(moment, zone)}, TIME_FORMAT)


def serial(moment: datetime, zone: tzinfo) -> float:
    """Days since 1899-12-30, as Google counts them, in local time of `zone`, to the second."""
    local = moment.astimezone(zone).replace(tzinfo=UTC, microsecond=0)
    return (local - _DAY_ZERO).total_seconds() / 86_400


def fit(text: str) -> str:
    """The text as far as it has room in a cell, saying so where it was cut."""
    # Google counts UTF-16 units, as JavaScript does: an emoji is two.
    if len(text) * 2 <= LONGEST_TEXT or _units(text) <= LONGEST_TEXT:
        return text
    room = LONGEST_TEXT - len(_CUT)
    cut = text[:room]
    while _units(cut) > room:
        cut = cut[: -max(1, (_units(cut) - room) // 2)]
    return cut + _CUT


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _cell(value: Cell, number_format: NumberFormat) -> Cell:
    return {"userEnteredValue": value, "userEnteredFormat": {"numberFormat": number_format}}
