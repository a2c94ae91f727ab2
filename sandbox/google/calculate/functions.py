"""The functions. Each takes values, and arrays where cells are meant."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from sandbox.google.calculate.values import (
    DIVIDED,
    NA,
    Array,
    Error,
    NotPlayedError,
    Scalar,
    Value,
    cells_of,
    compare,
    each,
    is_number,
    number,
    scalar,
    text,
)

_CRITERION = re.compile(r"(<=|>=|<>|=|<|>)?(.*)", re.DOTALL)


def _arithmetic(work: Callable[[float, float], float]) -> Callable[..., Value]:
    def of(one: Scalar, other: Scalar) -> Scalar:
        left, right = number(one), number(other)
        if isinstance(left, Error):
            return left
        if isinstance(right, Error):
            return right
        try:
            return work(left, right)
        except ZeroDivisionError:
            return DIVIDED

    return lambda *arguments: each(of, *arguments)


def _comparison(fits: Callable[[int], bool]) -> Callable[..., Value]:
    return lambda *arguments: each(lambda one, other: fits(compare(one, other)), *arguments)


def _all(arguments: Sequence[Value]) -> list[Scalar]:
    found: list[Scalar] = []
    for argument in arguments:
        found += argument if isinstance(argument, Array) else [argument]
    return found


def _aggregate(work: Callable[[list[float]], Scalar]) -> Callable[..., Value]:
    """Of the numbers; texts, blanks and truth values in cells don't count. An error goes through."""

    def of(*arguments: Value) -> Value:
        values = _all(arguments)
        failed = next((value for value in values if isinstance(value, Error)), None)
        return failed or work(
            [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        )

    return of


def _mode(values: list[float]) -> Scalar:
    counted = Counter(values)
    most = max(counted.values(), default=0)
    return min(value for value, times in counted.items() if times == most) if most > 1 else NA


def _count(*arguments: Value) -> Value:
    return sum(map(is_number, _all(arguments)))


def _product(*arguments: Value) -> Value:
    product = arguments[0]
    for argument in arguments[1:]:
        product = FUNCTIONS["*"](product, argument)
    return FUNCTIONS["SUM"](product)


def _or(*arguments: Value) -> Value:
    values = [number(value) for value in _all(arguments)]
    return next((value for value in values if isinstance(value, Error)), None) or any(values)


def _match(wanted: Value, cells: Value, kind: Value = 1) -> Value:
    if scalar(kind) != 0:
        raise NotPlayedError
    cells = cells_of(cells)
    places: dict[tuple[bool, object], int] = {}
    for place, cell in enumerate(cells, 1):
        if cell is not None and not isinstance(cell, Error):
            places.setdefault(_key(cell), place)

    def find(value: Scalar) -> Scalar:
        if value is None:
            return NA
        if isinstance(value, str) and any(sign in value for sign in "*?~"):
            literal, pattern = _wildcards(value)
            if literal is None:
                hits = (n for n, cell in enumerate(cells, 1) if isinstance(cell, str) and pattern.fullmatch(cell))
                return next(hits, NA)
            value = literal
        return places.get(_key(value), NA)

    return each(find, wanted)


def _key(value: Scalar) -> tuple[bool, object]:
    """The same for what counts as the same."""
    return isinstance(value, bool), value.casefold() if isinstance(value, str) else value


@lru_cache(maxsize=10_000)
def _wildcards(wanted: str) -> tuple[str | None, re.Pattern[str]]:
    """What is meant where nothing in it is a wildcard, as all are escaped; else None. And a pattern for it."""
    literal, pattern, is_plain = "", "", True
    signs = iter(wanted)
    for sign in signs:
        if sign in "*?":
            pattern, is_plain = pattern + (".*" if sign == "*" else "."), False
            continue
        meant = next(signs, "~") if sign == "~" else sign
        literal, pattern = literal + meant, pattern + re.escape(meant)
    return literal if is_plain else None, re.compile(pattern, re.IGNORECASE | re.DOTALL)


def _criterion(given: Scalar) -> Callable[[Scalar], bool]:
    """Whether a cell fits what COUNTIFS and its like are asked for."""
    match = _CRITERION.fullmatch(text(given))
    assert match is not None
    sign, wanted = match[1] or "=", match[2]
    try:
        limit = float(wanted)
    except ValueError:
        pattern = _wildcards(wanted)[1]

        def is_same(cell: Scalar) -> bool:
            return isinstance(cell, str) and pattern.fullmatch(cell) is not None

        if sign not in ("=", "<>"):
            raise NotPlayedError from None
        return is_same if sign == "=" else lambda cell: not is_same(cell)
    fits: dict[str, Callable[[float], bool]] = {
        "=": lambda cell: cell == limit,
        "<": lambda cell: cell < limit,
        ">": lambda cell: cell > limit,
        "<=": lambda cell: cell <= limit,
        ">=": lambda cell: cell >= limit,
    }
    if sign == "<>":
        return lambda cell: not is_number(cell) or cell != limit
    return lambda cell: isinstance(cell, int | float) and not isinstance(cell, bool) and fits[sign](cell)


def _rows_that_fit(*arguments: Value) -> list[int]:
    rows: list[int] | None = None
    for cells, given in zip(arguments[::2], arguments[1::2], strict=True):
        column, fits = cells_of(cells), _criterion(scalar(given))
        still = range(len(column)) if rows is None else rows
        rows = [row for row in still if row < len(column) and fits(column[row])]
    return rows or []


def _sum_ifs(cells: Value, *arguments: Value) -> Value:
    column = cells_of(cells)
    found = [column[row] for row in _rows_that_fit(*arguments) if row < len(column)]
    return sum(value for value in found if isinstance(value, int | float) and not isinstance(value, bool))


def _if(condition: Value, then: Value, otherwise: Value = False) -> Value:
    """Of an array; a single condition is decided in `sheet`, which calculates only what is chosen."""
    return each(lambda chosen, one, other: one if number(chosen) else other, condition, then, otherwise)


def _if_error(value: Value, otherwise: Value) -> Value:
    if isinstance(value, Array):
        other = scalar(otherwise)
        return Array(other if isinstance(one, Error) else one for one in value)
    return otherwise if isinstance(value, Error) else value


def _is(kind: Callable[[Scalar], bool]) -> Callable[..., Value]:
    def of(value: Value) -> Value:
        return Array(kind(one) for one in value) if isinstance(value, Array) else kind(value)

    return of


def _substitute(value: Value, old: Value, new: Value) -> Value:
    before, after = text(scalar(old)), text(scalar(new))
    return each(lambda one: text(one).replace(before, after), value)


def _modulo(one: float, other: float) -> float:
    return one % other


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "+": _arithmetic(lambda one, other: one + other),
    "-": _arithmetic(lambda one, other: one - other),
    "*": _arithmetic(lambda one, other: one * other),
    "/": _arithmetic(lambda one, other: one / other),
    "MOD": _arithmetic(_modulo),
    "=": _comparison(lambda order: order == 0),
    "<>": _comparison(lambda order: order != 0),
    "<": _comparison(lambda order: order < 0),
    ">": _comparison(lambda order: order > 0),
    "<=": _comparison(lambda order: order <= 0),
    ">=": _comparison(lambda order: order >= 0),
    "&": lambda *arguments: each(lambda one, other: text(one) + text(other), *arguments),
    "SUM": _aggregate(sum),
    "MAX": _aggregate(lambda values: max(values, default=0)),
    "MIN": _aggregate(lambda values: min(values, default=0)),
    "AVERAGE": _aggregate(lambda values: sum(values) / len(values) if values else DIVIDED),
    "MODE": _aggregate(_mode),
    "COUNT": _count,
    "SUMPRODUCT": _product,
    "OR": _or,
    "MATCH": _match,
    "COUNTIFS": lambda *arguments: len(_rows_that_fit(*arguments)),
    "SUMIFS": _sum_ifs,
    "IF": _if,
    "IFERROR": _if_error,
    "ISNUMBER": _is(is_number),
    "ISNA": _is(lambda value: value == NA),
    "LEN": lambda value: each(lambda one: len(text(one)), value),
    "SUBSTITUTE": _substitute,
}
