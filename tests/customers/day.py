"""A shop that works, and its customers being told of it at the test's own pace."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connector.products import TIMES
from connector.runtime.customers import Customers, build_customers
from connector.store import customer_texts as stored
from connector.store.customer_texts import CustomerText
from connector.store.orders import find_order
from sandbox.whapi.order import SandboxOrder
from tests.clock import FakeClock
from tests.service.shop import Shop

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


def confirmed(day: Day, order: SandboxOrder) -> tuple[str, str]:
    total = f"{order.total:,.2f}".removesuffix(".00")
    goods = "; ".join(f"{item.quantity} {TIMES} {item.name}" for item in order.items)
    first = f"Hello {order.customer_name}, your order {day.number(order)} is confirmed."
    return order.chat_id, f"{first}\n{goods}\n{total} {order.currency}"


def sent(day: Day, order: SandboxOrder) -> tuple[str, str]:
    return order.chat_id, f"Hello {order.customer_name}, your order {day.number(order)} is on its way to you."
