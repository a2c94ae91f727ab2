"""Who may do what where there are several shops."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.api.current import WHICH_SHOP
from connector.api.errors import NO_ADDRESS
from connector.api.load_shedding import API_FIRST, BUSY, WEBHOOKS_LAST
from connector.jobs.reasons import LONGEST_DELAY
from connector.store.database import Database
from connector.store.tables import orders
from tests.service.many import Many, payload

OF_A_SHOP = [
    ("GET", "/orders"),
    ("GET", "/orders/1"),
    ("POST", "/orders/1/resync"),
    ("POST", "/orders/1/rewrite"),
    ("POST", "/resync"),
]


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Many]:
    """Two shops, of which nothing is fetched or written."""
    many = Many(tmp_path, "rye", "oat").start(work=False)
    yield many
    many.close()


@pytest.mark.parametrize("shop", ["oat", "nobodys"])
def test_another_shop_is_answered_as_if_it_were_not_there_whether_it_is_or_not(many: Many, shop: str) -> None:
    addresses = [*OF_A_SHOP, ("GET", "/quarantine"), ("GET", "/readyz"), ("GET", "/metrics"), ("POST", "/orders")]
    client = many.of("rye")

    answers = [client.request(method, f"/shops/{shop}{path}") for method, path in addresses]

    assert {(answer.status_code, answer.json()["error"]) for answer in answers} == {(404, NO_ADDRESS)}


def test_a_shop_has_its_own_addresses_with_and_without_its_name_and_the_operator_those_of_all(many: Many) -> None:
    for name in ("rye", "oat"):
        for client, path in ((many.of(name), ""), (many.of(name), f"/shops/{name}"), (many.operator, f"/shops/{name}")):
            sent = many.sandbox.orders.make("normal")
            taken = client.post(f"{path}/webhooks/whapi", json=payload(many.shop(name).channel_id, sent))
            assert taken.json()["accepted"] == 1
            assert client.get(f"{path}/orders/{sent.order_id}").status_code == 200
    assert [len(many.order_ids(name)) for name in ("rye", "oat")] == [3, 3]
    listed = many.of("rye").get("/orders").json()["orders"]
    assert {order["order_id"] for order in listed} == many.order_ids("rye")


@pytest.mark.parametrize(("method", "path"), OF_A_SHOP)
def test_the_operator_has_to_say_which_shop_is_meant(many: Many, method: str, path: str) -> None:
    answer = many.operator.request(method, path)

    assert (answer.status_code, answer.json()["error"]) == (404, WHICH_SHOP.format(path=path))


def test_without_a_right_secret_no_shop_is_there(many: Many) -> None:
    client = many.client("no-right-secret-at-all")

    assert {client.get(f"/shops/{shop}/orders").status_code for shop in ("rye", "nobodys")} == {401}
    assert client.get("/healthz").status_code == 200


def make_late(many: Many, name: str) -> None:
    sent = many.sandbox.orders.make("normal")
    many.of(name).post("/webhooks/whapi", json=payload(None, sent))
    long_ago = many.service.clock.now() - LONGEST_DELAY - timedelta(minutes=1)
    statement = sa.update(orders).where(orders.c.shop == name).values(stored_at=long_ago)
    many.service.database.write(lambda connection: connection.execute(statement))


def test_the_whole_is_ready_for_as_long_as_one_shop_is(many: Many) -> None:
    def answer() -> tuple[int, object, object]:
        found = many.operator.get("/readyz")
        return found.status_code, found.json()["shops"], found.json()["shops_not_ready"]

    assert answer() == (200, {"ready": 2, "not_ready": 0, "out": 0}, [])
    make_late(many, "oat")
    assert answer() == (200, {"ready": 1, "not_ready": 1, "out": 0}, ["oat"])
    assert [many.of(name).get("/readyz").status_code for name in ("rye", "oat")] == [200, 503]
    many.write_shops("[shops.spelt]\n")
    many.watch.look()
    assert answer() == (200, {"ready": 1, "not_ready": 1, "out": 1}, ["oat", "spelt"])
    make_late(many, "rye")
    assert answer()[:2] == (503, {"ready": 0, "not_ready": 2, "out": 1})


def test_a_service_without_shops_is_ready(tmp_path: Path) -> None:
    many = Many(tmp_path).start()

    assert many.operator.get("/readyz").json()["shops"] == {"ready": 0, "not_ready": 0, "out": 0}
    assert many.operator.get("/readyz").status_code == 200
    many.close()


@pytest.mark.parametrize(
    ("waiting", "refused"),
    [(0, 0), (API_FIRST - 1, 0), (API_FIRST, 3), (WEBHOOKS_LAST - 1, 3), (WEBHOOKS_LAST, 6)],
)
def test_when_changes_pile_up_the_api_is_refused_first_and_webhooks_last(
    many: Many, monkeypatch: pytest.MonkeyPatch, waiting: int, refused: int
) -> None:
    monkeypatch.setattr(Database, "changes_waiting", waiting)
    client = many.of("rye")
    first = [client.get("/orders"), client.post("/resync"), client.get("/")]
    last = [
        client.post("/webhooks/whapi", json={"messages": []}),
        client.post("/orders", json=[]),
        client.get("/readyz"),
    ]

    answers = [*first, *last]

    assert [answer.status_code == 503 for answer in answers] == [True] * refused + [False] * (6 - refused)
    assert all(BUSY in answer.text and answer.headers["Retry-After"] for answer in answers[:refused])
    assert client.get("/healthz").status_code == 200
