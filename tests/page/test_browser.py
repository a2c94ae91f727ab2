"""The page in a real Chromium: on a desktop and a phone, by keyboard, in light and dark, and live.

Skipped where there is no chromium; `CHROMIUM` names one that is not in the usual place.
"""

import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from connector.server import WebServer
from sandbox.google.merchant import Merchant
from tests.page.host import OPERATORS_PASSWORD, Host
from tests.page.visitor import PASSWORD
from tests.service.shop import Shop

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="There is no chromium: install Debian's package chromium.")

DESKTOP: dict[str, Any] = {"viewport": {"width": 1180, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
PATIENCE = 30_000
"""Milliseconds that a condition is waited for."""
CONTRAST = """() => {
  const luminance = (rgb) => {
    const part = (n) => { const c = n / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * part(rgb[0]) + 0.7152 * part(rgb[1]) + 0.0722 * part(rgb[2]);
  };
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const colour = numbers(getComputedStyle(element).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
  };
  const weak = [];
  for (const element of document.querySelectorAll("body *:not(script):not(option)")) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim());
    if (!text || !element.checkVisibility() || element.closest("svg, .hidden, .skip, noscript")) continue;
    const [a, b] = [numbers(getComputedStyle(element).color), ground(element)].map(luminance).sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) weak.push(element.outerHTML.slice(0, 120));
  }
  return weak;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page of which everything is noted that a good one doesn't do."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self._url = url
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._see(request.url))

    def _see(self, url: str) -> None:
        if not url.startswith(self._url + "/"):
            self.complaints.append(f"A request to {url}")

    def log_in(self) -> Page:
        self.page.goto(self._url)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        expect(self.page.get_by_role("heading", name="Latest orders")).to_be_visible()
        return self.page


@pytest.fixture
def open_page(browser: Browser, shop: Shop) -> Iterator[Any]:
    opened: list[Watched] = []

    def open_(**options: Any) -> Watched:
        watched = Watched(browser.new_context(**options), shop.url)
        opened.append(watched)
        return watched

    yield open_
    for watched in opened:
        watched.page.context.close()
        assert watched.complaints == []


@pytest.fixture(scope="module", autouse=True)
def orders(shop: Shop) -> None:
    names = (
        "Gerald",
        "Amelia O'Brien",
        '=HYPERLINK("http://attacker.example","x")',
        "<script>alert(1)</script>",
        "x" * 300,
    )
    body = [
        {"order_id": f"first-{n}", "customer_name": name, "items": [{"name": "Tea"}]} for n, name in enumerate(names)
    ]
    assert shop.post("/orders?wait=20", body).status_code == 200


def test_new_orders_appear_and_change_without_a_reload(shop: Shop, open_page: Any) -> None:
    page: Page = open_page(**DESKTOP).log_in()
    page.evaluate("window.isTheSame = true")

    (order,) = shop.sandbox.send("fails_then_good")

    row = page.get_by_role("row").filter(has_text=order.order_id)
    expect(row).to_contain_text("complete")
    expect(page.locator("#verdict")).to_contain_text("All is well")
    assert page.evaluate("window.isTheSame")


def test_with_the_keyboard_alone_one_logs_in_finds_an_order_and_sees_its_history(shop: Shop, open_page: Any) -> None:
    page: Page = open_page(**DESKTOP).page
    page.goto(shop.url)
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the orders")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    search = page.get_by_label("Name, phone or order number")
    expect(search).to_be_focused()
    assert search.evaluate("(element) => getComputedStyle(element).outlineStyle") == "solid"
    page.keyboard.type("amelia")
    expect(page.locator("#orders tbody tr")).to_have_count(1)
    expect(page).to_have_url(f"{shop.url}/?q=amelia")
    for _ in range(4):  # the status, the button, the packing slips, the order
        page.keyboard.press("Tab")
    toggle = page.get_by_role("link", name="Amelia O'Brien")
    expect(toggle).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    expect(toggle).to_have_attribute("aria-expanded", "true")

    # The page renews itself meanwhile, and leaves the focus and what was typed where they are.
    with page.expect_response(lambda response: "/status/orders?poll=1" in response.url):
        pass
    with page.expect_response(lambda response: "/status/orders?poll=1" in response.url):
        pass
    expect(toggle).to_be_focused()
    expect(search).to_have_value("amelia")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What happened")).to_be_hidden()
    page.reload()
    expect(page.locator("#orders tbody tr")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everything_is_readable_and_nothing_sticks_out(open_page: Any, device: dict[str, Any], scheme: str) -> None:
    page: Page = open_page(**device, color_scheme=scheme).log_in()
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is (scheme == "dark")
    page.get_by_role("link", name="Gerald").click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()

    width = device["viewport"]["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST) == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(246, 247, 248)") is (scheme == "light")


def place(page: Page, selector: str) -> Any:
    return page.locator(selector).bounding_box()


def test_a_phone_has_the_buttons_too_and_they_are_large_enough(shop: Shop, open_page: Any) -> None:
    (order,) = shop.sandbox.send("no_token")
    page: Page = open_page(**PHONE).log_in()
    row = page.get_by_role("row").filter(has_text=order.order_id)
    expect(row).to_contain_text("unavailable")

    row.get_by_role("link").tap()
    history = page.locator("tr.history")
    button = history.get_by_role("button", name="Dealt with")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    expect(history.get_by_role("button", name="Try again")).to_have_count(0)
    # In one piece: as much as there is to it can be seen, and on one line.
    number, total = row.locator(".id bdi"), row.locator(".state .amount")
    assert number.evaluate("(e) => e.scrollWidth <= e.clientWidth && e.getClientRects().length === 1")
    expect(total).to_have_text(re.compile(r"^[\d,.]+ [A-Z]{3}$"))
    places = [found["y"] for name in ("#figures", "#list", "#plots", "#parts") if (found := place(page, name))]
    assert len(places) == 4
    assert places == sorted(places)
    button.tap()

    expect(page.locator("#note")).to_contain_text("It is marked as dealt with.")
    expect(history).to_contain_text("Marked as dealt with on the status page.")


def test_open_in_the_sheet_shows_the_row_where_it_is_now_and_the_sheet_has_its_menus_and_figures(
    shop: Shop, open_page: Any
) -> None:
    (order,) = shop.sandbox.send("normal")
    shop.wait_until_synced([order])
    shop.sandbox.merchant.sort("Orders", "A")
    page: Page = open_page(**DESKTOP).log_in()
    with page.expect_popup() as popup:
        row = page.get_by_role("row").filter(has_text=order.order_id)
        row.get_by_role("link", name="Open in the sheet").click()
    sheet = popup.value
    sheet.set_default_timeout(PATIENCE)

    cell = sheet.locator("td:focus")
    expect(cell).to_have_text(order.order_id)
    cell.click(button="right")
    expect(sheet.get_by_role("menuitem", name="Delete the row")).to_be_focused()
    sheet.keyboard.press("Escape")
    expect(cell).to_have_text(order.order_id)
    sheet.keyboard.press("Shift+F10")
    expect(sheet.get_by_role("menuitem", name="Delete the row")).to_be_focused()
    sheet.keyboard.press("Escape")
    sheet.get_by_role("columnheader").nth(2).click(button="right")
    expect(sheet.get_by_role("menuitem", name="Sort the sheet A to Z")).to_be_visible()
    sheet.keyboard.press("Escape")
    sheet.get_by_role("tab", name="Items").click(button="right")
    expect(sheet.get_by_role("menuitem", name="Duplicate")).to_be_visible()
    sheet.keyboard.press("Escape")
    sheet.get_by_role("tab", name="Summary").click()
    expect(sheet.locator("tr[data-row='4'] td[data-column='3']")).to_have_text(re.compile(r"^\d+$"))
    expect(sheet.locator("#sheet")).not_to_contain_text("ƒ")


def test_the_sheet_is_compared_and_what_is_missing_written_again_by_its_buttons(shop: Shop, open_page: Any) -> None:
    shop.wait_until_synced(shop.sandbox.send("normal"))
    merchant = Merchant(shop.sandbox.google, shop.sandbox.spreadsheet_id)
    merchant.delete_rows("Orders", 1)
    page: Page = open_page(**PHONE).log_in()
    comparison = page.locator("#audit")
    write_again = comparison.get_by_role("button", name="Write what is missing")

    comparison.get_by_role("button", name="Compare now").tap()
    expect(comparison).to_contain_text("Missing in the sheet: 1")
    write_again.tap()
    expect(comparison).to_contain_text("1 order is being written again.")

    expect(write_again).to_be_hidden()
    comparison.get_by_role("button", name="Compare now").tap()
    expect(comparison).not_to_contain_text("Missing in the sheet")


def test_a_page_whose_service_has_gone_says_so_and_recovers(open_page: Any) -> None:
    watched = open_page(**DESKTOP)
    page: Page = watched.log_in()
    trouble = page.locator("#trouble")

    page.context.set_offline(True)
    expect(trouble).to_contain_text("The service does not answer. What you see is from")
    page.context.set_offline(False)
    expect(trouble).to_be_hidden()

    assert watched.complaints
    assert all("Failed to fetch" in line or "ERR_INTERNET_DISCONNECTED" in line for line in watched.complaints)
    watched.complaints.clear()


def test_the_page_has_landmarks_labels_and_one_heading_above_the_others(open_page: Any) -> None:
    page: Page = open_page(**DESKTOP).log_in()

    assert page.locator("html").get_attribute("lang") == "en"
    for role in ("banner", "main", "contentinfo", "search"):
        expect(page.get_by_role(role)).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    for header in ("Received", "Order", "Total", "Status"):
        expect(page.get_by_role("columnheader", name=header, exact=True)).to_have_count(1)
    unnamed = "[...document.querySelectorAll('input:not([type=hidden]), select, meter')].filter(e => !e.labels.length)"
    assert page.evaluate(f"{unnamed}.length") == 0
    for picture in ("Orders per hour", "From message to row"):
        expect(page.get_by_role("img", name=picture)).to_be_visible()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path)
    server = WebServer(host.start({f"shop-{n:02}": None for n in range(60)}), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    host.url = f"http://127.0.0.1:{server.port}"
    yield host
    server.stop()
    thread.join(10)
    host.close()


def test_the_list_of_shops_is_searched_renews_itself_and_leads_to_a_shop_and_back(browser: Browser, host: Host) -> None:
    watched = Watched(browser.new_context(**PHONE, color_scheme="dark"), host.url)
    page = watched.page
    page.goto(host.url)
    page.get_by_label("Password").fill(OPERATORS_PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#shops tbody tr")).to_have_count(50)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]

    page.get_by_role("link", name="Next").tap()
    expect(page.locator("#shops tbody tr")).to_have_count(10)
    page.get_by_label("Name").fill("shop-42")
    expect(page).to_have_url(f"{host.url}/?q=shop-42")
    host.service.set_out({"shop-42": "Its entry is wrong. Mend it."})
    expect(page.get_by_role("row").filter(has_text="shop-42")).to_contain_text("Its entry is wrong. Mend it.")
    expect(page.locator("#verdict")).to_have_text("1 shop is out.")
    assert page.evaluate(CONTRAST) == []

    page.get_by_role("link", name="shop-42").tap()
    expect(page.get_by_role("heading", name="Orders · shop-42")).to_be_visible()
    with page.expect_response(lambda response: "/shops/shop-42/status/orders?poll=1" in response.url):
        pass
    page.get_by_role("link", name="All shops").tap()
    expect(page.get_by_role("heading", name="All shops")).to_be_visible()
    page.context.close()
    assert watched.complaints == []


def test_packing_slips_are_printed_without_the_page_around_them(open_page: Any) -> None:
    page: Page = open_page(**PHONE).log_in()
    page.get_by_role("link", name="Packing slips").tap()
    expect(page.get_by_role("heading", name="To prepare")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate(CONTRAST) == []
    slips = page.locator(".slip")
    count = slips.count()
    assert count > 5

    page.emulate_media(media="print", color_scheme="dark")

    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('.slip')).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(CONTRAST) == []
    assert page.pdf().count(b"/Type /Page\n") == count
