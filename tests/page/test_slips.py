"""Packing slips: of one order, and of all that the sheet says is still to be packed; behind the page's login."""

import html
import re

import pytest

from connector.jobs.to_prepare import NO_STATUS, NOT_READ
from sandbox.faults import Fault
from tests.merchant.book import index_of
from tests.page.visitor import Visitor
from tests.service.shop import Shop
from tests.waiting import wait_until

HOSTILE = "</bdi></table><script>alert(1)</script>"
_TAGS = re.compile(r"<[^>]+>")


def body(order_id: str, name: str = "Rye loaf", **fields: object) -> dict[str, object]:
    item = {"name": name, "quantity": 2, "price": 4.5, "currency": "EUR"}
    return {"order_id": order_id, "customer_name": f"Customer {order_id}", "items": [item], **fields}


def texts(page: str, within: str) -> list[str]:
    """What the elements of a kind say, without tags."""
    found = re.findall(rf"<{within}\b.*?</{within}>", page, re.DOTALL)
    return [" ".join(html.unescape(_TAGS.sub(" ", text)).split()) for text in found]


def status(shop: Shop, order_id: str, word: str) -> None:
    rows = shop.sandbox.google.sheet_values(shop.settings.spreadsheet_id, "Orders")
    row = next(index for index, row in enumerate(rows) if row and row[0] == order_id)
    shop.sandbox.merchant.set_cell("Orders", row, rows[0].index("Status"), word)


@pytest.fixture(scope="module")
def orders(shop: Shop) -> None:
    some = [
        body("slip-1", total_price=9, currency="EUR", note="Ring twice"),
        body("slip-2", HOSTILE, note=HOSTILE, currency="EUR"),
        body("slip-3"),
        body("slip-4"),
        body("slip-5"),
    ]
    assert shop.post("/orders?wait=20", some).status_code == 200
    status(shop, "slip-3", "PACKED")
    status(shop, "slip-4", "ask Bob")
    status(shop, "slip-5", "Cancelled")


@pytest.mark.usefixtures("orders")
def test_all_that_is_to_be_prepared_is_what_the_sheet_does_not_call_packed(shop: Shop, visitor: Visitor) -> None:
    (lost,) = shop.sandbox.send("no_token")
    wait_until(lambda: shop.statuses([lost]) == ["failed"], what="the order to be given up")

    page = visitor.get("/status/slips").text

    assert texts(page, "h1") == ["To prepare", "Customer slip-1", "Customer slip-2", "Customer slip-4"]
    summed, first, *_ = texts(page, "article")
    assert "4 Rye loaf" in summed
    assert f"Not listed, as their items are not here #6 {lost.order_id}" in summed
    assert "Note Ring twice" in first
    assert first.endswith("2 Rye loaf 4.50 EUR 9 EUR Total 9 EUR")
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)") == 3


@pytest.mark.usefixtures("orders")
def test_where_all_are_too_many_the_newest_are_listed(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.jobs.to_prepare.MOST", 1)

    page = visitor.get("/status/slips").text

    assert texts(page, "h1") == ["To prepare", "Customer slip-4"]
    assert "Older ones are not listed: 2 more rows of the sheet." in texts(page, "article")[0]


@pytest.mark.usefixtures("orders")
def test_one_order_has_a_slip_of_its_own_and_a_stranger_none(shop: Shop, visitor: Visitor) -> None:
    order = shop.order("slip-2")
    assert order is not None

    page = visitor.get(f"/status/slips/{order.id}").text
    listed = visitor.get(f"/?open={order.id}").text
    strange = Visitor(shop)

    assert texts(page, "h1") == ["Customer slip-2"]
    assert f'href="/status/slips/{order.id}"' in listed
    assert 'href="/status/slips"' in listed
    assert [visitor.get(f"/status/slips/{number}").status_code for number in ("0", "99999", "x", "9" * 30)] == [404] * 4
    for path in ("/status/slips", f"/status/slips/{order.id}"):
        answer = strange.get(path)
        assert (answer.status_code, "Customer" in answer.text) in {(303, False), (401, False)}
    strange.close()


@pytest.mark.usefixtures("orders")
def test_where_the_sheet_tells_nothing_a_sentence_says_why(shop: Shop, visitor: Visitor) -> None:
    shop.sandbox.faults.add(Fault("google", "status", times=1, status=503, path_contains="developerMetadata"))
    first = visitor.get("/status/slips")
    shop.sandbox.faults.clear("google")
    shop.sandbox.merchant.delete_column("Orders", index_of("status"))
    second = visitor.get("/status/slips")

    assert [(answer.status_code, texts(answer.text, "p")[0]) for answer in (first, second)] == [
        (503, NOT_READ),
        (503, NO_STATUS),
    ]
