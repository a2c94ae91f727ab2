"""Prices in thousandths are told by their size, and prices that people ask for are left alone."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.models import Item, Number
from connector.price_scale import habit, suspicion


def lines(*prices: Number | None, currency: str | None = None) -> list[Item]:
    return [Item(name="Pizza", quantity=1, price=price, currency=currency) for price in prices]


@pytest.mark.parametrize(
    ("prices", "currency"),
    [
        ([45_500, 93_500], "PEN"), ([4500], "EUR"), ([9500, 12_000], "USD"), ([359_000], "INR"), ([120_000_000], "IDR"),
        ([45_000_000.0], "KRW"), ([18_000, 15_500, 0], "BRL"), ([1250], "KWD"), ([4500], "eur"),
    ],
)  # fmt: skip
def test_prices_of_thousands_of_dollars_a_piece_are_said_to_be_suspicious(
    prices: Sequence[Number], currency: str
) -> None:
    assert "ITEM_PRICE_DIVISOR=1000" in (suspicion(lines(*prices), currency=currency) or "")
    assert suspicion(lines(*prices, currency=currency), currency=None) is not None


@pytest.mark.parametrize(
    ("prices", "currency"),
    [
        ([45.5, 93.5], "PEN"), ([1499, 2199], "EUR"), ([2490], "USD"), ([89_990], "INR"), ([15_000_000], "IDR"),
        ([25_000_000], "VND"), ([1_500_000], "KRW"), ([4_000_000], "COP"), ([900_000], "CLP"), ([50_000_000], "IRR"),
        ([4_500_000], "LBP"), ([1_000_000], "ARS"), ([4500.5], "EUR"), ([4500], None), ([4500], "XYZ"), ([], "EUR"),
        ([None, 0], "EUR"), ([7000, 20, 30, 40], "EUR"),
    ],
)  # fmt: skip
def test_prices_that_people_pay_are_not(prices: Sequence[Number | None], currency: str | None) -> None:
    assert suspicion(lines(*prices), currency=currency) is None


def test_items_in_several_currencies_are_not_compared() -> None:
    assert suspicion([*lines(45_500, currency="PEN"), *lines(45_500, currency="USD")], currency=None) is None


def test_the_sentence_says_what_to_do_in_either_case() -> None:
    assert suspicion(lines(45_500, 93_500), currency="PEN") == (
        "The prices look 1000 times too high: 69500 PEN a piece on average. If they are, set ITEM_PRICE_DIVISOR=1000; "
        "if they are right, set ITEM_PRICE_DIVISOR=1, and this is not said again."
    )


def test_several_orders_make_a_habit_of_what_one_alone_does_not_show() -> None:
    orders = [(lines(4000, 1500), "EUR"), (lines(1200), "EUR"), (lines(2750, 990), "EUR")]

    assert [suspicion(items, currency=currency) for items, currency in orders] == [None, None, None]
    assert habit(orders) == (
        "The prices of the latest 3 orders in EUR look 1000 times too high: 2088 a piece on average. If they are, set "
        "ITEM_PRICE_DIVISOR=1000; if they are right, set ITEM_PRICE_DIVISOR=1, and this is not said again."
    )


@pytest.mark.parametrize(
    "contrary",
    [
        (lines(4.5), "EUR"), (lines(999), "EUR"), (lines(12.5, 4500), "EUR"),
    ],
)  # fmt: skip
def test_one_order_with_another_price_speaks_against_a_habit(contrary: tuple[list[Item], str]) -> None:
    assert habit([*[(lines(4500, 1500), "EUR")] * 5, contrary]) is None


def test_two_orders_are_no_habit_and_other_currencies_speak_for_themselves() -> None:
    assert habit([(lines(4500), "EUR")] * 2) is None
    assert habit([*[(lines(4500), "EUR")] * 3, (lines(4.5), "USD")]) is not None
    assert habit([(lines(150_000), "IDR")] * 9) is None
    assert habit([]) is None


@given(
    cents=st.lists(st.integers(1, 200_000), min_size=1, max_size=5),
    currency=st.sampled_from(["EUR", "USD", "GBP", "CHF"]),
)
def test_nothing_is_said_of_goods_of_up_to_two_thousand(cents: list[int], currency: str) -> None:
    assert suspicion(lines(*(cent / 100 for cent in cents)), currency=currency) is None
