"""The connector's two tabs and their columns: names, widths and formats."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from connector.language import gettext, in_each_language, marked


class Tab(StrEnum):
    ORDERS = "orders"
    ITEMS = "items"


class Format(StrEnum):
    TEXT = "text"
    AMOUNT = "amount"
    COUNT = "count"
    TIME = "time"


_TITLES = {Tab.ORDERS: marked("Orders"), Tab.ITEMS: marked("Items")}


_RECORDS = {Tab.ORDERS: marked("orders"), Tab.ITEMS: marked("items")}


def tab_word(tab: Tab) -> str:
    """What the tab's rows are, in a sentence."""
    return gettext(_RECORDS[tab])


def tab_titles(given: Mapping[Tab, str], tab: Tab) -> list[str]:
    """What a tab of the connector's may be called: first what a new one is. `given`: the names in the settings; where
    there is none, it is a word of the shop's language, or of another that an older tab was made in."""
    if tab in given:
        return [given[tab]]
    own = gettext(_TITLES[tab])
    return [own, *sorted(in_each_language(_TITLES[tab]) - {own})]


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    """Stands in the column's tag; never changes."""
    title: str
    """In English; written in the shop's language when the column is made. The merchant may rename it."""
    width: int
    """In pixels."""
    format: Format = Format.TEXT
    wrap: bool = False
    is_optional: bool = False
    """Tabs of earlier versions lack it, and get it only where somebody asks for it: see `add_column.py`."""


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
        Column(KEY, marked("Order ID"), 150),
        Column(NUMBER, marked("Number"), 80, Format.COUNT, is_optional=True),
        Column(RECEIVED, marked("Received"), 130, Format.TIME),
        Column(CUSTOMER, marked("Customer"), 160),
        Column(PHONE, marked("Phone"), 135),
        Column("title", marked("Title"), 160),
        Column("note", marked("Note"), 240, wrap=True),
        Column(PRODUCTS, marked("Products"), 240, wrap=True, is_optional=True),
        Column(ITEM_COUNT, marked("Item count"), 90, Format.COUNT),
        Column(TOTAL, marked("Total"), 130, Format.AMOUNT),
        Column(CURRENCY, marked("Currency"), 80),
        Column(STATUS, marked("Status"), 110),
        Column(ITEMS_STATE, marked("Items"), 200),
    ),
    Tab.ITEMS: (
        Column(KEY, marked("Order ID"), 150),
        Column(RECEIVED, marked("Received"), 130, Format.TIME),
        Column("customer", marked("Customer"), 160),
        Column("product", marked("Product"), 240),
        Column("product_id", marked("Product ID"), 150),
        Column("sku", marked("SKU"), 120),
        Column("quantity", marked("Quantity"), 80, Format.COUNT),
        Column("unit_price", marked("Unit price"), 125, Format.AMOUNT),
        Column("currency", marked("Currency"), 80),
        Column("line_total", marked("Line total"), 130, Format.AMOUNT),
        Column("image", marked("Image"), 220),
    ),
}

OPTIONAL = tuple(column for column in COLUMNS[Tab.ORDERS] if column.is_optional)
"""What `setup --add-column` offers."""
