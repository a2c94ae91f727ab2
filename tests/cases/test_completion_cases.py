"""What comes later completes an order: the kinds of input that left something out of the sheet."""

import json
from pathlib import Path
from typing import Any

from tests.cases.completion_bench import Bench


def case(name: str) -> Any:
    return json.loads(Path(__file__).with_name(f"completion_{name}.json").read_text(encoding="utf-8"))


def test_the_figures_that_come_with_late_items_are_in_the_row_that_was_written_without_them(tmp_path: Path) -> None:
    given = case("late_figures")
    bench = Bench(tmp_path, given["whapi_answers"])
    bench.request("/webhooks/whapi", given["request"])
    bench.fetches()
    bench.writes()
    waiting = bench.row("730000000000001")

    bench.goes_on()

    says = "waiting · 730000000000001"
    assert {name: waiting[name] for name in ("Item count", "Total", "Currency", "Items")} == dict.fromkeys(
        ("Item count", "Total", "Currency", "Items"), says
    )
    row = bench.row("730000000000001")
    assert (row["Item count"], row["Total"], row["Currency"], row["Items"]) == (4, 13.25, "CHF", "complete")
    order = bench.order("730000000000001")
    assert (order.item_count, order.total_price, order.currency) == (4, 13.25, "CHF")
    assert [row["Product"] for row in bench.rows("Items")] == ["Oat cake", "Plum jam"]


def test_a_second_delivery_that_knows_more_gives_what_the_first_lacked(tmp_path: Path) -> None:
    given = case("fuller_delivery")
    bench = Bench(tmp_path, given["whapi_answers"])

    for body in given["requests"]:
        bench.request("/orders", body)
    bench.goes_on()

    assert bench.quarantined() == []
    first, second = bench.row("730000000000011"), bench.row("730000000000012")
    assert [first[name] for name in ("Customer", "Phone", "Item count", "Total", "Currency", "Items")] == [
        "Nadia", "41790001122", 2, 4.5, "CHF", "complete",
    ]  # fmt: skip
    assert [second[name] for name in ("Customer", "Phone", "Total", "Currency", "Items")] == [
        "Nadia", "41790001122", 2.25, "CHF", "complete",
    ]  # fmt: skip
    assert [(row["Order ID"], row["Currency"]) for row in bench.rows("Items")] == [
        ("730000000000011", "CHF"),
        ("730000000000012", "CHF"),
    ]


def test_items_that_come_late_and_do_not_add_up_are_noted_at_the_total_too(tmp_path: Path) -> None:
    given = case("late_mismatch")
    bench = Bench(tmp_path, given["whapi_answers"])
    bench.request("/webhooks/whapi", given["request"])
    bench.fetches()
    bench.writes()

    bench.goes_on()

    warning = "The order says 5 items; 1 line with 1 piece came. The items add up to 2.25; the order's total is 80."
    assert bench.order("730000000000021").warning == warning
    assert bench.cell("Total", "730000000000021").note == warning
    assert bench.cell("Total", "730000000000021").value == 80
    assert bench.cell("Line total", "730000000000021", tab="Items").note == warning
