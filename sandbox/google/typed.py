"""What a text becomes when it is typed into a cell, or sent as USER_ENTERED (docs/google-sheets.md, 2.4).

For the locale en_US. `007` becomes 7, `TRUE` a truth value, `=…` and `+…` formulas, `$5`, `50%`, `1,234` and
dates numbers with a format; a leading quote keeps a text a text.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sandbox.google.grid import Formula, Value

EPOCH = datetime(1899, 12, 30, tzinfo=UTC)

_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z")
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?\Z")
_TIME = r"(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?"
_DATES = (
    (re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})" + _TIME + r"\Z"), (1, 2, 3), "yyyy-mm-dd"),
    (re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})" + _TIME + r"\Z"), (3, 1, 2), "m/d/yyyy"),
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\Z")


class Typed(NamedTuple):
    value: Value
    number_format: dict[str, Any] | None = None


def typed(text: str, *, plain_text: bool = False) -> Typed:
    """The cell's value and the number format that comes with it. `plain_text`: the cell's format is TEXT."""
    if not text or plain_text:
        return Typed(text or None)
    if text.startswith("'"):
        return Typed(text[1:] or None)
    if text[0] in "=+" and len(text) > 1:
        return Typed(Formula(text))
    stripped = text.strip()
    if stripped.upper() in ("TRUE", "FALSE"):
        return Typed(stripped.upper() == "TRUE")
    return _number(stripped) or _date(stripped) or Typed(text)


def _number(text: str) -> Typed | None:
    if _NUMBER.match(text):
        scientific = {"type": "SCIENTIFIC", "pattern": "0.00E+00"} if "e" in text.lower() else None
        return Typed(float(text), scientific)
    if _GROUPED.match(text):
        pattern = "#,##0.00" if "." in text else "#,##0"
        return Typed(float(text.replace(",", "")), {"type": "NUMBER", "pattern": pattern})
    if text.endswith("%") and (_NUMBER.match(text[:-1]) or _GROUPED.match(text[:-1])):
        pattern = "0.00%" if "." in text else "0%"
        return Typed(float(text[:-1].replace(",", "")) / 100, {"type": "PERCENT", "pattern": pattern})
    if text.startswith("$") and (_NUMBER.match(text[1:]) or _GROUPED.match(text[1:])):
        pattern = '"$"#,##0.00' if "." in text else '"$"#,##0'
        return Typed(float(text[1:].replace(",", "")), {"type": "CURRENCY", "pattern": pattern})
    return None


def _date(text: str) -> Typed | None:
    for pattern, (year, month, day), shown in _DATES:
        if match := pattern.match(text):
            parts = match.groups()
            hour, minute, second = (int(part or 0) for part in parts[3:])
            try:
                moment = datetime(
                    int(parts[year - 1]),
                    int(parts[month - 1]),
                    int(parts[day - 1]),
                    hour,
                    minute,
                    second,
                    tzinfo=UTC,
                )
            except ValueError:
                return None
            with_time = parts[3] is not None
            number_format = {
                "type": "DATE_TIME" if with_time else "DATE",
                "pattern": shown + (" h:mm:ss" if with_time else ""),
            }
            return Typed(serial(moment), number_format)
    if match := _CLOCK.match(text):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        day_part = timedelta(hours=hours, minutes=minutes, seconds=seconds) / timedelta(days=1)
        return Typed(day_part, {"type": "TIME", "pattern": "h:mm:ss"})
    return None


def serial(moment: datetime) -> float:
    """Days since 1899-12-30; the zone is not part of it (docs/google-sheets.md, 2.2)."""
    return (moment.replace(tzinfo=UTC) - EPOCH) / timedelta(days=1)
