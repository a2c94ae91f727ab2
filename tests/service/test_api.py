"""Every route: who may call it, what it takes, what it answers."""

import json
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from connector.api.request import LARGEST_BODY
from sandbox.orders import whapi_sample
from tests.service.shop import Shop
from tests.waiting import wait_until

UNAUTHORISED = {
    "error": "The secret is missing or wrong. Send the WEBHOOK_SECRET of the service in the header "
    "Authorization: Bearer SECRET, or in X-Webhook-Secret."
}
ROUTES = [
    ("POST", "/webhooks/whapi"),
    ("PUT", "/webhooks/whapi/messages"),
    ("PATCH", "/webhooks/whapi/messages"),
    ("DELETE", "/webhooks/whapi/messages/delete"),
    ("POST", "/orders"),
    ("GET", "/orders"),
    ("GET", "/orders/1"),
    ("POST", "/orders/1/resync"),
    ("POST", "/resync"),
    ("GET", "/quarantine"),
    ("GET", "/quarantine/1"),
    ("POST", "/quarantine/1/replay"),
    ("POST", "/quarantine/replay"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/nowhere"),
]


def order_count(shop: Shop) -> int:
    with shop.service.database.read() as connection:
        count: int = connection.execute(sa.text("SELECT count(*) FROM orders")).scalar_one()
    return count


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Webhook-Secret": "wrong"}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"},
     {"X-Webhook-Secret": "ü" * 20}],
)  # fmt: skip
def test_without_the_secret_nothing_is_answered_and_nothing_changed(shop: Shop, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    with httpx.Client(base_url=shop.url, headers=raw) as stranger:
        for method, path in ROUTES:
            answer = stranger.request(method, path, json={"order_id": "1", "order_token": "t"})

            assert (answer.status_code, answer.json()) == (401, UNAUTHORISED), (method, path)
            assert order_count(shop) == 0, (method, path)


def test_the_secret_is_taken_from_either_header(shop: Shop) -> None:
    for headers in ({"X-Webhook-Secret": shop.secret}, {"Authorization": f"bearer {shop.secret}"}):
        assert httpx.get(shop.url + "/orders", headers=headers).status_code == 200


def test_healthz_needs_no_secret(shop: Shop) -> None:
    answer = httpx.get(shop.url + "/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_body_that_is_no_json_is_a_400(shop: Shop) -> None:
    bodies = (b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b'{"a": Infinity}', b"1" * 5000, b"order_id=1")
    for path in ("/webhooks/whapi", "/orders"):
        for body in bodies:
            answer = shop.http.post(path, content=body)

            assert (answer.status_code, answer.json()) == (400, {"error": "The body is not JSON."}), (path, body[:20])


def test_a_body_over_one_mebibyte_is_a_413_and_one_of_exactly_that_is_taken(shop: Shop) -> None:
    message = whapi_sample().message()
    body = {"messages": [message], "pad": ""}
    body["pad"] = "x" * (LARGEST_BODY - len(json.dumps(body).encode()))
    exact = json.dumps(body).encode()
    assert len(exact) == LARGEST_BODY

    assert shop.http.post("/webhooks/whapi", content=exact + b" ").status_code == 413
    assert order_count(shop) == 0
    assert shop.http.post("/webhooks/whapi", content=exact).json()["accepted"] == 1


def test_what_cannot_be_understood_is_quarantined_once_and_answered_200(shop: Shop) -> None:
    odd = {"messages": [{"type": "order", "order": {"preview": "data:image/jpeg;base64,AAAA"}}, 7]}

    for _ in range(3):
        answer = shop.post("/webhooks/whapi", odd)
        assert (answer.status_code, answer.json()) == (
            200,
            {"accepted": 0, "duplicates": 0, "ignored": 0, "quarantined": 2},
        )
    with shop.service.database.read() as connection:
        kept = connection.execute(sa.text("SELECT field, payload FROM quarantine ORDER BY id")).all()
    assert [tuple(row) for row in kept] == [
        ("messages[0].order.order_id", '{"type":"order","order":{}}'),
        ("messages[1]", "7"),
    ]


def test_nothing_is_answered_200_that_could_not_be_stored(shop: Shop) -> None:
    shop.service.database.write(lambda connection: connection.execute(sa.text("ALTER TABLE orders RENAME TO gone")))
    try:
        answer = shop.post("/webhooks/whapi", {"messages": [whapi_sample().message()]})
    finally:
        shop.service.database.write(lambda connection: connection.execute(sa.text("ALTER TABLE gone RENAME TO orders")))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.json() == {
        "error": "The database is not available, so this is not known to be stored. Send it again later: nothing is "
        "taken in twice."
    }


def test_a_forwarded_order_is_answered_with_where_it_stands(shop: Shop) -> None:
    order = whapi_sample()
    shop.sandbox.whapi.add(order)

    answer = shop.post("/orders", {"order_id": order.order_id, "order_token": order.token})

    body = answer.json()
    assert answer.status_code == 200
    assert (body["accepted"], [entry["status"] for entry in body["orders"]]) == (1, ["received"])
    assert body["orders"][0]["url"] == f"{shop.url}/orders/964278151888836"


def test_an_order_that_brings_its_items_is_written_without_a_fetch(shop: Shop) -> None:
    body = {
        "order_id": "own-1",
        "customer_name": "Ada",
        "items": [{"name": "Tea", "quantity": 2, "price": 3.5, "currency": "EUR"}],
    }

    answer = shop.post("/orders?wait=20", body)

    assert answer.json()["orders"][0]["status"] == "synced"
    assert [(row["Product"], row["Line total"]) for row in shop.rows("Items")] == [("Tea", 7)]
    assert shop.sandbox.whapi.fetches("own-1") == 0


def test_wrong_fields_are_a_422_that_names_each_and_stores_nothing(shop: Shop) -> None:
    answer = shop.post("/orders", [{"order_id": "1", "order_token": "t"}, {"order_id": [], "item_count": "many"}])

    assert answer.status_code == 422
    assert answer.json() == {
        "error": "Nothing was stored, because these fields are wrong.",
        "fields": [
            {
                "field": "[1].order_id",
                "message": "Expected a text of 1 to 128 characters on one line; an empty list came.",
            },
            {
                "field": "[1].item_count",
                "message": 'Expected a number, such as 359 or 359.50; the text "many" came.',
            },
        ],
    }
    assert order_count(shop) == 0


def test_a_wait_that_is_no_number_of_seconds_is_a_400(shop: Shop) -> None:
    error = {"error": "`wait` is a number of seconds from 0 to 30."}
    for wait in ("-1", "31", "soon", "nan", "inf"):
        answer = shop.post(f"/orders?wait={wait}", {"order_id": "1", "order_token": "t"})

        assert (answer.status_code, answer.json()) == (400, error), wait
        assert order_count(shop) == 0, wait


def test_orders_are_listed_by_status_page_by_page(shop: Shop) -> None:
    done = shop.sandbox.send("normal", 3)
    shop.wait_until_synced(done)
    waiting = shop.sandbox.send("never_items")
    wait_until(lambda: shop.statuses(waiting) == ["waiting"])

    def page(**query: Any) -> dict[str, Any]:
        answer: dict[str, Any] = shop.http.get("/orders", params=query).json()
        return answer

    ids = [order.order_id for order in (*reversed(waiting), *reversed(done))]
    first = page(limit=2)
    second = page(limit=2, before=first["next_before"])
    assert [entry["order_id"] for entry in first["orders"] + second["orders"]] == ids
    assert [entry["order_id"] for entry in page(status="waiting")["orders"]] == ids[:1]
    assert page(status="failed") == {"orders": [], "next_before": None}
    assert "items" not in first["orders"][0]


def test_a_listing_asked_for_wrongly_is_a_400(shop: Shop) -> None:
    wrong = ["status=lost", "limit=0", "limit=501", "limit=x", "before=-1", "before=9e9", f"before={2**53 + 1}"]

    assert {query: shop.http.get(f"/orders?{query}").status_code for query in wrong} == dict.fromkeys(wrong, 400)


def test_unknown_orders_and_addresses_are_a_404_and_wrong_methods_a_405(shop: Shop) -> None:
    for method, path in (("GET", "/orders/9"), ("POST", "/orders/9/resync"), ("GET", "/nowhere")):
        answer = shop.http.request(method, path)
        assert (answer.status_code, list(answer.json())) == (404, ["error"])
    answer = shop.http.get("/webhooks/whapi")
    assert (answer.status_code, answer.json()) == (405, {"error": "This address does not take this method."})


def test_order_ids_with_special_characters_have_their_addresses_too(shop: Shop) -> None:
    odd = "a/b c?d#e%2F=\u00fc"
    shop.post("/orders", {"order_id": odd, "order_token": "t"})

    assert shop.http.get("/orders/" + "a%2Fb%20c%3Fd%23e%252F%3D%C3%BC").json()["order_id"] == odd


def test_an_order_id_that_begins_or_ends_with_a_slash_has_its_address_too(shop: Shop) -> None:
    for odd in ("/a", "a/", "//a//b/"):
        (entry,) = shop.post("/orders", {"order_id": odd, "order_token": "t"}).json()["orders"]

        assert shop.http.get(entry["url"]).json()["order_id"] == odd
        assert shop.http.post(entry["url"] + "/resync").json()["order"]["order_id"] == odd


def test_a_webhook_is_taken_whatever_is_appended_to_its_address(shop: Shop) -> None:
    for below in ("/", "//messages/post", "/messages/", "/a%0Ab"):
        answer = shop.post(f"/webhooks/whapi{below}", {"messages": [shop.sandbox.orders.make().message()]})

        assert (answer.status_code, answer.json()["accepted"]) == (200, 1), below


def test_readiness_tells_of_the_last_write_and_of_problems(shop: Shop) -> None:
    shop.wait_until_synced(shop.sandbox.send("normal"))

    answer = shop.http.get("/readyz")

    body = answer.json()
    last = body.pop("last_sheet_write")
    assert last.endswith("Z")
    assert body.pop("last_webhook").endswith("Z")
    requests = body.pop("google_requests")
    assert {name: count > 0 for name, count in requests.items()} == {"read": True, "write": True}
    assert (answer.status_code, body) == (
        200,
        {
            "status": "ready",
            "database": "ok",
            "oldest_unwritten_order": None,
            "orders_set_aside": [],
            "last_test_webhook": None,
            "problems": [],
        },
    )


def test_a_resync_by_http_tries_all_waiting_orders_at_once(shop: Shop) -> None:
    orders = shop.sandbox.send("fails_then_good", 3)
    wait_until(lambda: len(shop.rows("Orders")) == 3)

    answer = shop.http.post("/resync")

    assert answer.status_code == 200
    shop.wait_until_synced(orders)
    assert shop.http.post("/resync").json() == {"resynced": 0}
    assert shop.differences(orders) == []


def test_no_answer_shows_an_orders_token(shop: Shop) -> None:
    (order,) = shop.sandbox.send("never_items")
    wait_until(lambda: shop.statuses([order]) == ["waiting"])

    for path in ("/orders", f"/orders/{order.order_id}"):
        assert order.token not in shop.http.get(path).text
