"""What the comparison calls wrong, and what it takes for right."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from sandbox.google.grid import Cell, Sheet
from sandbox.orders import OrderMaker
from sandbox.sandbox import Sandbox
from tests.chaos import expected
from tests.chaos.checker import differences
from tests.chaos.plan import Form
from tests.chaos.sheet import HasSheet
from tests.chaos.stream import Sent
from tests.made_once import service_account


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(account=service_account()) as sandbox:
        yield sandbox


@pytest.fixture
def sent(sandbox: Sandbox) -> Sent:
    """An order of more than one item that was answered with 200."""
    return Sent(OrderMaker(clock=sandbox.whapi.clock, seed=1).make("many_items"), acknowledged_at=0.0)


def test_an_order_with_its_row_and_those_of_its_items_is_right(sandbox: Sandbox, sent: Sent) -> None:
    fill(sandbox, [expected.order_row(sent)], expected.item_rows(sent))

    assert found(sandbox, sent) == []


def test_an_order_without_its_row_is_lost(sandbox: Sandbox, sent: Sent) -> None:
    fill(sandbox, [], [])

    assert kinds(found(sandbox, sent)) == ["Lost"]


def test_an_order_that_the_service_names_may_lack_rows(sandbox: Sandbox, sent: Sent) -> None:
    waiting = expected.order_row(sent) | {"Items": f"waiting · {sent.order.order_id}"}
    for rows, items in (([], []), ([waiting], []), ([waiting], expected.item_rows(sent)[:1])):
        fill(sandbox, rows, items)

        assert found(sandbox, sent, named=True) == []
        assert found(sandbox, sent) != []


def test_an_order_that_the_service_names_may_not_have_two(sandbox: Sandbox, sent: Sent) -> None:
    row, items = expected.order_row(sent), expected.item_rows(sent)
    fill(sandbox, [row, row], [*items, *items])

    assert kinds(found(sandbox, sent, named=True)) == ["Doubled", "Doubled"]


def test_what_came_with_its_id_alone_may_come_again_from_the_history_which_says_more(
    sandbox: Sandbox, sent: Sent
) -> None:
    bare = Sent(sent.order, Form.BARE, acknowledged_at=0.0)
    from_history = Sent(sent.order, Form.BARE, acknowledged_at=0.0, in_history=True)
    fill(sandbox, [expected.order_row(bare)], expected.item_rows(bare))
    assert found(sandbox, bare) == found(sandbox, from_history) == []

    fill(sandbox, [expected.order_row(sent)], expected.item_rows(sent))
    assert found(sandbox, from_history) == []
    assert set(kinds(found(sandbox, bare))) == {"Wrong"}

    another = expected.order_row(sent) | {"Customer": "Somebody else"}
    fill(sandbox, [another], expected.item_rows(sent))
    assert kinds(found(sandbox, from_history)) == ["Wrong"]


def fill(sandbox: HasSheet, orders: Sequence[dict[str, Any]], items: Sequence[dict[str, Any]]) -> None:
    content = sandbox.google.spreadsheets[sandbox.spreadsheet_id].content
    numbered = [{"Number": 1} | row for row in orders]
    tabs = (("Orders", expected.ORDERS, numbered), ("Items", expected.ITEMS, items))
    for sheet_id, (title, columns, rows) in enumerate(tabs, start=1):
        cells = [[Cell(column) for column in columns], *([Cell(row.get(column)) for column in columns] for row in rows)]
        content.sheets[sheet_id] = Sheet(sheet_id, title, rows=[dict(enumerate(line)) for line in cells])


def found(sandbox: Sandbox, sent: Sent, *, named: bool = False) -> list[str]:
    order_id = sent.order.order_id
    return list(differences(sandbox, {order_id: sent}, named={order_id} if named else ()))


def kinds(differences: Sequence[str]) -> list[str]:
    return [sentence.partition(":")[0] for sentence in differences]
