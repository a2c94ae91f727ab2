"""A reverse proxy serves the service below a path, whether it takes the path away before it passes a request on or not.

test_behind_proxy.py has a real proxy and a real browser; this is what each of them would see.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest

from tests.page.host import OPERATORS_PASSWORD, OPERATORS_SECRET, Guest, Host
from tests.page.test_prefix import addresses

SECRET = {"X-Webhook-Secret": OPERATORS_SECRET}
ORDER = {"order_id": "a/b", "customer_name": "Gerald", "items": [{"name": "Tea"}]}


@pytest.fixture
def started(tmp_path: Path) -> Any:
    host = Host(tmp_path)

    def start(**settings: Any) -> Host:
        host.start({"rye": None}, **settings)
        return host

    yield start
    host.close()


def taken_away(app: WSGIApplication) -> WSGIApplication:
    """A proxy that takes the path /shop away."""

    def proxy(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix("/shop")
        return app(environ, start_response)

    return proxy


def passed_on(app: WSGIApplication) -> WSGIApplication:
    return app


@pytest.mark.parametrize("proxy", [taken_away, passed_on])
def test_everything_is_below_the_path_that_public_url_has(
    started: Callable[..., Host], proxy: Callable[[WSGIApplication], WSGIApplication]
) -> None:
    host = started(public_url="https://example.com/shop")
    host.app.wsgi_app = proxy(host.app.wsgi_app)  # type: ignore[method-assign, assignment]
    guest, client = Guest(host.app), host.app.test_client()

    assert guest.log_in(OPERATORS_PASSWORD, "/shop/") == 303
    assert guest.answer.headers["Location"] == "/shop/"
    assert "Path=/shop" in guest.answer.headers["Set-Cookie"].split("; ")
    assert guest.is_in("/shop/shops/rye/")
    assert all(address.startswith("/shop/") for address in addresses(guest.answer.text))

    taken = client.post("/shop/shops/rye/orders", json=ORDER, headers=SECRET).get_json()
    assert taken["orders"][0]["url"] == "https://example.com/shop/shops/rye/orders/a/b"
    listed = client.get("/shop/shops/rye/orders/", headers=SECRET).get_json()
    assert [order["order_id"] for order in listed["orders"]] == ["a/b"]
    described = client.get("/shop/openapi.json", headers=SECRET).get_json()
    assert [server["url"] for server in described["servers"]] == ["https://example.com/shop"]


def test_a_path_that_is_an_address_of_the_service_too_is_passed_on_or_named_by_the_proxy(
    started: Callable[..., Host],
) -> None:
    host = started(public_url="https://example.com/orders", trusted_proxies="127.0.0.1")
    client = host.app.test_client()
    assert client.post("/orders/shops/rye/orders", json=ORDER, headers=SECRET).status_code == 200

    named = {**SECRET, "X-Forwarded-Prefix": "/orders"}
    passed_on = client.get("/orders/shops/rye/orders/a/b", headers=SECRET)
    without = client.get("/shops/rye/orders/a/b", headers=named)

    assert (passed_on.status_code, passed_on.get_json()) == (200, without.get_json())
    # /orders/orders at the proxy, of no shop: the list of orders, and not the page.
    assert client.get("/orders", headers=named).get_json()["error"].startswith("This service has several shops.")


def test_without_public_url_a_trusted_proxy_says_who_asks_and_where(started: Callable[..., Host]) -> None:
    host = started(trusted_proxies="10.0.0.0/8, 127.0.0.1")
    told = {
        "X-Forwarded-For": "203.0.113.9, 198.51.100.7, 10.1.2.3",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "example.com",
        "X-Forwarded-Prefix": "/shop/",
    }
    client = host.app.test_client()
    described = client.get("/shops/rye/openapi.json", headers={**SECRET, **told}).get_json()
    taken = client.post("/shops/rye/orders", json=ORDER, headers={**SECRET, **told}).get_json()
    page = client.get("/shops/rye/", headers=told)

    assert [server["url"] for server in described["servers"]] == ["/shop/shops/rye"]
    assert taken["orders"][0]["url"] == "https://example.com/shop/shops/rye/orders/a/b"
    assert {"Secure", "Path=/shop"} <= set(page.headers["Set-Cookie"].split("; "))

    stranger = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.1"}}
    ignored = client.post("/shops/rye/orders", json=ORDER, headers={**SECRET, **told}, **stranger).get_json()
    page = client.get("/shops/rye/", headers=told, **stranger)

    assert ignored["orders"][0]["url"] == "http://localhost/shops/rye/orders/a/b"
    assert "Secure" not in page.headers["Set-Cookie"]
    assert all(address.startswith("/shops/rye/") for address in addresses(page.text))
