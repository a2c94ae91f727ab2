"""The list of all shops, for the operator: the worst first, each with its state in one sentence.

All are read at once, in a few queries, for all who look.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from flask import url_for
from werkzeug.datastructures import MultiDict

from connector.dashboard.data import ODD_FOR, Snapshot, TTLCache
from connector.dashboard.formatting import Words
from connector.dashboard.health import Level, in_short, judge
from connector.dashboard.views import OPERATORS_FINDINGS, of_shop
from connector.language import counted, marked
from connector.language import gettext as _
from connector.models import Status
from connector.runtime.condition import Condition, conditions
from connector.runtime.instances import Living, living
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.store.overview import ShopFigures, read_overview
from connector.store.quarantine import ToLookAt

PAGE = 50
"""Shops."""
LATELY = timedelta(hours=24)
"""What is counted as a shop's latest orders: not today's, because today begins elsewhere when the zone is another."""
_LONGEST_TEXT = 40
_MOST_PAGES = 100_000
_MOST_SHARED = 20


class State(StrEnum):
    """How a shop is doing, the worst first."""

    OUT = "out"
    """It isn't served, because its entry in SHOPS_FILE is wrong."""
    PROBLEM = "problem"
    WARNING = "warning"
    WELL = "well"


SHOP_STATES = {
    State.OUT: marked("out"),
    State.PROBLEM: marked("with problems"),
    State.WARNING: marked("worth a look"),
    State.WELL: marked("well"),
}
"""The states in words."""
_STATES = {Level.BAD: State.PROBLEM, Level.LOOK: State.WARNING, Level.GOOD: State.WELL}
_LEVELS = {State.OUT: Level.BAD, **{state: level for level, state in _STATES.items()}}
_ORDER = {state: place for place, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Row:
    """One shop."""

    name: str
    state: State
    sentence: str
    has_page: bool = True
    lately: int = 0
    """Orders of the last 24 hours."""
    waiting: int = 0
    """Orders that lack their row, or their items."""
    waits_since: datetime | None = None
    """When the oldest order came in that has no row yet."""

    @property
    def level(self) -> Level:
        return _LEVELS[self.state]


@dataclass(frozen=True, slots=True)
class ShopQuery:
    """What is asked for. Whatever can't be understood counts as not asked for."""

    text: str = ""
    state: State | None = None
    page: int = 1

    @classmethod
    def read(cls, values: MultiDict[str, str]) -> Self:
        state, page = values.get("state", ""), values.get("page", "")
        return cls(
            "".join(letter for letter in values.get("q", "") if letter.isprintable()).strip().lower()[:_LONGEST_TEXT],
            State(state) if state in set(State) else None,
            int(page) if page.isascii() and page.isdigit() and 0 < int(page[:9]) < _MOST_PAGES else 1,
        )

    @property
    def fields(self) -> dict[str, Any]:
        """As in the address; what is not asked for is not there."""
        fields = {"q": self.text, "state": self.state, "page": self.page if self.page > 1 else None}
        return {name: str(value) for name, value in fields.items() if value}

    def but(self, **changes: Any) -> Self:
        return replace(self, **changes)

    @property
    def address(self) -> str:
        """The list's address for this."""
        return url_for("page.home", **self.fields)


@dataclass(frozen=True, slots=True)
class Overview:
    """All shops at one moment."""

    words: Words
    rows: Sequence[Row]
    """The worst first, and of those that are alike the one whose order waits for the longest."""
    problems: Sequence[str]
    """What is wrong with what they share: with SHOPS_FILE, the database, the disk."""
    counts: Mapping[State, int]
    instances: Sequence[Living] = ()
    """Of the service, where there are several."""

    @property
    def level(self) -> Level:
        if self.problems or self.counts[State.OUT] or self.counts[State.PROBLEM]:
            return Level.BAD
        return Level.LOOK if self.counts[State.WARNING] or not self.rows else Level.GOOD

    @property
    def sentence(self) -> str:
        bad = list(self._bad())
        if bad:
            return " ".join(bad)
        if self.problems:
            return _("All shops are served; something that they share needs mending.")
        if not self.rows:
            return _("No shop is served. Add one to the file that SHOPS_FILE names.")
        if warned := self.counts[State.WARNING]:
            return counted(
                "Orders reach every sheet; {count} shop is worth a look.",
                "Orders reach every sheet; {count} shops are worth a look.",
                warned,
            )
        return counted("All is well.", "All is well in all {count} shops.", len(self.rows))

    def _bad(self) -> Iterator[str]:
        if out := self.counts[State.OUT]:
            yield counted("{count} shop is out.", "{count} shops are out.", out)
        if problems := self.counts[State.PROBLEM]:
            yield counted("{count} shop has a problem.", "{count} shops have problems.", problems)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the rows that fit."""

    query: ShopQuery
    rows: Sequence[Row]
    number: int
    """Of all that fit."""

    @property
    def first(self) -> int:
        """The place of the first of these rows among all that fit."""
        return (self.query.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def has_more(self) -> bool:
        return self.last < self.number


class ShopList:
    """Safe to use from several threads."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._latest = TTLCache(self._read)

    def get(self, query: ShopQuery) -> dict[str, Any]:
        """For the templates. Raises what the database raises, or TooSlowError."""
        overview = self._latest.get(None)
        fits = [
            row for row in overview.rows if query.text in row.name and (query.state is None or row.state is query.state)
        ]
        last = max(-(-len(fits) // PAGE), 1)
        query = query.but(page=min(query.page, last))
        begin = (query.page - 1) * PAGE
        found = Found(query, fits[begin : begin + PAGE], len(fits))
        return {"overview": overview, "found": found, "words": overview.words}

    def _read(self, _: None) -> Overview:
        service = self._service
        now = service.clock.now()
        words = Words(now, service.settings.timezone or UTC)
        shops, out = service.shops, service.out
        with service.database.read() as connection:
            figures = read_overview(connection, since=now - LATELY, odd_since=now - ODD_FOR)
            instances = living(connection, service.leases)
        found = conditions(service.database, shops.values())
        rows = [
            _row(shop, figures.get(name, ShopFigures()), found[name], words)
            for name, shop in shops.items()
            if name not in out
        ]
        for name, sentence in out.items():
            known = figures.get(name, ShopFigures())
            rows.append(
                Row(
                    name,
                    State.OUT,
                    sentence,
                    name in shops,
                    known.lately,
                    known.received + known.waiting,
                    known.standing.oldest_unwritten,
                )
            )
        rows.sort(key=lambda row: (_ORDER[row.state], row.waits_since or now, row.name))
        return Overview(words, rows, self._problems(shops, found), Counter(row.state for row in rows), instances)

    def _problems(self, shops: Mapping[str, Shop], found: Mapping[str, Condition]) -> list[str]:
        shared = dict.fromkeys(
            shop.redact(finding.sentence)
            for name, shop in shops.items()
            for finding in found[name].findings
            if not finding.holds and finding.name in OPERATORS_FINDINGS
        )
        return [*self._service.file_problems, *list(shared)[:_MOST_SHARED]]


def _row(shop: Shop, figures: ShopFigures, condition: Condition, words: Words) -> Row:
    counts = {
        Status.RECEIVED: figures.received,
        Status.WAITING: figures.waiting,
        Status.FAILED: figures.failed,
        # Nobody is told this number; what counts is whether there is any.
        Status.SYNCED: int(figures.has_orders),
    }
    snapshot = Snapshot(
        words,
        counts,
        figures.lately,
        (),
        figures.standing,
        condition.problems,
        figures.quarantined,
        (),
        ToLookAt(figures.quarantined, figures.other_orders),
        figures.failed,
        figures.odd,
    )
    verdict = judge(snapshot, of_shop(condition.findings))
    return Row(
        shop.name,
        _STATES[verdict.level],
        shop.redact(in_short(verdict)),
        lately=figures.lately,
        waiting=figures.received + figures.waiting,
        waits_since=figures.standing.oldest_unwritten,
    )
