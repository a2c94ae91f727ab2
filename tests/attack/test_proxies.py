"""The examples of deploy/proxies, in the real programs: nothing counts that strangers make up."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest

from connector.server import WebServer
from tests import proxies
from tests.page.host import OPERATORS_PASSWORD, OPERATORS_SECRET, Host
from tests.page.visitor import TOKEN

STRANGER, OWNER = "127.0.0.3", "127.0.0.2"
BELOW = "nginx-below-path.conf"
PROXIES: dict[str, tuple[Any, dict[str, str], str]] = {
    "nginx": (proxies.nginx, {}, ""),
    "nginx, below a path": (partial(proxies.nginx, name=BELOW), {}, "/shop"),
    "nginx, that takes the path away": (partial(proxies.nginx, name=BELOW), {":8080;": ":8080/;"}, "/shop"),
    "caddy": (proxies.caddy, {}, ""),
    "caddy, below a path": (partial(proxies.caddy, below=True), {}, "/shop"),
    "haproxy": (proxies.haproxy, {}, ""),
}


class Front(NamedTuple):
    """A proxy, and the service behind it."""

    name: str
    url: str
    path: str
    public_url: str

    def client(self, address: str) -> httpx.Client:
        """Somebody who asks from this address."""
        transport = httpx.HTTPTransport(local_address=address, verify=False)
        return httpx.Client(base_url=self.url, transport=transport, timeout=20)


@pytest.fixture(scope="module", params=PROXIES)
def front(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """With a second in place of ten for those who are silent."""
    start, changes, path = PROXIES[request.param]
    folder = tmp_path_factory.mktemp("proxy")
    host = Host(folder)
    public_url = f"https://example.com{path}" if path else None
    app = host.start({"rye": None}, trusted_proxies="127.0.0.1", public_url=public_url)
    server = WebServer(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    with ExitStack() as stack:
        stack.callback(host.close)
        stack.callback(thread.join, 10)
        stack.callback(server.stop)
        url = stack.enter_context(start(folder, server.port, changes={**changes, "10s": "1s"}))
        yield Front(request.param, f"{url}{path}", path, public_url or url)


def test_who_asks_is_known_by_his_own_address_whatever_he_says_of_it(front: Front) -> None:
    with front.client(STRANGER) as stranger, front.client(OWNER) as owner:
        answers = [
            stranger.get("/orders", headers={"X-Webhook-Secret": "wrong", "X-Forwarded-For": f"203.0.113.{n}"})
            for n in range(31)
        ]
        assert [answer.status_code for answer in answers[-2:]] == [401, 429]
        assert owner.get("/orders", headers={"X-Webhook-Secret": "wrong"}).status_code == 401

        made_up = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}
        body = {"order_id": "1", "customer_name": "Gerald", "items": [{"name": "Tea"}]}
        taken = owner.post("/shops/rye/orders", json=body, headers={"X-Webhook-Secret": OPERATORS_SECRET, **made_up})
        assert taken.json()["orders"][0]["url"] == f"{front.public_url}/shops/rye/orders/1"


def test_the_page_stays_below_its_path_and_its_cookie_is_for_https_and_the_path_alone(front: Front) -> None:
    with front.client(OWNER) as owner:
        found = TOKEN.search(owner.get("/").text)
        assert found is not None
        answer = owner.post("/status/login", data={"form_token": found[1], "password": OPERATORS_PASSWORD})

        assert (answer.status_code, answer.headers["Location"]) == (303, f"{front.path}/")
        assert {"Secure", "HttpOnly", f"Path={front.path or '/'}"} <= set(answer.headers["Set-Cookie"].split("; "))
        assert "Log out" in owner.get("/shops/rye/").text


def test_large_bodies_are_refused(front: Front) -> None:
    large, headers = b" " * (1024 * 1024 + 1), {"X-Webhook-Secret": OPERATORS_SECRET}
    with front.client(OWNER) as owner:
        assert owner.post("/orders", content=large, headers=headers).status_code == 413


def test_a_sender_who_falls_silent_is_cut_off_and_never_told_that_all_is_well(front: Front) -> None:
    if front.name.startswith("caddy"):
        pytest.skip("Caddy has no such limit that would not answer with 200.")
    address = urlsplit(front.url)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", address.port or 0), 20, (STRANGER, 0))
    with context.wrap_socket(plain, server_hostname="localhost") as sender:
        head = f"POST {front.path}/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{{"
        sender.sendall(head.encode())
        received = b"".join(iter(lambda: sender.recv(65536), b""))

    assert received == b"" or received.split(b" ")[1] in {b"400", b"408"}
