"""Compares the sandbox's sheet with the orders that were sent, cell by cell and apart from the code that wrote it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from connector.gateways.reading import fields
from sandbox.google.standin import GoogleStandIn
from sandbox.whapi.items_answer import items_json
from sandbox.whapi.order import SandboxOrder

_LONGEST_TEXT = 40_000
"""Texts longer than this are cut for the sheet, and not compared here."""


class Shop(Protocol):
    """The sandbox, or one of its further shops."""

    @property
    def google(self) -> GoogleStandIn: ...

    @property
    def spreadsheet_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class There:
    """How far the orders have come."""

    orders: int
    complete: int


def rows_there(shop: Shop, orders: Sequence[SandboxOrder]) -> There:
    """How many of the orders have a row, and how many of those say that the items are complete."""
    sent = {order.order_id for order in orders}
    rows = [row for row in _table(shop, "Orders") if row["Order ID"] in sent]
    return There(len(rows), sum(row["Items"] == "complete" for row in rows))


def differences(shop: Shop, orders: Sequence[SandboxOrder]) -> list[str]:
    """What is lost, doubled or wrong in the sheet, a sentence each; nothing if all is right."""
    order_rows, item_rows = _by_order(_table(shop, "Orders")), _by_order(_table(shop, "Items"))
    wrong = []
    for order in orders:
        mine = order_rows.get(order.order_id, [])
        if len(mine) != 1:
            wrong.append(f"Order {order.order_id} ({order.sample}) has {len(mine)} rows.")
            continue
        wrong += [
            f"Order {order.order_id} ({order.sample}): {column} is {mine[0][column]!r} instead of {expected!r}."
            for column, expected in _order_cells(order).items()
            if mine[0][column] != expected
        ]
        lines = [_item_key(row) for row in item_rows.get(order.order_id, [])]
        expected_lines = [_sent_item_key(item) for item in items_json(order, order.afterwards)["items"]]
        if Counter(lines) != Counter(expected_lines):
            wrong.append(
                f"Order {order.order_id} ({order.sample}) has {len(lines)} item rows, "
                f"which are not the {len(expected_lines)} that were sent."
            )
    strangers = (order_rows.keys() | item_rows.keys()) - {order.order_id for order in orders}
    wrong += [f"Nobody sent an order {order_id!r}." for order_id in strangers]
    return wrong


def _by_order(rows: Sequence[dict[str, Any]]) -> dict[Any, list[dict[str, Any]]]:
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["Order ID"], []).append(row)
    return groups


def _order_cells(order: SandboxOrder) -> dict[str, Any]:
    """What the row must hold, where the webhook held it."""
    sent = order.message()["order"]
    cells = {
        "Customer": fields.text(order.customer_name),
        "Phone": order.customer_phone,
        "Title": fields.text(sent.get("title")),
        "Status": "New",
        "Items": "complete",
    }
    if len(sent.get("text") or "") < _LONGEST_TEXT:
        cells["Note"] = fields.text(sent.get("text"))
    if "total_price" in sent:
        cells["Total"] = sent["total_price"]
    return cells


def _item_key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column] for column in ("Product", "Product ID", "SKU", "Quantity", "Unit price", "Currency"))


def _sent_item_key(item: dict[str, Any]) -> tuple[Any, ...]:
    names = ("name", "id", "product_retailer_id", "quantity", "price", "currency")
    return tuple(fields.text(item[name]) if isinstance(item[name], str) else item[name] for name in names)


def _table(shop: Shop, title: str) -> list[dict[str, Any]]:
    """The rows of a tab by the titles in its header; none while the tab is not there."""
    try:
        header, *rows = shop.google.sheet_values(shop.spreadsheet_id, title)
    except (KeyError, ValueError):
        return []
    return [dict(zip(header, row + [None] * (len(header) - len(row)), strict=True)) for row in rows if any(row)]
