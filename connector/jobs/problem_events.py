"""Tells by events of what keeps orders out of the sheet and has no event of its own: what the parts of the service have
named, and orders that wait though nothing says why."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from connector.jobs.context import ShopContext
from connector.jobs.reasons import SET_ASIDE, reasons
from connector.log import get_logger
from connector.problems import NamedProblem, Severity
from connector.store import outbox
from connector.store.breakers import Part
from connector.store.database import Database
from connector.store.standing import read_standing, shops_to_look_at

log = get_logger(__name__)

BRIEF = timedelta(minutes=1)
"""What is over by then is not told."""
_TOLD_ELSEWHERE = frozenset({*Part, SET_ASIDE})
"""In the very commit that stores them."""


class ProblemEvents:
    """For one shop, in the process that holds its lock."""

    def __init__(self, context: ShopContext) -> None:
        self._context = context
        self._began = context.clock.now()

    def has_named_problems(self) -> bool:
        """Whether a part of the service has named something, of which the store knows nothing."""
        return bool(self._context.problems.current())

    def run(self, _wait: Callable[[float], bool]) -> None:
        """Looks once. What was told of before a restart counts as over only once it had the time to be named again."""
        now = self._context.clock.now()
        with self._context.database.read() as connection:
            standing = read_standing(connection, self._context.shop)
            known = outbox.get_told(connection, self._context.shop)
        current = {
            problem.key: problem
            for problem in reasons(standing, self._context.problems.current(), now)
            if problem.severity is Severity.PROBLEM and problem.key not in _TOLD_ELSEWHERE
        }
        new = [problem for key, problem in current.items() if key not in known and now - problem.since >= BRIEF]
        settled = now - self._began >= BRIEF
        over = [problem for key, problem in known.items() if key not in current and settled]
        if new or over:
            self._context.database.write(lambda connection: self._tell(connection, new, over, now))
        for problem in new:
            log.error("problem.lasts", problem=problem.key, reason=problem.sentence)
        for problem in over:
            log.info("problem.over", problem=problem.key)

    def _tell(self, connection: Connection, new: list[NamedProblem], over: list[NamedProblem], now: datetime) -> None:
        for problem in new:
            outbox.keep_told(connection, self._context.shop, problem)
            self._context.events.problem(connection, problem, is_over=False, now=now)
        for problem in over:
            if outbox.forget_told(connection, self._context.shop, problem.key):
                self._context.events.problem(connection, problem, is_over=True, now=now)


def shops_to_tell_of(database: Database, shops: Mapping[str, ProblemEvents]) -> list[str]:
    """The shops in which there may be something to tell: of a thousand that are well, one query finds that out."""
    with database.read() as connection:
        found = shops_to_look_at(connection)
    return [shop for shop, events in shops.items() if shop in found or events.has_named_problems()]
