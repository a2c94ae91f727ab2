"""The quarantine: what could not be understood is kept and shown, and taken in by a version that understands it."""

import json
from typing import Any

import httpx
import pytest

from connector.gateways.reading.result import Reading
from connector.gateways.whapi.payload import read_message
from connector.jobs import replay as replay_module
from connector.settings import SHOP
from connector.store import intake, quarantine
from connector.store.quarantine import Entry
from sandbox.orders import whapi_sample
from tests.service.shop import Shop
from tests.store.helpers import quarantined_entries

NOTHING = {"understood": 0, "left": 0, "accepted": 0, "duplicates": 0, "ignored": 0}


def odd_message(**order: Any) -> dict[str, Any]:
    """An order whose id stands where this version doesn't look for it."""
    message = whapi_sample().message()
    message["order"]["number"] = message["order"].pop("order_id")
    message["order"] |= order
    return message


@pytest.fixture
def updated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later version, which knows that an order's id may be called its number."""

    def read(message: Any, reading: Reading, **options: Any) -> None:
        if isinstance(message, dict) and isinstance(message.get("order"), dict) and "number" in message["order"]:
            order = dict(message["order"])
            message = {**message, "order": {**order, "order_id": order["number"]}}
        read_message(message, reading, **options)

    monkeypatch.setattr(replay_module, "read_message", read)


def entries(shop: Shop) -> list[Entry]:
    return quarantined_entries(shop.service.database)


def put_aside(shop: Shop, field: str, part: Any) -> int:
    """As a version did that understood less than this one."""
    kept = quarantine.quarantined(field, "Odd.", part)
    database = shop.service.database
    database.write(lambda connection: quarantine.keep(connection, SHOP, [kept], now=shop.service.clock.now()))
    return entries(shop)[0].id


def test_what_was_put_aside_is_listed_and_shown_without_its_token(shop: Shop) -> None:
    message = odd_message()
    shop.post("/webhooks/whapi", {"messages": [message, 7], "channel_id": "MANTIS-M72HC"})

    listed = shop.http.get("/quarantine").json()
    second, first = listed["quarantined"]
    whole = shop.http.get(f"/quarantine/{first['id']}")

    assert listed["next_before"] is None
    assert (second["field"], second["reason"]) == ("messages[1]", "A message is a JSON object; a number came.")
    assert first["field"] == "messages[0].order.order_id"
    assert first["reason"] == "An order id is a text of 1 to 128 characters; nothing came."
    assert list(first) == ["id", "received_at", "field", "reason", "bytes", "dealt_with_at"]
    del message["order"]["preview"]
    message["order"]["token"] = "[secret]"
    assert whole.json() == {**first, "payload": {**message, "channel_id": "MANTIS-M72HC"}}


def test_the_list_comes_page_by_page(shop: Shop) -> None:
    shop.post("/webhooks/whapi", {"messages": list(range(5))})

    first = shop.http.get("/quarantine?limit=3").json()
    second = shop.http.get(f"/quarantine?limit=3&before={first['next_before']}").json()

    fields = [entry["field"] for page in (first, second) for entry in page["quarantined"]]
    assert fields == [f"messages[{number}]" for number in (4, 3, 2, 1, 0)]
    assert second["next_before"] is None
    assert shop.http.get("/quarantine?limit=0").status_code == 400


def test_an_entry_that_is_not_there_is_a_404(shop: Shop) -> None:
    for method, path in (
        ("GET", "/quarantine/9"),
        ("POST", "/quarantine/9/replay"),
        ("GET", f"/quarantine/{10**30}"),
        ("GET", "/quarantine/x"),
        ("POST", "/quarantine/-1/replay"),
    ):
        answer = shop.http.request(method, path)

        assert (answer.status_code, list(answer.json())) == (404, ["error"]), (method, path)


def test_a_redelivery_is_answered_200_each_time_and_kept_once(shop: Shop) -> None:
    for _ in range(5):
        answer = shop.post("/webhooks/whapi", {"messages": [odd_message()]})
        assert (answer.status_code, answer.json()["quarantined"]) == (200, 1)

    assert len(entries(shop)) == 1


def test_what_is_still_not_understood_stays(shop: Shop) -> None:
    shop.post("/webhooks/whapi", {"messages": [odd_message(), 7], "channel_id": "MANTIS-M72HC"})
    before = entries(shop)

    for path in ("/quarantine/replay", f"/quarantine/{before[0].id}/replay"):
        answer = shop.post(path, None)
        assert answer.status_code == 200
        assert (answer.json()["understood"], answer.json()["accepted"]) == (0, 0)

    assert entries(shop) == before


