"""Days of many shops in the simulation: what comes of one, and how many orders a day may have."""

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.demand import HOUR, Message, flood, is_at_lunch, lunch, steady
from benchmarks.simulation import Fleet, Outcome, most_in_any_window, quantile
from connector.jobs.turns import LONGEST_BETWEEN_BATCHES
from connector.sheets.budget import RESERVE
from connector.sheets.quota import LIMIT, Quota

OF_A_PROJECT = 300
"""Reads, and writes, that Google allows all accounts of a project together in a minute."""
BETWEEN_LOOKS = 0.1
"""Seconds: the most that the dispatcher rests after a look at what may begin."""
_PLACES = 17
"""Draws in which order the shops were added, and so which account each has."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the shops are served with."""

    shops: int = 1000
    accounts: int = 1
    instances: int = 1
    quota: int = LIMIT
    """Reads, and writes, that Google allows each account in a minute."""
    scale: float = 1.0
    """How long a busiest hour is, in hours."""

    @property
    def names(self) -> list[str]:
        """The shops, the most ordered from first."""
        return [f"shop {rank}" for rank in range(1, self.shops + 1)]

    def account_of(self) -> dict[str, str]:
        """Each shop's account: as `shops add` chooses, the one that had the fewest, whatever the shop sells."""
        names = self.names
        random.Random(_PLACES).shuffle(names)
        return {name: f"account {number % self.accounts}" for number, name in enumerate(names)}


@dataclass(frozen=True, slots=True)
class Day:
    """What came of a day with so many orders, in its busiest hour."""

    orders: float
    p50: float
    p99: float
    distinct: float
    """Shops of an account that got an order in a minute, on average."""
    turns: float
    """Of an account, in a minute."""
    orders_a_turn: float
    wrong: tuple[str, ...]
    """A sentence for each count that isn't as it must be."""


def day(layout: Layout, orders: float, *, seed: int = 1) -> Day:
    """The day's busiest hour, with what comes before and after it."""
    messages = lunch(layout.names, a_day=orders, seed=seed, scale=layout.scale)
    outcome = run(layout, messages)
    waits = [each.wait for each in outcome.written if is_at_lunch(each.sent, scale=layout.scale)]
    accounts, minutes = layout.account_of(), layout.scale * HOUR / 60
    distinct = {
        (accounts[message.shop], message.at // 60, message.shop)
        for message in messages
        if is_at_lunch(message.at, scale=layout.scale)
    }
    turns = sum(is_at_lunch(at, scale=layout.scale) for calls in outcome.calls.values() for at in calls[Quota.WRITE])
    return Day(
        orders,
        quantile(waits, 0.5),
        quantile(waits, 0.99),
        len(distinct) / minutes / layout.accounts,
        turns / minutes / layout.accounts,
        len(waits) / max(turns, 1),
        tuple(wrong(layout, messages, outcome)),
    )


def run(layout: Layout, messages: Sequence[Message], *, longest_gap: float = LONGEST_BETWEEN_BATCHES) -> Outcome:
    """All instances, one after the other: they have no account and no shop in common."""
    accounts = layout.account_of()
    instance_of = {name: number % layout.instances for number, name in enumerate(sorted(set(accounts.values())))}
    outcome = Outcome([], {})
    for instance in range(layout.instances):
        own = {shop: account for shop, account in accounts.items() if instance_of[account] == instance}
        fleet = Fleet(own, quota=layout.quota, longest_gap=longest_gap, between_looks=BETWEEN_LOOKS)
        outcome.add(fleet.run([message for message in messages if message.shop in own]))
    return outcome


def wrong(layout: Layout, messages: Sequence[Message], outcome: Outcome) -> Iterable[str]:
    """Each order has one row; no account made more calls in any 60 seconds than turns may."""
    if sorted((message.at, message.shop) for message in messages) != sorted(
        (each.sent, each.shop) for each in outcome.written
    ):
        yield f"{len(messages)} orders came in, {len(outcome.written)} were written."
    for account, calls in outcome.calls.items():
        most = max(most_in_any_window(moments) for moments in calls.values())
        if most > layout.quota - RESERVE:
            yield f"{account} made {most} calls of a kind in 60 seconds, of {layout.quota}."


def walk(layout: Layout, steps: Sequence[float], *, until: float) -> list[Day]:
    """Days with more and more orders, until the busiest hour's p99 is beyond `until` seconds. `steps`: for each account
    with Google's ordinary quota."""
    days: list[Day] = []
    for step in steps:
        days.append(day(layout, step * layout.accounts * layout.quota / LIMIT))
        if days[-1].p99 > until:
            break
    return days


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many orders a day may have within a bound."""

    orders: float
    p50: float


def capacity(days: Sequence[Day], within: float) -> Capacity | None:
    """Where p99 reaches `within` seconds, between two days of a walk; None: not between any two."""
    for lower, higher in pairwise(days):
        if lower.p99 <= within < higher.p99:
            share = math.log(within / lower.p99) / math.log(higher.p99 / lower.p99)
            return Capacity(
                lower.orders * (higher.orders / lower.orders) ** share, lower.p50 * (higher.p50 / lower.p50) ** share
            )
    return None


@dataclass(frozen=True, slots=True)
class Crowd:
    """What came of shops that all get the same number of orders, with one account."""

    distinct: float
    """Of them that got an order in a minute, on average."""
    turns: float
    """In a minute."""
    p50: float
    p99: float
    wrong: tuple[str, ...]


def crowd(shops: int, per_minute: float, *, scale: float, seed: int = 2) -> Crowd:
    """An hour of them, the second of two."""
    layout = Layout(shops, scale=scale)
    hour = HOUR * scale
    messages = steady(layout.names, per_minute=per_minute, seconds=2 * hour, seed=seed, zipf=0.0)
    outcome = run(layout, messages)
    waits = [each.wait for each in outcome.written if each.sent >= hour]
    distinct = {(message.at // 60, message.shop) for message in messages if message.at >= hour}
    (calls,) = outcome.calls.values()
    return Crowd(
        len(distinct) / hour * 60,
        sum(hour <= at < 2 * hour for at in calls[Quota.WRITE]) / hour * 60,
        quantile(waits, 0.5),
        quantile(waits, 0.99),
        tuple(wrong(layout, messages, outcome)),
    )


@dataclass(frozen=True, slots=True)
class Sale:
    """What came of a flash sale at one shop: seconds from message to row of orders sent while it lasted."""

    others: list[float]
    own: list[float]
    wrong: tuple[str, ...]


def sale(
    layout: Layout,
    *,
    a_day: float,
    orders: int,
    seconds: float,
    longest_gap: float = LONGEST_BETWEEN_BATCHES,
    seeds: Sequence[int] = (1, 2, 3, 4, 5, 6),
) -> Sale:
    """In the midst of the busiest hour, several times with other orders around it; with 0 orders only those."""
    shop = layout.names[layout.shops // 10]
    start = HOUR * layout.scale  # half an hour before and half of the hour
    others: list[float] = []
    own: list[float] = []
    found: list[str] = []
    for seed in seeds:
        messages = lunch(layout.names, a_day=a_day, seed=seed, scale=layout.scale)
        if orders:
            messages += flood(shop, orders=orders, start=start, seconds=seconds)
        outcome = run(layout, messages, longest_gap=longest_gap)
        found += wrong(layout, messages, outcome)
        for each in outcome.written:
            if start <= each.sent < start + seconds:
                (own if each.shop == shop else others).append(each.wait)
    return Sale(others, own, tuple(found))
