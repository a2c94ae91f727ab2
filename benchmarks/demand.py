"""What comes in: the messages with orders of many shops, drawn at random but the same each time."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

BUSIEST_HOUR = 0.123
"""The part of a day's orders that comes in its busiest hour: lunch."""
HOUR = 3600.0
BEFORE, AFTER = HOUR / 2, HOUR / 4
"""Seconds before and after that hour in which orders come as well."""
BESIDE = 0.75
"""How many come then, to the busiest hour's."""


@dataclass(frozen=True, slots=True)
class Message:
    """One order on its way."""

    at: float
    shop: str


def steady(
    shops: Sequence[str], *, per_minute: float, seconds: float, seed: int, start: float = 0.0, zipf: float = 1.0
) -> list[Message]:
    """Orders at random moments (Poisson). The shop of rank n gets a share of 1/n^zipf; with 0 all get the same.

    With another rate the same orders come closer together or further apart, so that rates can be compared.
    """
    gaps, ranks = random.Random(f"moments {seed}"), random.Random(f"shops {seed}")
    weights = list(accumulate(rank**-zipf for rank in range(1, len(shops) + 1)))
    messages: list[Message] = []
    at = start + gaps.expovariate(per_minute / 60)
    while at < start + seconds:
        messages.append(Message(at, ranks.choices(shops, cum_weights=weights)[0]))
        at += gaps.expovariate(per_minute / 60)
    return messages


def flood(shop: str, *, orders: int, start: float, seconds: float) -> list[Message]:
    """Orders of one shop, evenly spread."""
    return [Message(start + seconds * number / orders, shop) for number in range(orders)]


def lunch(shops: Sequence[str], *, a_day: float, seed: int, scale: float = 1.0) -> list[Message]:
    """The busiest hour of a day with so many orders, and some of the time before and after it. `scale` makes all three
    shorter, not emptier."""
    per_minute = a_day * BUSIEST_HOUR / 60
    messages: list[Message] = []
    at = 0.0
    for number, (seconds, part) in enumerate(((BEFORE, BESIDE), (HOUR, 1.0), (AFTER, BESIDE))):
        messages += steady(
            shops, per_minute=per_minute * part, seconds=seconds * scale, seed=10 * seed + number, start=at
        )
        at += seconds * scale
    return messages


def is_at_lunch(at: float, *, scale: float = 1.0) -> bool:
    """Whether a moment of `lunch` lies in its busiest hour."""
    return BEFORE * scale <= at < (BEFORE + HOUR) * scale
