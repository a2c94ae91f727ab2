"""Every route, over raw sockets, with whatever can be sent.

The service answers in JSON, never with a 5xx, stores all of what it accepts and nothing else, and is there for the
next one.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.app import create_app
from tests.attack.hostile import as_json, bodies
from tests.attack.raw import Answer, answers, connect, exchange, read_all, request
from tests.service.shop import Shop

FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
_STATUSES = {200, 202, 400, 401, 404, 405, 413, 422, 429}
_BY_THE_SERVER = {400, 413, 431, 501}
"""What waitress refuses by itself."""
_GO_ON = 100

segments = st.one_of(
    st.sampled_from(
        ["1", "0", "-1", "9" * 30, "9" * 5000, "a%00b", "%FF%FE", "..", "%2e%2e%2f", "", "%", "%zz", "é", "a//b"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=8).map(lambda text: quote(text, safe="")),
)
queries = st.one_of(
    st.just(""),
    st.sampled_from(
        ["?", "?wait=nan", "?wait=-0", "?wait=1e-9", "?wait=31", "?wait=0x1", "?limit=" + "9" * 5000,
         "?limit=0&limit=5", "?before=%00", "?status=synced%00",
         "?status=" + "x" * 9000, "?" + "&" * 9000, "?limit=%D9%A3", "?%F0%28"]
    ),
)  # fmt: skip
methods = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
raw_bodies = st.one_of(
    bodies.map(lambda body: as_json(body).encode()),
    st.binary(max_size=60),
    st.sampled_from(
        [b"", b"[" * 50_000, b'{"a":' * 20_000, b"[" * 900 + b"]" * 900, b"1" * 5000, b'{"messages":[NaN]}',
         b"-", b'"\\ud800"',
         b'\xef\xbb\xbf{"messages":[]}', '{"messages":[]}'.encode("utf-16"), b"[1e999]", b"null", b"[[[]]]"]
    ),
)  # fmt: skip
heads = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.sampled_from(
            ["application/json", "text/html; charset=utf-7", "multipart/form-data", "\xff"]
        ),
        "Accept": st.sampled_from(["text/html", "*/*;q=nan"]),
        "Cookie": st.sampled_from(["a=b", "\xff=;;;=" * 50]),
        "X-Forwarded-For": st.just("10.0.0.1, evil"),
        "Range": st.just("bytes=0-1"),
        "If-None-Match": st.just("*"),
        "X-HTTP-Method-Override": st.just("DELETE"),
        "Content-Encoding": st.just("gzip"),
        "Expect": st.sampled_from(["100-continue", "200-ok"]),
    },
)


@pytest.fixture(scope="module")
def rules(shop: Shop) -> list[str]:
    """Every address that the application knows, as it is known there, but those of the status page: they answer in HTML
    and have a login of their own."""
    app = create_app(shop.whole)
    return sorted({rule.rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("page.")})


def count(shop: Shop, table: str) -> int:
    with shop.service.database.read() as connection:
        found: int = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


@pytest.fixture(scope="module")
def threads_at_first(shop: Shop) -> int:
    """How many threads there are once the service has answered something."""
    assert shop.http.get("/orders").status_code == 200
    return threading.active_count()


@pytest.fixture(autouse=True)
def afterwards(shop: Shop, threads_at_first: int) -> Iterator[None]:
    """After each test the service still takes orders, and no thread is left over."""
    yield
    assert httpx.get(f"{shop.url}/healthz").json() == {"status": "ok"}
    assert shop.post("/webhooks/whapi", {"messages": []}).status_code == 200
    # Whapi's and Google's callers come and go with the orders.
    assert threading.active_count() <= threads_at_first + 25


def check_form(answer: Answer, method: str, *, is_json: bool = True) -> None:
    """JSON with a sentence, under a status that is the sender's own business."""
    assert answer.status in _STATUSES, answer
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in answer.headers
    if method != "HEAD" and is_json:
        body = answer.json()
        assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("application/json", "no-store")
        assert isinstance(body, dict)
        assert (answer.status in {200, 202}) or body["error"]


