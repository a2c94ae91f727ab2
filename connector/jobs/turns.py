"""Whose turn it is: which shops may begin to write, and how many fetches each may begin.

Nothing but rules: what is known goes in, with the time, and what may begin comes out. The dispatcher acts on it.
"""

import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connector.sheets.budget import Budget
from connector.sheets.quota import WINDOW

SECONDS_BETWEEN_BATCHES = 2.5
"""From beginning to beginning. A batch is one read and one write; Google asks for no more than one a second to a
spreadsheet. A little longer than that lets more gather, which saves requests where many come in."""
LONGEST_BETWEEN_BATCHES = 10.0
"""The most it grows to while the account's budget is short: a shop that always has something leaves turns to others."""
_GROWS_FROM = 0.5
"""How much of the budget is in use when the gap begins to grow."""
_GROWS_BY = 1.0
"""Seconds for each further turn of the shop in the last minute, once the whole budget is in use."""
_PACED_FROM = 0.5
"""How much of the budget is in use when an account's turns begin to be spread."""
_LOOK_AGAIN = 0.5
"""Seconds after which somebody who waits for a gap that has grown is looked at again: it may have shrunk."""
FETCHERS = 64
"""Fetches under way at once."""
MOST_FETCHES = 20
"""Of one shop, while few others have any."""
LEAST_FETCHES = 4
"""Of one shop, however many others have some."""


@dataclass(frozen=True, slots=True)
class ToWrite:
    """A shop that has something to write, or whose turn it is just now. Times are by one clock that only grows."""

    shop: str
    account: str
    due_at: float | None
    """When the oldest of what it has to write was due, or will be; None: nothing beside what is being written."""
    began: tuple[float, ...] = ()
    """When its turns of the last minute began, the latest last. A turn that found nothing to do is left out: no gap has
    to follow it."""
    is_busy: bool = False
    """Whether it is its turn now."""
    is_suspect: bool = False
    """Whether it failed lately."""
    is_alone: bool = False
    """Whether it is the account's only shop: nobody else needs what it would leave."""
    reads: int = 1
    """What its turn is expected to cost: more where there is a batch to settle, or the tabs are not known yet."""
    writes: int = 1


@dataclass(frozen=True, slots=True)
class Turns:
    """Who may begin."""

    begin: tuple[str, ...]
    """Shops, in the order in which they may."""
    wait: float
    """Seconds until the next one may, if nothing else happens; infinite where only the end of a turn, or new work,
    makes one possible."""


def gap(
    use: float, turns: int, *, shortest: float = SECONDS_BETWEEN_BATCHES, longest: float = LONGEST_BETWEEN_BATCHES
) -> float:
    """Seconds between the turns of a shop that had so many in the last minute, while so much of its account's budget
    is in use: `shortest` up to a half. From there it grows evenly to a second more for each turn but the first at the
    whole, and to no more than `longest`. So it grows for the shops that need most, and hardly for the others."""
    scarcity = min(max((use - _GROWS_FROM) / (1 - _GROWS_FROM), 0.0), 1.0)
    return min(shortest + _GROWS_BY * max(turns - 1, 0) * scarcity, max(shortest, longest))


def pace(use: float, calls: int) -> float:
    """Seconds between the turns of an account of whose `calls` in any 60 seconds so much is in use: none up to a half,
    growing with the square from there to where they last for the whole minute. Without it, shops that always have
    something use up all calls at once, and then everybody waits until the minute is over."""
    scarcity = min(max((use - _PACED_FROM) / (1 - _PACED_FROM), 0.0), 1.0)
    return scarcity**2 * WINDOW / calls


