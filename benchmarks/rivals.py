"""Other ways to bring orders into a sheet, with the minutes simulated.

Each way makes its real calls, for a few orders, with gspread against the stand-in, on a clock that jumps over the
waiting. So its calls are counted, not assumed. `simulate` then plays the same calls for any number of orders.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import gspread
from google.oauth2.service_account import Credentials
from gspread.exceptions import APIError
from gspread.http_client import HTTPClient

from benchmarks.running import free_port
from benchmarks.tap import kind_of
from connector.sheets.columns import COLUMNS, Tab
from sandbox.sandbox import Sandbox
from sandbox.whapi.order import SandboxOrder

PER_MINUTE = 60
"""Calls of each kind that Google allows a user."""
_GOOGLE = "https://sheets.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/spreadsheets"
_MINUTE = 60.0

Row = list[str | int | float]


class VirtualClock:
    """Stands still unless it is moved. It begins with a full minute, as Google's quota does."""

    def __init__(self) -> None:
        # Near the present, since the login's signature says when it was made.
        self._start = datetime.now(UTC).replace(second=0, microsecond=0)
        self.seconds = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.seconds)

    def elapsed(self) -> float:
        return self.seconds


@dataclass
class Count:
    """What a way has cost so far."""

    calls: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    """429s, after each of which it waits for the next full minute and tries again."""
    seconds: float = 0.0


class PacedClient(HTTPClient):
    """gspread's client on a virtual clock: each call takes Google's time, and a 429 is waited out."""

    def __init__(
        self, auth: Any, session: Any = None, *, sandbox: Sandbox, clock: VirtualClock, latency: float
    ) -> None:
        super().__init__(auth, session)
        self.made: list[str] = []
        self.refused = 0
        self._sandbox = sandbox
        self._clock = clock
        self._latency = latency

    def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> Any:
        path = endpoint.removeprefix(_GOOGLE)
        while True:
            self._clock.seconds += self._latency
            try:
                answer = super().request(method, self._sandbox.url + path, *args, **kwargs)
            except APIError as error:
                if error.response.status_code != 429:
                    raise
                self.refused += 1
                self._clock.seconds = next_minute(self._clock.seconds)
                continue
            self.made.append(kind_of(method.upper(), path))
            return answer


@dataclass(frozen=True)
class Way:
    """One way: what it does once, and what it does for each order."""

    name: str
    begin: Callable[[gspread.Client, str], Any]
    write: Callable[[Any, SandboxOrder], None]


@dataclass(frozen=True)
class Sample:
    """What a way did for a few orders."""

    first: Sequence[str]
    """The kinds of its calls before the first order."""
    each: Sequence[str]
    """And for an order."""
    real: Count


def play(way: Way, orders: Sequence[SandboxOrder], latency: float) -> Sample:
    """Lets a way bring the orders into a sandbox's sheet, with real calls and simulated minutes."""
    clock = VirtualClock()
    with Sandbox(free_port(), clock=clock) as sandbox:
        _make_tabs(sandbox)
        credentials = Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            sandbox.google.credentials(), scopes=[_SCOPE]
        )
        http: Any = partial(PacedClient, sandbox=sandbox, clock=clock, latency=latency)
        client = gspread.Client(auth=credentials, http_client=http)
        paced: Any = client.http_client
        begun = way.begin(client, sandbox.spreadsheet_id)
        first = len(paced.made)
        each: list[str] = []
        for order in orders:
            before = len(paced.made)
            way.write(begun, order)
            each = paced.made[before:]
        rows = [len(sandbox.google.sheet_values(sandbox.spreadsheet_id, tab.title())) - 1 for tab in Tab]
    if rows != [len(orders), sum(len(order.items) for order in orders)]:
        raise ValueError(f"{way.name} brought {rows} rows into the sheet.")
    return Sample(paced.made[:first], each, Count(Counter(paced.made), paced.refused, clock.seconds))


