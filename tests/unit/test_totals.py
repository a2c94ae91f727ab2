from connector.models import Item
from connector.totals import line_total, mismatch, pieces, sum_total

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
        "The items add up to 359000, exactly 1000 times the order's total of 359. "
        "Set ITEM_PRICE_DIVISOR=1000 if prices are always too high by that factor."
    )


def test_another_sum_is_written_down_with_both_figures() -> None:
    assert mismatch(THREE, item_count=3, total_price=300) == "The items add up to 359; the order's total is 300."


def test_decimal_amounts_are_counted_exactly() -> None:
    assert line_total(Item(quantity=3, price=0.1)) == 0.3
    assert sum_total([Item(quantity=3, price=0.1), Item(quantity=1, price=0.7)]) == 1


def test_an_unknown_price_or_quantity_makes_the_sum_unknown_and_no_mismatch() -> None:
    items = (Item(quantity=1, price=None), Item(quantity=None, price=5))

    assert sum_total(items) is None
    assert pieces(items) is None
    assert mismatch(items, item_count=2, total_price=7) is None
