"""The examples of the description are true: each was really answered, and what is sent gets the answer beside it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from connector.api import auth, health
from connector.api.openapi import document
from connector.api.request import LARGEST_BODY
from connector.jobs import reasons
from connector.settings import SHOP
from connector.store.tables import order_numbers, orders
from sandbox.google.merchant import Merchant
from sandbox.orders import whapi_sample
from tests.attack.raw import exchange, request
from tests.openapi import examples
from tests.openapi.described import (
    FORM,
    answer_examples,
    comparable,
    operation_of,
    operations,
    path_of,
    sent_examples,
    values,
)
from tests.service.shop import Shop
from tests.waiting import wait_until

ORDER = f"/orders/{examples.ORDER_ID}"
Said = tuple[int, Any]
Scene = Callable[[Shop], httpx.Response | Said]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop that has the sample order at Whapi, and tries nothing twice while the test runs."""
    shop = Shop(tmp_path, retry_first_delay=600, retry_max_delay=600, public_url=examples.PUBLIC_URL).start()
    shop.sandbox.whapi.add(whapi_sample())
    yield shop
    shop.close()


def quiet(shop: Shop) -> Shop:
    """The shop with nothing fetched and nothing written, so that orders stay as they came."""
    shop.whole.dispatcher.stop()
    return shop


def waited(shop: Shop) -> httpx.Response:
    return shop.post("/orders?wait=20", examples.PAYLOAD)


def without_items(shop: Shop) -> httpx.Response:
    """The sample order, whose items Whapi does not have, once its row is in the sheet."""
    shop.sandbox.whapi.add(replace(whapi_sample(), afterwards=404))
    shop.post("/orders", examples.PAYLOAD)
    wait_until(lambda: (order := shop.order(examples.ORDER_ID)) is not None and order.status == "waiting")
    return shop.http.get(ORDER)


def time_is_up(shop: Shop) -> httpx.Response:
    without_items(shop)
    return shop.post("/orders?wait=0.1", examples.PAYLOAD)


def nothing_to_do(shop: Shop) -> httpx.Response:
    waited(shop)
    return shop.post(f"{ORDER}/resync", None)


def deleted(shop: Shop) -> httpx.Response:
    """The merchant has deleted the order's rows."""
    waited(shop)
    merchant = Merchant(shop.sandbox.google, shop.sandbox.spreadsheet_id)
    quiet(shop)
    for tab in ("Items", "Orders"):
        merchant.delete_rows(tab, 1, len(shop.rows(tab)))
    return shop.post(f"{ORDER}/rewrite", None)


def still_there(shop: Shop) -> httpx.Response:
    waited(shop)
    return shop.post(f"{ORDER}/rewrite", None)


def dealt_with(shop: Shop) -> httpx.Response:
    shop.sandbox.whapi.send(replace(whapi_sample(), without=frozenset({"token"})))
    wait_until(lambda: (order := shop.order(examples.ORDER_ID)) is not None and order.status == "failed")
    return shop.post(f"{ORDER}/dealt-with", None)


def all_again(shop: Shop) -> httpx.Response:
    without_items(shop)
    return shop.post("/resync", None)


def quarantined(method: str, path: str) -> Scene:
    def scene(shop: Shop) -> httpx.Response:
        shop.post("/webhooks/whapi", examples.ODD)
        return shop.http.request(method, path)

    return scene


def after_waiting(path: str) -> Scene:
    def scene(shop: Shop) -> httpx.Response:
        waited(shop)
        return shop.http.get(path)

    return scene


def late(shop: Shop) -> httpx.Response:
    quiet(shop).post("/orders", examples.PAYLOAD)
    long_ago = shop.service.clock.now() - 2 * reasons.LONGEST_DELAY - timedelta(seconds=1)
    shop.service.database.write(lambda connection: connection.execute(sa.update(orders).values(stored_at=long_ago)))
    return shop.http.get("/readyz")


def without_database(path: str) -> Scene:
    def scene(shop: Shop) -> httpx.Response:
        quiet(shop).service.database.write(
            lambda connection: connection.execute(sa.text("ALTER TABLE orders RENAME TO gone"))
        )
        return shop.http.get(path)

    return scene


