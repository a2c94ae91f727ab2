"""Every address that the page names leads to the same shop, also where a proxy serves it below a path of its own."""

import re
from collections.abc import Iterator

import pytest

from tests.page.host import OPERATORS_PASSWORD, Guest, Host

_ADDRESSES = re.compile(r'(?:href|src|action|hx-get|hx-post)="([^"]*)"')


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    host = Host(tmp_path_factory.mktemp("prefix"))
    host.start({"rye": "the password of rye", "oat": None})
    for n in range(30):
        host.post("rye", f"order-{n}")
    headers = {"X-Webhook-Secret": "the operator's secret"}
    answer = host.app.test_client().post("/shops/rye/webhooks/whapi", json={"messages": "?"}, headers=headers)
    assert answer.get_json()["quarantined"] == 1
    yield host
    host.close()


def guest(host: Host, below: str) -> Guest:
    guest = Guest(host.app, SCRIPT_NAME=below)
    assert guest.log_in(OPERATORS_PASSWORD) == 303
    assert guest.answer.headers["Location"] == f"{below}/"
    return guest


def addresses(text: str) -> set[str]:
    return {address for address in _ADDRESSES.findall(text) if not address.startswith(("https://", "#"))}


@pytest.mark.parametrize("below", ["", "/below"])
def test_a_shops_page_names_addresses_of_the_shop_alone_and_the_list(host: Host, below: str) -> None:
    visitor = guest(host, below)
    home = f"{below}/shops/rye/"

    for path in (
        "",
        "?q=order-1&status=received",
        "?open=3",
        "status/overview",
        "status/orders",
        "status/quarantine/1",
        "status/slips/3",
    ):
        found = addresses(visitor.get(f"/shops/rye/{path}").text) - {f"{below}/"}
        assert found
        assert [address for address in found if not address.startswith(home)] == []
    with visitor.get("/shops/rye/status/static/page.css") as style:
        assert style.status_code == 200
    assert visitor.get("/shops/rye/status/orders?q=tea").headers["HX-Replace-Url"] == f"{home}?q=tea"


@pytest.mark.parametrize("below", ["", "/below"])
def test_the_list_names_addresses_of_its_own_and_of_the_shops(host: Host, below: str) -> None:
    visitor = guest(host, below)

    for path in ("/", "/?q=r", "/status/shops"):
        found = addresses(visitor.get(path).text)
        assert {f"{below}/shops/rye/"} <= found
        assert [address for address in found if not address.startswith(f"{below}/")] == []
    assert visitor.get("/status/shops?q=r").headers["HX-Replace-Url"] == f"{below}/?q=r"


@pytest.mark.parametrize("below", ["", "/below"])
def test_every_redirection_stays_below_the_prefix(host: Host, below: str) -> None:
    visitor = guest(host, below)
    home = f"{below}/shops/rye/"

    assert visitor.post("/shops/rye/status/retry", q="order").headers["Location"] == f"{home}?q=order&note=all-retried"
    assert visitor.post("/shops/rye/status/logout").headers["Location"] == home
    assert visitor.get("/shops/rye/status/overview").headers["Location"] == home
    answer = visitor.post("/shops/rye/status/login", password="the password of rye", q="a b")
    assert answer.headers["Location"] == f"{home}?q=a+b"


@pytest.mark.parametrize("below", ["", "/below"])
def test_a_shops_address_without_its_slash_leads_to_the_one_with_it(host: Host, below: str) -> None:
    stranger = Guest(host.app, SCRIPT_NAME=below)

    for query in ("", "?q=a%20b&status=failed"):
        answer = stranger.get(f"/shops/rye{query}")
        assert (answer.status_code, answer.headers["Location"]) == (308, f"{below}/shops/rye/{query}")
    assert stranger.get("/shops/nowhere").status_code == 404
