"""The two plots, as numbers that the template draws: orders per hour, and how long they took to their rows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from connector.dashboard.formatting import Words, duration
from connector.language import counted, number
from connector.language import gettext as _
from connector.store.hours import HOUR, Hour, together

WIDTH, HEIGHT = 360, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 354, 10, 130
_LABEL_EVERY = 6
"""Hours."""
_SECONDS = (1, 3, 10, 30, 60, 300, 600, 3600, 21_600, 86_400, 604_800)


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale with its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """What stands for one hour."""

    x: float
    width: float
    top: float
    bottom: float
    says: str
    dot: float | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything that is drawn, in the units of the drawing."""

    id: str
    title: str
    says: str
    """The whole in a sentence, for those who don't see it, too."""
    bars: Sequence[Bar]
    rows: Sequence[Tick]
    columns: Sequence[Tick]


def orders_plot(hours: Sequence[Hour], words: Words) -> Plot:
    most = max(hour.orders for hour in hours)
    top = _round_up(most)
    bars = [
        _bar(n, len(hours), top=_y(hour.orders / top), says=f"{_span(hour, words)}: {_orders(hour.orders)}")
        for n, hour in enumerate(hours)
        if hour.orders
    ]
    rows = [Tick(_y(0), "0"), *([Tick(_y(0.5), number(top // 2))] if top % 2 == 0 else []), Tick(_y(1), number(top))]
    says = _("No orders in the last 24 hours.")
    if most:
        busiest = max(hours, key=lambda hour: hour.orders)
        total = sum(hour.orders for hour in hours)
        says = _("{orders} in the last 24 hours; the busiest hour, {span}, had {most}.").format(
            orders=_orders(total), span=_span(busiest, words), most=number(most)
        )
    return Plot("plot-orders", _("Orders per hour"), says, bars, rows, _columns(hours, words))


def times_plot(hours: Sequence[Hour], words: Words) -> Plot:
    """On a scale on which each step is some times the one before: seconds and hours are both seen."""
    everything = together(hours)
    slowest = everything.slowest or 0.0
    end = next((seconds for seconds in _SECONDS[2:] if seconds >= slowest), _SECONDS[-1])

    def y(seconds: float) -> float:
        return _y(math.log(min(max(seconds, 1.0), end)) / math.log(end))

    bars = []
    for n, hour in enumerate(hours):
        if hour.median is not None and hour.slowest is not None:
            half, all_ = duration(hour.median), duration(hour.slowest)
            says = _("{span}: half within {half}, all within {all}").format(
                span=_span(hour, words), half=half, all=all_
            )
            bars.append(_bar(n, len(hours), top=y(hour.slowest), bottom=y(hour.median), says=says, dot=y(hour.median)))
    rows = [Tick(y(seconds), duration(seconds)) for seconds in _SECONDS if seconds <= end]
    rows = rows if len(rows) <= 5 else [*rows[:-1:2], rows[-1]]  # noqa: PLR2004 - labels that don't touch
    says = _("No rows were written in the last 24 hours.")
    if everything.median is not None:
        says = _("Half of the orders had their row within {median}; all within {slowest}.").format(
            median=duration(everything.median), slowest=duration(slowest)
        )
    return Plot("plot-times", _("From message to row"), says, bars, rows, _columns(hours, words))


def _bar(n: int, of: int, *, top: float, says: str, bottom: float = float(_BOTTOM), dot: float | None = None) -> Bar:
    step = (_RIGHT - _LEFT) / of
    return Bar(round(_LEFT + n * step + step * 0.14, 1), round(step * 0.72, 1), top, bottom, says, dot)


def _columns(hours: Sequence[Hour], words: Words) -> list[Tick]:
    step = (_RIGHT - _LEFT) / len(hours)
    labels = ((n, hour.begins_at.astimezone(words.zone)) for n, hour in enumerate(hours))
    return [Tick(round(_LEFT + n * step, 1), f"{there:%H:%M}") for n, there in labels if there.hour % _LABEL_EVERY == 0]


def _y(share: float) -> float:
    return round(_BOTTOM - share * (_BOTTOM - _TOP), 1)


def _round_up(value: int) -> int:
    """The next of 1, 2, 4, 10, 20, 40, 100 and so on."""
    power: int = 10 ** max(math.ceil(math.log10(max(value, 1))) - 1, 0)
    return next(step * power for step in (1, 2, 4, 10) if step * power >= value)


def _span(hour: Hour, words: Words) -> str:
    return _("{begin} to {end}").format(begin=words.hour(hour.begins_at), end=words.hour(hour.begins_at + HOUR))


def _orders(value: int) -> str:
    return counted("{count} order", "{count} orders", value)
