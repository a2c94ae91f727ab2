"""A shop's spreadsheet under the merchant's hands, and what has to be in it after the next order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector.runtime.clients import sheets_api
from connector.runtime.spreadsheet import build_workbook
from sandbox.faults import Fault
from sandbox.google.calls import Call
from sandbox.google.draft import Draft
from sandbox.google.grid import Cell, Sheet
from sandbox.google.merchant import Merchant
from sandbox.google.standin import Answer, GoogleStandIn
from sandbox.sandbox import TIME_ZONE
from sandbox.whapi.order import SandboxOrder, number
from tests.service.shop import Shop
from tests.waiting import wait_until

ORDERS = (
    "order_id",
    "number",
    "received",
    "customer",
    "phone",
    "title",
    "note",
    "products",
    "item_count",
    "total",
    "currency",
    "status",
    "items",
)
ITEMS = (
    "order_id",
    "received",
    "customer",
    "product",
    "product_id",
    "sku",
    "quantity",
    "unit_price",
    "currency",
    "line_total",
    "image",
)


def index_of(key: str, columns: Sequence[str] = ORDERS) -> int:
    """Where a column stands in a new tab, counted from 0."""
    return columns.index(key)


MINE = ""
"""Stands for a column of the merchant's own in a list of columns."""

Values = dict[str, Any]
Grid = list[list[Cell]]


def order_values(order: SandboxOrder, items: str = "complete") -> Values:
    """What an order's row holds, column by column."""
    sent = order.message()["order"]
    return {
        "order_id": order.order_id,
        "received": _serial(order.timestamp),
        "customer": order.customer_name,
        "phone": order.customer_phone,
        "title": order.title,
        "note": order.text,
        "products": products(order) if items == "complete" else items,
        "item_count": sent["item_count"],
        "total": sent["total_price"],
        "currency": order.currency,
        "status": "New",
        "items": items,
    }


def products(order: SandboxOrder) -> str:
    return "; ".join(f"{item.quantity} × {item.name}" for item in order.items)  # noqa: RUF001


def filled_in(grid: "Grid", order: SandboxOrder, shown: str = "waiting") -> None:
    """Has the order's row in the grid name its goods, where it still says that they are to come."""
    column = next(row.index(cell) for row in grid for cell in row if cell.value == "Products")
    for row in grid:
        if column < len(row) and row[column].value == f"{shown} · {order.order_id}":
            row[column] = row[column]._replace(value=products(order))


def item_values(order: SandboxOrder) -> list[Values]:
    """What the rows of its items hold."""
    return [
        {
            "order_id": order.order_id,
            "received": _serial(order.timestamp),
            "customer": order.customer_name,
            "product": item.name,
            "product_id": item.product_id,
            "sku": item.sku,
            "quantity": item.quantity,
            "unit_price": number(item.price),
            "currency": item.currency,
            "line_total": number(item.price * item.quantity),
            "image": item.image,
        }
        for item in order.items
    ]


