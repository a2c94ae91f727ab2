"""The connector's two tabs and their columns: names, widths and formats."""

from dataclasses import dataclass
from enum import StrEnum


class Tab(StrEnum):
    ORDERS = "orders"
    ITEMS = "items"


class Format(StrEnum):
    TEXT = "text"
    AMOUNT = "amount"
    COUNT = "count"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    """Stands in the column's tag; never changes."""
    title: str
    """Written when the column is made. The merchant may rename it."""
    width: int
    """In pixels."""
    format: Format = Format.TEXT
    wrap: bool = False


KEY = "order_id"
"""The column that tells the connector's rows from others, in both tabs."""
ITEMS_STATE = "items"
"""The column of `Orders` that says how the fetch of the items stands."""

COLUMNS: dict[Tab, tuple[Column, ...]] = {
    Tab.ORDERS: (
        Column(KEY, "Order ID", 150),
        Column("received", "Received", 150, Format.TIME),
        Column("customer", "Customer", 160),
        Column("phone", "Phone", 130),
        Column("title", "Title", 160),
        Column("note", "Note", 240, wrap=True),
        Column("item_count", "Item count", 85, Format.COUNT),
        Column("total", "Total", 90, Format.AMOUNT),
        Column("currency", "Currency", 75),
        Column("status", "Status", 100),
        Column(ITEMS_STATE, "Items", 200),
    ),
    Tab.ITEMS: (
        Column(KEY, "Order ID", 150),
        Column("received", "Received", 150, Format.TIME),
        Column("customer", "Customer", 160),
        Column("product", "Product", 240),
        Column("product_id", "Product ID", 150),
        Column("sku", "SKU", 120),
        Column("quantity", "Quantity", 75, Format.COUNT),
        Column("unit_price", "Unit price", 90, Format.AMOUNT),
        Column("currency", "Currency", 75),
        Column("line_total", "Line total", 90, Format.AMOUNT),
        Column("image", "Image", 220),
    ),
}
