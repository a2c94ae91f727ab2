"""A busy shop for a soak: customers who chat and order, a merchant at work in the sheet, and things that go wrong."""

import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPException
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from benchmarks.rows import ITEMS, ORDERS
from benchmarks.running import BenchmarkError, Serve
from benchmarks.stock import LINES, Poster, sample_orders, webhook_body
from sandbox.faults import Fault
from sandbox.google.errors import Refused
from sandbox.sandbox import Sandbox
from sandbox.whapi import events
from sandbox.whapi.order import SandboxOrder

PASSWORD = "looks at the page"
STATUSES = ("New", "Confirmed", "Packed", "Sent", "Done")
OWN_COLUMN = "My notes"
_OK = 200
_AT_ONCE = 50
_MOST_WAITING = 5
"""Calls that are still to be struck."""
_HANGS = 3.0
"""Seconds that a call is held which is never answered; less than any time-out, so that the hour holds many."""
_NOTHING_DONE = ("status", "html_502", "html_200", "drop", "hang", "latency", "truncated")
_DONE_ALL_THE_SAME = ("commit_then_503", "commit_then_drop", "commit_then_hang", "late_commit", "late_commit_503")
_TOKEN = ("status", "html_502", "drop")
_FORM_TOKEN = re.compile(r'name="form_token" value="(\w+)"')