def choose(
    shops: Iterable[ToWrite],
    budgets: Mapping[str, Budget],
    *,
    now: float,
    writers: int,
    shortest: float = SECONDS_BETWEEN_BATCHES,
    longest: float = LONGEST_BETWEEN_BATCHES,
) -> Turns:
    """Who may begin to write now, with at most `writers` at once: whose work is due longest, first.

    A shop has one turn at a time and a gap between them (see `gap`), and so has an account that is short of calls (see
    `pace`). Suspects have at most half of the writers. In an account that has no calls left nobody begins, and none
    gets ahead of the one that waits longest, even with less.
    """
    shops = list(shops)
    free = writers - sum(shop.is_busy for shop in shops)
    free_for_suspects = max(writers // 2, 1) - sum(shop.is_busy and shop.is_suspect for shop in shops)
    use = {account: budget.use() for account, budget in budgets.items()}
    taken: dict[str, tuple[int, int]] = {}
    exhausted: set[str] = set()
    begin: list[str] = []
    wait = math.inf
    for due_at, shop in _oldest_first(shops):
        if free <= 0:
            break
        if shop.account in exhausted:
            continue
        in_use = 0.0 if shop.is_alone else use[shop.account]
        ready_in = max(due_at - now, _gap_left(shop, now, in_use, shortest=shortest, longest=longest))
        if ready_in > 0:
            wait = min(wait, ready_in)
            continue
        if shop.is_suspect and free_for_suspects <= 0:
            continue
        reads, writes = taken.get(shop.account, (0, 0))
        cost = (reads + shop.reads, writes + shop.writes)
        budget = budgets[shop.account]
        spread = 0.0 if shop.is_alone else pace(use[shop.account], budget.for_turns)
        missing = max(budget.may_begin(*cost), spread - (0.0 if reads else budget.since_turn()))
        if missing > 0:
            exhausted.add(shop.account)
            wait = min(wait, missing)
            continue
        taken[shop.account] = cost
        begin.append(shop.shop)
        free -= 1
        free_for_suspects -= shop.is_suspect
    return Turns(tuple(begin), wait if free > 0 else math.inf)


def _oldest_first(shops: Iterable[ToWrite]) -> list[tuple[float, ToWrite]]:
    """Of those whose turn it isn't already. Who had the last turn longest ago comes first among the equally old."""
    waiting = [(shop.due_at, shop) for shop in shops if shop.due_at is not None and not shop.is_busy]
    return sorted(waiting, key=lambda entry: (entry[0], entry[1].began[-1:], entry[1].shop))


def _gap_left(shop: ToWrite, now: float, use: float, *, shortest: float, longest: float) -> float:
    """Seconds until a next turn may begin; 0 or less: its gap is over."""
    if not shop.began:
        return 0.0
    since = now - shop.began[-1]
    turns = sum(began > now - WINDOW for began in shop.began)
    left = gap(use, turns, shortest=shortest, longest=longest) - since
    return left if left <= 0 else min(left, max(shortest - since, _LOOK_AGAIN))


@dataclass(frozen=True, slots=True)
class ToFetch:
    """A shop that has orders to fetch, or has fetches under way."""

    shop: str
    due_at: float
    """When the oldest that waits was due."""
    waiting: int
    """Orders that stand ready for a fetcher."""
    under_way: int = 0
    is_suspect: bool = False
    """Whether it failed lately."""


def fetch_share(active: int, *, fetchers: int = FETCHERS) -> int:
    """How many fetches one shop may have under way, and as many orders standing ready, while so many shops have any:
    20 where there are few, 4 where there are many."""
    return max(LEAST_FETCHES, min(MOST_FETCHES, fetchers // max(active, 1)))


def fetch_room(shops: Iterable[ToFetch], *, fetchers: int = FETCHERS) -> dict[str, int]:
    """How many fetches each shop may begin now, in the order in which they should; shops that may begin none are left
    out.

    One after the other goes to whoever has the fewest under way, and among those to whose order is due longest. Nobody
    gets more than `fetch_share`, and suspects together no more than a quarter of the fetchers.
    """
    shops = list(shops)
    share = fetch_share(sum(shop.waiting > 0 or shop.under_way > 0 for shop in shops), fetchers=fetchers)
    free = fetchers - sum(shop.under_way for shop in shops)
    suspects = sum(shop.under_way for shop in shops if shop.is_suspect)
    free_for_suspects = max(fetchers // 4, 1) - suspects
    queue = [(shop.under_way, shop.due_at, shop.shop, shop) for shop in shops if shop.waiting > 0]
    heapq.heapify(queue)
    room: dict[str, int] = {}
    while queue and free > 0:
        under_way, due_at, name, shop = heapq.heappop(queue)
        if under_way >= share or (shop.is_suspect and free_for_suspects <= 0):
            continue
        room[name] = room.get(name, 0) + 1
        free -= 1
        free_for_suspects -= shop.is_suspect
        if room[name] < shop.waiting:
            heapq.heappush(queue, (under_way + 1, due_at, name, shop))
    return room
