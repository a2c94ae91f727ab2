"""The sample orders: varied, hostile where they say so, and the same for the same seed."""

import base64
import json
from decimal import Decimal

import pytest

from connector.clock import SystemClock
from sandbox.orders import SAMPLES, OrderMaker, demo_orders, whapi_sample


def test_the_same_seed_gives_the_same_orders() -> None:
    one, other, third = (OrderMaker(clock=SystemClock(), seed=seed) for seed in (3, 3, 4))

    ids = [[order.order_id for order in demo_orders(maker)] for maker in (one, other, third)]

    assert ids[0] == ids[1]
    assert ids[0] != ids[2]


def test_every_token_has_the_characters_that_need_escaping(maker: OrderMaker) -> None:
    for _ in range(50):
        token = maker.make().token
        assert {"+", "/", "="} <= set(token)
        assert base64.b64decode(token, validate=True)


def test_ids_are_unique_and_numbers_beyond_what_a_double_can_hold_occur(maker: OrderMaker) -> None:
    orders = [maker.make() for _ in range(500)]

    assert len({order.order_id for order in orders}) == 500
    assert len({order.message_id for order in orders}) == 500
    assert any(int(item.product_id) > 2**53 for order in orders for item in order.items)


def test_totals_are_exact_in_every_currency(maker: OrderMaker) -> None:
    orders = [maker.make() for _ in range(300)]

    assert {order.currency for order in orders} == {"AUD", "EUR", "USD", "INR", "AED", "KWD", "JPY"}
    for order in orders:
        total = sum(Decimal(str(i.as_json()["price"])) * i.quantity for i in order.items)
        assert Decimal(str(order.message()["order"]["total_price"])) == total


def test_amounts_are_json_numbers_without_needless_digits() -> None:
    assert json.dumps(whapi_sample().message()["order"]["total_price"]) == "359"
    assert [json.dumps(item.as_json()["price"]) for item in whapi_sample().items] == ["120.5", "38.5", "200"]


def test_the_preview_looks_like_a_picture(maker: OrderMaker) -> None:
    preview = maker.make().preview

    assert preview is not None
    head, _, picture = preview.partition(",")
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(picture, validate=True)[:4] == b"\xff\xd8\xff\xe0"


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_can_be_made_and_sent_as_json(maker: OrderMaker, sample: str) -> None:
    order = maker.make(sample)

    assert order.sample == sample
    assert json.loads(json.dumps(order.message()))["order"]["order_id"] == order.order_id


def test_an_unknown_sample_is_refused_by_name(maker: OrderMaker) -> None:
    with pytest.raises(ValueError, match="sample must be one of normal, many_items"):
        maker.make("nonsense")


def test_a_hostile_order_puts_a_formula_into_every_text(maker: OrderMaker) -> None:
    order = maker.make("hostile")

    assert order.customer_name.startswith("=IMPORTXML(")
    assert order.title.startswith("+49")
    assert order.text is not None
    for part in ("=1+2", "@SUM", "\t'123", "007", "\u0000", "\u202e", "👨‍👩‍👧‍👦", "<script>"):
        assert part in order.text
    assert [item.name[0] for item in order.items] == ["=", "-", "@", "\t", "<"]


def test_many_items_are_twelve_different_ones(maker: OrderMaker) -> None:
    order = maker.make("many_items")

    assert len({item.sku for item in order.items}) == 12


def test_a_bare_order_has_nothing_but_id_and_token(maker: OrderMaker) -> None:
    order = maker.make("bare")

    assert order.message()["order"] == {"order_id": order.order_id, "token": order.token}


def test_the_demo_has_a_dozen_orders_that_all_get_their_items_in_the_end(maker: OrderMaker) -> None:
    orders = demo_orders(maker)

    assert len(orders) == 12
    assert {"fails_then_good", "times_out_once", "gateway_500_once", "hostile", "many_items", "mismatch"} < {
        order.sample for order in orders
    }
    assert {order.afterwards for order in orders} == {"ok", "mismatch"}
    assert [order.timestamp for order in orders] == list(range(orders[0].timestamp, orders[0].timestamp + 12))
