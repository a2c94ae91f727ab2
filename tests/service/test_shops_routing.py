"""Which shop a request's orders go to."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.whapi.order import SandboxOrder
from tests.service.many import Many, payload
from tests.waiting import wait_until


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Many]:
    """Two shops, of which nothing is fetched or written."""
    many = Many(tmp_path, "rye", "oat", meta_app_secret="the-operators-app-secret").start(work=False)
    yield many
    many.close()


def orders(many: Many, count: int) -> list[SandboxOrder]:
    return [many.sandbox.orders.make("normal") for _ in range(count)]


def counts(accepted: int = 0, duplicates: int = 0, ignored: int = 0, quarantined: int = 0) -> dict[str, int]:
    return {"accepted": accepted, "duplicates": duplicates, "ignored": ignored, "quarantined": quarantined}


def quarantine(many: Many, name: str | None = None) -> list[dict[str, Any]]:
    path = "/quarantine" if name is None else f"/shops/{name}/quarantine"
    found: list[dict[str, Any]] = many.operator.get(path).json()["quarantined"]
    return found


def test_with_the_operators_secret_each_payload_goes_to_the_shop_that_has_its_channel(many: Many) -> None:
    first, second, third = orders(many, 3)
    rye, oat = many.shop("rye"), many.shop("oat")

    answer = many.operator.post(
        "/webhooks/whapi", json=[payload(rye.channel_id, first), payload(oat.channel_id, second, third)]
    )

    assert (answer.status_code, answer.json()) == (200, counts(accepted=3))
    assert (many.order_ids("rye"), many.order_ids("oat")) == ({first.order_id}, {second.order_id, third.order_id})
    assert (quarantine(many), quarantine(many, "rye"), quarantine(many, "oat")) == ([], [], [])


def test_what_is_told_later_of_an_order_reaches_the_shop_of_its_channel(many: Many) -> None:
    (order,) = orders(many, 1)
    rye, oat = many.shop("rye"), many.shop("oat")
    for shop in (rye, oat):
        many.operator.post("/webhooks/whapi", json=payload(shop.channel_id, order))

    removed = {"messages_removed": [order.message()["id"]], "event": {"type": "messages", "event": "delete"}}
    many.operator.post("/webhooks/whapi", json={**removed, "channel_id": oat.channel_id})

    changes = [found.change if (found := many.order(name, order.order_id)) else "" for name in ("rye", "oat")]
    assert changes == [None, "Message deleted"]


def test_a_channel_that_nobody_has_is_kept_and_routed_again_once_somebody_has_it(many: Many) -> None:
    known, unknown = orders(many, 2)
    body = [payload(many.shop("rye").channel_id, known), payload("NOBODY-1", unknown)]

    answers = [many.operator.post("/webhooks/whapi", json=body) for _ in range(2)]

    assert [answer.json() for answer in answers] == [
        counts(accepted=1, quarantined=1),
        counts(duplicates=1, quarantined=1),
    ]
    (entry,) = quarantine(many)
    assert (entry["field"], entry["reason"].partition(". ")[0]) == (
        "channel_id",
        "No shop here is known to have the channel NOBODY-1",
    )
    shown = many.operator.get(f"/quarantine/{entry['id']}").json()
    assert shown["payload"]["channel_id"] == "NOBODY-1"
    assert many.of("rye").get(f"/quarantine/{entry['id']}").status_code == 404

    again = many.operator.post("/quarantine/replay").json()
    assert (again["understood"], again["left"], len(quarantine(many))) == (0, 1, 1)
    many.service.learn_channel("oat", "NOBODY-1")
    again = many.operator.post(f"/quarantine/{entry['id']}/replay").json()

    assert again == {"understood": 1, "left": 0, "accepted": 1, "duplicates": 0, "ignored": 0}
    assert (many.order_ids("oat"), quarantine(many)) == ({unknown.order_id}, [])


def test_of_a_payload_of_several_channels_each_message_goes_where_it_belongs(many: Many) -> None:
    first, second, third = orders(many, 3)
    rye, oat = many.shop("rye"), many.shop("oat")
    messages = [
        {**first.message(), "channel_id": rye.channel_id},
        {**second.message(), "channel_id": "NOBODY-1"},
        {**third.message(), "channel_id": oat.channel_id},
    ]

    answer = many.operator.post("/webhooks/whapi", json={"messages": messages, "channel_id": rye.channel_id})

    assert answer.json() == counts(accepted=2, quarantined=1)
    assert (many.order_ids("rye"), many.order_ids("oat")) == ({first.order_id}, {third.order_id})
    (entry,) = quarantine(many)
    kept = many.operator.get(f"/quarantine/{entry['id']}").json()["payload"]["messages"]
    assert [message["order"]["order_id"] for message in kept] == [second.order_id]


def test_without_a_channel_nobody_knows_whose_it_is(many: Many) -> None:
    (order,) = orders(many, 1)

    answer = many.operator.post("/webhooks/whapi", json=payload(None, order))
    ignored = many.operator.post("/webhooks/whapi", json={"statuses": [], "event": {"type": "statuses"}})

    assert (answer.json(), ignored.json()) == (counts(quarantined=1), counts(ignored=1))
    assert [entry["reason"].partition(", so")[0] for entry in quarantine(many)] == ["The payload names no channel"]


def test_the_address_names_the_shop_also_for_a_channel_that_nobody_has(many: Many) -> None:
    first, second = orders(many, 2)

    for path, client in (("/shops/oat/webhooks/whapi", many.operator), ("/webhooks/whapi", many.of("oat"))):
        sent = first if client is many.operator else second
        assert client.post(path, json=payload("NOBODY-1", sent)).json() == counts(accepted=1)

    assert many.order_ids("oat") == {first.order_id, second.order_id}


def test_another_shops_channel_is_put_aside_where_it_came_and_stays_there(many: Many) -> None:
    (order,) = orders(many, 1)
    client = many.of("oat")

    answer = client.post("/webhooks/whapi", json=payload(many.shop("rye").channel_id, order))
    again = client.post("/quarantine/replay").json()

    assert answer.json() == counts(quarantined=1)
    assert (again["understood"], again["left"]) == (0, 1)
    assert (many.order_ids("rye"), many.order_ids("oat")) == (set(), set())
    assert (len(quarantine(many, "oat")), quarantine(many, "rye"), quarantine(many)) == (1, [], [])


def test_forwarded_orders_go_to_the_shops_of_their_channels_and_say_where_to_ask(many: Many) -> None:
    body = [
        {"order_id": f"of-{name}", "channel_id": many.shop(name).channel_id, "items": [{"name": "Loaf"}]}
        for name in ("rye", "oat")
    ]

    answer = many.operator.post("/orders", json=body)

    assert (answer.status_code, answer.json()["accepted"]) == (200, 2)
    urls = {order["order_id"]: order["url"] for order in answer.json()["orders"]}
    assert urls == {f"of-{name}": f"{many.url}/shops/{name}/orders/of-{name}" for name in ("rye", "oat")}
    assert [many.operator.get(url).status_code for url in urls.values()] == [200, 200]
    assert many.of("oat").post("/orders", json=body[1]).json()["orders"][0]["url"] == f"{many.url}/orders/of-oat"


@pytest.mark.parametrize(
    ("channel_id", "reason"), [("NOBODY-1", "No shop here is known to have"), (None, "This field is needed")]
)
def test_a_forwarded_order_without_a_shop_is_refused_and_nothing_is_stored(
    many: Many, channel_id: str | None, reason: str
) -> None:
    order = {"order_id": "7", "items": [{"name": "Loaf"}], **({"channel_id": channel_id} if channel_id else {})}
    good = {"order_id": "8", "channel_id": many.shop("rye").channel_id, "items": [{"name": "Loaf"}]}

    answer = many.operator.post("/orders", json=[good, order])

    assert (answer.status_code, [field["field"] for field in answer.json()["fields"]]) == (422, ["[1].channel_id"])
    assert answer.json()["fields"][0]["message"].startswith(reason)
    assert (many.order_ids("rye"), quarantine(many)) == (set(), [])


def test_a_forwarded_order_of_another_shops_channel_is_refused(many: Many) -> None:
    order = {"order_id": "7", "channel_id": many.shop("rye").channel_id, "items": [{"name": "Loaf"}]}

    answer = many.of("oat").post("/orders", json=order)

    assert (answer.status_code, [field["field"] for field in answer.json()["fields"]]) == (422, ["channel_id"])
    assert (many.order_ids("rye"), many.order_ids("oat")) == (set(), set())


def test_a_shop_named_default_takes_the_channels_that_nobody_else_has(tmp_path: Path) -> None:
    many = Many(tmp_path, "default", "rye").start(work=False)
    first, second, third = orders(many, 3)
    body = [payload("NOBODY-1", first), payload(None, second), payload(many.shop("rye").channel_id, third)]

    answer = many.operator.post("/webhooks/whapi", json=body)

    assert answer.json() == counts(accepted=3)
    assert many.order_ids("default") == {first.order_id, second.order_id}
    many.close()


def test_two_shops_on_one_channel_put_out_the_one_that_came_later(many: Many) -> None:
    rye, oat = many.shop("rye"), many.shop("oat")

    many.service.learn_channel("oat", rye.channel_id)

    assert many.service.out.keys() == {"oat"}
    assert f"the channel {rye.channel_id}, which the shop rye has already" in many.service.out["oat"]
    body = many.operator.get("/readyz").json()
    assert (body["shops"], body["shops_not_ready"]) == ({"ready": 1, "not_ready": 0, "out": 1}, ["oat"])
    # It comes back as soon as nobody else has the channel.
    many.service.remove("rye")
    many.service.learn_channel("oat", oat.channel_id)
    assert many.service.out == {}


def test_a_shop_with_a_new_token_has_a_new_channel(tmp_path: Path) -> None:
    many = Many(tmp_path, "rye").start()
    many.sandbox.add_shop("spelt")
    spelt = many.sandbox.shops["spelt"]
    rye = many.sandbox.shops["rye"]
    text = many.shops_file.read_text().replace(rye.token, spelt.token)
    many.shops_file.write_text(text)

    many.watch.look()

    wait_until(lambda: many.service.channels.get(spelt.channel_id) == "rye", what="the new channel")
    assert many.service.owner(rye.channel_id) is None
    many.close()


def signed(body: bytes, secret: str) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


META = {
    "object": "whatsapp_business_account",
    "entry": [
        {
            "changes": [
                {
                    "value": {
                        "metadata": {"phone_number_id": "4711"},
                        "messages": [
                            {
                                "id": "wamid.1",
                                "type": "order",
                                "from": "919984351847",
                                "order": {"product_items": [{"product_retailer_id": "LOAF", "quantity": 1}]},
                            }
                        ],
                    }
                }
            ]
        }
    ],
}


def test_metas_signature_counts_for_the_shop_that_the_address_names(many: Many) -> None:
    own = many.shop("oat").entry() | {"meta_app_secret": "the-app-secret-of-oat"}
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in own.items())
    text = many.shops_file.read_text()
    many.shops_file.write_text(f"{text[: text.index('[shops.oat]')]}[shops.oat]\n{lines}\n")
    many.watch.look()
    body = json.dumps(META).encode()
    nobody = many.client("")

    def answer(path: str, secret: str) -> int:
        return nobody.post(path, content=body, headers=signed(body, secret)).status_code

    assert answer("/shops/oat/webhooks/meta", "the-app-secret-of-oat") == 200
    assert answer("/shops/rye/webhooks/meta", "the-app-secret-of-oat") == 401
    assert answer("/shops/nobodys/webhooks/meta", "the-app-secret-of-oat") == 401
    assert answer("/webhooks/meta", "the-app-secret-of-oat") == 401
    assert (many.order_ids("oat"), many.order_ids("rye")) == ({"wamid.1"}, set())
    # The operator's app serves those that have none of their own, and is routed where no shop is named.
    assert answer("/shops/rye/webhooks/meta", "the-operators-app-secret") == 200
    assert answer("/webhooks/meta", "the-operators-app-secret") == 200
    assert (many.order_ids("rye"), len(quarantine(many))) == ({"wamid.1"}, 1)


def test_a_secret_in_the_address_chooses_the_shop_as_one_in_a_header_does(many: Many) -> None:
    nobody = many.client("")
    rye, oat = many.shop("rye"), many.shop("oat")
    chat = {"hub.mode": "subscribe", "hub.challenge": "42"}

    def verified(path: str, secret: str) -> int:
        return nobody.get(path, params={**chat, "hub.verify_token": secret}).status_code

    assert nobody.post("/webhooks/2chat", params={"secret": rye.secret}, json={}).json() == counts(quarantined=1)
    assert nobody.post("/shops/oat/webhooks/2chat", params={"secret": rye.secret}, json={}).status_code == 404
    assert len(quarantine(many, "rye")) == 1
    assert verified("/webhooks/meta", oat.secret) == 200
    assert verified("/shops/oat/webhooks/meta", oat.secret) == 200
    assert verified("/shops/oat/webhooks/meta", many.sandbox.secret) == 200
    assert verified("/shops/rye/webhooks/meta", oat.secret) == 404
