"""The texts that customers get: the shop's own, with its placeholders, and to whom they may go."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.customers.template import template
from connector.customers.text import Decision, decide, recipient, text_for
from connector.models import Item, ItemsState, Order
from connector.settings import SettingsError, load_settings
from connector.sheets.statuses import MerchantStatus, status_meant
from connector.store.customer_texts import TextState

NOW = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
ORDER = Order(
    id=1, shop="default", order_id="964278151888836", order_token=None, channel_id="MANTIS-M72HC",
    customer_name="Gerald", customer_phone="919984351847", title="Rye & Co", note=None, item_count=2,
    total_price=1359.5, currency="AUD", received_at=NOW, stored_at=NOW, items_state=ItemsState.READY, attempts=0,
    next_attempt_at=None, setback_at=None, last_error=None, warning=None, shown=None, write_due_at=None,
    batch_id=None, row_at=None, synced_at=None, place=None, items=(Item(name="Rye loaf", quantity=2),), number=117,
)  # fmt: skip


def test_a_text_of_the_shops_own_has_all_that_is_known_put_in_and_leaves_out_the_rest() -> None:
    own = template(r"Hi {customer}!\n{shop}: {number} ({order_id})\n{products}\n{total}\nThanks {customer}, bye {now")

    assert text_for(ORDER, MerchantStatus.SENT, {MerchantStatus.SENT: own}) == (
        "Hi Gerald!\nRye & Co: 117 (964278151888836)\n2 \N{MULTIPLICATION SIGN} Rye loaf\n"
        "1,359.50 AUD\nThanks Gerald, bye {now"
    )
    bare = replace(ORDER, customer_name=None, total_price=None, items=(), number=None, title="Rye\n{customer}\u202e")
    assert text_for(bare, MerchantStatus.SENT, {MerchantStatus.SENT: own}) == (
        "Hi!\nRye {customer}: 964278151888836 (964278151888836)\nThanks, bye {now"
    )
    assert text_for(bare, MerchantStatus.CONFIRMED, {}) == "Hello, your order 964278151888836 is confirmed."
    assert text_for(ORDER, MerchantStatus.PACKED, {MerchantStatus.PACKED: "-"}) is None


def test_a_placeholder_that_there_is_not_is_a_problem_of_the_settings() -> None:
    needed = {"whapi_token": "t" * 20, "spreadsheet_id": "s" * 20, "webhook_secret": "w" * 20}

    with pytest.raises(SettingsError) as caught:
        load_settings(env_file=None, **needed, text_sent="Hello {name}")

    assert caught.value.problems == [
        "TEXT_SENT is wrong: nothing is known that could be put in for {name}. There are {customer}, {number}, "
        "{order_id}, {products}, {total}, {shop}."
    ]


@pytest.mark.parametrize(
    ("known", "to"),
    [
        ({"chat_id": "4915550001111@s.whatsapp.net"}, "4915550001111"),
        ({"chat_id": "148752000000366@lid"}, "919984351847"),
        ({"chat_id": "148752000000366@lid", "customer_phone": None}, None),
        ({"chat_id": "148752000000366@lid", "customer_phone": "148752000000366"}, None),
        ({"chat_id": "120363041234567890@g.us"}, None),
        ({"chat_id": None, "customer_phone": "+49 (155) 5000-1111"}, "4915550001111"),
        ({"chat_id": None, "customer_phone": "0155 5000111"}, None),
        ({"chat_id": None, "customer_phone": None}, None),
    ],
)
def test_only_a_phone_number_is_written_to(known: dict[str, Any], to: str | None) -> None:
    assert recipient(replace(ORDER, **known)) == to


W, S, N = TextState.WAITING, TextState.SENT, TextState.NONE


@pytest.mark.parametrize(
    ("word", "known", "decision"),
    [
        ("Confirmed", {}, Decision(MerchantStatus.CONFIRMED)),
        (" sent ", {}, Decision(MerchantStatus.SENT)),
        ("New", {}, Decision()),
        ("Sent to Bob", {}, Decision()),
        ("Packed", {"packed": S}, Decision()),
        ("Packed", {"confirmed": S}, Decision(MerchantStatus.PACKED)),
        ("Confirmed", {"sent": S}, Decision()),
        ("Confirmed", {"done": N}, Decision()),
        ("Confirmed", {"cancelled": N}, Decision(MerchantStatus.CONFIRMED, ("cancelled",))),
        ("Cancelled", {"confirmed": W}, Decision(MerchantStatus.CANCELLED, ("confirmed",))),
        ("Sent", {"confirmed": W}, Decision(MerchantStatus.SENT, ("confirmed",))),
        ("Confirmed", {"sent": W}, Decision(MerchantStatus.CONFIRMED, ("sent",))),
        ("New", {"confirmed": W, "cancelled": N}, Decision(None, ("cancelled", "confirmed"))),
        ("Done", {"sent": S}, Decision(MerchantStatus.DONE)),
    ],
)
def test_each_state_is_told_once_and_only_while_it_is_true(
    word: str, known: dict[str, TextState], decision: Decision
) -> None:
    assert decide(status_meant(word), known) == decision
