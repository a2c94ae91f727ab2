"""An order and its items as rows: for each column's key, a cell, and how a cell that waits gets its value.

A row that is written before all is known can't be found again for certain: between a look at the sheet and a write the
merchant may sort it. So a cell whose value is still to come holds a text that is nowhere else in its column, and Google
itself puts the value in its place, in the same atomic request as all else. A cell that the merchant has changed
meanwhile holds another text, and stays as it is.

What replaces a text is taken as if somebody had typed it. So only what is the same in every language of a spreadsheet
is written: numbers as whole numbers with a power of ten, and texts that begin like a word.
"""

import re
import unicodedata
from datetime import tzinfo
from decimal import Decimal

from connector.amounts import line_total
from connector.models import Item, Number, Order, Shown
from connector.products import TIMES, products_text
from connector.sheets.cells import (
    Cell,
    amount_cell,
    amount_format,
    chat_link,
    count_cell,
    count_format,
    fit,
    linked_cell,
    picture_link,
    text_cell,
    time_cell,
)
from connector.sheets.columns import CURRENCY, CUSTOMER, ITEM_COUNT, NUMBER, PHONE, PRODUCTS, TOTAL
from connector.sheets.words import ENGLISH_WORDS, Words

_FIGURES = (ITEM_COUNT, TOTAL, CURRENCY)
"""Come with the items."""
WAITING_COLUMNS = {Shown.WAITING: (CUSTOMER, PHONE, *_FIGURES), Shown.UNAVAILABLE: _FIGURES, Shown.COMPLETE: ()}
"""The columns that wait, by what the row says of its items."""
_COUNTED = re.compile(rf"[0-9]{{1,15}}(\.[0-9]{{1,4}})? {TIMES} ")
"""How a list of goods begins that stays a text however it is typed: no number and no date has this sign."""
_LARGEST_WHOLE = 10**15
"""Digits beyond it are lost when they are typed."""
Row = dict[str, Cell]
_LONGEST_CHANGE = 200


def pending_text(order_id: str, shown: Shown, words: Words = ENGLISH_WORDS) -> str:
    """Unique in its column, so that Google itself can find the cell later, wherever the row is then."""
    return f"{words.of(shown)} · {order_id}"


def waits(order: Order, shown: Shown) -> tuple[str, ...]:
    """The columns that wait in the order's row when it says this: of a new row those that are not known yet, and of one
    that is there already those that still can't be filled."""
    columns = order.row_lacks if order.shown is not None else WAITING_COLUMNS[shown]
    known = value_of if order.shown is None else typed
    return tuple(column for column in columns if column in WAITING_COLUMNS[shown] and known(column, order) is None)


def pending_cell(column: str, order: Order, shown: Shown, words: Words) -> Cell:
    """The cell that waits, with the format that its value will need."""
    text = pending_text(order.order_id, shown, words)
    if column not in {ITEM_COUNT, TOTAL}:
        return text_cell(text)
    number_format = count_format(0) if column == ITEM_COUNT else amount_format(0, order.currency)
    return {"userEnteredValue": {"stringValue": text}, "userEnteredFormat": {"numberFormat": number_format}}


def value_of(column: str, order: Order) -> str | Number | None:
    """What is known for the column."""
    values: dict[str, str | Number | None] = {
        CUSTOMER: order.customer_name,
        PHONE: order.customer_phone,
        ITEM_COUNT: order.item_count,
        TOTAL: order.total_price,
        CURRENCY: order.currency,
    }
    return values[column]


def typed(column: str, order: Order) -> str | None:
    """The value as it may be typed; None where there is none, or Google could take it for something else."""
    value = value_of(column, order)
    if value is None:
        return None
    if not isinstance(value, str):
        return numeral(value)
    return fit(value) if (_is_digits(value) if column == PHONE else _is_word(value)) else None


def typed_products(order: Order) -> str | None:
    """The goods as they may be typed; None where there are none, or Google could take them for something else."""
    text = products_text(order.items)
    return text if text is not None and (_COUNTED.match(text) or _is_word(text)) else None


def numeral(value: Number) -> str:
    """105E-1 for 10.5: whether a point or a comma stands before the decimals depends on the spreadsheet's language."""
    exact = Decimal(str(value))
    if exact == exact.to_integral_value() and abs(exact) < _LARGEST_WHOLE:
        return str(int(exact))
    sign, digits, exponent = exact.normalize().as_tuple()
    return f"{'-' if sign else ''}{''.join(map(str, digits))}E{exponent}"


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_word(text: str) -> bool:
    """Begins with a letter or a symbol such as an emoji, and has no digit in it. A formula begins with other signs, and
    numbers and dates have digits: so it stays a text also where the merchant has taken the cell's format away."""
    begins = text[:1].isalpha() or unicodedata.category(text[:1] or " ") == "So"
    return begins and text.isprintable() and not any(sign.isnumeric() for sign in text)


def items_text(order_id: str, shown: Shown, change: str | None = None, *, words: Words = ENGLISH_WORDS) -> str:
    """What the column `Items` says: how the items stand, and behind it what was told of the order later."""
    text = pending_text(order_id, shown, words) if shown is Shown.WAITING else words.of(shown)
    return text if not change else f"{text} · {_within_a_sentence(change)}"


def _within_a_sentence(sentence: str) -> str:
    """The sentence as it goes on behind other words: on one line, in small letters, without its end."""
    text = " ".join(sentence.split()).rstrip(".")[:_LONGEST_CHANGE]
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def order_row(order: Order, shown: Shown, zone: tzinfo, words: Words) -> Row:
    """The row of an order in the tab `Orders`."""
    row = {
        "order_id": text_cell(order.order_id),
        NUMBER: count_cell(order.number),
        "received": time_cell(order.received_at, zone),
        "customer": text_cell(order.customer_name),
        "phone": linked_cell(order.customer_phone, chat_link(order.customer_phone)),
        "title": text_cell(order.title),
        "note": text_cell(order.note),
        PRODUCTS: text_cell(
            products_text(order.items) if shown is Shown.COMPLETE else pending_text(order.order_id, shown, words)
        ),
        "item_count": count_cell(order.item_count),
        "total": amount_cell(order.total_price, order.currency),
        "currency": text_cell(order.currency),
        "status": text_cell(words.first_status),
        "items": text_cell(items_text(order.order_id, shown, order.change, words=words)),
    }
    row |= {column: pending_cell(column, order, shown, words) for column in waits(order, shown)}
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
