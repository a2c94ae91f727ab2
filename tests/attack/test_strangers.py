"""What somebody without the secret can have the service do: next to nothing, and nobody waits for it."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.sandbox import Sandbox
from tests.attack.raw import connect, exchange, read_all
from tests.attack.service_memory import MEBIBYTE, MOST_MORE, memory_of, pushing
from tests.attack.test_slow_senders import served
from tests.made_once import service_account
from tests.process.service_process import ServiceProcess
from tests.service.shop import Shop
from tests.service.test_connections import accepted_by
from tests.waiting import wait_until

TRAILERS = b"POST /orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n"
LOOK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
SCRIPT = b"GET /status/static/htmx.min.js HTTP/1.1\r\n\r\n"
PASSWORD = "a password of the shop"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with Sandbox(account=service_account()) as sandbox:
        service = ServiceProcess(sandbox, tmp_path_factory.mktemp("strangers"), ADMIN_PASSWORD=PASSWORD)
        service.start_and_wait()
        yield service
        service.stop()


def alive(service: ServiceProcess) -> int:
    return httpx.get(f"{service.url}/healthz", timeout=5).status_code


@pytest.mark.parametrize(("connections", "mebibytes"), [(1, 30), (10, 12)])
def test_trailers_without_end_are_dropped_and_refused_in_time(
    service: ServiceProcess, connections: int, mebibytes: int
) -> None:
    endless = TRAILERS + b"a: b\r\n" * (mebibytes * MEBIBYTE // 6)

    with memory_of(service) as peak, pushing(service, [endless] * connections):
        assert alive(service) == 200

    assert peak.more < MOST_MORE


def test_a_secret_in_the_trailers_lets_nobody_in(shop: Shop) -> None:
    order = b'{"order_id": "trailing", "order_token": "t"}'
    body = b"%x\r\n%b\r\n0\r\nX-Webhook-Secret: %b\r\n\r\n" % (len(order), order, shop.secret.encode())
    head = b"POST /orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"

    (answer,) = exchange(shop.url, head + body)

    assert answer.status == 401
    assert shop.order("trailing") is None


@pytest.mark.parametrize(("one", "connections", "kibibytes"), [(LOOK, 20, 250), (LOOK, 20, 1050), (SCRIPT, 100, 100)])
def test_requests_that_are_piled_up_untaken_cost_little_and_hold_up_nobody(
    service: ServiceProcess, one: bytes, connections: int, kibibytes: int
) -> None:
    pile = one * (kibibytes * 1024 // len(one))

    with memory_of(service) as peak, pushing(service, [pile] * connections):
        assert alive(service) == 200
        webhook = httpx.post(
            f"{service.url}/webhooks/whapi",
            json={"messages": []},
            headers={"X-Webhook-Secret": service.secret},
            timeout=5,
        )

    assert (webhook.status_code, peak.more < MOST_MORE) == (200, True)


def test_a_large_file_that_is_open_to_all_comes_once_over_a_connection(service: ServiceProcess) -> None:
    """So that nobody has the service keep a hundred of them for him."""
    with connect(service.url) as connection:
        connection.sendall(SCRIPT * 3)
        received = read_all(connection)

    assert received.count(b"HTTP/1.1 200 OK\r\n") == 1
    assert b"Connection: close\r\n" in received
    assert received.endswith(b"\r\n0\r\n\r\n")


def test_a_connection_whose_answers_nobody_takes_is_given_up(shop: Shop) -> None:
    pile = f"GET /openapi.json HTTP/1.1\r\nX-Webhook-Secret: {shop.secret}\r\n\r\n".encode() * 100
    whole = len(shop.http.get("/openapi.json").content) * 100

    with served(shop, seconds_idle=1) as url, connect(url) as connection:
        connection.sendall(pile)
        port = urlsplit(url).port or 0
        connection.recv(1, socket.MSG_PEEK)  # It is taken, and the first answer is on its way.
        wait_until(lambda: not accepted_by(port), within=60, what="the connection to be given up")

        assert len(read_all(connection)) < whole
