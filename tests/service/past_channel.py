"""A channel with a past, for tests: the sandbox's history, read over a real socket into a store, at a time that the
test sets."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from connector.gateways.whapi.client import WhapiClient
from connector.gateways.whapi.payload import MessagePage
from connector.jobs.message_history import HistoryReader
from connector.jobs.receive import ReceiveStage
from connector.jobs.reconcile import Reconciliation
from connector.models import Order
from connector.store import orders
from connector.store.database import Database
from sandbox.sandbox import Sandbox
from sandbox.whapi.order import SandboxOrder
from tests.clock import FakeClock
from tests.context import shop_context
from tests.made_once import service_account
from tests.store.helpers import SHOP

DAY = 86_400


class Source:
    """The client, with something of the test's own before each page."""

    def __init__(self, client: WhapiClient) -> None:
        self.client = client
        self.before_page: Callable[[int, int], None] = lambda _offset, _count: None

    def list_messages(self, *, time_from: int, time_to: int, offset: int, count: int) -> MessagePage:
        self.before_page(offset, count)
        return self.client.list_messages(time_from=time_from, time_to=time_to, offset=offset, count=count)

    def channel_state(self) -> str:
        return self.client.channel_state()


class PastChannel:
    """What was sent, and the stages that read it."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.sandbox = Sandbox(clock=clock, account=service_account()).start()
        self.whapi = self.sandbox.whapi
        self.client = WhapiClient(self.sandbox.url, self.whapi.token, timeout=5)
        self.source = Source(self.client)
        self.context = shop_context(database, clock)
        self.receive = ReceiveStage(self.context, arrived=lambda _: None)
        self.history = HistoryReader(self.context, self.source, self.receive)
        self.reconcile = self.new_stage()

    def new_stage(self, **options: Any) -> Reconciliation:
        return Reconciliation(self.context, self.history, **options)

    def close(self) -> None:
        self.client.close()
        self.sandbox.stop()

    def order(self, *, ago: float, sample: str = "normal") -> SandboxOrder:
        """An order sent so many seconds ago, of which no webhook tells."""
        order = replace(self.sandbox.orders.make(sample), timestamp=int(self.clock.now().timestamp() - ago))
        self.whapi.add(order)
        return order

    def texts(self, count: int, *, ago: float) -> None:
        """Messages that are no orders, a second apart, the first so many seconds ago."""
        first = int(self.clock.now().timestamp() - ago)
        for number in range(count):
            self.whapi.history.add({**self.sandbox.orders.text_message(), "timestamp": first + number})

    @property
    def calls(self) -> int:
        """How many pages were asked for."""
        return self.whapi.calls.count("GET /messages/list")

    @property
    def stored(self) -> list[Order]:
        """All orders in the store, the first one first."""
        with self.database.read() as connection:
            return orders.list_orders(connection, SHOP, limit=100_000)[::-1]

    @property
    def ids(self) -> set[str]:
        return {order.order_id for order in self.stored}

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """The statements that change the database meanwhile."""
        changes: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if re.match(r"\s*(INSERT|UPDATE|DELETE|BEGIN IMMEDIATE)", statement, re.IGNORECASE):
                changes.append(statement)

        sa.event.listen(self.database.engine, "before_cursor_execute", note)
        yield changes
        sa.event.remove(self.database.engine, "before_cursor_execute", note)
