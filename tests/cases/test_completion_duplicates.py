"""A delivery under a known id: the same order again, however it is written, or another one that must not get lost."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.jobs.receive import IntakeResult
from connector.jobs.replay import replay
from connector.models import Item, NewOrder, Order
from connector.settings import SHOP
from connector.store.known import contradiction, missing
from tests.cases.completion_bench import Bench
from tests.cases.test_completion_rows import order_named
from tests.clock import FakeClock

CAKE = Item(product_id="51", sku="OAT", name="Oat cake", quantity=2, price=5.25, currency="CHF")
JAM = Item(product_id="52", sku="PLUM", name="Plum jam", quantity=1, price=6.5, currency="CHF")
FULL: dict[str, Any] = {
    "customer_name": "Nadia Keller",
    "customer_phone": "41790001122",
    "chat_id": "41790001122@s.whatsapp.net",
    "total_price": 17,
    "items": (CAKE, JAM),
}
NOW = FakeClock().now()


def counts(receipt: IntakeResult) -> tuple[int, int, int]:
    return receipt.accepted, receipt.duplicates, receipt.quarantined


@pytest.mark.parametrize(
    "again",
    [
        {},
        {"customer_phone": None, "customer_name": None, "items": None},
        {"customer_phone": "+41 79 000 11 22"},
        {"customer_phone": "079 000 11 22"},
        {"customer_name": "Nadi", "note": "ring twice"},
        {"customer_phone": None, "chat_id": None, "customer_name": "KELLER, Nadia"},
        {"customer_phone": None, "chat_id": "99000111222333@lid"},
        {"total_price": 17000},
        {"total_price": 0.17},
        {"total_price": 0},
        {"items": (JAM, CAKE)},
        {"items": (Item(name="plum jam ", quantity=1), Item(name="Oat cake", quantity=2, price=10.5))},
        {"items": (replace(CAKE, product_id="other-9"), replace(JAM, image="https://media.example/jam.jpg"))},
    ],
)
def test_the_same_order_again_is_a_duplicate(tmp_path: Path, again: dict[str, Any]) -> None:
    bench = Bench(tmp_path)
    bench.comes(**FULL)
    bench.writes()
    before = [bench.rows(), bench.rows("Items")]

    receipt = bench.comes(**{**FULL, **again})
    bench.writes()

    assert counts(receipt) == (0, 1, 0)
    assert bench.quarantined() == []
    assert [bench.rows(), bench.rows("Items")] == before


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        ({"customer_phone": "41790009999"}, "another customer"),
        ({"customer_phone": None, "chat_id": None, "customer_name": "Tom"}, "another customer"),
        ({"total_price": 18}, "another total"),
        ({"items": (CAKE,)}, "other items"),
        ({"items": (replace(CAKE, quantity=3), JAM)}, "other items"),
        ({"items": (replace(CAKE, sku="RYE", product_id="7", name="Rye loaf"), JAM)}, "other items"),
        (
            {"total_price": 5.25, "customer_phone": "447700900123", "items": (JAM,)},
            "another customer, another total and other items",
        ),
    ],
)
def test_another_order_under_the_same_id_is_kept_and_said(tmp_path: Path, other: dict[str, Any], differs: str) -> None:
    bench = Bench(tmp_path)
    bench.comes(**FULL)
    bench.writes()
    before = [bench.rows(), bench.rows("Items"), bench.order()]

    receipts = [bench.comes(**{**FULL, **other}, order_token="secret") for _ in range(2)]
    bench.writes()

    assert [counts(receipt) for receipt in receipts] == [(0, 0, 1)] * 2
    (entry,) = bench.quarantined()
    assert (entry.field, entry.reason) == (
        "order under a known id",
        f"An order with this id is known already, and what came has {differs}. It is not in the sheet. If it is an "
        "order of its own, send it again with an id of its own.",
    )
    assert [bench.rows(), bench.rows("Items"), bench.order()] == before
    assert bench.told() == [("order.received", "order-1"), ("order.synced", "order-1")]


def test_what_is_kept_can_be_sent_again_as_it_is_under_another_id(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.comes(**FULL)
    bench.comes(customer_name="Tom", customer_phone="447700900123", total_price=3, items=(JAM,))
    (entry,) = bench.quarantined()

    receipt = bench.request("/orders", {**json.loads(entry.payload), "order_id": "order-2"})
    bench.writes()

    assert counts(receipt) == (1, 0, 0)
    row = bench.row("order-2")
    assert (row["Customer"], row["Phone"], row["Total"]) == ("Tom", "447700900123", 3)
    assert bench.order("order-2").items == (JAM,)


def test_two_orders_under_one_id_in_one_request_are_told_apart(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    body = [
        {"order_id": "7", "customer": "Nadia", "items": [{"name": "Oat cake", "quantity": 2}]},
        {"order_id": "7", "customer": "Tom", "items": [{"name": "Plum jam", "quantity": 1}]},
    ]

    receipt = bench.request("/orders", body)

    assert counts(receipt) == (1, 0, 1)
    assert [json.loads(entry.payload)["customer_name"] for entry in bench.quarantined()] == ["Tom"]


def test_a_total_that_came_from_the_items_contradicts_no_delivery_that_says_one(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.comes(items=(CAKE,))

    receipt = bench.comes(total_price=15.5, customer_name="Nadia")

    assert counts(receipt) == (0, 1, 0)
    assert (bench.order().total_price, bench.order().customer_name) == (10.5, "Nadia")


def test_reading_it_again_leaves_it_where_it_is(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.comes(**FULL)
    bench.comes(**{**FULL, "total_price": 18})

    replayed = replay(bench.database, bench.receive, SHOP)

    assert (replayed.understood, replayed.left, replayed.new) == (0, 1, [])
    assert [entry.field for entry in bench.quarantined()] == ["order under a known id"]


def test_the_history_gives_what_is_missing_and_no_more(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.comes(order_token="token", total_price=17)

    def lacking(**values: Any) -> list[NewOrder]:
        with bench.database.read() as connection:
            return missing(connection, SHOP, [NewOrder("order-1", NOW, "token", **values)])

    assert lacking() == []
    assert lacking(total_price=17) == []
    assert lacking(customer_name="Nadia") == [NewOrder("order-1", NOW, "token", customer_name="Nadia")]
    assert lacking(customer_name="Nadia", total_price=99) == []


items = st.builds(
    Item,
    product_id=st.none() | st.sampled_from("abc"),
    sku=st.none() | st.sampled_from("xyz"),
    name=st.none() | st.sampled_from(["Oat cake", "Plum jam"]),
    quantity=st.none() | st.integers(1, 3),
)
news = st.builds(
    NewOrder,
    order_id=st.just("order-1"),
    received_at=st.just(NOW),
    customer_name=st.none() | st.text(min_size=1),
    customer_phone=st.none() | st.text() | st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True),
    chat_id=st.none() | st.sampled_from(["1@lid", "2@lid", "3@g.us"]),
    total_price=st.none() | st.floats(0, 10**6, allow_nan=False),
    items=st.none() | st.lists(items, min_size=1, max_size=5).map(tuple),
)


def known_from(new: NewOrder) -> Order:
    return replace(
        order_named(""),
        customer_name=new.customer_name,
        customer_phone=new.customer_phone,
        chat_id=new.chat_id,
        said_total=new.total_price,
        items=new.items or (),
    )


@given(new=news, data=st.data())
def test_no_order_contradicts_itself_whatever_is_left_out_or_added(new: NewOrder, data: st.DataObject) -> None:
    names = ["customer_name", "customer_phone", "chat_id", "total_price", "items"]
    dropped = data.draw(st.sets(st.sampled_from(names)))
    left_out: dict[str, Any] = dict.fromkeys(dropped)
    fewer = replace(new, **left_out)
    if fewer.items:
        fewer = replace(fewer, items=tuple(data.draw(st.permutations(fewer.items))))

    assert contradiction(known_from(new), new) is None
    assert contradiction(known_from(new), fewer) is None
    assert contradiction(known_from(fewer), new) is None


@given(one=st.integers(1_000_000, 10**15), other=st.integers(1_000_000, 10**15), name=st.text(min_size=1))
def test_two_numbers_neither_of_which_ends_as_the_other_are_two_customers(one: int, other: int, name: str) -> None:
    same = str(one).endswith(str(other)) or str(other).endswith(str(one))
    known = known_from(NewOrder("order-1", NOW, customer_phone=str(one), customer_name=name))

    found = contradiction(known, NewOrder("order-1", NOW, customer_phone=str(other), customer_name=name))

    assert (found is None) is same