def simulate(sample: Sample, orders: int, latency: float) -> Count:
    """The same calls for so many orders, one after the other, under Google's quota."""
    count = Count()
    used: Counter[str] = Counter()
    minute = 0
    for kind in _all_calls(sample, orders):
        while True:
            count.seconds += latency
            if int(count.seconds // _MINUTE) != minute:
                minute = int(count.seconds // _MINUTE)
                used.clear()
            if used[kind] < PER_MINUTE:
                break
            count.refused += 1
            count.seconds = next_minute(count.seconds)
        used[kind] += 1
        count.calls[kind] += 1
    return count


def next_minute(seconds: float) -> float:
    return (seconds // _MINUTE + 1) * _MINUTE


def _all_calls(sample: Sample, orders: int) -> Iterable[str]:
    yield from sample.first
    for _ in range(orders):
        yield from sample.each


def _make_tabs(sandbox: Sandbox) -> None:
    merchant = sandbox.merchant
    for tab in Tab:
        merchant.add_tab(tab.title())
        for index, column in enumerate(COLUMNS[tab]):
            merchant.set_cell(tab.title(), 0, index, column.title)


def _tabs(client: gspread.Client, spreadsheet_id: str) -> tuple[gspread.Worksheet, gspread.Worksheet]:
    book = client.open_by_key(spreadsheet_id)
    return book.worksheet("Orders"), book.worksheet("Items")


def _row_by_row(tabs: tuple[gspread.Worksheet, gspread.Worksheet], order: SandboxOrder) -> None:
    tabs[0].append_row(_order_row(order))
    for row in _item_rows(order):
        tabs[1].append_row(row)


def _order_by_order(tabs: tuple[gspread.Worksheet, gspread.Worksheet], order: SandboxOrder) -> None:
    tabs[0].append_rows([_order_row(order)])
    tabs[1].append_rows(_item_rows(order))


def _client(client: gspread.Client, spreadsheet_id: str) -> tuple[gspread.Client, str]:
    return client, spreadsheet_id


def _as_n8n(begun: tuple[gspread.Client, str], order: SandboxOrder) -> None:
    """Two nodes, `Append row` to each tab. Each asks for the tab's name, reads the whole tab, appends an empty row to
    the grid, and writes below what it has read."""
    client, spreadsheet_id = begun
    http = client.http_client
    address = f"{_GOOGLE}/v4/spreadsheets/{spreadsheet_id}"
    for tab, rows in (("Orders", [_order_row(order)]), ("Items", _item_rows(order))):
        sheets = http.request("get", address, params={"fields": "sheets.properties"}).json()["sheets"]
        sheet_id = next(s["properties"]["sheetId"] for s in sheets if s["properties"]["title"] == tab)
        values = http.request("get", f"{address}/values/{tab}").json()["values"]
        grow = {"appendDimension": {"sheetId": sheet_id, "dimension": "ROWS", "length": 1}}
        http.request("post", f"{address}:batchUpdate", json={"requests": [grow]})
        first = len(values) + 1
        place = f"{tab}!{first}:{first + len(rows) - 1}"
        body = {"range": place, "values": rows}
        http.request("put", f"{address}/values/{place}", params={"valueInputOption": "RAW"}, json=body)


def _order_row(order: SandboxOrder) -> Row:
    received = f"{datetime.fromtimestamp(order.timestamp, UTC):%Y-%m-%d %H:%M}"
    texts = (order.order_id, received, order.customer_name, order.customer_phone, order.title, order.text or "")
    goods = "; ".join(f"{item.quantity} \N{MULTIPLICATION SIGN} {item.name}" for item in order.items)
    return [*texts, goods, len(order.items), float(order.total), order.currency, "New", "complete"]


def _item_rows(order: SandboxOrder) -> list[Row]:
    received = f"{datetime.fromtimestamp(order.timestamp, UTC):%Y-%m-%d %H:%M}"
    return [
        [
            *(order.order_id, received, order.customer_name, item.name, item.product_id, item.sku),
            *(item.quantity, float(item.price), item.currency, float(item.price * item.quantity), item.image),
        ]
        for item in order.items
    ]


WAYS = (
    Way("gspread, append_row for each row", _tabs, _row_by_row),
    Way("gspread, append_rows for each order", _tabs, _order_by_order),
    Way("n8n's node, twice for each order", _client, _as_n8n),
)