def asked(method: str, path: str, **options: Any) -> Scene:
    return lambda shop: shop.http.request(method, path, **options)


def sent(raw: str) -> Scene:
    def scene(shop: Shop) -> Said:
        (answer,) = exchange(shop.url, raw.encode())
        return answer.status, answer.json() if answer.is_json else answer.body.decode()

    return scene


def guessed(shop: Shop) -> httpx.Response:
    guess = {"X-Webhook-Secret": "guess"}
    for _ in range(auth.MOST_WRONG):
        assert httpx.get(f"{shop.url}/orders", headers=guess).status_code == 401
    return httpx.get(f"{shop.url}/orders", headers=guess)


def leaving(shop: Shop) -> httpx.Response:
    shop.whole.refuse(SHOP)
    return shop.post("/orders", examples.BARE)


def fault(shop: Shop) -> httpx.Response:
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(health, "moment", None)
        return shop.http.get("/readyz")


WRONG = [{"order_id": "1", "order_token": "t"}, {"order_token": "t", "total": "1,200"}]
SCENES: dict[tuple[str, str, str], Scene] = {
    ("POST /orders", "200", "waited"): waited,
    ("POST /orders", "202", "waited"): time_is_up,
    ("POST /orders", "422", "fields"): asked("POST", "/orders", json=WRONG),
    ("GET /orders", "200", "page"): after_waiting("/orders"),
    ("GET /orders", "200", "part"): after_waiting("/orders?limit=1"),
    ("GET /orders/{order_id}", "200", "synced"): after_waiting(ORDER),
    ("GET /orders/{order_id}", "200", "waiting"): without_items,
    ("POST /orders/{order_id}/resync", "200", "synced"): nothing_to_do,
    ("POST /orders/{order_id}/rewrite", "200", "all"): deleted,
    ("POST /orders/{order_id}/rewrite", "409", "there"): still_there,
    ("POST /orders/{order_id}/dealt-with", "200", "failed"): dealt_with,
    ("POST /resync", "200", "one"): all_again,
    ("GET /quarantine", "200", "page"): quarantined("GET", "/quarantine"),
    ("GET /quarantine/{entry_id}", "200", "entry"): quarantined("GET", "/quarantine/1"),
    ("POST /quarantine/{entry_id}/replay", "200", "left"): quarantined("POST", "/quarantine/1/replay"),
    ("POST /quarantine/{entry_id}/dealt-with", "200", "noted"): quarantined("POST", "/quarantine/1/dealt-with"),
    ("POST /quarantine/replay", "200", "left"): quarantined("POST", "/quarantine/replay"),
    ("GET /healthz", "200", "alive"): lambda shop: httpx.get(f"{shop.url}/healthz"),
    ("GET /readyz", "200", "ready"): after_waiting("/readyz"),
    ("GET /readyz", "503", "late"): late,
    ("GET /readyz", "503", "database"): without_database("/readyz"),
    ("InvalidHttp", "400", "http"): sent("GET /healthz HTTP/1.1\r\nnonsense\r\n\r\n"),
    ("NoJson", "400", "body"): asked("POST", "/webhooks/whapi", content=b"{"),
    ("NoChallenge", "400", "challenge"): asked("GET", "/webhooks/meta"),
    ("NeitherJsonNorForm", "400", "body"): asked("POST", "/orders", content=b"{"),
    ("NeitherJsonNorForm", "400", "empty"): asked("POST", "/orders", content=b"", headers={"Content-Type": FORM}),
    ("NeitherJsonNorForm", "400", "fields"): asked("POST", "/orders", files={f"f{n}": (None, "") for n in range(1001)}),
    ("NeitherJsonNorForm", "400", "wait"): asked("POST", "/orders?wait=31", json=examples.BARE),
    ("WrongQuery", "400", "limit"): asked("GET", "/orders?limit=501"),
    ("Unauthorised", "401", "secret"): lambda shop: httpx.get(f"{shop.url}/orders"),
    ("NoSuchOrder", "404", "order"): asked("GET", "/orders/9"),
    ("NotInQuarantine", "404", "entry"): asked("GET", "/quarantine/9"),
    ("NotInQuarantine", "404", "address"): asked("GET", "/quarantine/nine"),
    ("NoSuchAddress", "404", "address"): asked("GET", "/nowhere"),
    ("NoSuchShop", "404", "shop"): asked("GET", "/shops/nobodys/orders"),
    ("WrongMethod", "405", "method"): asked("GET", "/webhooks/whapi"),
    ("ShopLeaving", "410", "shop"): leaving,
    ("TooLarge", "413", "body"): asked("POST", "/orders", content=b" " * (LARGEST_BODY + 1)),
    ("TooManyWrongSecrets", "429", "secret"): guessed,
    ("HeadersTooLarge", "431", "headers"): sent(request("GET", "/orders", {"A": "b" * 100_000}).decode()),
    ("Fault", "500", "fault"): fault,
    ("NotStored", "503", "database"): without_database("/orders"),
}
"""How each answer comes about, unless it stands beside what is sent: the status and the example's name."""

