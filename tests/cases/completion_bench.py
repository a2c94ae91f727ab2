"""The stages, the store and the sandbox's Google without sockets, so that a test decides what comes when."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connector.events.payload import Spreadsheet
from connector.events.publisher import Publisher
from connector.gateways.forwarded import read_forwarded
from connector.gateways.reading.result import Reading
from connector.gateways.webhook import read_webhook
from connector.gateways.whapi.errors import Scope, WhapiError
from connector.gateways.whapi.payload import parse_items
from connector.jobs.fetch import FetchStage
from connector.jobs.receive import IntakeResult, ReceiveStage
from connector.jobs.write import WriteStage
from connector.models import Item, NewOrder, Order, OrderChange
from connector.settings import SHOP
from connector.sheets.columns import Tab
from connector.sheets.workbook import Workbook
from connector.store import orders
from connector.store.database import Database
from connector.store.quarantine import Entry
from connector.store.tables import outbox
from sandbox.google.calls import Call
from sandbox.google.grid import Cell
from sandbox.google.merchant import Merchant
from sandbox.google.standin import Answer
from tests.clock import FakeClock
from tests.context import shop_context
from tests.made_once import sqlite_url
from tests.pipeline.direct import SPREADSHEET_ID, DirectApi, new_google
from tests.store.helpers import quarantined_entries

TITLES = {Tab.ORDERS: "Orders", Tab.ITEMS: "Items"}
NOT_FOUND = 404
OPEN = ExitStack()
"""Closes the databases of a test's benches. From 3.13 on Python warns of one that was not closed."""


class Whapi:
    """Gives for each order the answers that the case lists, one after the other, and the last one for ever."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = {
            order_id: list(given) if isinstance(given, list) else [given] for order_id, given in answers.items()
        }

    def fetch_items(self, order_id: str, order_token: str) -> tuple[Item, ...]:
        assert order_token
        answers = self.answers.get(order_id, [NOT_FOUND])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        items = parse_items(answer)
        if items is None:
            raise WhapiError(f"Whapi answered {answer}.", scope=Scope.ORDER, kind="not_found")
        return items

    def channel_state(self) -> str:
        return "AUTH"


class Bench:
    """One shop. Nothing happens but what is asked for."""

    def __init__(self, folder: Path, answers: Mapping[str, Any] | None = None) -> None:
        self.clock = FakeClock()
        self.google = new_google(self.clock)
        self.api = DirectApi(self.google, self.clock)
        self.whapi = Whapi(answers or {})
        self.database = Database(sqlite_url(folder))
        OPEN.callback(self.database.close)
        events = Publisher(
            shop=SHOP, spreadsheet=Spreadsheet(SPREADSHEET_ID, "https://docs.google.com"), targets=["target"]
        )
        workbook = Workbook(
            self.api, SPREADSHEET_ID, titles=TITLES, is_ours=self._known, clock=self.clock, time_zone=None
        )
        context = shop_context(self.database, self.clock, events=events)
        self.fetch = FetchStage(context, self.whapi)
        self.write = WriteStage(context, self.api, workbook)
        self.receive = ReceiveStage(context, arrived=lambda _: None)

    @property
    def merchant(self) -> Merchant:
        return Merchant(self.google, SPREADSHEET_ID)

    # What comes in

    def request(self, path: str, body: Any) -> IntakeResult:
        """As the routes take it; what is not understood at `/orders` fails the test."""
        if path.startswith("/webhooks/whapi"):
            return self.receive.receive(read_webhook(body, now=self.clock.now()), keep_unclear=True)
        reading = read_forwarded(body, now=self.clock.now())
        assert not reading.unclear
        return self.receive.receive(reading, keep_unclear=False)

    def comes(self, order_id: str = "order-1", **values: Any) -> IntakeResult:
        """An order as a reader hands it on."""
        values.setdefault("received_at", self.clock.now())
        return self.receive.receive(Reading(orders=[NewOrder(order_id, **values)]), keep_unclear=True)

    def is_told(self, *changes: OrderChange) -> IntakeResult:
        return self.receive.receive(Reading(changes=list(changes)), keep_unclear=True)

    # What the stages do

    def fetches(self) -> None:
        """One try for each order whose items are due."""
        for order in self.fetch.due(limit=100, leave_out=set()):
            self.fetch.fetch(order)

    def writes(self) -> int:
        """All batches that there is something for; returns how many were sent."""
        sent = 0
        while (at := self.write.next_run_at()) is not None and at <= self.clock.now():
            self.write.run()
            sent += 1
            assert sent < 20, "It never comes to an end."
        return sent

    def goes_on(self, seconds: float = 3600) -> None:
        """Time passes, and the stages do what is due."""
        self.clock.advance(seconds)
        self.fetches()
        self.writes()

    def after_the_next_read(self, edit: Callable[[], object]) -> None:
        """Makes an edit at the very moment between the connector's last read before a batch and the batch."""
        real, left = self.google.answer, [edit]

        def answer(call: Call, *, counted: bool = True) -> Answer:
            if left and self.google.kind_of(call) == "batchUpdate":
                left.pop()()
            return real(call, counted=counted)

        self.google.answer = answer  # type: ignore[method-assign]

    # What is there then

    def order(self, order_id: str = "order-1") -> Order:
        with self.database.read() as connection:
            order = orders.find_order(connection, SHOP, order_id)
        assert order is not None
        return order

    def rows(self, tab: str = "Orders") -> list[dict[str, Any]]:
        header, *rows = self.google.sheet_values(SPREADSHEET_ID, tab)
        return [dict(zip(header, row + [None] * (len(header) - len(row)), strict=True)) for row in rows]

    def row(self, order_id: str = "order-1") -> dict[str, Any]:
        (row,) = [row for row in self.rows() if row["Order ID"] == order_id]
        return row

    def cell(self, column: str, order_id: str = "order-1", *, tab: str = "Orders") -> Cell:
        """The first row's of the order."""
        sheet = self.google.spreadsheets[SPREADSHEET_ID].content.sheet_titled(tab)
        assert sheet is not None
        header, *rows = self.google.sheet_values(SPREADSHEET_ID, tab)
        at = next(index for index, row in enumerate(rows, start=1) if order_id in row)
        return sheet.cell(at, header.index(column))

    def quarantined(self) -> Sequence[Entry]:
        return quarantined_entries(self.database)

    def told(self) -> list[tuple[str, str]]:
        """The types of the events and what they are about, in their order."""
        with self.database.read() as connection:
            rows = connection.execute(sa.select(outbox.c.type, outbox.c.about).order_by(outbox.c.id)).all()
        return [(row.type, row.about) for row in rows]

    def _known(self, order_ids: list[str]) -> set[str]:
        with self.database.read() as connection:
            return orders.known_order_ids(connection, SHOP, order_ids)
