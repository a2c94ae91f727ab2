"""An order and its items as rows: for each column's key, a cell."""

from datetime import tzinfo

from connector.amounts import line_total
from connector.models import Item, Order, Shown
from connector.sheets.cells import Cell, amount_cell, count_cell, linked_cell, text_cell, time_cell
from connector.sheets.columns import FIRST_STATUS, TOTAL
from connector.sheets.links import chat_link, picture_link
from connector.sheets.pending import pending_cell, waits

Row = dict[str, Cell]

_LONGEST_CHANGE = 200
WAITING = "waiting"
COMPLETE = "complete"
UNAVAILABLE = "unavailable"


def waiting_text(order_id: str) -> str:
    """Unique in its column, so that Google itself can find the cell later, wherever the row is then."""
    return f"{WAITING} · {order_id}"


def items_text(order_id: str, shown: Shown, change: str | None = None) -> str:
    """What the column `Items` says: how the items stand, and behind it what was told of the order later."""
    texts = {Shown.WAITING: waiting_text(order_id), Shown.COMPLETE: COMPLETE, Shown.UNAVAILABLE: UNAVAILABLE}
    return texts[shown] if not change else f"{texts[shown]} · {_within_a_sentence(change)}"


def _within_a_sentence(sentence: str) -> str:
    """The sentence as it goes on behind other words: on one line, in small letters, without its end."""
    text = " ".join(sentence.split()).rstrip(".")[:_LONGEST_CHANGE]
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def order_row(order: Order, shown: Shown, zone: tzinfo) -> Row:
    """The row of an order in the tab `Orders`."""
    row = {
        "order_id": text_cell(order.order_id),
        "received": time_cell(order.received_at, zone),
        "customer": text_cell(order.customer_name),
        "phone": linked_cell(order.customer_phone, chat_link(order.customer_phone)),
        "title": text_cell(order.title),
        "note": text_cell(order.note),
        "item_count": count_cell(order.item_count),
        "total": amount_cell(order.total_price, order.currency),
        "currency": text_cell(order.currency),
        "status": text_cell(FIRST_STATUS),
        "items": text_cell(items_text(order.order_id, shown, order.change)),
    }
    row |= {column: pending_cell(column, order, shown) for column in waits(order, shown)}
    if order.warning:
        row[TOTAL] = {**row[TOTAL], "note": order.warning}
    return row


def item_rows(order: Order, zone: tzinfo) -> list[Row]:
    """The rows of an order's items in the tab `Items`. What does not fit the order stands as a note on the first."""
    rows = [_item_row(order, item, zone) for item in order.items]
    if order.warning and rows:
        rows[0]["line_total"] = {**rows[0]["line_total"], "note": order.warning}
    return rows


def _item_row(order: Order, item: Item, zone: tzinfo) -> Row:
    currency = item.currency or order.currency
    return {
        "order_id": text_cell(order.order_id),
        "received": time_cell(order.received_at, zone),
        "customer": text_cell(order.customer_name),
        "product": text_cell(item.name),
        "product_id": text_cell(item.product_id),
        "sku": text_cell(item.sku),
        "quantity": count_cell(item.quantity),
        "unit_price": amount_cell(item.price, currency),
        "currency": text_cell(currency),
        "line_total": amount_cell(line_total(item), currency),
        "image": linked_cell(item.image, picture_link(item.image)),
    }