class BusyShop:
    """One shop of the sandbox and all who have to do with it. For one thread."""

    def __init__(self, sandbox: Sandbox, serve: Serve, *, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self.sent: list[SandboxOrder] = []
        self._sandbox = sandbox
        self._serve = serve
        self._draw = random.Random(seed)
        self._seed = seed
        self._stock: list[SandboxOrder] = []
        self._poster = Poster(serve.port, serve.secret)
        self._page: OpenerDirector | None = None

    def close(self) -> None:
        self._poster.close()

    def order(self) -> None:
        """A customer orders. Whapi sends it until it is answered with 200, and now and then once more."""
        if not self._stock:
            self._seed += 1
            self._stock = sample_orders(_AT_ONCE, seed=self._seed)
        order = self._stock.pop()
        self._sandbox.whapi.add(order)
        self.sent.append(order)
        again = self._draw.random() < 0.1
        for _ in range(1 + again):
            self._post(webhook_body(order))
        self.counts["orders"] += 1

    def other(self) -> None:
        """What comes between the orders: a chat, a receipt, an edit, a deletion, a call."""
        message = self._sandbox.orders.text_message()
        self._sandbox.whapi.history.add(message)
        event = self._draw.choices(
            [
                events.messages(message),
                events.status(message),
                events.edit(message),
                events.removal(message),
                events.chat(message),
                events.call(message["from"], message["timestamp"]),
            ],
            weights=[12, 6, 1, 1, 2, 1],
        )[0]
        self._post(_body(event))
        self.counts["messages that are no orders"] += 1

    def edit(self) -> None:
        """The merchant does one of the things that merchants do."""
        if not self._rows(ORDERS):
            return
        edit = self._draw.choice(
            (self._set_status, self._set_status, self._note, self._sort, self._filter, self._hide, self._retitle)
        )
        try:
            edit()
        except Refused as refused:
            raise BenchmarkError(f"The merchant's {edit.__name__} was refused: {refused}") from refused
        self.counts["edits"] += 1

    def fault(self) -> None:
        """Something goes wrong at one of the stand-ins, for a call or a few; not faster than they are called, or
        nothing would ever be written."""
        if sum(fault.times or 0 for fault in self._sandbox.faults.all()) > _MOST_WAITING:
            return
        service = self._draw.choice(("google", "google", "whapi", "token"))
        kinds = {"google": _NOTHING_DONE + _DONE_ALL_THE_SAME, "whapi": _NOTHING_DONE, "token": _TOKEN}[service]
        fault = Fault(
            service,
            self._draw.choice(kinds),
            times=self._draw.randint(1, 3),
            seconds=_HANGS,
            status=self._draw.choice((429, 500, 503)),
        )
        self._sandbox.faults.add(fault)
        if service == "token":
            # A token is good for an hour: without this, nobody would ask for another.
            self._sandbox.faults.add(Fault("google", "expire_tokens"))
        self.counts["faults"] += 1

    def outage(self, seconds: float) -> None:
        """Whapi and Google are gone for a while, with every connection."""
        self._sandbox.stop()
        time.sleep(seconds)
        self._sandbox.start()
        self.counts["outages"] += 1

    def look_at_the_page(self) -> None:
        """The status page stands open on somebody's phone, and Prometheus asks for the metrics."""
        page = self._page = self._page or self._log_in()
        page.addheaders = [("Authorization", f"Bearer {self._serve.secret}")]
        for path in ("/status/overview", "/status/orders", "/metrics"):
            try:
                with page.open(self._serve.url + path, timeout=30) as answer:
                    answer.read()
            except URLError as error:
                raise BenchmarkError(f"{path} was answered with {error}.") from error
        self.counts["looks at the page"] += 1

    def wrong(self) -> list[str]:
        """A sentence for each order that isn't in the sheet once with its items, and for each that nobody sent."""
        orders, items = Counter(self._rows(ORDERS)), Counter(self._rows(ITEMS))
        found = [
            f"Order {order.order_id} has {orders[order.order_id]} rows and {items[order.order_id]} items."
            for order in self.sent
            if (orders[order.order_id], items[order.order_id]) != (1, LINES)
        ]
        strangers = (orders.keys() | items.keys()) - {order.order_id for order in self.sent}
        return found + [f"Nobody sent an order {order_id!r}." for order_id in sorted(strangers)]

    def _post(self, body: bytes) -> None:
        while (status := self._poster.post(body)) != _OK:
            self.counts[f"answers {status}"] += 1
            time.sleep(0.2)

    def _log_in(self) -> OpenerDirector:
        page = build_opener(HTTPCookieProcessor())
        with page.open(f"{self._serve.url}/", timeout=30) as answer:
            token = _FORM_TOKEN.search(answer.read().decode())
        fields = {"form_token": token[1] if token else "", "password": PASSWORD}
        try:
            page.open(f"{self._serve.url}/status/login", urlencode(fields).encode(), timeout=30).close()
        except (URLError, HTTPException) as error:
            raise BenchmarkError(f"The login was answered with {error}.") from error
        return page

    def _rows(self, tab: str) -> list[str]:
        """The order ids of a tab, wherever their column stands."""
        try:
            header, *rows = self._sandbox.google.sheet_values(self._sandbox.spreadsheet_id, tab)
        except (KeyError, ValueError):
            return []
        place = header.index("Order ID")
        return [str(row[place]) for row in rows if len(row) > place and row[place] is not None]

    def _column(self, title: str) -> int:
        header = self._sandbox.google.sheet_values(self._sandbox.spreadsheet_id, ORDERS)[0]
        if title not in header and title == OWN_COLUMN:
            self._sandbox.merchant.insert_column(ORDERS, len(header) - 1, OWN_COLUMN)
            return len(header) - 1
        return header.index(title)

    def _any_row(self) -> int:
        return self._draw.randint(1, len(self._rows(ORDERS)))

    def _set_status(self) -> None:
        self._sandbox.merchant.set_cell(ORDERS, self._any_row(), self._column("Status"), self._draw.choice(STATUSES))

    def _note(self) -> None:
        self._sandbox.merchant.set_cell(ORDERS, self._any_row(), self._column(OWN_COLUMN), "call back, =1+1")

    def _sort(self) -> None:
        tab, title = self._draw.choice(((ORDERS, "A"), (ITEMS, "D")))
        self._sandbox.merchant.sort(tab, title, descending=self._draw.random() < 0.5)

    def _filter(self) -> None:
        self._sandbox.merchant.clear_filter(ORDERS)
        self._sandbox.merchant.set_filter(ORDERS, self._column("Status"), hidden_values=["Done"])

    def _hide(self) -> None:
        merchant: Callable[[str, int], None] = self._draw.choice(
            (self._sandbox.merchant.hide_column, self._sandbox.merchant.show_column)
        )
        merchant(ORDERS, self._column("Title"))

    def _retitle(self) -> None:
        header = self._sandbox.google.sheet_values(self._sandbox.spreadsheet_id, ORDERS)[0]
        old, new = ("Note", "Remark") if "Note" in header else ("Remark", "Note")
        self._sandbox.merchant.rename_column(ORDERS, header.index(old), new)


def _body(event: events.Event) -> bytes:
    kind, method, fields = event
    body = {**fields, "event": {"type": kind, "event": method}, "channel_id": "MANTIS-M72HC"}
    return json.dumps(body, ensure_ascii=False, default=_as_text).encode()


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
