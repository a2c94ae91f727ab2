"""Numbers, and words for so many, as the language that is spoken writes them."""

from decimal import Decimal

from connector.language.languages import ENGLISH
from connector.language.speaking import ngettext, spoken


def number(value: float | Decimal, decimals: int | None = None) -> str:
    """12,345 or 12,345.5, as a person writes it in the language. `decimals`: how many of them; None: those it has."""
    if spoken() is not ENGLISH:
        from babel.numbers import format_decimal  # noqa: PLC0415 - takes memory that English does without

        pattern = "#,##0.###############" if decimals is None else f"#,##0.{'0' * decimals}".rstrip(".")
        return format_decimal(value, format=pattern, locale=spoken().locale)
    return f"{value:,}" if decimals is None else f"{value:,.{decimals}f}"


def counted(one: str, many: str, value: int) -> str:
    """The form for so many, with the number in the place of `{count}`. Both are literals, as gettext wants them."""
    return ngettext(one, many, value).format(count=number(value))
