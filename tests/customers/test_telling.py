"""The merchant writes into `Status`, and the customer is told: once, and never of what was there before."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.gateways.whapi.client import CHANNEL_STATES
from connector.jobs.customer_sender import PROBLEM
from connector.products import TIMES
from connector.runtime.customers import Customers, build_customers
from connector.store import customer_texts as stored
from connector.store.customer_texts import CustomerText
from connector.store.orders import find_order
from connector.store.tables import ownership
from sandbox.faults import Fault
from sandbox.whapi.order import SandboxOrder
from tests.clock import FakeClock
from tests.page.visitor import Visitor
from tests.service.shop import Shop
from tests.waiting import wait_until

LID = {"chat_id": "148752000000366@lid", "from": "148752000000366"}
PASSWORD = "looks at the page"
MINUTE = 70
"""Seconds after which the next look is due."""


class Day:
    """A shop that works, and its customers being told at the test's own pace: the service itself tells nobody."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.clock = FakeClock(datetime.now(UTC) + timedelta(minutes=1))
        shop.whole.database.write(lambda connection: stored.end_watches(connection, ["default"]))
        self._sent_before = len(shop.sandbox.whapi.sent())
        self.tells = self.start()

    def start(self) -> Customers:
        """As after a start of the service."""
        parts = self.shop.service
        context = replace(
            parts.context, clock=self.clock, settings=replace(parts.settings, tell_customer=True, text_packed="-")
        )
        self.tells = build_customers(
            context, parts.lookup, parts.account, parts.whapi, parts.write, lambda: None, jitter=lambda: 0.0
        )
        return self.tells

    def receive(self, count: int = 1, extra: dict[str, str] | None = None) -> list[SandboxOrder]:
        """`extra`: what their messages have in the place of the usual."""
        orders = [replace(order, extra=extra or {}) for order in self.shop.sandbox.orders.make_all(["normal"] * count)]
        self.shop.sandbox.whapi.send_batch(orders)
        self.shop.wait_until_synced(orders)
        return orders

    def set(self, status: str, *orders: SandboxOrder) -> None:
        header, *rows = self.shop.sandbox.google.sheet_values(self.shop.sandbox.spreadsheet_id, "Orders")
        wanted = {order.order_id for order in orders}
        for number, row in enumerate(rows, 1):
            if row[0] in wanted:
                self.shop.sandbox.merchant.set_cell("Orders", number, header.index("Status"), status)

    def look(self) -> None:
        """A minute later."""
        self.clock.advance(MINUTE)
        self.tells.watch.run()

    def send(self) -> None:
        self.tells.sender.run()

    def told(self) -> list[tuple[str, str]]:
        """To whom, and what; the oldest first."""
        sent = self.shop.sandbox.whapi.sent()[self._sent_before :]
        return [(message["chat_id"], message["text"]["body"]) for message in sent]

    def number(self, order: SandboxOrder) -> int | None:
        """As the merchant and the customer know the order."""
        return self.shop.stored(order).number

    def texts(self, order: SandboxOrder) -> list[CustomerText]:
        with self.shop.whole.database.read() as connection:
            known = find_order(connection, "default", order.order_id)
            assert known is not None
            return stored.texts_of(connection, known.id)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"))
    shop.sandbox.google.quota.enabled = False
    yield shop.start()
    shop.close()


@pytest.fixture
def day(shop: Shop) -> Day:
    return Day(shop)


def confirmed(day: Day, order: SandboxOrder) -> tuple[str, str]:
    total = f"{order.total:,.2f}".removesuffix(".00")
    goods = "; ".join(f"{item.quantity} {TIMES} {item.name}" for item in order.items)
    first = f"Hello {order.customer_name}, your order {day.number(order)} is confirmed."
    return order.chat_id, f"{first}\n{goods}\n{total} {order.currency}"


def sent(day: Day, order: SandboxOrder) -> tuple[str, str]:
    return order.chat_id, f"Hello {order.customer_name}, your order {day.number(order)} is on its way to you."


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


def test_while_the_channel_does_not_work_nobody_is_written_to_and_then_each_once(day: Day) -> None:
    first, second = day.receive(2)
    day.look()
    day.set("Sent", first, second)
    day.look()
    whapi = day.shop.sandbox.whapi
    day.shop.sandbox.faults.add(Fault("whapi", "status", status=402, method="POST", path_contains="/messages/text"))
    day.send()
    day.shop.sandbox.faults.add(Fault("whapi", "status", status=500, path_contains="/health"))
    day.clock.advance(31)
    day.send()
    whapi.state = "QR"
    day.clock.advance(61)
    day.send()
    assert day.told() == []
    assert [text.state for order in (first, second) for text in day.texts(order)] == ["waiting", "waiting"]
    (problem,) = [each for each in day.shop.service.problems.current() if each.key == PROBLEM]
    assert problem.sentence == f"Customers are not told at present. {CHANNEL_STATES['QR']}"

    whapi.state = "AUTH"
    for _ in range(4):
        day.clock.advance(301)
        day.send()

    assert sorted(day.told()) == sorted([sent(day, first), sent(day, second)])
    assert [each for each in day.shop.service.problems.current() if each.key == PROBLEM] == []


def test_what_whapi_refuses_is_not_sent_again_and_holds_up_nobody(day: Day) -> None:
    (refused,) = day.receive()
    day.look()
    day.set("Sent", refused)
    day.look()
    day.shop.sandbox.faults.add(Fault("whapi", "status", status=400, method="POST", path_contains="/messages/text"))
    day.send()
    (other,) = day.receive()
    day.set("Sent", other)
    day.look()
    for _ in range(3):
        day.clock.advance(10)
        day.send()

    assert day.told() == [sent(day, other)]
    (text,) = day.texts(refused)
    assert (text.state, text.reason) == (
        "refused",
        "Whapi did not take the message. It may be that the number has no WhatsApp.",
    )


def test_a_text_that_could_not_be_sent_for_half_a_day_is_not_sent_any_more(day: Day) -> None:
    (order,) = day.receive()
    day.look()
    day.set("Sent", order)
    day.look()
    day.shop.sandbox.faults.add(Fault("whapi", "status", status=402, method="POST", path_contains="/messages/text"))
    day.send()
    day.clock.advance(12 * 3600)
    day.send()

    assert day.told() == []
    (text,) = day.texts(order)
    assert text.state == "refused"
    assert text.reason is not None
    assert text.reason.startswith("It could not be sent for 12 hours: Whapi asks for payment (402)")
