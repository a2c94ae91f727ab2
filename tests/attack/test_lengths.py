"""Every text has a longest length where it comes in: what is longer is cut or left out, and that is said; and what is
the same for all parts of a request is stored once.
"""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from connector.api.request import LARGEST_BODY, LARGEST_LIST
from connector.gateways.forwarded import read_forwarded
from connector.gateways.reading.lengths import LONGEST_ID, LONGEST_NAME, LONGEST_TEXT, LONGEST_TOKEN, SIGN, cut
from connector.gateways.reading.result import Reading
from connector.gateways.webhook import read_webhook
from connector.gateways.whapi.payload import parse_items
from connector.jobs.receive import ReceiveStage
from connector.models import NewOrder, OrderChange
from connector.store.database import Database
from tests.attack.test_routes import count
from tests.clock import FakeClock
from tests.context import shop_context
from tests.service.shop import Shop
from tests.store.helpers import add, get, new_order, quarantined_entries

NOW = FakeClock().now()


def message(order_id: str = "1", *, order: dict[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    return {"type": "order", "order": {"order_id": order_id, "token": "t", **(order or {})}, **values}


def read(*messages: dict[str, Any], **payload: Any) -> list[NewOrder]:
    reading = read_webhook({"messages": list(messages), **payload}, now=NOW)
    assert reading.unclear == []
    return reading.orders


@pytest.mark.parametrize(
    ("of_order", "of_message", "field", "longest", "name"),
    [
        ("text", None, "note", LONGEST_TEXT, "note"),
        ("title", None, "title", LONGEST_NAME, "title"),
        ("currency", None, "currency", LONGEST_NAME, "currency"),
        (None, "from_name", "customer_name", LONGEST_NAME, "customer's name"),
    ],
)
def test_a_text_that_is_too_long_is_cut_with_a_sign_and_the_order_says_so(
    of_order: str | None, of_message: str | None, field: str, longest: int, name: str
) -> None:
    def taken(text: str) -> NewOrder:
        (order,) = read(
            message(order={of_order: text} if of_order else {}, **({of_message: text} if of_message else {}))
        )
        return order

    whole, longer = "é" * longest, "é" * (longest + 1)

    assert (getattr(taken(whole), field), taken(whole).warning) == (whole, None)
    assert getattr(taken(longer), field) == "é" * (longest - len(SIGN)) + SIGN
    assert (
        taken(longer).warning == f"The {name} was cut: it had {longest + 1:,} characters, and {longest:,} are the most."
    )


def test_an_emoji_counts_as_two_as_it_does_in_a_cell() -> None:
    assert cut("😀" * 500, LONGEST_NAME) == "😀" * 500
    assert cut("😀" * 501, LONGEST_NAME) == "😀" * ((LONGEST_NAME - len(SIGN)) // 2) + SIGN


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"id": "m" * (LONGEST_ID + 1)}, "message_id", "The message's id was left out: it has 129 characters, and 128"),
        (
            {"channel_id": "c" * 400_000},
            "channel_id",
            "The channel's id was left out: it has 400,000 characters, and 128",
        ),
    ],
)
def test_an_id_that_is_too_long_is_none_and_the_order_says_so(
    values: dict[str, Any], field: str, sentence: str
) -> None:
    (order,) = read(message(**values))

    assert getattr(order, field) is None
    assert order.warning == f"{sentence} are the most."


def test_a_token_that_is_too_long_is_none() -> None:
    (order,) = read(message(order={"token": "t" * (LONGEST_TOKEN + 1)}))

    assert (order.order_token, order.warning) == (
        None,
        "The order's token was left out: it has 1,001 characters, and 1,000 are the most.",
    )


@pytest.mark.parametrize("length", [LONGEST_ID, LONGEST_ID + 1, 400_000])
def test_an_order_id_is_taken_whole_or_not_at_all(shop: Shop, length: int) -> None:
    order_id = f"{length}-".ljust(length, "9")
    before = count(shop, "quarantine")

    sent = shop.post("/orders", {"order_id": order_id, "items": [{"name": "Tea"}]})
    webhook = shop.post("/webhooks/whapi", {"messages": [message(order_id)]})

    if length == LONGEST_ID:
        assert (sent.status_code, webhook.json()["duplicates"]) == (200, 1)
        assert shop.order(order_id) is not None
        return
    (problem,) = sent.json()["fields"]
    assert (sent.status_code, problem["field"]) == (422, "order_id")
    assert problem["message"].startswith(f"Expected a text of 1 to 128 characters on one line; a text of {length}")
    assert (webhook.status_code, webhook.json()["quarantined"]) == (200, 1)
    assert count(shop, "quarantine") == before + 1
    assert shop.order(order_id[:LONGEST_ID]) is None