@FUZZ
@given(data=st.data())
def test_no_request_with_the_secret_breaks_a_route_or_is_stored_by_halves(
    shop: Shop, rules: list[str], data: st.DataObject
) -> None:
    # Some of them read the sheet, and in a minute there are more of them than Google would answer.
    shop.sandbox.google.quota.enabled = False
    rule = data.draw(st.sampled_from(rules))
    target = "/".join(data.draw(segments) if part.startswith("<") else part for part in rule.split("/"))
    method = data.draw(methods)
    before = count(shop, "orders"), count(shop, "quarantine")
    headers, body = {"X-Webhook-Secret": shop.secret, **data.draw(heads)}, data.draw(raw_bodies)
    if not body:
        headers.pop("Expect", None)  # Forbidden there (RFC 9110, 10.1.1); waitress waits for what is to come.
    raw = request(method, quote(target, safe="/%") + data.draw(queries), headers, body)

    found = exchange(shop.url, raw)

    found = [answer for answer in found if answer.status != 100]
    assert len(found) == 1
    is_json = (rule, found[0].status) != ("/metrics", 200)
    check_form(found[0], method, is_json=is_json)
    body = found[0].json() if method != "HEAD" and is_json else {}
    assert count(shop, "orders") - before[0] == body.get("accepted", 0)
    if found[0].status not in {200, 202}:
        assert count(shop, "quarantine") == before[1]


@FUZZ
@given(data=st.data())
def test_no_request_without_the_secret_changes_or_learns_anything(
    shop: Shop, rules: list[str], data: st.DataObject
) -> None:
    rule = data.draw(st.sampled_from([rule for rule in rules if rule != "/healthz"]))
    target = "/".join(data.draw(segments) if part.startswith("<") else part for part in rule.split("/"))
    method = data.draw(methods)
    before = count(shop, "orders"), count(shop, "quarantine")
    secret = data.draw(
        st.sampled_from(
            [{}, {"X-Webhook-Secret": ""}, {"X-Webhook-Secret": shop.secret[:-1]},
             {"Authorization": f"Basic {shop.secret}"},
             {"Authorization": "Bearer \xff\xfe"}, {"X_Webhook_Secret": shop.secret},
             {"Cookie": f"secret={shop.secret}"}]
        )
    )  # fmt: skip

    found = exchange(
        shop.url, request(method, quote(target, safe="/%") + data.draw(queries), secret, data.draw(raw_bodies))
    )

    (answer,) = found
    check_form(answer, method)
    assert answer.status in {401, 429}
    assert (count(shop, "orders"), count(shop, "quarantine")) == before


@dataclass(frozen=True)
class Broken:
    """Bytes that are no proper request; `answers`: the statuses they may get, none at all where it never ends."""

    name: str
    data: bytes
    answers: list[int] = field(default_factory=list)


