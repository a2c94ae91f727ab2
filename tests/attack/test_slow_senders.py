"""Senders that take their time. None of them occupies a thread, and none stays for ever."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx

from connector.app import create_app
from connector.server import WebServer
from tests.attack.raw import connect
from tests.service.shop import Shop
from tests.waiting import wait_until

MANY = 200
HALF = b"POST /orders HTTP/1.1\r\nHost: x\r\nX-Webhook-Secret: %s\r\nContent-Length: 50\r\n\r\n{"


@contextmanager
def served(shop: Shop, *, seconds_idle: int) -> Iterator[str]:
    """The same service behind a server of its own, less patient than the usual one."""
    app = create_app(shop.whole)
    server = WebServer(app, "127.0.0.1", 0, seconds_idle=seconds_idle)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()
        thread.join(10)


def open_ones(connections: list[socket.socket]) -> list[socket.socket]:
    """Those that the service has not closed. It sends them nothing, so what can be read is the end."""
    ended = set(select.select(connections, [], [], 0)[0])
    return [connection for connection in connections if connection not in ended]


def test_many_slow_senders_hold_nobody_else_up(shop: Shop) -> None:
    assert shop.http.get("/orders").status_code == 200
    threads = threading.active_count()
    starts = [b"", b"POST /orders HT", HALF % shop.secret.encode(), b"GET / HTTP/1.1\r\nA: b\r\n"]
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(shop.url)) for _ in range(MANY)]
        for n, connection in enumerate(slow):
            connection.sendall(starts[n % len(starts)])

        answer = shop.http.post("/orders", json={"order_id": "quick", "order_token": "t"}, timeout=5)

        assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
        assert len(open_ones(slow)) == MANY
        # One thread or two may fetch the order meanwhile.
        assert threading.active_count() < threads + 25


def test_who_never_sends_and_who_stops_in_the_middle_is_shown_out(shop: Shop) -> None:
    with served(shop, seconds_idle=1) as url, ExitStack() as stack:
        silent = [stack.enter_context(connect(url)) for _ in range(10)]
        stopped = [stack.enter_context(connect(url)) for _ in range(10)]
        for connection in stopped:
            connection.sendall(HALF % shop.secret.encode())

        wait_until(lambda: not open_ones(silent + stopped), within=15)

    assert shop.order("") is None


def test_who_trickles_is_there_for_long_and_occupies_no_thread(shop: Shop) -> None:
    """How long a request may take in all is for a reverse proxy to say."""
    with ExitStack() as stack:
        trickling = [stack.enter_context(connect(shop.url)) for _ in range(MANY)]
        for connection in trickling:
            connection.sendall(HALF % shop.secret.encode())
        for _ in range(20):
            for connection in trickling:
                connection.send(b" ")

        answer = shop.http.post("/orders", json={"order_id": "beside them", "order_token": "t"}, timeout=5)

        assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
        assert len(open_ones(trickling)) == MANY


def test_a_request_that_takes_long_to_answer_is_not_cut_off(shop: Shop) -> None:
    (order,) = shop.sandbox.orders.make_all(["never_items"])
    shop.sandbox.whapi.add(order)
    with served(shop, seconds_idle=1) as url:
        answer = httpx.post(
            f"{url}/orders?wait=3",
            headers={"X-Webhook-Secret": shop.secret},
            json={"messages": [order.message()]},
            timeout=20,
        )

    assert answer.status_code == 202