@pytest.mark.parametrize("field", ["channel_id", "message_id", "sku", "product_id", "order_token"])
def test_who_can_mend_it_is_told_of_any_id_that_is_too_long(field: str) -> None:
    item = {"name": "Tea"} | ({field: "s" * 1001} if field in {"sku", "product_id"} else {})
    order = {"order_id": "1", "items": [item]} | ({} if field in item else {field: "s" * 1001})

    (unclear,) = read_forwarded(order, now=NOW).unclear

    assert unclear.field.endswith(field)
    assert "of at most 1" in unclear.reason


def test_texts_of_items_are_cut_too_and_their_ids_left_out() -> None:
    items = parse_items(
        {"items": [{"id": "p" * 129, "name": "n" * 1001, "sku": "s" * 129, "image": "https://x/" + "y" * 50_000}]}
    )

    assert items is not None
    (item,) = items
    assert (item.product_id, item.sku, item.image) == (None, None, None)
    assert item.name == "n" * (LONGEST_NAME - len(SIGN)) + SIGN
    assert item.unread is not None
    assert item.unread.endswith("and the name was cut: it had 1,001 characters, and 1,000 are the most")


def stored_bytes(database: Database) -> int:
    """Of all texts in the store."""
    with database.read() as connection:
        orders = connection.execute(sa.text("SELECT * FROM orders")).all()
        quarantine = connection.execute(sa.text("SELECT payload FROM quarantine")).all()
    return sum(len(str(value)) for row in (*orders, *quarantine) for value in row)


CHANNEL = {"channel_id": "c" * 400_000, "messages": [message(str(n)) for n in range(4000)]}
UNCLEAR = {"channel_id": "c" * 400_000, "messages": [{"type": "order", "n": n} for n in range(900)]}
META = {
    "messaging_product": "whatsapp",
    "contacts": [{"profile": {"name": "n" * 400_000}}],
    "messages": [{"type": "order", "id": "undefined", "n": n} for n in range(900)],
}
EVOLUTION = {
    "event": "messages.upsert",
    "instance": "i" * 400_000,
    "data": [{"key": {"id": str(n)}, "message": {"orderMessage": {"orderId": None}}} for n in range(900)],
}


@pytest.mark.parametrize("body", [CHANNEL, UNCLEAR, META, EVOLUTION], ids=["channel", "unclear", "meta", "evolution"])
def test_what_is_the_same_for_all_parts_of_a_request_is_not_stored_with_each(
    database: Database, body: dict[str, Any]
) -> None:
    assert len(json.dumps(body)) < LARGEST_BODY
    receive = ReceiveStage(shop_context(database, FakeClock()), arrived=lambda _: None)

    receipt = receive.receive(read_webhook(body, now=NOW), keep_unclear=True)

    assert receipt.accepted + receipt.quarantined > 0
    assert stored_bytes(database) < 2 * LARGEST_BODY


def test_unclear_messages_of_one_payload_of_metas_are_kept_in_it_together_and_named_one_by_one_to_who_sent_them() -> (
    None
):
    odd = [{"type": "order", "id": id_, "from": "491511234567"} for id_ in ("undefined", "", "null")]
    good = {"type": "order", "id": "wamid.1", "order": {"product_items": []}}
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "7"}}

    (unclear,) = read_webhook({**value, "messages": [odd[0], good, *odd[1:]]}, now=NOW).unclear

    assert unclear.part == {**value, "messages": odd}
    assert unclear.reason.startswith("3 parts were not understood; the first: Expected the order's id; ")
    named = read_forwarded({**value, "messages": odd}, now=NOW).unclear
    assert [part.field for part in named] == ["messages[0].id", "messages[1].id", "messages[2].id"]


def test_many_messages_of_metas_and_many_contacts_are_not_compared_each_with_each() -> None:
    contacts = [{"wa_id": str(n)} for n in range(30_000)]
    body = {
        "messaging_product": "whatsapp",
        "contacts": contacts,
        "messages": [{"type": "order", "from": "29999"}] * 9000,
    }

    assert read_webhook(body, now=NOW).unclear_beyond == 8000


