"""A shop in German, from its first order to what its customer is told, with nothing said in English on the way."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.sheets.summary.layout import NAME, STATES
from connector.store import customer_texts as stored
from sandbox.faults import Fault
from sandbox.whapi.order import SandboxOrder
from tests.page.visitor import Visitor
from tests.service.shop import Shop
from tests.waiting import wait_until

PASSWORD = "looks at the page"
ORDERS = "Bestellungen"
FIRST = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path, language="de", tell_customer=True, admin_password=PASSWORD)
    shop.sandbox.google.quota.enabled = False
    yield shop.start()
    shop.close()


def row_of(shop: Shop, order: SandboxOrder) -> dict[str, Any]:
    header, *rows = shop.sandbox.google.sheet_values(shop.sandbox.spreadsheet_id, ORDERS)
    return next(dict(zip(header, row, strict=False)) for row in rows if row[0] == order.order_id)


def set_status(shop: Shop, order: SandboxOrder, word: str) -> None:
    header, *rows = shop.sandbox.google.sheet_values(shop.sandbox.spreadsheet_id, ORDERS)
    row = next(number for number, row in enumerate(rows, 1) if row[0] == order.order_id)
    shop.sandbox.merchant.set_cell(ORDERS, row, header.index("Status"), word)


def told(shop: Shop, order: SandboxOrder) -> list[str]:
    return [message["text"]["body"] for message in shop.sandbox.whapi.sent() if message["chat_id"] == order.chat_id]


def decided(shop: Shop, order: SandboxOrder) -> list[str | None]:
    """What the order's customer is told, whether or not it has gone out yet: messages go out seconds apart."""
    with shop.whole.database.read() as connection:
        return [text.body for text in stored.texts_of(connection, shop.stored(order).id)]


def to_prepare(visitor: Visitor) -> set[str]:
    """The customers on the packing slips."""
    return {re.sub(r"<[^>]+>", "", name).strip() for name in FIRST.findall(visitor.get("/status/slips").text)[1:]}


def test_an_order_goes_its_way_in_german(shop: Shop) -> None:
    one, other = (
        # Sent after the looks at Status began, which messages tell in whole seconds.
        replace(order, customer_name=name, timestamp=order.timestamp + 5)
        for order, name in zip(shop.sandbox.orders.make_all(["normal"] * 2), ("Ada", "Bea"), strict=True)
    )
    for order in (one, other):
        path = f"/business/orders/{order.order_id}"
        shop.sandbox.faults.add(Fault("whapi", "status", times=None, status=404, path_contains=path))
        shop.sandbox.whapi.send(order)
    wait_until(lambda: shop.statuses([one, other]) == ["waiting"] * 2, what="the orders to wait")
    assert [(row["Status"], row["Artikel"]) for row in (row_of(shop, one), row_of(shop, other))] == [
        ("Neu", f"ausstehend · {order.order_id}") for order in (one, other)
    ]

    shop.sandbox.faults.clear("whapi")
    for order in (one, other):
        shop.http.post(f"/orders/{order.order_id}/resync")
    shop.wait_until_synced([one, other])
    assert [row_of(shop, order)["Artikel"] for order in (one, other)] == ["vollständig"] * 2
    visitor = Visitor(shop)
    visitor.log_in(PASSWORD)
    assert to_prepare(visitor) == {"Ada", "Bea"}

    # A word of the list, and one of the merchant's own that stands in the summary's list.
    shop.sandbox.merchant.set_cell("Übersicht", STATES + 1 + 2, NAME, "in der Tüte")
    set_status(shop, one, "Verpackt")
    set_status(shop, other, "In der Tüte")

    assert to_prepare(visitor) == set()
    visitor.close()
    wait_until(lambda: told(shop, one), what="the customer to be told")
    wait_until(lambda: decided(shop, other), what="it to be decided what the other one is told")
    assert [told(shop, one), decided(shop, other)] == [
        [f"Guten Tag {name}, Ihre Bestellung {shop.stored(order).number} ist verpackt."]
        for name, order in (("Ada", one), ("Bea", other))
    ]
