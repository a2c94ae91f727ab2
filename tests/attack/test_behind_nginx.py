"""What waitress has no setting for is the reverse proxy's part: the example for nginx, in a real one."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.proxies import nginx
from tests.service.shop import Shop
from tests.service.test_connections import accepted_by

STRANGER, GATEWAY = "127.0.0.1", "127.0.0.2"
SLOW = b"POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"


@pytest.fixture(scope="module")
def proxy(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx in front of the service; its port."""
    with nginx(tmp_path_factory.mktemp("nginx"), int(shop.url.rpartition(":")[2]), tls=False) as url:
        yield int(url.rpartition(":")[2])


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").is_success
    except httpx.HTTPError:
        return False


def held(stack: ExitStack, port: int, count: int, first: bytes) -> list[socket.socket]:
    """Connections of the stranger, each with the beginning of a request."""
    connections = []
    for _ in range(count):
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10, (STRANGER, 0)))
        connection.sendall(first)
        connections.append(connection)
    return connections


@pytest.mark.parametrize("first", [SLOW, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["a slow body", "idle"])
def test_a_webhook_gets_through_while_one_address_holds_600_connections(shop: Shop, proxy: int, first: bytes) -> None:
    gateway = httpx.Client(transport=httpx.HTTPTransport(local_address=GATEWAY), timeout=10)
    with ExitStack() as stack, gateway:
        held(stack, proxy, 600, first)

        answer = gateway.post(
            f"http://127.0.0.1:{proxy}/webhooks/whapi",
            json={"messages": [{"type": "order", "order": {"order_id": f"through-{len(first)}", "token": "t"}}]},
            headers={"X-Webhook-Secret": shop.secret},
        )

        assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
        assert len(accepted_by(int(shop.url.rpartition(":")[2]))) < 30


def test_a_slow_body_never_reaches_the_service(shop: Shop, proxy: int) -> None:
    port = int(shop.url.rpartition(":")[2])
    before = len(accepted_by(port))
    with ExitStack() as stack:
        for connection in held(stack, proxy, 15, SLOW):
            connection.sendall(b" " * 10)

        assert answers(port)
        assert len(accepted_by(port)) <= before + 1
