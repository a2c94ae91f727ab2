"""Reconciliation: what no webhook brought is found in the history, whatever happens while it is read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from connector.gateways.reading.result import Reading
from connector.gateways.whapi.errors import Scope, WhapiError
from connector.gateways.whapi.payload import read_payload
from connector.jobs.message_history import MESSAGES_AT_ONCE
from connector.models import ItemsState
from connector.store.database import Database
from connector.store.tables import orders as orders_table
from connector.store.tables import past_orders
from sandbox.faults import Fault
from tests.clock import FakeClock
from tests.service.past_channel import DAY, PastChannel
from tests.store.helpers import SHOP, get, quarantined_entries

HOUR = 3600


@pytest.fixture
def channel(database: Database, clock: FakeClock) -> Iterator[PastChannel]:
    channel = PastChannel(database, clock)
    yield channel
    channel.close()


def by_webhook(channel: PastChannel, message: object) -> Reading:
    reading = read_payload({"messages": [message]}, now=channel.clock.now())
    channel.receive.receive(reading, keep_unclear=True)
    return reading


def test_an_order_that_no_webhook_brought_is_taken_in_as_its_webhook_would_have(channel: PastChannel) -> None:
    missed = channel.order(ago=HOUR, sample="hostile")

    assert channel.reconcile.run() == 1

    (announced,) = read_payload({"messages": [missed.message()]}, now=channel.clock.now()).orders
    order = get(channel.database, missed.order_id)
    for field in ("order_id", "order_token", "customer_name", "customer_phone", "title", "note", "item_count",
                  "total_price", "currency", "received_at"):  # fmt: skip
        assert getattr(order, field) == getattr(announced, field)
    assert (order.items_state, order.next_attempt_at) == (ItemsState.DUE, channel.clock.now())
    assert order.received_at == datetime.fromtimestamp(missed.timestamp, UTC)


def test_orders_among_thousands_of_texts_are_found_on_whatever_page(channel: PastChannel) -> None:
    channel.texts(3000, ago=10 * HOUR)
    missed = [channel.order(ago=10 * HOUR - 30 * number) for number in range(100)]
    own = {**channel.sandbox.orders.make().message(), "from_me": True, "timestamp": missed[0].timestamp}
    channel.whapi.history.add(own)

    assert channel.reconcile.run() == 100

    assert channel.ids == {order.order_id for order in missed}
    # A page leads 190 messages on, as the last ten are read again.
    assert channel.calls == 17


def test_nothing_missing_costs_one_call_a_page_and_no_write(channel: PastChannel) -> None:
    channel.texts(300, ago=HOUR)
    for number in range(20):
        channel.order(ago=HOUR - number)
    channel.reconcile.run()
    before, calls = channel.stored, channel.calls

    with channel.statements() as changes:
        assert channel.reconcile.run() == 0

    assert (changes, channel.stored) == ([], before)
    assert channel.calls - calls == 2


def test_an_order_that_came_by_webhook_stays_as_it_is(channel: PastChannel) -> None:
    known = channel.order(ago=HOUR)
    by_webhook(channel, known.message())
    channel.clock.advance(10)
    (before,) = channel.stored

    channel.whapi.history.with_tokens = False
    with channel.statements() as changes:
        assert channel.reconcile.run() == 0

    assert (channel.stored, changes) == ([before], [])


def test_what_was_just_sent_is_left_to_its_webhook(channel: PastChannel) -> None:
    fresh = channel.order(ago=59)
    assert (channel.reconcile.run(), channel.ids) == (0, set())

    channel.clock.advance(1)
    assert (channel.reconcile.run(), channel.ids) == (1, {fresh.order_id})


def test_what_is_older_than_the_window_is_left_alone(channel: PastChannel) -> None:
    channel.order(ago=DAY + 1)
    inside = channel.order(ago=DAY)

    channel.reconcile.run()

    assert channel.ids == {inside.order_id}


def test_a_run_after_a_long_outage_begins_where_the_last_reading_ended(channel: PastChannel) -> None:
    channel.reconcile.run()
    channel.clock.advance(3 * DAY)
    missed = channel.order(ago=2 * DAY)

    assert (channel.reconcile.run(), channel.ids) == (1, {missed.order_id})


def test_an_order_without_its_token_is_taken_in_and_completed_by_a_late_webhook(channel: PastChannel) -> None:
    missed = channel.order(ago=HOUR)
    channel.whapi.history.with_tokens = False
    assert channel.reconcile.run() == 1
    assert get(channel.database, missed.order_id).items_state is ItemsState.UNAVAILABLE
    assert channel.reconcile.run() == 0

    by_webhook(channel, missed.message())

    order = get(channel.database, missed.order_id)
    assert (order.items_state, order.order_token, len(channel.stored)) == (ItemsState.DUE, missed.token, 1)


def test_a_token_that_the_webhook_lacked_is_taken_from_the_history(channel: PastChannel) -> None:
    known = channel.order(ago=HOUR)
    message = known.message()
    del message["order"]["token"]
    by_webhook(channel, message)

    assert channel.reconcile.run() == 0

    order = get(channel.database, known.order_id)
    assert (order.items_state, order.order_token) == (ItemsState.DUE, known.token)


def test_an_order_that_was_pruned_does_not_come_back(channel: PastChannel) -> None:
    done = channel.order(ago=HOUR)
    with channel.database.engine.begin() as connection:
        connection.execute(sa.insert(past_orders).values(shop=SHOP, order_id=done.order_id))

    with channel.statements() as changes:
        assert channel.reconcile.run() == 0

    assert (channel.stored, changes) == ([], [])


def test_nothing_is_skipped_when_messages_come_and_go_while_the_pages_are_read(channel: PastChannel) -> None:
    channel.texts(1000, ago=10 * HOUR)
    missed = [channel.order(ago=10 * HOUR - 10 * number) for number in range(100)]
    late = []

    def change(offset: int, _count: int) -> None:
        # Behind the reading's back eight texts are deleted before each page, an old order turns up, a new one comes.
        messages = channel.whapi.history._messages
        texts = [entry for entry in messages if entry[2]["type"] == "text"][:8]
        for text in texts if offset else []:
            messages.remove(text)
        late.append(channel.order(ago=1))
        missed.append(channel.order(ago=60))

    channel.source.before_page = change

    channel.reconcile.run()

    assert channel.ids == {order.order_id for order in missed}
    channel.source.before_page = lambda _offset, _count: None
    channel.clock.advance(60)
    channel.reconcile.run()
    assert channel.ids == {order.order_id for order in (*missed, *late)}


def test_a_gateway_that_gives_fewer_messages_than_asked_for_is_read_to_the_end(channel: PastChannel) -> None:
    missed = [channel.order(ago=HOUR - number) for number in range(120)]
    client = channel.client
    listed = client.list_messages
    channel.source.client = client

    def capped(*, time_from: int, time_to: int, offset: int, count: int) -> object:
        return replace(listed(time_from=time_from, time_to=time_to, offset=offset, count=min(count, 50)), total=None)

    client.list_messages = capped  # type: ignore[method-assign,assignment]

    assert channel.reconcile.run() == 120
    assert channel.ids == {order.order_id for order in missed}


def test_a_run_reads_so_many_pages_and_the_next_goes_on_from_there(channel: PastChannel) -> None:
    channel.texts(1000, ago=10 * HOUR)
    missed = [channel.order(ago=10 * HOUR - 10 * number) for number in range(100)]
    stage = channel.new_stage(most_pages=2)

    found, calls = [], []
    for _ in range(3):
        found.append(stage.run())
        calls.append(channel.calls)
        channel.clock.advance(900)

    assert (calls, sum(found)) == ([2, 4, 6], 100)
    assert channel.ids == {order.order_id for order in missed}


def test_a_run_ends_between_two_pages_when_the_service_stops(channel: PastChannel) -> None:
    channel.texts(1000, ago=10 * HOUR)

    channel.reconcile.run(lambda _seconds: True)

    assert channel.calls == 1


def test_pages_that_are_too_large_are_read_in_smaller_ones(
    channel: PastChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed = [channel.order(ago=HOUR - number) for number in range(100)]
    monkeypatch.setattr("connector.gateways.whapi.client.LARGEST_PAGE", 200_000)

    assert channel.reconcile.run() == 100
    assert channel.ids == {order.order_id for order in missed}
    assert channel.calls > 5


def test_one_message_that_cannot_be_had_does_not_hide_those_behind_it(channel: PastChannel) -> None:
    missed = [channel.order(ago=HOUR - number) for number in range(50)]

    def refuse(offset: int, count: int) -> None:
        if offset <= 20 < offset + count:
            raise WhapiError("Odd.", scope=Scope.SUSPECT, kind="server_error")

    channel.source.before_page = refuse
    for _ in range(100):
        channel.reconcile.run()

    assert channel.ids == {order.order_id for order in missed} - {missed[20].order_id}


def test_an_outage_passes_over_nothing(channel: PastChannel) -> None:
    missed = [channel.order(ago=HOUR - number) for number in range(50)]
    fault = Fault("whapi", "status", status=500, times=None, path_contains="/messages/list")
    channel.sandbox.faults.add(fault)
    for _ in range(40):
        channel.reconcile.run()
    channel.sandbox.faults.clear()

    channel.reconcile.run()

    assert channel.ids == {order.order_id for order in missed}


def test_an_order_message_that_is_not_understood_is_quarantined_once(channel: PastChannel) -> None:
    odd = channel.order(ago=HOUR).message()
    channel.whapi.history._messages.clear()
    odd["order"]["order_id"] = {"no": "text"}
    channel.whapi.history.add(odd)

    channel.reconcile.run()
    with channel.statements() as changes:
        channel.reconcile.run()

    (entry,) = quarantined_entries(channel.database)
    assert (entry.field, changes) == ("messages[0].order.order_id", [])
    assert odd["order"]["token"] in entry.payload


def test_a_webhook_that_comes_at_the_same_moment_is_the_one_that_counts(channel: PastChannel) -> None:
    both = channel.order(ago=HOUR)
    page = channel.client.list_messages

    def meanwhile(**query: int) -> object:
        answer = page(**query)
        by_webhook(channel, both.message())
        return answer

    channel.client.list_messages = meanwhile  # type: ignore[method-assign,assignment]

    assert channel.reconcile.run() == 0
    assert len(channel.stored) == 1


def test_the_look_up_of_a_page_uses_the_index(channel: PastChannel) -> None:
    if not channel.database.is_sqlite:
        return
    ids = [str(number) for number in range(MESSAGES_AT_ONCE)]
    query = sa.select(orders_table.c.order_id).where(orders_table.c.shop == SHOP, orders_table.c.order_id.in_(ids))
    sql = query.compile(channel.database.engine, compile_kwargs={"literal_binds": True})
    with channel.database.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all()
    assert "USING COVERING INDEX" in plan[0][3]