def _serial(timestamp: int) -> float:
    local = datetime.fromtimestamp(timestamp, UTC).astimezone(ZoneInfo(TIME_ZONE)).replace(tzinfo=None)
    return (local - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001 - a cell knows no zone


class Book:
    """The spreadsheet. Tabs are named as they are called at the moment; rows are counted from 0."""

    def __init__(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shop = shop
        self.sent: list[SandboxOrder] = []
        self._monkeypatch = monkeypatch

    @property
    def google(self) -> GoogleStandIn:
        return self.shop.sandbox.google

    @property
    def spreadsheet_id(self) -> str:
        return self.shop.settings.spreadsheet_id

    @property
    def merchant(self) -> Merchant:
        return Merchant(self.google, self.spreadsheet_id)

    @property
    def newest_first(self) -> bool:
        """Whether the newest order is to stand first, as NEW_ROWS says."""
        return self.shop.service.workbook.newest_first

    @newest_first.setter
    def newest_first(self, newest_first: bool) -> None:
        self.shop.service.workbook.newest_first = newest_first

    def edit(self, change: Callable[[Draft], object]) -> None:
        """An edit of the owner's for which `Merchant` has no word."""
        file = self.google.spreadsheets[self.spreadsheet_id]
        file.commit(None, self.google.unknowns, change)

    # Looking

    def sheet(self, tab: str) -> Sheet:
        sheet = self.google.spreadsheets[self.spreadsheet_id].content.sheet_titled(tab)
        assert sheet is not None, f"There is no tab {tab}."
        return sheet

    def grid(self, tab: str) -> Grid:
        """Every cell of a tab, with format and note; the rows as long as what they hold, without blank ones at the
        bottom."""
        return _trimmed(self.google.cells(self.spreadsheet_id, tab))

    def grids(self) -> dict[str, Grid]:
        return {title: self.grid(title) for title in self.google.titles(self.spreadsheet_id)}

    def values(self, tab: str) -> list[list[Any]]:
        return self.google.sheet_values(self.spreadsheet_id, tab)

    def end(self, tab: str, grid: Grid | None = None) -> int:
        """The row right below the connector's rows: below the last one that holds one of the order ids."""
        ids = {order.order_id for order in self.sent}
        rows = self.grid(tab) if grid is None else grid
        ours = [index for index, row in enumerate(rows) if any(cell.value in ids for cell in row)]
        if ours:
            return ours[-1] + 1
        return next(index for index, row in enumerate(rows) if row and row[0].value == "Order ID") + 1

    # Orders

    def make_tabs(self) -> None:
        """Makes the tabs, as setup does, before any order."""
        settings, service = self.shop.settings, self.shop.service
        build_workbook(settings, service.database, sheets_api(settings), service.clock).layout()

    def send(self, sample: str = "normal") -> SandboxOrder:
        (order,) = self.shop.sandbox.send(sample)
        self.sent.append(order)
        return order

    def send_and_wait(self, count: int = 1) -> list[SandboxOrder]:
        """Orders one after the other, so that it is certain which row is whose."""
        orders = []
        for _ in range(count):
            orders.append(self.send())
            self.shop.wait_until_synced(orders[-1:])
        return orders

    def send_together(self, count: int) -> None:
        """Orders in one webhook; `sent` has them as their rows stand."""
        orders = self.shop.sandbox.send("normal", count, together=True)
        self.sent += orders
        self.shop.wait_until_synced(orders)
        rows = [row[0] if row else None for row in self.values("Orders")]
        self.sent.sort(key=lambda order: rows.index(order.order_id))

    def an_order_arrives(
        self,
        *,
        orders: Sequence[str] = ORDERS,
        items: Sequence[str] = ITEMS,
        orders_tab: str = "Orders",
        items_tab: str = "Items",
        orders_end: int | None = None,
        items_end: int | None = None,
    ) -> SandboxOrder:
        """Sends an order, and sees that the whole spreadsheet is as it was, with the order's rows in their place.

        `orders`, `items`: what stands in the tabs' columns, from the left; `MINE` is the merchant's own.
        `orders_end`, `items_end`: where the rows belong; by default right below the connector's.
        """
        before = self.grids()
        at = {
            orders_tab: self.end(orders_tab) if orders_end is None else orders_end,
            items_tab: self.end(items_tab) if items_end is None else items_end,
        }
        (order,) = self.send_and_wait()
        self.holds(before, orders_tab, at[orders_tab], orders, [order_values(order)])
        self.holds(before, items_tab, at[items_tab], items, item_values(order))
        self.holds_still(before, but=(orders_tab, items_tab))
        return order

    def holds(
        self,
        before: dict[str, Grid],
        tab: str,
        at: int,
        columns: Sequence[str],
        rows: Sequence[Values],
        *,
        fills: bool = False,
    ) -> None:
        """The tab is as it was, but for new rows at an index, which hold these values and nothing else.

        `fills`: the first of them stands in the row that was there, beside what the merchant has in it.
        """
        now, was = self.grid(tab), before[tab]
        width = max([len(columns), *(len(row) for row in now[at : at + len(rows)])])
        expected = [_padded(_in_columns(self.numbered(row), columns), width) for row in rows]
        notes: list[Any] = [[None] * width for _ in rows]
        if fills and at < len(was):
            for column, cell in enumerate(was[at]):
                if column >= len(columns) or columns[column] == MINE:
                    expected[0][column], notes[0][column] = cell.value, cell.note
            was = _trimmed([*was[:at], [cell._replace(value=None, note=None) for cell in was[at]], *was[at + 1 :]])
        fresh, old = now[at : at + len(rows)], now[:at] + now[at + len(rows) :]
        assert [_padded([cell.value for cell in row], width) for row in fresh] == expected
        assert [_padded([cell.note for cell in row], width) for row in fresh] == notes
        assert _without_ends(_trimmed(old)) == _without_ends(was)

    def numbered(self, row: Values) -> Values:
        """With the number of the order, which the service has given it. That all differ, the store's tests see."""
        answer = self.shop.http.get(f"/orders/{row['order_id']}").json() if "status" in row else {}
        return {**row, "number": answer.get("number")}

    def holds_still(self, before: dict[str, Grid], *, but: Sequence[str] = ()) -> None:
        """No tab but these has changed, and there are no others, but for the summary that comes with new tabs."""
        assert {
            tab: grid for tab, grid in self.grids().items() if tab not in but and (tab in before or tab != "Summary")
        } == {tab: grid for tab, grid in before.items() if tab not in but}

    def an_order_waits(self) -> SandboxOrder:
        """An order whose items can't be fetched until `items_can_be_fetched`; its row is there, and says so."""
        order = self.shop.sandbox.orders.make()
        fault = Fault("whapi", "status", times=None, status=404, path_contains=f"/business/orders/{order.order_id}")
        self.shop.sandbox.faults.add(fault)
        self.shop.sandbox.whapi.send(order)
        self.sent.append(order)
        wait_until(lambda: self.shop.statuses([order]) == ["waiting"], what="the order to wait")
        return order

    def items_can_be_fetched(self, *orders: SandboxOrder) -> None:
        """Has the items fetched now, and waits until all is written."""
        self.shop.sandbox.faults.clear("whapi")
        for order in orders:
            assert self.shop.http.post(f"/orders/{order.order_id}/resync").status_code == 200
        self.shop.wait_until_synced(orders)

    def an_order_without_a_token(self) -> SandboxOrder:
        """An order whose items can't be fetched at all; its row is there, and says so."""
        order = self.send("no_token")
        wait_until(lambda: self.shop.statuses([order]) == ["failed"], what="the order to be given up")
        return order

    def comes_again_with_its_token(self, order: SandboxOrder) -> None:
        again = replace(order, without=frozenset())
        self.shop.sandbox.whapi.send(again)
        self.shop.wait_until_synced([order])

    # The service

    def problem(self) -> str:
        """What `GET /readyz` says is wrong, once it says something."""
        problems: list[str] = wait_until(lambda: self.shop.http.get("/readyz").json()["problems"])
        return problems[0]

    def after_the_next_read(self, edit: Callable[[], None], kind: str = "developerMetadata.search") -> None:
        """Makes an edit at the very moment between the connector's next look at the tags and what it writes then."""
        real = self.google.answer
        left = [edit]

        def answer(call: Call, *, counted: bool = True) -> Answer:
            answered = real(call, counted=counted)
            if left and self.google.kind_of(call) == kind:
                left.pop()()
            return answered

        self._monkeypatch.setattr(self.google, "answer", answer)


def _trimmed(rows: Iterable[list[Cell]]) -> Grid:
    grid = list(rows)
    while grid and all(cell.value is None and cell.note is None for cell in grid[-1]):
        grid.pop()
    return grid


def _without_ends(grid: Grid) -> Grid:
    """The rows without what their last columns don't hold."""
    rows = [list(row) for row in grid]
    for row in rows:
        while row and row[-1] == Cell():
            row.pop()
    return rows


def _in_columns(values: Values, columns: Sequence[str]) -> list[Any]:
    return [values[column] if column else None for column in columns]


def _padded(row: list[Any], length: int) -> list[Any]:
    return row + [None] * (length - len(row))
