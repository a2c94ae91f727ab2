"""Wrong secrets: slowed down where they come often, at little cost, and never in the way of the right one."""

from collections.abc import Mapping
from dataclasses import replace

import httpx
import pytest
import structlog

from connector.api.auth import MOST_WRONG, WINDOW, Throttle
from connector.app import create_app
from tests.attack.raw import Answer, exchange, request
from tests.attack.test_slow_senders import served
from tests.service.shop import Shop

SLOWED = {
    "error": "Too many wrong secrets came from this address. Wait before the next try; "
    "a request with the right secret is answered at any time."
}


class Seconds:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def ask(shop: Shop, headers: Mapping[str, str]) -> httpx.Response:
    return httpx.get(f"{shop.url}/orders", headers=dict(headers))


def test_wrong_secrets_that_keep_coming_are_told_to_wait_and_the_right_one_is_let_in(shop: Shop) -> None:
    first = [ask(shop, {"X-Webhook-Secret": f"guess {n}"}).status_code for n in range(MOST_WRONG)]

    slowed = ask(shop, {"Authorization": "Bearer guess"})

    assert first == [401] * MOST_WRONG
    assert (slowed.status_code, slowed.json()) == (429, SLOWED)
    assert 1 <= int(slowed.headers["Retry-After"]) <= WINDOW
    assert ask(shop, {}).status_code == 401
    assert ask(shop, {"X-Webhook-Secret": shop.secret}).status_code == 200


WRONG_OTHERWISE = {
    "a large body": request("POST", "/orders", {"X-Webhook-Secret": "guess"}, b" " * 200_000),
    "a body over the limit": request("POST", "/webhooks/whapi", {"X-Webhook-Secret": "guess"}, b" " * 1_500_000),
    "no JSON": request("POST", "/orders", {"Authorization": "Bearer guess"}, b"{"),
    "no such address": request("GET", "/nowhere", {"X-Webhook-Secret": "guess"}),
    "no such method": request("TRACE", "/orders", {"X-Webhook-Secret": "guess"}),
    "a number out of its range": request("GET", "/orders?limit=none", {"X-Webhook-Secret": "guess"}),
    "an old version of HTTP": b"GET /orders HTTP/1.0\r\nX-Webhook-Secret: guess\r\n\r\n",
    "a chunked body": b"POST /orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Webhook-Secret: guess\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nX-Webhook-Secret: trailer\r\n\r\n",
}


@pytest.mark.parametrize("what", WRONG_OTHERWISE)
def test_a_wrong_secret_counts_and_is_logged_whatever_else_is_wrong(shop: Shop, what: str) -> None:
    with structlog.testing.capture_logs() as lines, served(shop, seconds_idle=60) as url:
        statuses = [exchange(url, WRONG_OTHERWISE[what])[-1].status for _ in range(MOST_WRONG + 1)]

    assert statuses == [401] * MOST_WRONG + [429]
    assert [line["count"] for line in lines if line["event"] == "secret.wrong"] == [1]


def test_what_the_server_refuses_by_itself_tells_nothing_of_the_secret(shop: Shop) -> None:
    def refused(secret: str) -> list[Answer]:
        return exchange(
            shop.url,
            f"POST /orders HTTP/1.1\r\nX-Webhook-Secret: {secret}\r\nContent-Length: 3000000\r\n\r\n".encode(),
        )

    right, wrong = refused(shop.secret), refused("x" * len(shop.secret))

    assert [(answer.status, answer.body) for answer in right] == [(answer.status, answer.body) for answer in wrong]
    assert [answer.status for answer in right] == [413]


def test_after_the_window_there_are_tries_again(seconds: Seconds) -> None:
    throttle = Throttle(clock=seconds)
    waits = [throttle.wrong_secret("10.0.0.1") for _ in range(MOST_WRONG)]
    assert waits == [None] * MOST_WRONG

    seconds.now = 20
    assert throttle.wrong_secret("10.0.0.1") == WINDOW - 20
    assert throttle.wrong_secret("10.0.0.2") is None

    seconds.now = WINDOW
    assert throttle.wrong_secret("10.0.0.1") is None


def test_neighbours_in_the_same_ipv6_network_count_as_one(seconds: Seconds) -> None:
    throttle = Throttle(clock=seconds)
    for n in range(MOST_WRONG):
        throttle.wrong_secret(f"2001:db8:1:2::{n:x}")

    assert throttle.wrong_secret("2001:db8:1:2:ffff::1") == WINDOW
    assert throttle.wrong_secret("2001:db8:1:3::1") is None


def test_a_flood_of_addresses_takes_no_more_room_than_the_newest_need(seconds: Seconds) -> None:
    throttle = Throttle(most_addresses=100, clock=seconds)

    for n in range(5000):
        throttle.wrong_secret(f"10.0.{n // 250}.{n % 250}")

    assert len(throttle._windows) == 100
    assert list(throttle._windows)[-1] == "10.0.19.249"


def test_the_log_tells_of_wrong_secrets_once_a_minute_and_never_shows_them(seconds: Seconds) -> None:
    throttle = Throttle(clock=seconds)

    with structlog.testing.capture_logs() as lines:
        for moment in (0, 1, 2, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW):
            seconds.now = moment
            throttle.wrong_secret("10.0.0.1")

    assert lines == [
        {"event": "secret.wrong", "log_level": "warning", "address": "10.0.0.1", "count": count} for count in (1, 4, 2)
    ]


@pytest.mark.parametrize("secret", ["plain-ascii-secret", "größer-als-gedacht", "пароль-пароль-пароль", "a b\tc?d=e,f"])
def test_a_secret_is_known_by_its_bytes_in_either_header(shop: Shop, secret: str) -> None:
    shop.whole.settings = replace(shop.settings, webhook_secret=secret)
    client = create_app(shop.whole).test_client()
    sent = secret.encode().decode("latin-1")

    def answers(authorization: str, webhook_secret: str) -> int:
        headers = {"Authorization": authorization, "X-Webhook-Secret": webhook_secret}
        return client.get("/orders", headers=headers).status_code

    assert answers("", sent) == 200
    assert answers(f"bEaReR  {sent} ", "") == 200
    assert answers(sent, "") == 401
    for wrong in ("", sent + "x", sent[:-1], sent[::-1], f"{sent}, {sent}", "\u00ff" * len(sent)):
        assert answers(f"Bearer {wrong}", wrong) == 401


def test_a_stranger_is_refused_before_the_body_is_read(shop: Shop) -> None:
    app = create_app(shop.whole)

    class Unreadable:
        def read(self, *_: int) -> bytes:
            raise AssertionError("The body was read.")

        readline = read

    answer = app.test_client().post(
        "/orders",
        headers={"X-Webhook-Secret": "wrong", "Content-Length": "50"},
        environ_overrides={"wsgi.input": Unreadable()},
    )

    assert answer.status_code == 401


@pytest.mark.parametrize("target", ["/healthz", "/orders", "/orders/none", "/nowhere", "/readyz", "/orders?limit=x"])
@pytest.mark.parametrize("known", [True, False])
def test_every_answer_forbids_guessing_its_type_and_keeping_it(shop: Shop, target: str, known: bool) -> None:
    (answer,) = exchange(shop.url, request("GET", target, {"X-Webhook-Secret": shop.secret} if known else {}))

    wanted = {"Content-Type": "application/json", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    assert {name: answer.headers.get(name) for name in wanted} == wanted
    assert not {"Server", "Via", "X-Powered-By"} & set(answer.headers)
