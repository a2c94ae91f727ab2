"""The addresses for other gateways' webhooks: who gets in, and what becomes of what comes."""

import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.api import auth
from connector.api.auth import UNAUTHORISED
from connector.api.webhooks import SIGNATURE
from connector.app import create_app
from connector.gateways.registry import WITH_WEBHOOKS
from connector.log import Redactor
from tests.openapi.examples import SENT
from tests.service.shop import Shop
from tests.service.test_api import order_count
from tests.waiting import wait_until

APP_SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
META = "/webhooks/meta"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path, meta_app_secret=APP_SECRET).start()
    yield shop
    shop.close()


def signed(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    return {SIGNATURE: f"sha256={hmac.new(secret.encode(), body, 'sha256').hexdigest()}"}


def verification(**changes: str) -> dict[str, str]:
    return {"hub.mode": "subscribe", "hub.challenge": "1158201444", **changes}


@pytest.mark.parametrize("name", [gateway.NAME for gateway in WITH_WEBHOOKS])
def test_a_gateways_order_is_in_the_sheet_once_however_often_it_is_sent(shop: Shop, name: str) -> None:
    first, second = (shop.post(f"/webhooks/{name}", SENT[name].order) for _ in range(2))

    assert (first.status_code, first.json()) == (200, {"accepted": 1, "duplicates": 0, "ignored": 0, "quarantined": 0})
    assert (second.status_code, second.json()["duplicates"]) == (200, 1)
    rows = wait_until(lambda: shop.rows("Orders"))
    assert rows is not None
    assert len(rows) == 1
    complete = name in {"meta", "2chat"}
    assert [row["Items"] for row in rows] == ["complete" if complete else "unavailable"]
    assert [row["Product"] for row in shop.rows("Items")] == ({"meta": ["RYE-1"], "2chat": ["Rye loaf"]}.get(name, []))


def test_evolution_may_add_the_events_name_to_the_address(shop: Shop) -> None:
    assert shop.post("/webhooks/evolution/messages-upsert", SENT["evolution"].order).json()["accepted"] == 1


def test_nobody_gets_in_without_the_secret(shop: Shop) -> None:
    for gateway in WITH_WEBHOOKS:
        answer = httpx.post(f"{shop.url}/webhooks/{gateway.NAME}", json=SENT[gateway.NAME].order)

        assert (answer.status_code, answer.json()) == (401, {"error": UNAUTHORISED}), gateway.NAME
        assert order_count(shop) == 0, gateway.NAME


def test_what_meta_signed_gets_in_without_the_secret(shop: Shop) -> None:
    body = json.dumps(SENT["meta"].order, ensure_ascii=False).encode()

    answer = httpx.post(f"{shop.url}{META}", content=body, headers=signed(body))

    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)


NOT_SIGNED = [
    signed(b"{}"),
    {SIGNATURE: ""},
    {SIGNATURE: "sha256="},
    {SIGNATURE: signed(b'{"statuses":[]}')[SIGNATURE].removeprefix("sha256=")},
    {SIGNATURE: signed(b'{"statuses":[]}')[SIGNATURE].upper()},
    signed(b'{"statuses":[]}', secret="another"),
]


def test_a_signature_over_anything_else_or_by_anybody_else_is_refused(shop: Shop) -> None:
    for headers in NOT_SIGNED:
        answer = httpx.post(f"{shop.url}{META}", content=b'{"statuses":[]}', headers=headers)

        assert answer.status_code == 401, headers


def test_a_signature_opens_no_other_address(shop: Shop) -> None:
    body = json.dumps(SENT["meta"].order).encode()

    for path in ("/webhooks/whapi", "/webhooks/waha", "/orders", "/quarantine/replay"):
        assert httpx.post(f"{shop.url}{path}", content=body, headers=signed(body)).status_code == 401, path


