"""Events and the changes they tell of: stored together, told once, in order."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connector.events.payload import LARGEST, EventType, Spreadsheet, about_order
from connector.events.publisher import LASTING, NOBODY, Publisher
from connector.gateways.reading.result import Reading
from connector.jobs.housekeeping import KEPT_FAILED, KEPT_WAITING, prune_events
from connector.jobs.receive import ReceiveStage
from connector.models import Item
from connector.store import batches, breakers, fetching, outbox
from connector.store.breakers import Part
from connector.store.database import Database
from connector.store.outbox import Event, NewEvent
from tests.clock import FakeClock
from tests.context import shop_context
from tests.store.helpers import ITEMS, SHOP, add, batch_of, get, new_order

SHEET = Spreadsheet("sheet", "https://docs.google.com")
EVENTS = Publisher(shop=SHOP, spreadsheet=SHEET, targets=["first", "second"])


def head(connection: sa.Connection, target: str) -> Event | None:
    return next(iter(outbox.next_events(connection, SHOP, target, most=1)), None)


def queue(database: Database, target: str = "first") -> list[Event]:
    """What the target lacks, as it would get it: nothing is left afterwards."""
    found = []
    with database.engine.execution_options(writes=True).begin() as connection:
        while (event := head(connection, target)) is not None:
            found.append(event)
            outbox.delivered(connection, [event])
    return found


def told(database: Database) -> list[tuple[str, str]]:
    """The same for both targets, which must not differ."""
    first, second = ([(event.type, event.about, event.event_id) for event in queue(database, t)] for t in TARGETS)
    assert first == second
    return [(type_, about) for type_, about, _ in first]


TARGETS = ("first", "second")


def receive(database: Database, clock: FakeClock, *order_ids: str, events: Publisher = EVENTS, **values: Any) -> None:
    stage = ReceiveStage(shop_context(database, clock, events=events), arrived=lambda _: None)
    stage.receive(Reading(orders=[new_order(order_id, **values) for order_id in order_ids]), keep_unclear=True)


def write(database: Database, clock: FakeClock, *order_ids: str) -> None:
    """A batch with what these orders have to show, as the writer stores its outcome."""
    batch = batch_of(database, clock, *order_ids)

    def change(connection: sa.Connection) -> None:
        newly_shown = batches.newly_shown(connection, batch)
        if batches.applied(connection, batch, now=clock.now()):
            EVENTS.shown(connection, newly_shown, now=clock.now())

    # Told only once, though it is found out twice.
    database.write(change)
    database.write(change)


def test_an_order_is_told_of_when_it_is_new_and_never_again(database: Database, clock: FakeClock) -> None:
    receive(database, clock, "1", "1", "2")
    receive(database, clock, "2", "3", "1")

    assert told(database) == [("order.received", order_id) for order_id in "123"]


def test_what_a_row_says_is_told_once_in_the_order_of_arrival(database: Database, clock: FakeClock) -> None:
    add(database, clock, new_order("1"), new_order("2"), new_order("3", items=ITEMS))
    write(database, clock, "3", "2", "1")
    assert told(database) == [("order.waiting", "1"), ("order.waiting", "2"), ("order.synced", "3")]

    database.write(
        lambda connection: fetching.items_arrived(connection, [(get(database, "2"), ITEMS)], now=clock.now())
    )
    database.write(lambda connection: fetching.give_up(connection, get(database, "1"), error="No.", now=clock.now()))
    assert told(database) == []
    write(database, clock, "1", "2")
    assert told(database) == [("order.failed", "1"), ("order.synced", "2")]


def test_an_order_that_is_given_up_again_after_a_resync_is_not_told_again(database: Database, clock: FakeClock) -> None:
    def give_up() -> None:
        order = get(database)
        database.write(lambda connection: fetching.give_up(connection, order, error="No.", now=clock.now()))
        write(database, clock, "1")

    add(database, clock, new_order("1"))
    give_up()
    database.write(lambda connection: fetching.try_again(connection, SHOP, now=clock.now()))
    give_up()

    assert told(database) == [("order.failed", "1")]


def test_the_event_holds_the_order_as_it_was_then_whatever_becomes_of_it(database: Database, clock: FakeClock) -> None:
    receive(database, clock, "1", customer_name="Ada")
    database.write(lambda connection: fetching.items_arrived(connection, [(get(database), ITEMS)], now=clock.now()))
    write(database, clock, "1")
    database.write(lambda connection: connection.execute(sa.text("DELETE FROM orders")))

    received, synced = (json.loads(event.payload) for event in queue(database))

    assert (received["data"]["status"], received["data"]["items"]) == ("received", [])
    assert (synced["type"], synced["timestamp"]) == ("order.synced", "2026-11-23T09:40:00Z")
    assert synced["data"]["customer_name"] == "Ada"
    assert [item["name"] for item in synced["data"]["items"]] == ["Tea", "Cup"]
    assert "token" not in synced["data"]


def test_a_change_and_its_event_are_stored_together_or_not_at_all(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stored() -> tuple[int, int]:
        with database.read() as connection:
            counts = [connection.execute(sa.text(f"SELECT count(*) FROM {t}")).scalar_one() for t in TABLES]
        return counts[0], counts[1]

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken_outbox:
        broken_outbox.setattr(outbox, "add", broken)
        with pytest.raises(RuntimeError):
            receive(database, clock, "1")
    assert stored() == (0, 0)

    def dies_after(connection: sa.Connection) -> None:
        EVENTS.received(connection, ["1"], now=clock.now())
        raise RuntimeError

    add(database, clock, new_order("1"))
    with pytest.raises(RuntimeError):
        database.write(dies_after)
    assert stored() == (1, 0)


TABLES = ("orders", "outbox")


def test_nothing_is_read_or_written_when_nobody_is_to_be_told(database: Database, clock: FakeClock) -> None:
    receive(database, clock, "1", events=NOBODY)
    assert told(database) == []
    statements: list[str] = []
    with database.read() as connection:
        sa.event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        NOBODY.received(connection, ["1"], now=clock.now())
        NOBODY.shown(connection, ["1"], now=clock.now())
        NOBODY.failed(connection, Part.SHEET, must_mend=True, now=clock.now())
        NOBODY.worked(connection, Part.SHEET, breakers.CircuitBreaker(told=breakers.Told.MEND), now=clock.now())

    assert statements == []


def fail(database: Database, clock: FakeClock, *, must_mend: bool, pauses_it: bool = True) -> None:
    def change(connection: sa.Connection) -> None:
        now = clock.now()
        until = now + timedelta(seconds=60) if pauses_it else None
        breakers.record_failure(connection, SHOP, Part.CHANNEL, reason="The phone is not linked.", until=until, now=now)
        EVENTS.failed(connection, Part.CHANNEL, must_mend=must_mend, now=now)

    database.write(change)


def work(
    database: Database, clock: FakeClock, how: Callable[..., breakers.CircuitBreaker] = breakers.record_success
) -> None:
    def change(connection: sa.Connection) -> None:
        ended = how(connection, SHOP, Part.CHANNEL, now=clock.now())
        EVENTS.worked(connection, Part.CHANNEL, ended, now=clock.now())

    database.write(change)


@pytest.mark.parametrize("how", [breakers.record_success, breakers.record_recovery])
def test_what_somebody_must_mend_is_told_at_once_and_its_end_too_each_once(
    database: Database, clock: FakeClock, how: Callable[..., breakers.CircuitBreaker]
) -> None:
    for _ in range(3):
        fail(database, clock, must_mend=True)
        clock.advance(60)
    for _ in range(2):
        work(database, clock, how)

    problem, recovered = (json.loads(event.payload) for event in queue(database))

    data = {
        "part": "channel",
        "reason": "The phone is not linked.",
        "since": "2026-11-23T09:40:00Z",
        "spreadsheet_id": "sheet",
        "spreadsheet_url": "https://docs.google.com/spreadsheets/d/sheet/edit",
    }
    assert problem == {"type": "connector.problem", "timestamp": "2026-11-23T09:40:00Z", "data": data}
    assert recovered == {"type": "connector.recovered", "timestamp": "2026-11-23T09:43:00Z", "data": data}


def test_what_passes_by_itself_is_told_only_if_it_lasts_and_its_end_only_if_it_was_told(
    database: Database, clock: FakeClock
) -> None:
    fail(database, clock, must_mend=False)
    clock.advance(60)
    work(database, clock)
    assert told(database) == []

    for _ in range(8):
        fail(database, clock, must_mend=False)
        clock.advance(60)
    work(database, clock)

    (problem, recovered) = queue(database)
    assert (problem.type, recovered.type) == ("connector.problem", "connector.recovered")
    assert problem.occurred_at == clock.now() - timedelta(minutes=8) + LASTING


def test_what_must_be_mended_is_told_though_it_was_told_that_it_lasts_and_not_the_other_way_round(
    database: Database, clock: FakeClock
) -> None:
    for must_mend in (False, False, True, False, True):
        fail(database, clock, must_mend=must_mend)
        clock.advance(LASTING.total_seconds())

    assert [json.loads(event.payload)["timestamp"] for event in queue(database)] == [
        "2026-11-23T09:45:00Z",
        "2026-11-23T09:50:00Z",
    ]


def test_failures_that_pause_nothing_are_not_told(database: Database, clock: FakeClock) -> None:
    fail(database, clock, must_mend=True, pauses_it=False)

    assert told(database) == []


def test_a_success_of_a_call_that_began_before_the_pause_is_no_recovery(database: Database, clock: FakeClock) -> None:
    fail(database, clock, must_mend=True)
    work(database, clock)
    assert told(database) == [("connector.problem", "channel")]

    clock.advance(60)
    work(database, clock)
    assert told(database) == [("connector.recovered", "channel")]


def test_targets_and_shops_have_queues_of_their_own(database: Database, clock: FakeClock) -> None:
    new = [NewEvent(f"msg_{n}", "order.synced", n, "{}") for n in "12"]
    database.write(lambda connection: outbox.add(connection, SHOP, TARGETS, new, now=clock.now()))
    database.write(lambda connection: outbox.add(connection, "other", ["first"], new[:1], now=clock.now()))
    with database.read() as connection:
        event = head(connection, "first")
    assert event is not None
    database.write(lambda connection: outbox.attempt_failed(connection, event, error="No."))
    with database.read() as connection:
        again = head(connection, "first")
    assert (again and again.id, again and again.attempts) == (event.id, 1)
    database.write(lambda connection: outbox.give_up(connection, event, error="No.", now=clock.now()))

    with database.read() as connection:
        counts = [
            (outbox.count_waiting(connection, shop, target), outbox.count_failed(connection, shop, target))
            for shop, target in ((SHOP, "first"), (SHOP, "second"), ("other", "first"))
        ]
    assert counts == [(1, 1), (2, 0), (1, 0)]
    assert [event.about for event in queue(database)] == ["2"]


def test_a_number_that_went_to_another_event_does_not_take_that_one_away(database: Database, clock: FakeClock) -> None:
    receive(database, clock, "1")
    (old,) = queue(database)
    queue(database, "second")
    receive(database, clock, "2")

    database.write(lambda connection: outbox.delivered(connection, [old]))

    assert told(database) == [("order.received", "2")]


def test_what_is_too_old_goes_and_nothing_else(database: Database, clock: FakeClock) -> None:
    receive(database, clock, "failed")
    with database.read() as connection:
        event = head(connection, "first")
    assert event is not None
    database.write(lambda connection: outbox.give_up(connection, event, error="No.", now=clock.now()))
    clock.advance(60)
    receive(database, clock, "old")
    clock.advance(KEPT_WAITING.total_seconds())
    receive(database, clock, "new")

    # The second target's event about the order `failed` is old and waits.
    assert prune_events(database, shop=SHOP, clock=clock) == 1
    assert [event.about for event in queue(database, "second")] == ["old", "new"]
    clock.advance((KEPT_FAILED - KEPT_WAITING).total_seconds() + 1)
    assert prune_events(database, shop=SHOP, clock=clock) == 2
    with database.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM outbox")).scalar_one() == 0


def test_an_order_too_large_for_receivers_comes_without_its_last_items(database: Database, clock: FakeClock) -> None:
    many = tuple(Item(name=f"{number} " + "ü" * 500, quantity=1) for number in range(2000))
    add(database, clock, new_order("1", items=many))

    text = about_order(EventType.SYNCED, get(database), row_url=None, spreadsheet=SHEET, now=clock.now())

    data = json.loads(text)["data"]
    assert LARGEST - 4000 < len(text) <= LARGEST
    assert [item["name"] for item in data["items"]] == [item.name for item in many[: len(data["items"])]]
    assert data["items_left_out"] == 2000 - len(data["items"])


def test_the_next_event_is_found_by_an_index(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL reads a small table whole, which says nothing of a large one.")
    statements: list[tuple[str, Any]] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append((args[2], args[3])))
    with database.read() as connection:
        head(connection, "first")
        sql, parameters = statements[-1]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()

    assert "USING INDEX outbox_waiting" in str(plan)
    assert "TEMP B-TREE" not in str(plan)
