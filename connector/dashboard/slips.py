"""Packing slips: an order, or all that is to be prepared, on paper."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from connector.amounts import line_total, tidy
from connector.api.current import current_shop
from connector.api.errors import ApiError
from connector.dashboard.listing import store_number
from connector.dashboard.views import ViewsOfShops
from connector.jobs.to_prepare import NotKnownError, find_to_prepare
from connector.language import gettext as _
from connector.language import marked
from connector.models import Item, Number, Order
from connector.store.orders import find_by_number

_NO_ORDER = marked("No order has this number here, or it is no longer kept (KEEP_DAYS).")


@dataclass(frozen=True, slots=True)
class Product:
    """A product, over all orders that are to be prepared."""

    name: str
    quantity: Number
    lines: int
    """In which it stands with a quantity."""
    unknown: int
    """In how many more it stands without one."""


def add_slips(blueprint: Blueprint, views: ViewsOfShops) -> None:
    @blueprint.get("/status/slips")
    def slips() -> str:
        shop = current_shop()
        try:
            found = find_to_prepare(shop.context, shop.lookup, shop.account)
        except NotKnownError as error:
            raise ApiError(503, str(error), retry_after=error.seconds) from None
        return render_template(
            "status/slips.html",
            orders=found.orders,
            without_items=found.without_items,
            left=found.left,
            products=products(found.orders),
            is_all=True,
            line_total=line_total,
            words=views.current().words(),
        )

    @blueprint.get("/status/slips/<number>")
    def slip(number: str) -> str:
        shop = current_shop()
        order_number, order = store_number(number), None
        if order_number is not None:
            with shop.database.read() as connection:
                order = find_by_number(connection, shop.name, order_number)
        if order is None:
            raise ApiError(404, _(_NO_ORDER))
        return render_template(
            "status/slips.html",
            orders=(order,),
            without_items=(),
            left=0,
            products=(),
            is_all=False,
            line_total=line_total,
            words=views.current().words(),
        )


def products(orders: Sequence[Order]) -> list[Product]:
    """What the orders are made of, by name."""
    quantities: dict[str, list[Number | None]] = defaultdict(list)
    for order in orders:
        for item in order.items:
            quantities[named(item)].append(item.quantity)
    found = []
    for name, of_it in quantities.items():
        known = [quantity for quantity in of_it if quantity is not None]
        found.append(Product(name, tidy(round(sum(known), 4)), len(known), len(of_it) - len(known)))
    return sorted(found, key=lambda product: product.name.casefold())


def named(item: Item) -> str:
    return item.name or item.sku or item.product_id or _("unnamed")
