"""The orders in the store: whether all of them are in the sheet, and what keeps the others out."""

from collections.abc import Iterator
from datetime import datetime

from connector.clock import Clock, SystemClock
from connector.findings import Finding
from connector.jobs.limits import LIMITS_LAST
from connector.jobs.reasons import is_late, reasons
from connector.problems import NamedProblem, Severity
from connector.runtime import SHOP
from connector.store.database import Database
from connector.store.limits import Limit, get_limits
from connector.store.standing import Standing, read_standing

_NAME = "orders"


def check_orders(database: Database, spreadsheet_id: str, *, clock: Clock | None = None) -> Iterator[Finding]:
    """What the store tells. Asks nobody, and so knows nothing of what the running service keeps in memory."""
    now = (clock or SystemClock()).now()
    with database.read() as connection:
        standing = read_standing(connection, SHOP)
        limits = get_limits(connection, spreadsheet_id, since=now - LIMITS_LAST)
    wrong = [_finding(problem) for problem in _that_count(standing, now)]
    yield from wrong
    if not wrong:
        yield Finding.ok(_NAME, "Every order that came in is in the sheet, or on its way there.")
    if any(limit.what is Limit.FORMATS for limit in limits):
        yield Finding.ok(
            _NAME,
            "Google refused formats in the connector's tabs, as it does in a table whose columns have types. So rows "
            "go in with their values alone: without formats, links and notes. Once a day it is tried with them.",
        )


def _that_count(standing: Standing, now: datetime) -> list[NamedProblem]:
    """What a part said at its last try is left out where nothing waits for it: it may have been mended since."""
    waits = is_late(standing, now)
    return [problem for problem in reasons(standing, (), now) if waits or problem.key not in standing.breakers]


def _finding(problem: NamedProblem) -> Finding:
    make = Finding.problem if problem.severity is Severity.PROBLEM else Finding.warning
    return make(_NAME, problem.sentence)
