"""What the rows of an order must hold, worked out from what was sent and not from the connector's code."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connector.gateways.reading.fields import text
from sandbox.sandbox import TIME_ZONE
from sandbox.whapi.items_answer import items_json
from tests.chaos.plan import Form
from tests.chaos.stream import Sent

ORDERS = (
    "Order ID", "Number", "Received", "Customer", "Phone", "Title", "Note", "Products", "Item count", "Total",
    "Currency", "Status", "Items",
)  # fmt: skip
ITEMS = (
    "Order ID", "Received", "Customer", "Product", "Product ID", "SKU", "Quantity", "Unit price", "Currency",
    "Line total", "Image",
)  # fmt: skip
LONGEST_NOTE = 50_000
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell knows no time zone

Row = dict[str, Any]


def order_row(sent: Sent, *, told_more: bool = False) -> Row:
    """The order's row. `Received` is left out where the message didn't say it.

    `told_more`: what came with its id alone was completed by a message that came later.
    """
    order = sent.order
    told = order.message()["order"]
    row = {
        "Order ID": order.order_id,
        "Title": text(told.get("title")),
        "Note": text(told.get("text")),
        "Item count": told.get("item_count"),
        "Total": told.get("total_price"),
        "Currency": told.get("currency"),
        "Status": "New",
        "Items": "complete" if has_items(sent) else "unavailable",
    }
    return row | _common(sent, told_more=told_more)


def from_items(sent: Sent) -> Row:
    """What the order's row may hold where the message said nothing of it: it is worked out from the items.

    A row that was written before its items came keeps these cells empty.
    """
    lines, told = item_lines(sent), sent.order.message()["order"]
    if not lines:
        return {}
    currencies = {line["currency"] for line in lines}
    row = {
        "Item count": sum(line["quantity"] for line in lines),
        "Total": float(sum(_times(line) for line in lines)),
        "Currency": currencies.pop() if len(currencies) == 1 else None,
    }
    names = {"Item count": "item_count", "Total": "total_price", "Currency": "currency"}
    return {column: value for column, value in row.items() if names[column] not in told}


def item_rows(sent: Sent, *, told_more: bool = False) -> list[Row]:
    """The rows of the order's items, in the order of the items; `told_more` as above."""
    told = sent.order.message()["order"]
    return [
        {
            "Order ID": sent.order.order_id,
            "Product": text(line["name"]),
            "Product ID": line["id"],
            "SKU": text(line["product_retailer_id"]),
            "Quantity": line["quantity"],
            "Unit price": line["price"],
            "Currency": line["currency"] or told.get("currency"),
            "Line total": float(_times(line)),
            "Image": text(line["image"]),
            **{key: value for key, value in _common(sent, told_more=told_more).items() if key != "Phone"},
        }
        for line in item_lines(sent)
    ]


def has_items(sent: Sent) -> bool:
    """Without its token nobody can fetch an order's items."""
    return "token" not in sent.order.without


def item_lines(sent: Sent) -> list[dict[str, Any]]:
    if not has_items(sent):
        return []
    lines: list[dict[str, Any]] = items_json(sent.order, sent.order.afterwards)["items"]
    return lines


def same(found: Any, expected: Any) -> bool:
    """Whether a cell holds what it should; a note that is too long for a cell holds as much as has room."""
    if isinstance(expected, str) and len(expected) > LONGEST_NOTE:
        return isinstance(found, str) and len(found) <= LONGEST_NOTE and found[:49_000] == expected[:49_000]
    if isinstance(expected, int | float) and isinstance(found, int | float) and not isinstance(found, bool):
        return abs(found - expected) < 1e-6
    return type(found) is type(expected) and bool(found == expected)


def _common(sent: Sent, *, told_more: bool) -> Row:
    if sent.form is Form.BARE and not told_more:
        return {"Customer": None, "Phone": None}
    who = {"Customer": text(sent.order.customer_name), "Phone": sent.order.customer_phone}
    if sent.form is Form.BARE:
        return who
    local = datetime.fromtimestamp(sent.order.timestamp, ZoneInfo(TIME_ZONE)).replace(tzinfo=None)
    return who | {"Received": (local - _DAY_ZERO).total_seconds() / 86_400}


def _times(line: dict[str, Any]) -> Decimal:
    return Decimal(str(line["price"])) * int(line["quantity"])