SPOILING = {"ShopLeaving", "TooManyWrongSecrets", "NotStored"}
"""Answers after which the shop is of no use to the next scene. So it is after those of a single operation."""


def pairs() -> Iterator[tuple[str, str, str]]:
    """What is sent and has an answer of the same name."""
    for method, address, operation in operations():
        for name in sent_examples(operation):
            yield method, address, name


def described(said_by: str, status: str) -> dict[str, Any]:
    """The examples of an answer, by the operation or by the name of a shared answer."""
    if " " not in said_by:
        (content,) = document()["components"]["responses"][said_by]["content"].values()
        return values(content["examples"])
    return answer_examples(operation_of(*said_by.split(" "))["responses"][status])


def is_shared(status: str, answer: dict[str, Any]) -> bool:
    """Whether it is an error that several operations answer with."""
    return "$ref" in answer and int(status) >= 400


def test_every_example_of_an_answer_comes_about_here() -> None:
    own = {
        (f"{method} {address}", status, name)
        for method, address, operation in operations()
        for status, answer in operation["responses"].items()
        if not is_shared(status, answer)
        for name in answer_examples(answer)
    }
    shared = {
        (name, status, example)
        for _, _, operation in operations()
        for status, answer in operation["responses"].items()
        if is_shared(status, answer)
        for name in [answer["$ref"].rpartition("/")[2]]
        for example in described(name, status)
    }
    elsewhere = {("NoSuchAddress", "404", "address"), ("WrongMethod", "405", "method")}

    assert own | shared | elsewhere == {
        *SCENES,
        *((f"{method} {address}", "200", name) for method, address, name in pairs()),
    }


IN_ONE_SHOP = [scene for scene in SCENES if " " not in scene[0] and scene[0] not in SPOILING]


@pytest.mark.parametrize(("said_by", "status", "name"), [scene for scene in SCENES if scene not in IN_ONE_SHOP])
def test_an_answer_comes_as_its_example_says(shop: Shop, said_by: str, status: str, name: str) -> None:
    came = SCENES[said_by, status, name](shop)

    assert comparable(said(came)) == comparable([int(status), described(said_by, status)[name]])


def test_what_is_refused_is_answered_as_the_examples_say(shop: Shop) -> None:
    for said_by, status, name in IN_ONE_SHOP:
        came = SCENES[said_by, status, name](shop)

        example = [int(status), described(said_by, status)[name]]
        assert comparable(said(came)) == comparable(example), (said_by, name)


def said(came: httpx.Response | Said) -> Said:
    return (came.status_code, came.json()) if isinstance(came, httpx.Response) else came


@pytest.mark.parametrize(("method", "address"), sorted({(method, address) for method, address, _ in pairs()}))
def test_what_is_sent_gets_the_answer_that_stands_beside_it(shop: Shop, method: str, address: str) -> None:
    operation = operation_of(method, address)
    quiet(shop)
    for name, sending in sent_examples(operation).items():
        shop.service.database.write(lambda connection: connection.execute(sa.delete(orders)))
        shop.service.database.write(lambda connection: connection.execute(sa.delete(order_numbers)))

        answer = shop.http.request(method, path_of(address), **sending)

        found = comparable([answer.status_code, answer.json()])
        assert found == comparable([200, answer_examples(operation["responses"]["200"])[name]]), name
