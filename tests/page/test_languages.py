"""The page in Arabic, in a real Chromium on a phone: from right to left, and no sentence on it in English.

Skipped where there is no chromium, as `test_browser.py`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from connector.language import parse_language
from scripts.translations import read
from tests.page.test_browser import CHROMIUM, Watched
from tests.page.visitor import PASSWORD
from tests.service.shop import Shop
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="There is no chromium: install Debian's package chromium.")
WIDTH = 390
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
WORD = re.compile(r"[A-Za-z]{2,}")
SEEN = """() => {
  const seen = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement;
    if (!holder.closest("script, style, pre, code, noscript")) seen.push(walker.currentNode.nodeValue);
  }
  for (const name of ["title", "aria-label"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) seen.push(element.getAttribute(name));
  }
  return seen.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""
"""Every text that is shown or read out, each by itself."""
ORDER_ID = "5550001"
"""Stands in no other text of the page."""
ITEMS = [{"name": "شاي أخضر", "quantity": 2, "price": 12.5, "currency": "SAR"}]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path, admin_password=PASSWORD, language="ar", retry_max_delay=3600, whapi_timeout=30)
    yield shop.start()
    shop.close()


def english_sentences() -> list[re.Pattern[str]]:
    """Of the catalog, each of more than one word, with anything in the places of what is put in."""
    language = parse_language("ar")
    assert language is not None
    ids = {
        english
        for message in read(language)
        for english in ([message.id] if isinstance(message.id, str) else message.id)
        if len(WORD.findall(PLACEHOLDER.sub(" ", english))) > 1
    }
    assert len(ids) > 600
    return [re.compile(".+".join(map(re.escape, PLACEHOLDER.split(english)))) for english in sorted(ids)]


def test_the_page_in_arabic_runs_from_right_to_left_fits_a_phone_and_says_nothing_in_english(shop: Shop) -> None:
    body = {"order_id": ORDER_ID, "customer_name": "فاطمة", "items": ITEMS, "currency": "SAR", "total": 99}
    assert shop.post("/orders?wait=20", body).status_code == 200
    shop.post("/orders?wait=5", body | {"customer_name": "ليلى"})  # Another order under its id: into quarantine.
    (waiting,) = shop.sandbox.send("never_items")
    wait_until(lambda: shop.statuses([waiting]) == ["waiting"], what="the order's row")
    seen: list[str] = []

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        phone = browser.new_context(viewport={"width": WIDTH, "height": 844}, is_mobile=True, has_touch=True)
        watched = Watched(phone, shop.url)
        page = watched.page

        def look() -> None:
            expect(page.locator("html[lang=ar][dir=rtl]")).to_have_count(1)
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
            seen.extend(page.evaluate(SEEN))

        page.goto(shop.url)
        look()
        page.locator("#password").fill(PASSWORD)
        page.locator("#password").press("Enter")
        expect(page.locator("#verdict")).to_be_visible()
        entry = page.locator("#quarantine a").get_attribute("href")
        for order_id in (ORDER_ID, waiting.order_id):
            page.locator("tr", has_text=order_id).locator(".toggle").first.tap()
            expect(page.locator("tr.history")).to_contain_text(order_id)
            look()
        for path in (entry, "/status/slips", "/status/slips/999"):
            page.goto(f"{shop.url}{path}")
            look()
        browser.close()

    assert len(set(seen)) > 150
    english, latin = english_sentences(), {text for text in seen if len(WORD.findall(text)) > 1}
    assert [text for text in latin if any(sentence.search(text) for sentence in english)] == []
    assert [line for line in watched.complaints if "404" not in line] == []
