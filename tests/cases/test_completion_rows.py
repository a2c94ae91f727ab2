"""Rows that are filled in later: in the cells that the connector left there, and nowhere else."""

from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector.models import Item, Order, OrderChange
from connector.products import products_text
from connector.sheets.rows import numeral, typed, typed_products
from sandbox.google.grid import Cell, Formula
from sandbox.google.typed import typed as as_google_takes_it
from tests.cases.completion_bench import Bench
from tests.clock import FakeClock
from tests.merchant.book import index_of
from tests.pipeline.direct import Fate

CAKE = {"items": [{"id": "51", "name": "Oat cake", "quantity": 2, "price": 5.25, "currency": "CHF"}]}
FILLED = ("Customer", "Phone", "Item count", "Total", "Currency")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Two orders that are complete, and one between them in the sheet that waits and knows nothing."""
    bench = Bench(tmp_path, {"before": CAKE, "order-1": [404, CAKE], "zz-after": CAKE})
    for order_id in ("before", "order-1", "zz-after"):
        bench.comes(order_id, order_token="token", **({} if order_id == "order-1" else {"customer_name": order_id}))
        bench.fetches()
        bench.writes()
    return bench


def figures(bench: Bench, order_id: str = "order-1") -> list[Any]:
    return [bench.row(order_id)[name] for name in ("Item count", "Total", "Currency", "Items")]


def test_what_is_still_not_known_when_the_items_are_there_becomes_an_empty_cell(bench: Bench) -> None:
    assert {bench.row()[name] for name in FILLED} == {"waiting · order-1"}

    bench.goes_on()

    assert [bench.row()[name] for name in FILLED] == [None, None, 2, 10.5, "CHF"]
    assert (bench.order().row_lacks, bench.order().write_due_at) == ((), None)


def test_a_fuller_delivery_is_in_the_row_at_once_while_it_still_waits(bench: Bench) -> None:
    receipt = bench.comes(customer_name="Nadia", customer_phone="41790001122", total_price=12.5)
    sent = bench.writes()

    assert (receipt.accepted, receipt.duplicates, receipt.quarantined, sent) == (0, 1, 0, 1)
    waits = "waiting · order-1"
    assert [bench.row()[name] for name in FILLED] == ["Nadia", "41790001122", waits, 12.5, waits]
    assert bench.row()["Items"] == "waiting · order-1"


def sorts(bench: Bench) -> None:
    bench.merchant.sort("Orders", "A", descending=True)


def inserts(bench: Bench) -> None:
    bench.merchant.insert_rows("Orders", 1, 3)


def deletes(bench: Bench) -> None:
    bench.merchant.delete_rows("Orders", 1)


@pytest.mark.parametrize("refused", [True, False])
@pytest.mark.parametrize("edit", [sorts, inserts, deletes])
def test_whatever_the_merchant_does_at_that_very_moment_no_figure_gets_into_another_row(
    bench: Bench, edit: Callable[[Bench], None], refused: bool
) -> None:
    bench.google.unknowns.refuse_unmatched_metadata = refused
    bench.after_the_next_read(lambda: edit(bench))

    bench.goes_on()

    assert figures(bench) == [2, 10.5, "CHF", "complete"]
    for other in bench.rows():
        if other["Order ID"] not in (None, "order-1"):
            assert (other["Total"], other["Customer"]) == (10.5, other["Order ID"])


@pytest.mark.parametrize("mine", ["12", "ask her", ""])
def test_a_cell_that_the_merchant_has_filled_or_emptied_meanwhile_stays_so(bench: Bench, mine: str) -> None:
    bench.merchant.set_cell("Orders", 2, index_of("total"), mine)
    before = bench.cell("Total")

    bench.goes_on()

    assert bench.cell("Total") == before
    assert figures(bench)[2:] == ["CHF", "complete"]


def test_columns_may_be_moved_renamed_and_deleted_meanwhile(bench: Bench) -> None:
    bench.merchant.insert_column("Orders", 0, "Mine")
    bench.merchant.rename_column("Orders", 1 + index_of("total"), "Summe")
    bench.merchant.delete_column("Orders", 1 + index_of("currency"))

    bench.goes_on()

    row = bench.row()
    assert (row["Item count"], row["Summe"], row["Items"], "Currency" in row) == (2, 10.5, "complete", False)


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.UNHEARD, Fate.LATE, Fate.REFUSED])
def test_an_answer_that_never_comes_leaves_nothing_waiting(bench: Bench, fate: Fate) -> None:
    bench.api.writes.append(fate)
    bench.goes_on()
    bench.goes_on()
    while bench.api.late:
        bench.api.late_call_arrives()

    assert figures(bench) == [2, 10.5, "CHF", "complete"]
    assert [row["Order ID"] for row in bench.rows("Items")].count("order-1") == 1


def test_an_order_that_is_given_up_says_so_where_the_figures_would_be_and_gets_them_after_all(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"order-1": [404, 404, CAKE]})
    bench.comes(order_token="token")
    bench.fetches()
    bench.writes()

    bench.goes_on(8 * 86_400)
    given_up = [bench.row()[name] for name in (*FILLED, "Items")]
    bench.comes(total_price=10.5)
    bench.comes(items=(Item(name="Oat cake", quantity=2, price=5.25, currency="CHF"),))
    bench.writes()

    assert given_up == [None, None, *["unavailable · order-1"] * 3, "unavailable"]
    assert figures(bench) == [2, 10.5, "CHF", "complete"]


def test_what_comes_while_a_batch_is_on_its_way_is_written_with_the_next(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"order-1": 404})
    bench.comes(order_token="token")
    bench.fetches()
    bench.after_the_next_read(lambda: None)
    bench.writes()
    bench.comes(customer_name="Nadia")
    bench.after_the_next_read(lambda: bench.comes(total_price=3))

    bench.writes()

    assert (bench.row()["Customer"], bench.row()["Total"]) == ("Nadia", 3)


def test_a_note_of_the_merchants_is_not_written_over(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"order-1": [404, CAKE]})
    bench.comes(order_token="token", total_price=99)
    bench.fetches()
    bench.writes()
    bench.merchant.set_note("Orders", 1, index_of("total"), "she pays in cash")

    bench.goes_on()

    assert bench.order().warning == "The items add up to 10.5; the order's total is 99."
    assert bench.cell("Total") == Cell(99, bench.cell("Total").format, "she pays in cash")


def test_what_a_read_left_out_is_noted_at_once_and_what_does_not_add_up_behind_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"order-1": [404, CAKE]})
    bench.comes(order_token="token", total_price=99, warning="The price of line 2 could not be read.")
    bench.fetches()
    bench.writes()
    first = bench.cell("Total").note

    bench.goes_on()

    assert first == "The price of line 2 could not be read."
    assert bench.cell("Total").note == f"{first} The items add up to 10.5; the order's total is 99."


def test_an_order_whose_items_nobody_can_fetch_says_why_at_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.comes(order_token="token", unfetchable="This gateway does not give the items of an order.")

    bench.writes()

    order = bench.order()
    assert (order.status, order.last_error) == ("failed", "This gateway does not give the items of an order.")
    assert (order.order_token, bench.row()["Items"]) == (None, "unavailable")


# What is told later


DELETED = OrderChange("Deleted by the customer.", message_id="msg-1")


def test_a_change_that_is_known_before_the_row_is_in_it_from_the_first(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"order-1": CAKE})
    bench.comes(order_token="token", message_id="msg-1")
    bench.is_told(DELETED)
    bench.fetches()
    bench.writes()

    assert bench.row()["Items"] == "complete · deleted by the customer"
    assert bench.writes() == 0


def test_a_row_that_waits_or_is_complete_says_what_is_told_later(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"order-1": [404, CAKE]})
    bench.comes(order_token="token", message_id="msg-1")
    bench.fetches()
    bench.writes()

    says = []
    for change in (DELETED, OrderChange("Declined", order_id="order-1"), None):
        if change is None:
            bench.clock.advance(3600)
            bench.fetches()
        else:
            bench.is_told(change, change)
        bench.writes()
        says.append(bench.row()["Items"])
    bench.is_told(OrderChange("CANCELLED by the shop", order_id="order-1"))
    bench.writes()
    says.append(bench.row()["Items"])

    assert says == [
        "waiting · order-1 · deleted by the customer",
        "waiting · order-1 · declined",
        "complete · declined",
        "complete · CANCELLED by the shop",
    ]
    assert [row["Order ID"] for row in bench.rows("Items")] == ["order-1"]
    assert bench.told() == [
        ("order.received", "order-1"),
        ("order.waiting", "order-1"),
        ("order.changed", "order-1"),
        ("order.changed", "order-1"),
        ("order.synced", "order-1"),
        ("order.changed", "order-1"),
    ]
    order = bench.order()
    assert (order.change, order.changed_at, order.row_change) == (
        "CANCELLED by the shop",
        bench.clock.now(),
        "CANCELLED by the shop",
    )


@pytest.mark.parametrize("mine", ["done", "complete, I think", ""])
def test_a_cell_that_the_merchant_has_changed_says_nothing_of_it(tmp_path: Path, mine: str) -> None:
    bench = Bench(tmp_path, {"order-1": CAKE})
    bench.comes(order_token="token", message_id="msg-1")
    bench.fetches()
    bench.writes()
    bench.merchant.set_cell("Orders", 1, index_of("items"), mine)

    bench.is_told(DELETED)
    bench.writes()

    assert bench.row()["Items"] == (mine or None)


def test_a_change_of_what_is_no_order_here_is_passed_over(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.comes(items=(Item(name="Oat cake", quantity=1),), message_id="msg-1")
    bench.writes()

    bench.is_told(OrderChange("Deleted", message_id="msg-2"), OrderChange("Deleted", order_id="order-2"))

    assert (bench.order().change, bench.writes()) == (None, 0)
    assert bench.told()[-1] == ("order.synced", "order-1")


# How values are typed


def order_named(name: str) -> Order:
    now = FakeClock().now()
    unknown = dict.fromkeys(field.name for field in fields(Order) if field.default is MISSING)
    return Order(**{**unknown, "received_at": now, "stored_at": now, "customer_name": name})  # type: ignore[arg-type]


@given(st.integers(-(10**9), 10**9) | st.decimals(-(10**9), 10**9, places=4).map(float))
def test_a_number_is_typed_as_the_same_number_without_a_decimal_sign(value: float) -> None:
    text = numeral(value)

    assert "." not in text
    assert "," not in text
    assert Decimal(text) == Decimal(str(value))
    assert as_google_takes_it(text).value == value


@given(st.text())
@example("=1+1")
@example("+49 155")
@example("-1")
@example("'=1")
@example("12 Monkeys")
@example("May 5, 2026")
@example("Mira")
@example("🌸 Mira")
def test_no_name_is_typed_that_google_could_take_for_a_formula_a_number_or_a_date(name: str) -> None:
    text = typed("customer", order_named(name))

    if text is not None:
        assert text == name
        assert not isinstance(as_google_takes_it(text).value, Formula)
        assert not any(sign.isdigit() for sign in text)
        assert text[0] not in "=+-@'\t\r\n "


@given(st.lists(st.tuples(st.none() | st.integers(-9, 99) | st.just(0.5), st.none() | st.text()), max_size=3))
@example([(None, "=1+1")])
@example([(None, "May 5, 2026")])
@example([(-1, "=1+1")])
@example([(3, "2026")])
def test_no_goods_are_typed_that_google_could_take_for_a_formula_a_number_or_a_date(
    lines: list[tuple[float | None, str | None]],
) -> None:
    items = tuple(Item(name=name, quantity=quantity) for quantity, name in lines)

    text = typed_products(replace(order_named("Mira"), items=items))

    assert text in {None, products_text(items)}
    if text is not None:
        assert as_google_takes_it(text).value == text
        assert text.isprintable()
        assert text[0] not in "=+-@' "
