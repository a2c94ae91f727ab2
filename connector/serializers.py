"""An order as it is shown outside: by the API, the command line, and events."""

from datetime import datetime
from typing import Any

from connector.models import Item, Order, Place
from connector.products import products_text


def order_json(order: Order, *, row_url: str | None) -> dict[str, Any]:
    """Every public field of an order that was read with its items; its token is not one. `row_url`: the link that
    leads to its row."""
    return {
        "order_id": order.order_id,
        "number": order.number,
        "channel_id": order.channel_id,
        "status": str(order.status),
        "received_at": moment(order.received_at),
        "customer_name": order.customer_name,
        "customer_phone": order.customer_phone,
        "chat_id": order.chat_id,
        "title": order.title,
        "note": order.note,
        "item_count": order.item_count,
        "total_price": order.total_price,
        "currency": order.currency,
        "items": [item_json(item) for item in order.items],
        "products": products_text(order.items),
        "attempts": order.attempts,
        "next_attempt_at": moment(order.next_attempt_at),
        "last_error": order.last_error,
        "warning": order.warning,
        "change": order.change,
        "changed_at": moment(order.changed_at),
        "synced_at": moment(order.synced_at),
        "gone_at": moment(order.gone_at),
        "dealt_with_at": moment(order.dealt_with_at),
        "row_url": row_url,
    }


def without_items(entry: dict[str, Any]) -> dict[str, Any]:
    """An order as lists show it, for which its items are not read."""
    return {name: value for name, value in entry.items() if name not in {"items", "products"}}


def row_address(place: Place, *, site: str) -> str:
    """The address that opens the spreadsheet at the row."""
    return f"{spreadsheet_url(place.spreadsheet_id, site=site)}#gid={place.sheet_id}&range=A{place.row + 1}"


def spreadsheet_url(spreadsheet_id: str, *, site: str) -> str:
    """`site`: where a browser finds the spreadsheets."""
    return f"{site}/spreadsheets/d/{spreadsheet_id}/edit"


def item_json(item: Item) -> dict[str, Any]:
    return {
        "product_id": item.product_id,
        "sku": item.sku,
        "name": item.name,
        "quantity": item.quantity,
        "price": item.price,
        "currency": item.currency,
        "image": item.image,
    }


def moment(value: datetime | None) -> str | None:
    """A time as 2024-04-16T10:49:03Z."""
    return None if value is None else value.strftime("%Y-%m-%dT%H:%M:%SZ")
