"""What keeps orders out of the sheet is seen in the store, whatever state they are in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.jobs.reasons import LONGEST_DELAY, is_late
from connector.models import ItemsState, Shown
from connector.problems import NamedProblem, Severity
from connector.store import refusals
from connector.store.database import Database
from connector.store.outbox import keep_told
from connector.store.shops import ShopState, put_shops
from connector.store.standing import Standing, read_standing, shops_to_look_at
from connector.store.tables import orders
from tests.clock import FakeClock
from tests.store.helpers import SHOP, add, get, new_order

NOW = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
MOMENTS = st.sampled_from([-3600, -301, -300, -299, -1, 0, 3600]).map(lambda seconds: NOW + timedelta(seconds=seconds))
STATES = st.fixed_dictionaries(
    {
        "stored_at": MOMENTS,
        "items_state": st.sampled_from(ItemsState),
        "shown": st.none() | st.sampled_from(Shown),
        "write_due_at": st.none() | MOMENTS,
        "batch_id": st.none() | st.just("b" * 32),
        "rows_refused_at": st.none() | MOMENTS,
        "items_refused_at": st.none() | MOMENTS,
    }
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    store = Database(f"sqlite:///{tmp_path_factory.mktemp('standing') / Path('connector.db')}")
    yield store
    store.close()


def standing_of(store: Database, states: list[dict[str, Any]]) -> Standing:
    fixed = {"shop": SHOP, "received_at": NOW, "attempts": 0, "refusal": "No.", "last_error": "No."}
    rows = [{**fixed, **state, "order_id": str(n)} for n, state in enumerate(states)]

    def change(connection: sa.Connection) -> None:
        connection.execute(sa.delete(orders))
        connection.execute(sa.insert(orders), rows)

    store.write(change)
    with store.read() as connection:
        return read_standing(connection, SHOP)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.lists(STATES, min_size=1, max_size=8))
def test_an_order_that_waits_too_long_is_late_or_set_aside(store: Database, states: list[dict[str, Any]]) -> None:
    states = sorted(states, key=lambda state: state["stored_at"])  # keys are given in the order of arrival
    standing = standing_of(store, states)

    too_old = NOW - LONGEST_DELAY
    refused = [n for n, state in enumerate(states) if state["rows_refused_at"] is not None]
    late = [
        n
        for n, state in enumerate(states)
        if (state["shown"] is None and state["stored_at"] < too_old)
        or (state["write_due_at"] is not None and state["write_due_at"] < too_old)
    ]
    assert is_late(standing, NOW) is bool(set(late) - set(refused))
    assert standing.rows_refused.number == len(refused)
    assert {int(order.order_id) for order in standing.rows_refused.first} <= set(refused)
    assert len(standing.rows_refused.first) == min(len(refused), refusals.MOST_NAMED)
    assert standing.items_refused.number == sum(state["items_refused_at"] is not None for state in states)


def test_what_is_set_aside_stays_so_until_its_rows_are_in_the_sheet(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"))
    clock.advance(3)
    key, since = get(database).id, clock.now()
    for sentence in ("First.", "Second."):
        until = clock.now() + timedelta(hours=1)
        database.write(partial(refusals.set_aside, key=key, until=until, sentence=sentence, now=clock.now()))
        clock.advance(3600)

    with database.read() as connection:
        aside = refusals.rows_set_aside(connection, SHOP)
    assert [(order.order_id, order.since, order.sentence) for order in aside.first] == [("1", since, "Second.")]


def test_only_shops_in_which_rows_wait_or_a_problem_was_told_are_worth_a_look(
    database: Database, clock: FakeClock
) -> None:
    def look() -> set[str]:
        with database.read() as connection:
            return shops_to_look_at(connection)

    database.write(lambda connection: put_shops(connection, [SHOP, "idle", "told"], ShopState.SERVED))
    assert look() == set()

    add(database, clock, new_order())
    problem = NamedProblem("file", Severity.PROBLEM, "A file is gone.", clock.now())
    database.write(lambda connection: keep_told(connection, "told", problem))

    assert look() == {SHOP, "told"}