ORDER = b'{"order_id": "half", "order_token": "t"}'
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"10000\r\n" + b" " * 65536 + b"\r\n"
SECRET = b"X-Webhook-Secret: {secret}\r\n"
POST = b"POST /orders HTTP/1.1\r\nHost: x\r\n" + SECRET
BROKEN = [
    Broken("nothing", b""),
    Broken("only line breaks", b"\r\n\r\n\r\n"),
    Broken("noise", bytes(range(256)) * 4 + b"\r\n\r\n", [400]),
    Broken("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200 + b"\r\n\r\n", [400]),
    Broken("no version", b"GET /orders\r\n" + SECRET + b"\r\n", [200]),
    Broken("HTTP/1.0", b"GET /orders HTTP/1.0\r\n" + SECRET + b"\r\n", [200]),
    Broken("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [401]),
    Broken("lower-case method", b"get /orders HTTP/1.1\r\n\r\n", [400]),
    Broken("address that is none", b"GET http://[ HTTP/1.1\r\n\r\n"),
    Broken("NUL in the path", b"GET /orders/a\x00b HTTP/1.1\r\nConnection: close\r\n" + SECRET + b"\r\n", [404]),
    Broken("header without colon", b"GET /orders HTTP/1.1\r\nnonsense\r\n\r\n", [400]),
    Broken("header with NUL", b"GET /orders HTTP/1.1\r\nX: a\x00b\r\n\r\n", [400]),
    Broken("many headers", b"GET /orders HTTP/1.1\r\n" + b"A: b\r\n" * 20_000 + b"\r\n", [431]),
    Broken("one endless header", b"GET /orders HTTP/1.1\r\nA: " + b"b" * 100_000, [431]),
    Broken("endless address", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", [431]),
    Broken("body that stops", POST + b"Content-Length: 500\r\n\r\n" + ORDER),
    Broken("body longer than said", POST + b"Connection: close\r\nContent-Length: 3\r\n\r\n" + ORDER, [400]),
    Broken("length below nothing", POST + b"Content-Length: -5\r\n\r\n" + ORDER, [400]),
    Broken("length of two minds", POST + b"Content-Length: 40\r\nContent-Length: 41\r\n\r\n" + ORDER, [400]),
    Broken("length in words", POST + b"Content-Length: forty\r\n\r\n" + ORDER, [400]),
    Broken("length of thousands of digits", POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n" + ORDER),
    Broken("length of a terabyte", POST + b"Content-Length: 1099511627776\r\n\r\n" + ORDER, [413]),
    Broken("coding nobody knows", POST + b"Transfer-Encoding: gzip\r\n\r\n" + ORDER, [501]),
    Broken("chunk without size", POST + CHUNKED + b"zz\r\n" + ORDER, [400]),
    Broken("chunk below nothing", POST + CHUNKED + b"-1\r\n" + ORDER, [400]),
    Broken("chunk shorter than said", POST + CHUNKED + b"5\r\n" + ORDER + b"\r\n0\r\n\r\n", [400]),
    Broken("chunks that stop", POST + CHUNKED + b"28\r\n" + ORDER + b"\r\n"),
    Broken("chunks beyond the limit", POST + CHUNKED + CHUNK * 40, [413]),
    Broken("too much, and asked first", POST + b"Expect: 100-continue\r\nContent-Length: 3000000\r\n\r\n", [100]),
    Broken("no body, and asked first", b"GET /healthz HTTP/1.1\r\nExpect: 100-continue\r\n\r\n", [100]),
    Broken("too much, and said so", POST + b"Content-Length: 3000000\r\n\r\n" + b" " * 3_000_000, [413]),
    Broken("a stranger's chunks", b"POST /orders HTTP/1.0\r\nConnection: close\r\n" + CHUNKED + CHUNK * 4, [401]),
    Broken("a stranger's chunks, all of them",
           b"POST /orders HTTP/1.1\r\nConnection: close\r\n" + CHUNKED + CHUNK * 4 + b"0\r\n\r\n", [401]),
    Broken("a body over the limit of the application", POST + b"Connection: close\r\nContent-Length: 1500000\r\n\r\n"
           + b" " * 1_500_000, [413]),
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_request_is_refused_or_dropped_and_stores_nothing(shop: Shop, broken: Broken) -> None:
    before = count(shop, "orders"), count(shop, "quarantine")

    found = exchange(shop.url, broken.data.replace(b"{secret}", shop.secret.encode()))

    assert [answer.status for answer in found] == broken.answers
    for answer in found:
        if answer.status in _BY_THE_SERVER and not answer.is_json:
            # The server's own words, for what never was a request to the application.
            assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
            assert (answer.headers["Connection"], "Server" in answer.headers) == ("close", False)
            assert answer.body.endswith(b"\r\n\r\n(generated by server)")
        elif answer.status != _GO_ON:
            check_form(answer, "GET")
    assert (count(shop, "orders"), count(shop, "quarantine")) == before


def test_a_chunked_body_is_an_order_like_any_other(shop: Shop) -> None:
    order = b'{"order_id": "chunked", "order_token": "t"}'
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in order) + b"0\r\n\r\n"
    head = POST.replace(b"{secret}", shop.secret.encode()) + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"

    (answer,) = exchange(shop.url, head + chunks)

    assert (answer.status, answer.json()["accepted"]) == (200, 1)


def test_requests_sent_in_one_go_are_answered_one_after_the_other(shop: Shop) -> None:
    one = "GET /orders?limit={n} HTTP/1.1\r\nHost: x\r\nX-Webhook-Secret: {secret}\r\n\r\n"
    data = "".join(one.format(n=n, secret=shop.secret) for n in (1, 0, 1, 501)).encode()

    with connect(shop.url) as connection:
        connection.sendall(data + request("GET", "/healthz"))
        found = answers(read_all(connection))

    assert [answer.status for answer in found] == [200, 400, 200, 400, 200]


def test_a_request_smuggled_into_another_ones_body_stays_a_body(shop: Shop) -> None:
    inner = request(
        "POST", "/orders", {"X-Webhook-Secret": shop.secret}, b'{"order_id": "smuggled", "order_token": "t"}'
    )
    head = b"POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"

    exchange(shop.url, head + b"%x\r\n" % len(inner) + inner + b"\r\n0\r\n\r\n")

    assert shop.order("smuggled") is None


def test_a_stranger_who_sends_a_large_body_loses_no_answer(shop: Shop) -> None:
    with connect(shop.url) as connection:
        connection.sendall(b"POST /orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n")
        for _ in range(10):
            connection.sendall(b" " * 100_000)
        (answer,) = answers(read_all(connection))

    assert answer.status == 401
    check_form(answer, "POST")


def test_numbers_of_thousands_of_digits_in_an_address_name_nothing(shop: Shop, rules: list[str]) -> None:
    for rule in rules:
        if "<" in rule:
            address = "/".join("9" * 5000 if part.startswith("<") else part for part in rule.split("/"))
            assert shop.http.get(address).status_code in {404, 405}, rule


def test_an_order_id_with_slashes_is_never_taken_for_another(shop: Shop) -> None:
    shop.post("/orders", {"order_id": "a//b", "order_token": "t"})

    assert shop.http.get("/orders/a//b").json()["order_id"] == "a//b"
    assert shop.http.get("/orders/a/b").status_code == 404


def test_a_payload_that_fails_in_the_middle_leaves_nothing(shop: Shop) -> None:
    def payload(*order_ids: str) -> Any:
        return {"messages": [{"type": "order", "order": {"order_id": order_id}} for order_id in order_ids] + [7]}

    before = count(shop, "orders"), count(shop, "quarantine")
    trigger = (
        "CREATE TRIGGER full BEFORE INSERT ON orders WHEN NEW.order_id = 'full' BEGIN SELECT RAISE(ABORT, 'x'); END"
    )
    shop.service.database.write(lambda connection: connection.execute(sa.text(trigger)))
    try:
        refused = shop.post("/webhooks/whapi", payload("first", "full", "last"))
        others = shop.post("/webhooks/whapi", payload("other"))
    finally:
        shop.service.database.write(lambda connection: connection.execute(sa.text("DROP TRIGGER full")))

    assert (refused.status_code, others.json()["accepted"]) == (503, 1)
    assert (count(shop, "orders"), count(shop, "quarantine")) == (before[0] + 1, before[1] + 1)


def test_what_an_answer_holds_is_json_for_strict_readers(shop: Shop) -> None:
    shop.post("/orders", {"order_id": "odd", "title": "\u2028</script>", "items": [{"quantity": 1e15, "price": 1e15}]})

    json.loads(shop.http.get("/orders/odd").text, parse_constant=pytest.fail)
