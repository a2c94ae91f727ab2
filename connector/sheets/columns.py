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
    is_optional: bool = False
    """Tabs of earlier versions lack it, and get it only where somebody asks for it: see `add_column.py`."""


FIRST_STATUS = "New"
"""What the column `Status` begins with. From then on it is the merchant's, and never written again."""
STATUSES = (FIRST_STATUS, "Confirmed", "Packed", "Sent", "Done", "Cancelled")
"""What the column offers. The merchant may write anything else."""

KEY = "order_id"
"""The column that tells the connector's rows from others, in both tabs."""
CUSTOMER, PHONE, ITEM_COUNT, TOTAL, CURRENCY = "customer", "phone", "item_count", "total", "currency"
"""The columns of `Orders` that are filled in later where they are not known at first."""
PRODUCTS = "products"
"""The goods in one cell of the order's row. It comes with the items, and is found again like the columns above."""
NUMBER = "number"
"""The order's short number, counted in the shop."""
RECEIVED = "received"
"""When the customer sent the order; filled in every row of the connector's, in both tabs."""
STATUS = "status"
"""The column of `Orders` that belongs to the merchant."""
ITEMS_STATE = "items"
"""The column of `Orders` that says how the fetch of the items stands."""

COLUMNS: dict[Tab, tuple[Column, ...]] = {
    Tab.ORDERS: (
        Column(KEY, "Order ID", 150),
        Column(NUMBER, "Number", 80, Format.COUNT, is_optional=True),
        Column(RECEIVED, "Received", 130, Format.TIME),
        Column(CUSTOMER, "Customer", 160),
        Column(PHONE, "Phone", 135),
        Column("title", "Title", 160),
        Column("note", "Note", 240, wrap=True),
        Column(PRODUCTS, "Products", 240, wrap=True, is_optional=True),
        Column(ITEM_COUNT, "Item count", 90, Format.COUNT),
        Column(TOTAL, "Total", 130, Format.AMOUNT),
        Column(CURRENCY, "Currency", 80),
        Column(STATUS, "Status", 110),
        Column(ITEMS_STATE, "Items", 200),
    ),
    Tab.ITEMS: (
        Column(KEY, "Order ID", 150),
        Column(RECEIVED, "Received", 130, Format.TIME),
        Column("customer", "Customer", 160),
        Column("product", "Product", 240),
        Column("product_id", "Product ID", 150),
        Column("sku", "SKU", 120),
        Column("quantity", "Quantity", 80, Format.COUNT),
        Column("unit_price", "Unit price", 125, Format.AMOUNT),
        Column("currency", "Currency", 80),
        Column("line_total", "Line total", 130, Format.AMOUNT),
        Column("image", "Image", 220),
    ),
}

OPTIONAL = tuple(column for column in COLUMNS[Tab.ORDERS] if column.is_optional)
"""What `setup --add-column` offers."""
