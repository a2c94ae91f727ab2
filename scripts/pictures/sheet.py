"""The spreadsheet of a bakery after a month, on the sandbox's page.

The orders come in through the real service against the sandbox; then the merchant chooses what stands in `Status`.
"""

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser

from sandbox.sandbox import TIME_ZONE
from sandbox.whapi.market import CUSTOMERS, SHOPS, Customer
from sandbox.whapi.order import SandboxItem, SandboxOrder
from scripts.pictures import summary
from tests.service.shop import Shop
from tests.waiting import wait_until

TODAY = date(2026, 11, 24)
_DAYS = 30
_OPENS, _CLOSES, _NOON = (hour * 3600 for hour in (7, 18, 12))
"""Seconds of the day. Today has come to noon."""
_BAKERY = SHOPS[0]
_WISHES = (9, 6, 8, 5, 4, 1)
"""How often each of its goods is bought."""
_DEAR = 20
"""Of what costs more, nobody takes two."""
_STATUS = "L"
_RECEIVED = {"Orders": "C", "Items": "B"}
"""Columns."""
_BUSY_MORNING = 8
"""Today's orders."""
_BEFORE = ("Done", "Sent", "Packed", "Done", "Cancelled", "Packed", "Confirmed", "Packed")
_THIS_MORNING = ("Packed", "Packed", "Confirmed", "Confirmed", "New", "Confirmed", "New", "New")
"""What the merchant chose for the last orders; all before are done."""
_WITHOUT_ITEMS = -3
"""The place of the order whose items don't come."""
_PATIENCE = 120
_HEIGHT, _ROWS = 580, 13
_SCROLL = """(table, first) => {
  const frozen = table.tHead.offsetHeight + table.querySelector('tr.frozen.last').offsetHeight;
  table.closest('.sheet').scrollTop = table.querySelector(`tr[data-row="${first}"]`).offsetTop - frozen;
}"""
"""Puts a row right below the header."""


def draw(browser: Browser, target: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with bakery(folder) as shop:
            for tab in ("Orders", "Items"):
                take(browser, shop, tab, target / f"sheet-{tab.lower()}.png")
            if shutil.which("soffice") is None:
                print("There is no LibreOffice, so the picture of Summary stays as it is.")
                return
            content = shop.sandbox.google.spreadsheets[shop.sandbox.spreadsheet_id].content
            summary.draw(content, TODAY, folder, target / "summary.png")


@contextmanager
def bakery(folder: Path) -> Iterator[Shop]:
    """With a month's orders in its sheet, as the merchant left them."""
    shop = Shop(folder).start()
    try:
        orders = list(month(shop))
        orders[_WITHOUT_ITEMS] = replace(orders[_WITHOUT_ITEMS], afterwards=404)
        wanted = ["synced"] * len(orders)
        wanted[_WITHOUT_ITEMS] = "waiting"
        shop.sandbox.whapi.send_batch(orders)
        wait_until(lambda: shop.statuses(orders) == wanted, within=_PATIENCE, what="the rows")
        shop.wait_for_the_summary()
        merchant = shop.sandbox.merchant
        merchant.delete_tab("Sheet1")
        for tab, column in _RECEIVED.items():
            merchant.sort(tab, column)
        latest = (*_BEFORE, *_THIS_MORNING)
        statuses = ["Done"] * (len(orders) - len(latest)) + list(latest)
        for row, status in enumerate(statuses, start=1):
            merchant.set_cell("Orders", row, _STATUS, status)
        yield shop
    finally:
        shop.close()


def month(shop: Shop) -> Iterator[SandboxOrder]:
    """Its orders, oldest first."""
    chance = random.Random(11)
    customers = cycle(chance.sample(CUSTOMERS[:14], 14))
    for day in range(_DAYS):
        midnight = datetime.combine(TODAY - timedelta(days=_DAYS - 1 - day), time(), ZoneInfo(TIME_ZONE))
        today = midnight.date() == TODAY
        many = _BUSY_MORNING if today else chance.choice((1, 2, 2, 3, 4, 5, 6))
        seconds = sorted(chance.randrange(_OPENS, _NOON if today else _CLOSES) for _ in range(many))
        for second in seconds:
            yield order(shop, chance, next(customers), midnight + timedelta(seconds=second))


def order(shop: Shop, chance: random.Random, customer: Customer, sent_at: datetime) -> SandboxOrder:
    goods = dict.fromkeys(chance.choices(_BAKERY.goods, _WISHES, k=chance.choice((1, 2, 2, 3))))
    items = tuple(
        SandboxItem(
            product_id=shop.sandbox.orders.product_id(),
            sku=sku,
            name=name,
            image=f"https://media.example/{sku}.jpg",
            quantity=chance.choice((1, 1, 2, 3)) if Decimal(price) < _DEAR else 1,
            price=Decimal(price),
            currency=_BAKERY.currency,
        )
        for sku, name, price in goods
    )
    return replace(
        shop.sandbox.orders.make(),
        items=items,
        customer_name=customer.name,
        customer_phone=customer.phone,
        title=_BAKERY.title,
        text=chance.choice((*_BAKERY.notes, None, None, None)),
        currency=_BAKERY.currency,
        timestamp=int(sent_at.timestamp()),
    )


def take(browser: Browser, shop: Shop, tab: str, path: Path) -> None:
    """The page without its panel, as wide as the tab, and scrolled to the newest rows."""
    page = browser.new_page(viewport={"width": 1900, "height": _HEIGHT}, device_scale_factor=1.5, color_scheme="light")
    page.goto(shop.sandbox.url)
    page.click("#panel-toggle")
    page.get_by_role("tab", name=tab, exact=True).click()
    table = page.locator(f'table[aria-label="{tab}"]')
    page.set_viewport_size({"width": round(table.evaluate("table => table.offsetWidth")), "height": _HEIGHT})
    first = len(shop.rows(tab)) - _ROWS + 1
    table.evaluate(_SCROLL, first)
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=path)
    page.close()