def test_without_the_apps_secret_no_signature_is_right(tmp_path: Path) -> None:
    shop = Shop(tmp_path).start()
    try:
        for secret in ("", "None", APP_SECRET):
            assert httpx.post(f"{shop.url}{META}", content=b"{}", headers=signed(b"{}", secret)).status_code == 401
    finally:
        shop.close()


def test_wrong_signatures_are_guesses_and_slow_down_whoever_sends_them(shop: Shop) -> None:
    def send() -> int:
        return httpx.post(f"{shop.url}{META}", content=b"{}", headers={SIGNATURE: "sha256=00"}).status_code

    statuses = [send() for _ in range(auth.MOST_WRONG + 1)]

    assert statuses == [401] * auth.MOST_WRONG + [429]
    assert httpx.post(f"{shop.url}{META}", content=b"{}", headers=signed(b"{}")).status_code == 200


def test_meta_verifies_the_address_with_the_secret_and_gets_its_challenge_back(shop: Shop) -> None:
    answer = httpx.get(f"{shop.url}{META}", params=verification(**{"hub.verify_token": shop.secret}))

    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_another_verify_token_is_refused_and_no_challenge_comes_back(shop: Shop) -> None:
    for token in ("", "wrong", "ä", "\udcff", "x" * 2000):
        query = httpx.QueryParams(verification(**{"hub.verify_token": token.encode("utf-8", "replace").decode()}))

        answer = httpx.get(f"{shop.url}{META}", params=query)

        assert answer.status_code == 401, token
        assert "1158201444" not in answer.text, token


def test_what_is_no_verification_is_a_400(shop: Shop) -> None:
    for changes in ({"hub.mode": "unsubscribe"}, {"hub.challenge": ""}, {"hub.challenge": "1" * 201}):
        params = verification(**{"hub.verify_token": shop.secret}, **changes)

        assert httpx.get(f"{shop.url}{META}", params=params).status_code == 400, changes


def test_a_secret_that_is_not_ascii_verifies_as_well(shop: Shop) -> None:
    secret = "gehöre-nur-uns-beiden"
    shop.whole.settings = replace(shop.settings, webhook_secret=secret)
    client = create_app(shop.whole).test_client()

    verified = client.get(META, query_string=verification(**{"hub.verify_token": secret}))
    sent = client.post("/webhooks/2chat", query_string={"secret": secret}, json=SENT["2chat"].other)

    assert (verified.status_code, sent.status_code) == (200, 200)


def test_2chat_has_the_secret_in_its_address_and_nobody_else(shop: Shop) -> None:
    def send(path: str, secret: str) -> int:
        return httpx.post(f"{shop.url}{path}", params={"secret": secret}, json=SENT["2chat"].order).status_code

    assert send("/webhooks/2chat", "wrong") == 401
    assert send("/webhooks/2chat", shop.secret) == 200
    for path in ("/webhooks/waha", "/webhooks/whapi", META, "/orders"):
        assert send(path, shop.secret) == 401


def test_what_cannot_be_read_is_kept_and_can_be_replayed(shop: Shop) -> None:
    broken = json.loads(json.dumps(SENT["waha"].order).replace('"orderId"', '"number"'))

    answer = shop.post("/webhooks/waha", broken)

    assert (answer.status_code, answer.json()["quarantined"]) == (200, 1)
    (entry,) = shop.http.get("/quarantine").json()["quarantined"]
    assert entry["reason"] == "An order id is a text of 1 to 128 characters; nothing came."
    assert shop.post("/quarantine/replay", None).json()["left"] == 1


def test_the_apps_secret_is_hidden_wherever_secrets_are(shop: Shop) -> None:
    assert APP_SECRET not in repr(shop.settings)
    assert APP_SECRET not in Redactor(shop.settings.secrets).text(f"a {APP_SECRET} in a text")
    answer: Any = httpx.post(
        f"{shop.url}/orders", json={"order_id": [APP_SECRET]}, headers={"X-Webhook-Secret": shop.secret}
    )
    assert APP_SECRET not in answer.text
