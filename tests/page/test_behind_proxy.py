"""The page, and all else, below a path of a host that a real nginx serves over https; the page in a real browser."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from connector.checks.public import check_public_url
from tests import proxies
from tests.page.test_browser import DESKTOP, Watched, browser, pytestmark
from tests.page.visitor import PASSWORD
from tests.service.shop import Shop

__all__ = ["browser", "pytestmark"]
BELOW = "nginx-below-path.conf"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    settings = {"admin_password": PASSWORD, "public_url": "https://example.com/shop", "trusted_proxies": "127.0.0.1"}
    shop = Shop(tmp_path, **settings).start()
    yield shop
    shop.close()


def test_below_a_path_webhooks_arrive_and_the_page_works_and_asks_for_nothing_else_of_the_host(
    shop: Shop, browser: Browser, tmp_path: Path
) -> None:
    port = int(shop.url.rpartition(":")[2])
    with proxies.nginx(tmp_path, port, BELOW, tls=False) as plain:
        shop.sandbox.send_to(f"{plain}/shop/webhooks/whapi", shop.secret)
        (order,) = shop.sandbox.send("normal")
        (found,) = check_public_url(replace(shop.settings, public_url=f"{plain}/shop", port=port))
        assert (found.holds, found.sentence) == (True, f"The service can be reached at {plain}/shop.")

    with proxies.nginx(tmp_path, port, BELOW) as url:
        watched = Watched(browser.new_context(**DESKTOP, ignore_https_errors=True), f"{url}/shop")
        page = watched.page
        page.goto(f"{url}/shop/")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        row = page.get_by_role("row").filter(has_text=order.order_id)
        expect(row).to_contain_text("complete")
        (cookie,) = page.context.cookies()
        assert (cookie.get("path"), cookie.get("secure")) == ("/shop", True)

        page.get_by_label("Name, phone or order number").fill(order.order_id)
        expect(page).to_have_url(f"{url}/shop/?q={order.order_id}")
        row.get_by_role("link").first.click()
        expect(page.get_by_role("heading", name="What happened")).to_be_visible()
        with page.expect_response(lambda response: "/shop/status/orders?poll=1" in response.url):
            pass
        with page.expect_popup() as popup:
            row.get_by_role("link", name="Open in the sheet").click()
        expect(popup.value).to_have_url(re.compile(re.escape(shop.sandbox.url)))

        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_label("Password")).to_be_visible()
        assert page.url == f"{url}/shop/"
        page.context.close()
        assert watched.complaints == []
