"""The merchant writes into `Status`, and the customer is told: once, and never of what was there before."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.store import customer_texts as stored
from connector.store.tables import ownership
from sandbox.faults import Fault
from tests.customers.day import MINUTE, Day, confirmed, sent
from tests.page.visitor import Visitor
from tests.service.shop import Shop
from tests.waiting import wait_until

LID = {"chat_id": "148752000000366@lid", "from": "148752000000366"}
PASSWORD = "looks at the page"


@pytest.fixture
def own_shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path, admin_password=PASSWORD)
    shop.sandbox.google.quota.enabled = False
    yield shop.start()
    shop.close()


def test_nobody_is_told_unless_the_shop_wants_it_and_then_of_what_is_new(own_shop: Shop) -> None:
    shop, day = own_shop, Day(own_shop)
    before, jumped, second = day.receive(3)
    day.set("Confirmed", before)
    assert shop.service.customers is None
    shop.stop()
    shop.settings = replace(shop.settings, tell_customer=True, text_sent="Your bread is coming, {customer}.")
    shop.start()
    wait_until(lambda: _is_watching(shop), what="the first look")

    day.set("Sent", jumped)
    wait_until(lambda: len(day.told()) == 1, what="the first to be told")
    day.set("confirmed", second)
    wait_until(lambda: len(day.texts(second)) == 1, what="the second to be decided")

    assert day.told() == [(jumped.chat_id, f"Your bread is coming, {jumped.customer_name}.")]
    assert day.texts(before) == []
    visitor = Visitor(shop)
    visitor.log_in(PASSWORD)
    assert "The customer was told: Sent." in visitor.get(f"/?open={shop.stored(jumped).id}").text
    page = visitor.get(f"/?open={shop.stored(second).id}").text
    assert "The customer is told next: Confirmed." in page
    visitor.close()


def _is_watching(shop: Shop) -> bool:
    with shop.whole.database.read() as connection:
        return stored.get_watch(connection, "default") is not None


def test_each_state_is_told_once_however_often_it_is_typed(day: Day) -> None:
    (order,) = day.receive()
    day.look()
    for status in ("Confirmed", "New", "Confirmed", "Packed", "Confirmed", "Sent", "Packed", "Sent", "Done"):
        day.set(status, order)
        day.look()
        day.send()

    # Packed is a state of which this shop says nothing.
    assert day.told() == [confirmed(day, order), sent(day, order)]


def test_what_the_merchant_takes_back_before_it_is_sent_is_not_sent(day: Day) -> None:
    (order,) = day.receive()
    day.look()
    day.set("Sent", order)
    day.look()
    day.set("New", order)
    day.look()
    day.send()
    assert day.told() == []

    day.set("Sent", order)
    day.look()
    day.send()
    assert day.told() == [sent(day, order)]


def test_a_process_that_dies_between_storing_and_sending_tells_nobody_twice(day: Day) -> None:
    before, order = day.receive(2)
    day.look()
    day.set("Sent", before)
    day.look()
    # Decided, and dead before it was sent: whoever comes next sends it.
    day.start()
    day.send()
    assert day.told() == [sent(day, before)]

    day.set("Sent", order)
    day.clock.advance(MINUTE)
    day.look()
    with day.shop.whole.database.read() as connection:
        assert stored.count_open(connection, "default") == (1, 0)
    # About to be sent, and dead: nobody knows whether it went out.
    day.shop.whole.database.write(lambda connection: stored.claim(connection, "default", now=day.clock.now()))
    day.start()
    day.send()
    day.clock.advance(301)
    day.send()
    day.send()

    assert day.told() == [sent(day, before)]
    (text,) = day.texts(order)
    assert (text.state, text.reason) == (
        "unclear",
        "The service ended while it was being sent, so it may have gone out or not.",
    )


def test_after_a_time_out_it_is_not_sent_again_and_what_certainly_did_not_go_out_is(day: Day) -> None:
    lost, late = day.receive(2)
    day.look()
    day.set("Sent", lost)
    day.look()
    day.shop.sandbox.faults.add(Fault("whapi", "commit_then_503", method="POST", path_contains="/messages/text"))
    day.send()
    day.set("Sent", late)
    day.look()
    day.shop.sandbox.faults.add(
        Fault("whapi", "status", status=402, times=1, method="POST", path_contains="/messages/text")
    )
    day.send()
    assert [text.state for order in (lost, late) for text in day.texts(order)] == ["unclear", "waiting"]
    day.clock.advance(29)
    day.send()
    assert len(day.told()) == 1
    day.clock.advance(900)
    day.send()

    assert day.told() == [sent(day, lost), sent(day, late)]
    assert day.texts(late)[0].state == "sent"


def test_who_can_not_be_answered_is_not_written_to_and_the_order_says_so(day: Day) -> None:
    (lid,) = day.receive(extra=LID)
    other = {"order_id": "from-another-gateway", "customer_phone": "4915550001111", "items": [{"name": "Tea"}]}
    assert day.shop.post("/orders", other).status_code == 200
    forwarded = replace(lid, order_id="from-another-gateway")
    day.shop.wait_until_synced([forwarded])
    day.look()
    day.set("Sent", lid, forwarded)
    day.look()
    day.send()

    assert day.told() == []
    assert [day.texts(order)[0].reason for order in (lid, forwarded)] == [
        "WhatsApp has not told the customer's number.",
        "The order did not come through the shop's own Whapi channel.",
    ]


def test_a_paste_into_many_rows_goes_out_one_after_the_other(day: Day) -> None:
    orders = day.receive(12)
    day.look()
    day.set("Sent", *orders)
    day.look()
    for _ in range(10):
        day.send()
        day.clock.advance(3)

    assert len(day.told()) == 5
    day.clock.advance(60)
    for _ in range(20):
        day.send()
        day.clock.advance(6)
    assert sorted(day.told()) == sorted(sent(day, order) for order in orders)


def test_a_look_lets_the_writing_go_before(day: Day) -> None:
    (order,) = day.receive()
    day.look()
    day.set("Sent", order)
    used = day.shop.service.account.budget.take(reads=50_000, writes=0)
    assert used is not None

    day.look()
    day.send()
    assert day.told() == []

    used.end()
    day.look()
    day.send()
    assert day.told() == [sent(day, order)]


def test_after_a_day_without_a_look_and_of_old_orders_nobody_is_told(day: Day) -> None:
    order, another = day.receive(2)
    day.look()
    day.set("Sent", order)
    day.clock.advance(25 * 3600)
    day.look()
    day.send()
    assert day.told() == []

    day.set("Confirmed", another)
    day.look()
    day.send()
    assert day.told() == [confirmed(day, another)]

    day.clock.advance(15 * 24 * 3600)
    day.shop.whole.database.write(lambda connection: stored.has_seen(connection, "default", now=day.clock.now()))
    day.set("Sent", another)
    day.look()
    day.send()
    assert day.told() == [confirmed(day, another)]


def test_an_older_copy_of_the_database_tells_nobody_what_they_were_told_before(day: Day) -> None:
    (order,) = day.receive()
    day.look()
    day.set("Sent", order)
    day.look()
    day.send()
    database = day.shop.whole.database
    # As the copy was: nothing was decided yet, and the sheet shows a batch that it doesn't know.
    database.write(lambda connection: stored.drop_texts(connection, [day.shop.stored(order).id]))
    database.write(lambda connection: connection.execute(sa.update(ownership).values(known_batch=None)))
    database.write(lambda connection: stored.begin_watch(connection, "default", now=datetime.now(UTC)))
    day.start()
    day.look()
    day.send()
    assert day.told() == [sent(day, order)]

    # With the next order it has learned what it didn't know.
    (later,) = day.receive()
    for status in ("New", "Sent"):
        day.set(status, later)
        day.look()
        day.send()
    assert day.told() == [sent(day, order), sent(day, later)]