@pytest.mark.usefixtures("updated")
def test_after_an_update_a_replay_takes_the_order_in_as_its_webhook_would_have(shop: Shop) -> None:
    sample = whapi_sample()
    shop.sandbox.whapi.add(sample)
    shop.post("/webhooks/whapi", {"messages": [odd_message(), 7], "channel_id": "MANTIS-M72HC"})
    answer = shop.post(f"/quarantine/{entries(shop)[1].id}/replay", None)

    assert answer.json() == {**NOTHING, "understood": 1, "accepted": 1}
    shop.wait_until_synced([sample])
    assert shop.differences([sample]) == []
    order = shop.order(sample.order_id)
    assert order is not None
    assert (order.channel_id, int(order.received_at.timestamp())) == ("MANTIS-M72HC", sample.timestamp)
    assert [entry.field for entry in entries(shop)] == ["messages[1]"]


def test_all_that_is_understood_now_leaves_and_a_known_order_stays_as_it_is(shop: Shop) -> None:
    sent = shop.sandbox.send("normal", 2)
    shop.wait_until_synced(sent)
    missed = shop.sandbox.orders.make()
    shop.sandbox.whapi.add(missed)
    text = shop.sandbox.orders.text_message()
    put_aside(shop, "messages[0]", sent[0].message())
    put_aside(shop, "body", {"messages": [missed.message(), sent[1].message(), text], "channel_id": "X"})
    put_aside(shop, "body", {"statuses": []})
    put_aside(shop, "body", "nonsense")

    answer = shop.post("/quarantine/replay", None)

    assert answer.json() == {"understood": 3, "left": 1, "accepted": 1, "duplicates": 2, "ignored": 2}
    shop.wait_until_synced([*sent, missed])
    assert shop.differences([*sent, missed]) == []
    assert [entry.payload for entry in entries(shop)] == ['"nonsense"']
    assert shop.post("/quarantine/replay", None).json() == {**NOTHING, "left": 1}


def test_of_a_payload_that_is_understood_in_part_the_rest_stays(shop: Shop) -> None:
    order = shop.sandbox.orders.make()
    shop.sandbox.whapi.add(order)
    put_aside(shop, "messages", {"messages": [order.message(), 7]})

    answer = shop.post("/quarantine/replay", None)

    assert answer.json() == {**NOTHING, "understood": 1, "accepted": 1}
    assert [(entry.field, entry.payload) for entry in entries(shop)] == [("messages[1]", "7")]
    shop.wait_until_synced([order])


def test_many_entries_are_replayed_in_one_go(shop: Shop) -> None:
    orders = [shop.sandbox.orders.make() for _ in range(120)]
    for order in orders:
        shop.sandbox.whapi.add(order)
    database, now = shop.service.database, shop.service.clock.now()
    parts = [quarantine.quarantined("messages[0]", "Odd.", order.message()) for order in orders]
    database.write(lambda connection: quarantine.keep(connection, SHOP, parts, now=now))

    answer = shop.post("/quarantine/replay", None)

    assert answer.json() == {**NOTHING, "understood": 120, "accepted": 120}
    assert entries(shop) == []
    shop.wait_until_synced(orders, within=60)
    assert shop.differences(orders) == []


def test_an_entry_leaves_in_the_commit_that_stores_its_order_or_not_at_all(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.sandbox.orders.make()
    shop.sandbox.whapi.add(order)
    entry_id = put_aside(shop, "messages[0]", order.message())

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(intake, "add_orders", fail)
        assert shop.post(f"/quarantine/{entry_id}/replay", None).status_code == 500

    assert (shop.order(order.order_id), [entry.id for entry in entries(shop)]) == (None, [entry_id])
    assert shop.post(f"/quarantine/{entry_id}/replay", None).json()["accepted"] == 1
    assert entries(shop) == []


def test_an_order_without_a_time_gets_the_time_at_which_it_was_put_aside(shop: Shop) -> None:
    message = shop.sandbox.orders.make().message()
    del message["timestamp"]
    put_aside(shop, "messages[0]", message)
    (entry,) = entries(shop)

    shop.post("/quarantine/replay", None)

    order = shop.order(message["order"]["order_id"])
    assert order is not None
    assert order.received_at == entry.received_at


@pytest.mark.parametrize("depth", [300, 500, 900])
def test_a_deep_payload_is_answered_200_and_shown(shop: Shop, depth: int) -> None:
    body = '{"messages":[' + "[" * depth + "]" * depth + "]}"

    answer = shop.http.post("/webhooks/whapi", content=body)

    # Beyond what can be read at all it is no JSON for us; in between it is kept.
    assert answer.status_code in {200, 400}
    if answer.status_code == 200:
        (entry,) = entries(shop)
        assert shop.http.get(f"/quarantine/{entry.id}").status_code == 200


def test_no_answer_and_no_log_shows_a_token(shop: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    message = odd_message()
    token = message["order"]["token"]
    shop.post("/webhooks/whapi", {"messages": [message, json.dumps(message)]})
    paths = ["/quarantine", *(f"/quarantine/{entry.id}" for entry in entries(shop))]

    answers: list[httpx.Response] = [shop.http.get(path) for path in paths]
    answers.append(shop.post("/quarantine/replay", None))

    assert len(answers) == 4
    assert not [answer for answer in answers if token in answer.text or token[:20] in answer.text]
    out, err = capfd.readouterr()
    assert token not in out + err
