"""Events of what the parts of the service say is wrong with them, and of orders that wait though nothing says why."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connector.events.payload import Spreadsheet
from connector.events.publisher import Publisher
from connector.jobs.problem_events import BRIEF, ProblemEvents, shops_to_tell_of
from connector.problems import Severity
from connector.store.database import Database
from connector.store.tables import outbox
from tests.clock import FakeClock
from tests.context import shop_context
from tests.store.helpers import SHOP, add, new_order

FILE = "The database's file was removed. Restart the service."


class Process:
    """A running service, as far as it is told of. Another one on the same store is a restart."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        events = Publisher(shop=SHOP, spreadsheet=Spreadsheet("sheet", "https://docs.google.com"), targets=["target"])
        context = shop_context(database, clock, events=events)
        self.problems = context.problems
        self._telling = ProblemEvents(context)

    def look(self) -> None:
        self._telling.run(lambda _seconds: False)


@pytest.fixture
def process(database: Database, clock: FakeClock) -> Process:
    return Process(database, clock)


def told(database: Database) -> list[tuple[str, dict[str, Any]]]:
    with database.read() as connection:
        rows = connection.execute(sa.select(outbox.c.type, outbox.c.payload).order_by(outbox.c.id))
        found = [(row.type, json.loads(row.payload)["data"]) for row in rows]
    return [(kind, {name: data[name] for name in ("part", "problem", "reason")}) for kind, data in found]


def data(key: str, reason: str) -> dict[str, Any]:
    return {"part": "service", "problem": key, "reason": reason}


def test_a_named_problem_that_lasts_is_told_once_and_so_is_its_end(
    database: Database, clock: FakeClock, process: Process
) -> None:
    process.problems.put("file", FILE, at=clock.now())
    process.problems.put("hint", "Something is worth a look.", at=clock.now(), severity=Severity.WARNING)
    process.look()
    assert told(database) == []

    for _ in range(3):
        clock.advance(BRIEF.total_seconds())
        process.look()
    assert told(database) == [("connector.problem", data("file", FILE))]

    process.problems.clear("file")
    process.look()
    process.look()
    assert told(database)[1:] == [("connector.recovered", data("file", FILE))]


def test_a_restart_neither_tells_again_nor_takes_for_over_what_had_no_time_to_be_named(
    database: Database, clock: FakeClock, process: Process
) -> None:
    process.problems.put("file", FILE, at=clock.now())
    clock.advance(BRIEF.total_seconds())
    process.look()

    again = Process(database, clock)
    again.look()
    again.problems.put("file", FILE, at=clock.now())
    clock.advance(2 * BRIEF.total_seconds())
    again.look()
    assert [kind for kind, _ in told(database)] == ["connector.problem"]

    mended = Process(database, clock)
    clock.advance(BRIEF.total_seconds())
    mended.look()
    assert [kind for kind, _ in told(database)] == ["connector.problem", "connector.recovered"]


def test_orders_that_wait_without_a_reason_are_told_of(database: Database, clock: FakeClock, process: Process) -> None:
    add(database, clock, new_order())
    clock.advance(timedelta(minutes=5).total_seconds())
    process.look()
    assert told(database) == []

    clock.advance(1)
    process.look()
    ((kind, said),) = told(database)
    assert (kind, said["problem"]) == ("connector.problem", "late")
    assert said["reason"].startswith("Orders wait for their rows, and nothing says why.")


def test_of_several_shops_those_are_looked_at_in_which_something_is_named_or_waits(
    database: Database, clock: FakeClock
) -> None:
    well = ProblemEvents(shop_context(database, clock))
    context = shop_context(database, clock)
    named = ProblemEvents(context)
    context.problems.put("file", FILE, at=clock.now())

    assert shops_to_tell_of(database, {"well": well, "named": named}) == ["named"]