def test_a_hundred_thousand_deleted_messages_that_are_no_orders_are_looked_up_in_few_questions(
    database: Database,
) -> None:
    receive = ReceiveStage(shop_context(database, FakeClock()), arrived=lambda _: None)
    add(database, FakeClock(), new_order("1", message_id="m77777"))
    statements: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *values: statements.append(values[2]))
    removed = [f"m{n}" for n in range(100_000)]

    receive.receive(read_webhook({"messages_removed": removed}, now=NOW), keep_unclear=True)

    assert get(database).change == "Message deleted"
    assert len(statements) < 300


def test_of_several_changes_of_an_order_the_latest_counts(database: Database) -> None:
    receive = ReceiveStage(shop_context(database, FakeClock()), arrived=lambda _: None)
    add(database, FakeClock(), new_order("1", message_id="m"))
    by_order, by_message = OrderChange("Order accepted", order_id="1"), OrderChange("Message deleted", message_id="m")

    for changes, latest in (
        ([by_order, by_message, by_order], by_order),
        ([by_message, by_order, by_message], by_message),
        ([by_message, OrderChange("Order declined", order_id="1"), by_order], by_order),
    ):
        receive.receive(Reading(changes=changes), keep_unclear=True)
        assert get(database).change == latest.sentence


def test_an_order_that_is_repeated_ten_thousand_times_in_a_request_is_looked_up_a_few_times(database: Database) -> None:
    receive = ReceiveStage(shop_context(database, FakeClock()), arrived=lambda _: None)
    statements: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *values: statements.append(values[2]))
    repeats = [message(order={"text": f"note {n}"}) for n in range(5000)]
    with_items = [message(order={"items": [{"name": "Tea", "quantity": n % 2 + 1}]}) for n in range(5000)]

    receipt = receive.receive(read_webhook({"messages": [*repeats, *with_items]}, now=NOW), keep_unclear=True)

    # Every second one has another quantity, and so is another order under the same id.
    assert (receipt.accepted, receipt.duplicates, receipt.quarantined) == (1, 7499, 2500)
    assert (get(database).note, get(database).items[0].quantity) == ("note 0", 1)
    assert len(statements) < 100
    (other,) = quarantined_entries(database)
    assert json.loads(other.payload)["items"] == [{"name": "Tea", "quantity": 2}]


@pytest.fixture(scope="module")
def full_of_notes(shop: Shop) -> list[str]:
    """The ids of orders with as long a note as there can be, the latest first."""
    ids = [f"note {n}" for n in range(40)]
    for order_id in ids:
        shop.post("/orders", {"order_id": order_id, "note": "é" * LONGEST_TEXT, "items": [{"name": "Tea"}]})
    return ids[::-1]


def test_a_listing_ends_before_it_becomes_too_large_and_goes_on_at_the_next_page(
    shop: Shop, full_of_notes: list[str]
) -> None:
    seen: list[str] = []
    before = None
    while len(seen) < len(full_of_notes):
        page = shop.http.get("/orders", params={"limit": 500} | ({"before": before} if before else {}))
        assert len(page.content) < LARGEST_LIST + 7 * LONGEST_TEXT
        seen += [entry["order_id"] for entry in page.json()["orders"]]
        before = page.json()["next_before"]

    assert seen[: len(full_of_notes)] == full_of_notes


def test_the_answer_to_many_known_orders_names_as_many_as_have_room(shop: Shop, full_of_notes: list[str]) -> None:
    orders = [{"order_id": order_id, "items": [{"name": "Tea"}]} for order_id in full_of_notes]

    answer = shop.post("/orders", orders)

    assert answer.json()["duplicates"] == len(full_of_notes)
    assert 0 < len(answer.json()["orders"]) < len(full_of_notes)
    assert len(answer.content) < LARGEST_LIST + 7 * LONGEST_TEXT


def test_the_quarantine_is_listed_without_a_look_at_its_payloads(shop: Shop) -> None:
    shop.post("/webhooks/whapi", {"messages": [{"type": "order", "of": "é" * 200_000}]})
    statements: list[str] = []
    engine = shop.service.database.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *values: statements.append(values[2]))

    (entry,) = shop.http.get("/quarantine?limit=1").json()["quarantined"]

    asked = [text for text in statements if "FROM quarantine" in text]
    shown = shop.http.get(f"/quarantine/{entry['id']}").json()["payload"]
    assert entry["bytes"] == len(json.dumps(shown, separators=(",", ":")))
    assert len(asked) == 1
    assert "quarantine.payload " not in asked[0].replace(",", " ")
