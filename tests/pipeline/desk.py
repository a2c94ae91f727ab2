"""The receive and write stages on a store of their own, with the stand-in's Google; the test says who refuses what."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connector.events.payload import Spreadsheet
from connector.events.publisher import Publisher
from connector.gateways.reading.result import Reading
from connector.jobs.receive import ReceiveStage
from connector.jobs.write import WriteStage
from connector.models import Item, NewOrder, Order
from connector.settings import SHOP
from connector.sheets.columns import Tab
from connector.sheets.workbook import Workbook
from connector.store import orders
from connector.store.database import Database
from connector.store.standing import Standing, read_standing
from connector.store.tables import outbox
from sandbox.google.calls import Call
from sandbox.google.errors import ApiError
from sandbox.google.merchant import Merchant
from sandbox.google.standin import Answer
from tests.clock import FakeClock
from tests.context import shop_context
from tests.made_once import sqlite_url
from tests.pipeline.direct import SPREADSHEET_ID, DirectApi, new_google

EVENTS = Publisher(shop=SHOP, spreadsheet=Spreadsheet(SPREADSHEET_ID, "https://docs.google.com"), targets=["target"])
Requests = list[dict[str, Any]]


class Desk:
    """`restart` is a process that dies and another one that begins."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.google = new_google(self.clock)
        self.database = Database(sqlite_url(folder))
        self.sent: list[Requests] = []
        """The batches with rows that reached Google, whatever it said."""
        self.moods: list[Callable[[Requests], Answer | None]] = []
        """What Google does with a batch; None: what it does ordinarily."""
        self._ordinary = self.google.answer
        self.google.answer = self._answer  # type: ignore[method-assign]
        self.context = shop_context(self.database, self.clock, events=EVENTS)
        self.receive = ReceiveStage(self.context, arrived=lambda _: None)
        self.restart()

    def restart(self) -> None:
        api = DirectApi(self.google, self.clock)
        titles = {Tab.ORDERS: "Orders", Tab.ITEMS: "Items"}
        workbook = Workbook(api, SPREADSHEET_ID, titles=titles, is_ours=self._known, clock=self.clock)
        self.write = WriteStage(self.context, api, workbook)

    @property
    def merchant(self) -> Merchant:
        return Merchant(self.google, SPREADSHEET_ID)

    def arrive(self, *order_ids: str) -> None:
        """Orders with their items, of a line each."""
        self.receive.receive(
            Reading(
                orders=[
                    NewOrder(
                        order_id,
                        self.clock.now(),
                        customer_phone="4915550001111",
                        total_price=7,
                        currency="EUR",
                        items=(Item(name=f"Line of {order_id}", quantity=1, price=7, currency="EUR"),),
                    )
                    for order_id in order_ids
                ]
            ),
            keep_unclear=True,
        )

    def write_all(self, *, runs: int = 60, seconds: float = 600) -> None:
        """Lets the writer run until nothing is to be done within so many seconds."""
        until = self.clock.now().timestamp() + seconds
        for _ in range(runs):
            next_run_at = self.write.next_run_at()
            if next_run_at is None or next_run_at.timestamp() > until:
                return
            self.clock.advance(max((next_run_at - self.clock.now()).total_seconds(), 0.001))
            self.write.run()

    def refuse(self, text: str, sentence: str = "Invalid requests[3].updateCells: No.", *, status: int = 400) -> None:
        """Has Google refuse, or break on, every batch that holds the text."""
        body = ApiError(status, sentence).body()
        self.moods.append(lambda requests: Answer(status, body) if text in json.dumps(requests) else None)

    def mend(self) -> None:
        self.moods.clear()

    def order(self, order_id: str) -> Order:
        with self.database.read() as connection:
            order = orders.find_order(connection, SHOP, order_id)
        assert order is not None
        return order

    def standing(self) -> Standing:
        with self.database.read() as connection:
            return read_standing(connection, SHOP)

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """The events of problems, in their order."""
        with self.database.read() as connection:
            rows = connection.execute(sa.select(outbox.c.type, outbox.c.payload).order_by(outbox.c.id))
            return [(row.type, json.loads(row.payload)["data"]) for row in rows if row.type.startswith("connector.")]

    def ids(self, tab: str = "Orders") -> list[str]:
        header, *rows = self.google.sheet_values(SPREADSHEET_ID, tab)
        return [row[header.index("Order ID")] for row in rows]

    def _known(self, order_ids: list[str]) -> set[str]:
        with self.database.read() as connection:
            return orders.known_order_ids(connection, SHOP, order_ids)

    def _answer(self, call: Call, *, counted: bool = True) -> Answer:
        requests = json.loads(call.body).get("requests", []) if call.path.endswith(":batchUpdate") else []
        if any("insertDimension" in request for request in requests):
            self.sent.append(requests)
        for mood in self.moods:
            if (answer := mood(requests)) is not None:
                return answer
        return self._ordinary(call, counted=counted)
