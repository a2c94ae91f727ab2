"""Compares the sheet with everything that was answered with 200, cell by cell, place by place."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from tests.chaos import expected
from tests.chaos.expected import Row, same
from tests.chaos.nemesis import CHECKBOXES, FAR_NOTE
from tests.chaos.plan import Form
from tests.chaos.sheet import HasSheet, Line, Tab, read_tab
from tests.chaos.stream import Sent


def differences(
    sandbox: HasSheet, sent: Mapping[str, Sent], edited_tabs: Iterable[str] = (), named: Collection[str] = ()
) -> Iterator[str]:
    """What is lost, doubled, wrong or misplaced, a sentence each.

    An order that was never answered with 200 may be there or not: it may have been stored, and the answer lost. Of
    those that the service has named as not whole, rows may be missing, and none may be doubled.
    """
    orders = read_tab(sandbox, "Orders", expected.ORDERS)
    items = read_tab(sandbox, "Items", expected.ITEMS)
    order_lines, item_lines = _by_order(orders), _by_order(items)
    for order_id, one in sent.items():
        if order_id in named:
            yield from _named(one, order_lines.get(order_id, []), item_lines.get(order_id, []))
        else:
            yield from _order(one, order_lines.get(order_id, []), item_lines.get(order_id, []))
    for order_id in (order_lines.keys() | item_lines.keys()) - sent.keys():
        yield f"Strange: there are rows of {order_id!r}, and nobody sent it such an order."
    yield from _numbers(orders)
    for title, tab in (("Orders", orders), ("Items", items)):
        yield from _places(title, tab)
        if title in edited_tabs:
            yield from _merchant(title, tab)


def _order(sent: Sent, lines: Sequence[Line], items: Sequence[Line]) -> Iterator[str]:
    name = _name(sent)
    if not lines:
        if sent.acknowledged_at is not None:
            yield f"Lost: {name} was answered with 200 and has no row."
        if items:
            yield f"Strange: {name} has {len(items)} item rows and no row of its own."
        return
    if len(lines) > 1:
        yield f"Doubled: {name} has {len(lines)} rows, {_rows(lines)}."
    line = lines[0]
    row = expected.order_row(sent, told_more=_was_told_more(sent, line))
    row |= {column: value for column, value in expected.from_items(sent).items() if line.cells[column] is not None}
    yield from _cells(f"{name}, row {line.row + 1}", line, row)
    wanted = expected.item_rows(sent, told_more=bool(items) and _was_told_more(sent, items[0]))
    if len(items) != len(wanted):
        word = "Doubled" if len(items) > len(wanted) else "Lost"
        yield f"{word}: {name} has {len(items)} item rows instead of {len(wanted)}: {_rows(items)}."
        return
    if [line.row for line in items] != list(range(items[0].row, items[0].row + len(items)) if items else ()):
        yield f"Misplaced: the item rows of {name} are not together: {_rows(items)}."
    for line, row in zip(items, wanted, strict=True):
        yield from _cells(f"{name}, item row {line.row + 1}", line, row)


def _named(sent: Sent, lines: Sequence[Line], items: Sequence[Line]) -> Iterator[str]:
    """The service says that it can't bring this order in, or not whole."""
    wanted = expected.item_rows(sent)
    for found, most, kind in ((lines, 1, "rows"), (items, len(wanted), "item rows")):
        if len(found) > most:
            yield f"Doubled: {_name(sent)}, which the service names, has {len(found)} {kind}, {_rows(found)}."


def _was_told_more(sent: Sent, line: Line) -> bool:
    """What came with nothing but its id may have been lost and have come again from the history, which says more."""
    return sent.form is Form.BARE and sent.in_history and line.cells["Customer"] is not None


def _name(sent: Sent) -> str:
    return f"order {sent.order.order_id} ({sent.order.sample}, {sent.form})"


def _cells(where: str, line: Line, row: Row) -> Iterator[str]:
    for column, value in row.items():
        if not same(line.cells[column], value):
            yield f"Wrong: {where}: {column} is {_short(line.cells[column])} instead of {_short(value)}."
    for column in line.formulas:
        yield f"Wrong: {where}: {column} is a formula."


def _numbers(orders: Tab) -> Iterator[str]:
    """Every order has a number, and no two have the same, whatever its database has forgotten."""
    seen: dict[Any, Any] = {}
    for line in orders.lines:
        order_id, number = line.cells["Order ID"], line.cells["Number"]
        if not isinstance(number, int | float) or number < 1:
            yield f"Wrong: order {order_id}: Number is {_short(number)}."
        elif seen.setdefault(number, order_id) != order_id:
            yield f"Doubled: the number {number:g} is that of order {order_id} and of order {seen[number]}."


def _places(title: str, tab: Tab) -> Iterator[str]:
    """The rows fill the tab from below the header on, without a gap."""
    for place, line in enumerate(tab.lines, start=1):
        if line.row != place:
            yield (
                f"Misplaced: in {title}, the connector's rows are not all right below each other: "
                f"row {place + 1} is empty, and row {line.row + 1} is not."
            )
            return


def _merchant(title: str, tab: Tab) -> Iterator[str]:
    """The merchant's own cells are as they were."""
    boxes = sum(cell.value is False for cell in tab.others)
    notes = sum(cell.note == FAR_NOTE for cell in tab.others)
    strangers = len(tab.others) - boxes - notes
    if (boxes, notes, strangers) != (CHECKBOXES, 1, 1):
        yield (
            f"Wrong: in {title}, the merchant's own column has {boxes} boxes, {notes} notes and {strangers} others "
            f"instead of {CHECKBOXES}, 1 and 1."
        )


def _by_order(tab: Tab) -> dict[str, list[Line]]:
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in tab.lines:
        lines[str(line.cells["Order ID"])].append(line)
    return lines


def _rows(lines: Sequence[Line]) -> str:
    return ", ".join(str(line.row + 1) for line in lines[:10]) or "none"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}..."
