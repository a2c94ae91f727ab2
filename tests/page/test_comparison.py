"""The status page's comparison of the sheet with what was received."""

from collections.abc import Iterator

import pytest

from sandbox.google.merchant import Merchant
from tests.page.visitor import Visitor
from tests.service.shop import Shop
from tests.waiting import wait_until


@pytest.fixture
def merchant(shop: Shop) -> Iterator[Merchant]:
    merchant = Merchant(shop.sandbox.google, shop.sandbox.spreadsheet_id)
    yield merchant
    merchant.share("writer")


def section(visitor: Visitor) -> str:
    """What the page says of the comparison, once none is running."""

    def read() -> str | None:
        text = visitor.get("/").text
        found: str = text[text.index('id="audit"') : text.index('id="quarantine"')]
        return None if "disabled" in found else found

    said = wait_until(read, what="the comparison to end")
    assert said is not None
    return said


def test_what_is_missing_is_counted_and_written_again(shop: Shop, visitor: Visitor, merchant: Merchant) -> None:
    assert "was not compared yet" in section(visitor)
    orders = shop.sandbox.send("normal", 3)
    shop.wait_until_synced(orders)

    visitor.post("/status/audit")

    assert "3 received, 3 in the sheet" in (said := section(visitor))
    assert "Each is there once, as it was written." in said
    assert "Write what is missing" not in said
    merchant.delete_rows("Orders", 1)
    visitor.post("/status/audit")
    assert "3 received, 2 in the sheet" in (said := section(visitor))
    assert "Missing in the sheet: 1" in said
    visitor.post("/status/audit", write="1")
    assert "1 order is being written again. Compare once more to see it counted." in section(visitor)
    wait_until(lambda: shop.differences(orders) == [], what="the row to be there again")
    visitor.post("/status/audit")
    assert "Each is there once, as it was written." in section(visitor)


def test_a_sheet_that_cannot_be_read_is_told_with_the_reason(shop: Shop, visitor: Visitor, merchant: Merchant) -> None:
    shop.wait_until_synced(shop.sandbox.send("normal"))
    merchant.share("none")

    visitor.post("/status/audit")

    assert "The sheet could not be compared: " in section(visitor)
