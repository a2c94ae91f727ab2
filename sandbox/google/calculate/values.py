"""What a formula works with: numbers, texts, truth values, blanks, errors, and arrays of these."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from sandbox.google.display import plain


@dataclass(frozen=True, slots=True)
class Error:
    """What a cell shows in the place of a value."""

    name: str


NA, VALUE, REF, DIVIDED = Error("#N/A"), Error("#VALUE!"), Error("#REF!"), Error("#DIV/0!")

Scalar: TypeAlias = float | str | bool | Error | None
"""None: a blank cell."""


class Array(list[Scalar]):
    """A column of values."""


Value: TypeAlias = Scalar | Array


class NotPlayedError(Exception):
    """The formula has something that is not played here."""


def each(function: Callable[..., Scalar], *arguments: Value) -> Value:
    """The function of each element, where an argument is an array; errors go through."""
    lengths = {len(argument) for argument in arguments if isinstance(argument, Array)}
    if not lengths:
        return _of(function, [scalar(argument) for argument in arguments])
    if len(lengths) > 1:
        raise NotPlayedError
    (length,) = lengths
    columns = [argument if isinstance(argument, Array) else [argument] * length for argument in arguments]
    return Array(_of(function, list(row)) for row in zip(*columns, strict=True))


def _of(function: Callable[..., Scalar], values: list[Scalar]) -> Scalar:
    for value in values:
        if isinstance(value, Error):
            return value
    return function(*values)


def scalar(value: Value) -> Scalar:
    """A single value; an array where one is wanted is not played."""
    if isinstance(value, Array):
        raise NotPlayedError
    return value


def cells_of(value: Value) -> Array:
    """A range of one cell comes as its value."""
    return value if isinstance(value, Array) else Array([value])


def number(value: Scalar) -> float | Error:
    if value is None:
        return 0
    if isinstance(value, Error):
        return value
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return VALUE
    return value


def text(value: Scalar) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Error):
        return value.name
    return value if isinstance(value, str) else plain(value)


def is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def order(value: Scalar) -> tuple[int, float | str]:
    """Numbers stand before texts, texts before truth values; letter case makes no difference."""
    if isinstance(value, bool):
        return 2, float(value)
    if isinstance(value, str):
        return 1, value.casefold()
    assert not isinstance(value, Error)
    return 0, value or 0


def compare(one: Scalar, other: Scalar) -> int:
    """-1, 0 or 1. A blank is the same as nothing, be it a text or a number."""
    if one is None and isinstance(other, str):
        one = ""
    if other is None and isinstance(one, str):
        other = ""
    left, right = order(one), order(other)
    return (left > right) - (left < right)
