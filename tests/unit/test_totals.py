import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.amounts import line_total, mismatch, pieces, scaled, scaled_items, sum_total, tidy
from connector.models import Item

THREE = (Item(quantity=1, price=120), Item(quantity=1, price=89), Item(quantity=1, price=150))


def test_items_that_add_up_to_the_order_are_no_mismatch() -> None:
    assert mismatch(THREE, item_count=3, total_price=359) is None


def test_the_item_count_may_mean_lines_or_pieces() -> None:
    items = (Item(quantity=2, price=1), Item(quantity=3, price=1))

    assert mismatch(items, item_count=2, total_price=5) is None
    assert mismatch(items, item_count=5, total_price=5) is None
    assert mismatch(items, item_count=4, total_price=5) == "The order says 4 items; 2 lines with 5 pieces came."


def test_a_sum_a_thousand_times_too_high_names_the_setting_that_mends_it() -> None:
    items = (Item(quantity=1, price=359_000),)

    assert mismatch(items, item_count=1, total_price=359) == (
        "The items add up to 359,000, exactly 1000 times the order's total of 359. "
        "Set ITEM_PRICE_DIVISOR=1000 if prices are always too high by that factor."
    )


def test_another_sum_is_written_down_with_both_figures() -> None:
    assert mismatch(THREE, item_count=3, total_price=300) == "The items add up to 359; the order's total is 300."


def test_decimal_amounts_are_counted_exactly() -> None:
    assert line_total(Item(quantity=3, price=0.1)) == 0.3
    assert sum_total([Item(quantity=3, price=0.1), Item(quantity=1, price=0.7)]) == 1


def test_an_unknown_price_or_quantity_makes_the_sum_unknown_and_is_named_where_there_is_a_total() -> None:
    items = (Item(quantity=1, price=None), Item(quantity=None, price=5), Item(quantity=1, price=1))

    assert sum_total(items) is None
    assert pieces(items) is None
    assert mismatch(items, item_count=3, total_price=7) == (
        "Lines 1, 2 came without a price or a quantity, so the order's total of 7 could not be compared."
    )
    for no_total in (None, 0):  # A catalogue without prices is nothing odd.
        assert mismatch(items, item_count=3, total_price=no_total) is None


@pytest.mark.parametrize("factor", [1000, 100])
def test_a_factor_is_named_whichever_side_it_is_on(factor: int) -> None:
    items = (Item(quantity=2, price=4.5), Item(quantity=1, price=1.5))
    larger = scaled_items(items, 1 / factor)

    assert mismatch(larger, item_count=None, total_price=10.5) == (
        f"The items add up to {10500 * factor // 1000:,}, exactly {factor} times the order's total of 10.5. "
        f"Set ITEM_PRICE_DIVISOR={factor} if prices are always too high by that factor."
    )
    assert mismatch(items, item_count=None, total_price=10500 * factor // 1000) == (
        f"The order's total of {10500 * factor // 1000:,} is exactly {factor} times the 10.5 that the items add up to. "
        f"Set ITEM_PRICE_DIVISOR={factor} if totals are always too high by that factor."
    )


def test_what_could_not_be_read_of_a_line_is_named_and_of_many_the_first_few() -> None:
    items = [Item(name="Tea", unread=f'the price could not be read: the text "{n}?" came') for n in range(7)]

    assert mismatch(items[:1], item_count=1, total_price=5) == (
        'In line 1 the price could not be read: the text "0?" came.'
    )
    named = mismatch(items, item_count=7, total_price=5) or ""
    assert named.count("In line") == 5
    assert named.endswith("The same in 2 more.")


amounts = st.integers(0, 10**7).map(lambda cents: cents / 100)
lines = st.lists(st.tuples(st.integers(1, 9), amounts.filter(bool)), min_size=1, max_size=5)


@given(lines=lines, divisor=st.sampled_from([1000, 100]), sides=st.sampled_from(["both", "items", "total"]))
def test_one_divisor_mends_whatever_was_multiplied(lines: list[tuple[int, float]], divisor: int, sides: str) -> None:
    right = tuple(Item(quantity=quantity, price=tidy(price)) for quantity, price in lines)
    total = sum_total(right)
    assert total is not None
    came = right if sides == "total" else scaled_items(right, 1 / divisor)
    said = total if sides == "items" else tidy(round(total * divisor, 2))

    assert scaled(came, said, divisor) == (right, total)


def test_amounts_that_fit_in_no_way_are_both_divided() -> None:
    items = (Item(quantity=1, price=5000),)

    assert scaled(items, 7000, 1000) == ((Item(quantity=1, price=5),), 7)
    assert scaled(items, None, 1000) == ((Item(quantity=1, price=5),), None)
    assert scaled((), 7000, 1000) == ((), 7)
