"""How a cell's value looks: number, currency, per cent and date patterns, for the locale en_US.

Played are the tokens that people use: 0 # ? , . % E+00, texts in quotes or after a backslash, [colours] and
[$symbols], positive;negative;zero;text sections, and y m d h s AM/PM for dates. A pattern with anything else
shows the number as it is.
"""

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from sandbox.google.grid import Cell, Formula, Value
from sandbox.google.typed import EPOCH

_DEFAULTS = {
    "NUMBER": "#,##0.00",
    "PERCENT": "0.00%",
    "CURRENCY": '"$"#,##0.00',
    "DATE": "m/d/yyyy",
    "TIME": "h:mm:ss AM/PM",
    "DATE_TIME": "m/d/yyyy h:mm:ss",
    "SCIENTIFIC": "0.00E+00",
}
DATE_TYPES = ("DATE", "TIME", "DATE_TIME")

_PIECE = re.compile(
    r"""(?P<quoted>"[^"]*") | \\(?P<escaped>.) | \[\$(?P<symbol>[^\]-]*)[^\]]*\] | \[[^\]]*\]
    | (?P<space>_.) | (?P<fill>\*.) | (?P<number>[0#?][0#?,.]*(?:E[+-]0+)?) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_DATE_PIECE = re.compile(
    r'"[^"]*"|\\.|\[[^\]]*\]|yyyy|yy|y|mmmmm|mmmm|mmm|mm|m|dddd|ddd|dd|d|hh|h|ss|s|\.0+|AM/PM|am/pm|A/P|a/p|.',
    re.IGNORECASE,
)


def shown(cell: Cell) -> str:
    """The cell's text as the browser shows it. A formula shows its own text: it is not calculated here."""
    return shown_value(cell.value, (cell.format or {}).get("numberFormat"))


def shown_value(value: Value, number_format: dict[str, Any] | None = None) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if value is None or isinstance(value, str | Formula):
        return value.text if isinstance(value, Formula) else value or ""
    kind = (number_format or {}).get("type", "NUMBER_FORMAT_TYPE_UNSPECIFIED")
    pattern = (number_format or {}).get("pattern") or _DEFAULTS.get(kind)
    if kind == "TEXT" or pattern is None or pattern in ("@", "General"):
        return plain(value)
    if kind in DATE_TYPES:
        return _date(value, pattern)
    return _number(value, pattern)


def plain(value: float) -> str:
    """A number without a format: at most ten decimals, large and tiny ones with an exponent."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e15 or size < 1e-9:  # noqa: PLR2004 - where the browser switches to exponents
        mantissa, exponent = f"{value:.5E}".split("E")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}E{exponent}"
    if float(value).is_integer():
        return str(int(value))
    return f"{Decimal(repr(float(value))):.10f}".rstrip("0").rstrip(".")


@lru_cache(maxsize=500)
def _sections(pattern: str) -> tuple[str, ...]:
    parts, current, quoted, escaped = [], "", False, False
    for sign in pattern:
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif sign == '"':
            quoted = not quoted
        elif sign == ";" and not quoted:
            parts.append(current)
            current = ""
            continue
        current += sign
    return (*parts, current)


def _number(value: float, pattern: str) -> str:
    sections = _sections(pattern)
    section, sign = sections[0], "-" if value < 0 else ""
    if value < 0 and len(sections) > 1:
        section, sign = sections[1], ""
    elif value == 0 and len(sections) > 2:  # noqa: PLR2004 - the third section is zero's
        section = sections[2]
    texts: list[str] = []
    percent = "%" in re.sub(r'"[^"]*"|\\.', "", section)
    for match in _PIECE.finditer(section):
        if match["quoted"] is not None:
            texts.append(match["quoted"][1:-1])
        elif match["escaped"] is not None:
            texts.append(match["escaped"])
        elif match["symbol"] is not None:
            texts.append(match["symbol"])
        elif match["space"] is not None:
            texts.append(" ")
        elif match["number"] is not None:
            texts.append(_digits(abs(value) * (100 if percent else 1), match["number"]))
        elif match["other"] is not None:
            texts.append(match["other"])
    return sign + "".join(texts)


def _digits(value: float, token: str) -> str:
    if "E" in token:
        mantissa, exponent = token.split("E")
        decimals = len(mantissa.partition(".")[2])
        head, tail = f"{value:.{decimals}E}".split("E")
        return f"{head}E{'-' if tail[0] == '-' else '+'}{int(tail[1:]):0{len(exponent) - 1}d}"
    whole, _, fraction = token.partition(".")
    grouped = "," in whole
    whole = whole.replace(",", "")
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    left, _, right = f"{exact:f}".partition(".")
    required = fraction.count("0")
    while len(right) > required and right.endswith("0"):
        right = right[:-1]
    left = left.lstrip("0").rjust(whole.count("0"), "0")
    if grouped:
        left = f"{int(left or 0):,}" if left else left
    return left + ("." + right if right else "")


def _date(value: float, pattern: str) -> str:
    try:
        moment = EPOCH + timedelta(days=value) + timedelta(microseconds=500)
    except OverflowError:
        return plain(value)
    pieces = _DATE_PIECE.findall(_sections(pattern)[0])
    twelve = any(piece.upper() in ("AM/PM", "A/P") for piece in pieces)
    texts, after_hours = [], False
    for position, piece in enumerate(pieces):
        low = piece.lower()
        minutes = low in ("m", "mm") and (after_hours or _seconds_follow(pieces, position))
        texts.append(_date_piece(moment, piece, twelve=twelve, minutes=minutes))
        if low in ("h", "hh"):
            after_hours = True
        elif low.strip("mdys") == "" and low:
            after_hours = False
    return "".join(texts)


def _seconds_follow(pieces: list[str], position: int) -> bool:
    for piece in pieces[position + 1 :]:
        if piece.isalpha():
            return piece.lower() in ("s", "ss")
    return False


def _date_piece(moment: datetime, piece: str, *, twelve: bool, minutes: bool) -> str:
    if piece.startswith('"'):
        return piece[1:-1]
    if piece.startswith("\\"):
        return piece[1:]
    if piece.startswith("["):
        return ""
    if piece.startswith(".0"):
        return f".{moment.microsecond:06d}"[: len(piece)]
    hour = (moment.hour % 12 or 12) if twelve else moment.hour
    texts = {
        "yyyy": f"{moment.year:04d}",
        "y": f"{moment.year:04d}",
        "yy": f"{moment.year % 100:02d}",
        "mmmmm": moment.strftime("%B")[0],
        "mmmm": moment.strftime("%B"),
        "mmm": moment.strftime("%b"),
        "mm": f"{moment.minute if minutes else moment.month:02d}",
        "m": f"{moment.minute if minutes else moment.month}",
        "dddd": moment.strftime("%A"),
        "ddd": moment.strftime("%a"),
        "dd": f"{moment.day:02d}",
        "d": f"{moment.day}",
        "hh": f"{hour:02d}",
        "h": f"{hour}",
        "ss": f"{moment.second:02d}",
        "s": f"{moment.second}",
        "am/pm": moment.strftime("%p"),
        "a/p": moment.strftime("%p")[0],
    }
    return texts.get(piece.lower(), piece)
