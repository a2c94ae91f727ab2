"""Makes typed cells, so that nothing a customer writes is ever read as a formula, a number or a date."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connector.models import Number

Cell = dict[str, Any]

LONGEST_TEXT = 50_000
"""Characters that Google takes in a cell."""
_CUT = " [cut here: a cell holds 50,000 characters]"
_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
# fmt: off
_NO_DECIMALS = frozenset({
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
    "XPF",
})
_THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
# fmt: on

TIME_FORMAT = {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm:ss"}
TEXT_FORMAT = {"type": "TEXT"}


def text_cell(text: str | None) -> Cell:
    """A string cell. Its format is text, so that it stays text when the merchant edits it."""
    if text is None:
        return {}
    return _cell({"stringValue": fit(text)}, TEXT_FORMAT)


def amount_cell(amount: Number | None, currency: str | None) -> Cell:
    """A number with as many decimals as the currency has (ISO 4217), or more if the amount has more."""
    if amount is None:
        return {}
    decimals = max(_decimals(currency), _decimals_of(amount))
    return _cell(
        {"numberValue": amount}, {"type": "NUMBER", "pattern": "#,##0" + ("." + "0" * decimals if decimals else "")}
    )


def count_cell(count: Number | None) -> Cell:
    """A number of pieces."""
    if count is None:
        return {}
    decimals = _decimals_of(count)
    return _cell(
        {"numberValue": count}, {"type": "NUMBER", "pattern": "0" + ("." + "0" * decimals if decimals else "")}
    )


def time_cell(moment: datetime, zone: ZoneInfo) -> Cell:
    """A date with time, as the clocks in `zone` showed it. A cell knows no time zone of its own."""
    return _cell({"numberValue": serial(moment, zone)}, TIME_FORMAT)


def serial(moment: datetime, zone: ZoneInfo) -> float:
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


def _cell(value: Cell, number_format: dict[str, str]) -> Cell:
    return {"userEnteredValue": value, "userEnteredFormat": {"numberFormat": number_format}}


def _decimals(currency: str | None) -> int:
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def _decimals_of(value: Number) -> int:
    """How many decimals it takes to write the number out, four at the most."""
    return len(f"{value:.4f}".rstrip("0").partition(".")[2])
