"""What is odd is seen: a mark at the order, a line among the problems, a filter, and in the headline."""

import pytest

from connector.gateways.reading.result import Reading
from connector.models import NewOrder, OrderChange
from tests.page.test_shown import rows
from tests.page.visitor import Visitor
from tests.service.shop import Shop

ITEMS = [{"name": "Oat cake", "quantity": 2, "price": 5.25, "currency": "CHF"}]
MARK = '<span class="badge odd" title="{}">worth a look</span>'

pytestmark = pytest.mark.usefixtures("nothing_remembered")


def test_an_order_that_does_not_add_up_or_was_changed_is_marked_counted_and_found(shop: Shop, visitor: Visitor) -> None:
    assert "All is well" in visitor.get().text

    for order_id, total in (("fits", 10.5), ("odd", 99), ("told", 10.5)):
        body = {"order_id": order_id, "customer": "Nadia", "total": total, "currency": "CHF", "items": ITEMS}
        assert shop.post("/orders?wait=20", body).json()["accepted"] == 1
    reading = Reading(changes=[OrderChange("Deleted by the customer", order_id="told")])
    shop.service.receive.receive(reading, keep_unclear=True)
    page = visitor.get().text

    assert "Orders reach the sheet; something is worth a look." in page
    assert "2 orders look odd:" in page
    numbers = {order.order_id: str(order.id) for name in ("fits", "odd", "told") if (order := shop.order(name))}
    assert page.count('class="badge odd"') == 2
    for reason in ("The items add up to 10.5; the order&#39;s total is 99.", "Deleted by the customer"):
        assert MARK.format(reason) in page
    assert rows(visitor.get("/?status=odd").text) == [numbers["told"], numbers["odd"]]
    assert rows(visitor.get("/?status=odd&q=nadia").text) == [numbers["told"], numbers["odd"]]
    assert rows(visitor.get("/?status=odd&q=fits").text) == []
    assert '<option value="odd" selected>worth a look</option>' in visitor.get("/?status=odd").text
    assert "Deleted by the customer" in visitor.get(f"/?open={numbers['told']}").text.partition('class="history"')[2]


def test_an_order_under_the_id_of_another_is_a_problem_of_its_own(shop: Shop, visitor: Visitor) -> None:
    body = {"order_id": "twice", "customer": "Nadia", "items": ITEMS}
    other = {"order_id": "twice", "customer": "Tom", "items": [{"name": "Plum jam", "quantity": 1}]}

    answers = [shop.post("/orders", each).json() for each in (body, other, body)]
    page = visitor.get().text

    assert [(answer["accepted"], answer["duplicates"], answer["quarantined"]) for answer in answers] == [
        (1, 0, 0), (0, 0, 1), (0, 1, 0),
    ]  # fmt: skip
    assert [[order["order_id"] for order in answer["orders"]] for answer in answers] == [["twice"], [], ["twice"]]
    assert "1 delivery has the id of a known order, but another customer, total or items" in page
    assert "could not be understood. Nothing is lost" not in page
    (entry,) = shop.http.get("/quarantine").json()["quarantined"]
    assert entry["reason"].startswith("An order with this id is known already, and what came has another customer and")
    kept = shop.http.get(f"/quarantine/{entry['id']}").json()["payload"]
    assert (kept["order_id"], kept["customer_name"]) == ("twice", "Tom")


def test_the_chat_that_one_answers_to_is_shown(shop: Shop, visitor: Visitor) -> None:
    new = NewOrder("chat", shop.service.clock.now(), order_token="token", chat_id="99000111222333@lid")

    shop.service.receive.receive(Reading(orders=[new]), keep_unclear=True)

    order = shop.order("chat")
    assert order is not None
    assert "99000111222333@lid" in visitor.get(f"/?open={order.id}").text
    assert shop.http.get("/orders/chat").json()["chat_id"] == "99000111222333@lid"
