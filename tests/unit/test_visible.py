"""A text counts for what can be seen of it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.gateways.forwarded import read_forwarded
from connector.gateways.reading import fields
from connector.gateways.reading.visible import clean, is_visible
from connector.gateways.webhook import read_webhook
from tests.unit.test_payload import NOW, SAMPLE

INVISIBLE = (
    "\u200b\u200c\u200d\u200e\u200f\u2060\u2063\ufeff\u00ad\u034f\u115f\u1160\u17b4\u3164\uffa0\u2800\ufe0f"
    "\u061c\u180b\u180c\u180d\u180e\u180f\u2065\ufff0\u00a0\u3000\U0001bca0\U0001d173\U000e0001\U000e0041\U000e0100"
)
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
invisible = st.text(alphabet=INVISIBLE + TURNING, min_size=1, max_size=8)
visible = st.text(
    alphabet=st.characters(categories=["L", "N", "P"], exclude_characters=INVISIBLE), min_size=1, max_size=10
)


@given(invisible)
def test_invisible_characters_alone_are_nothing_and_the_next_name_counts(name: str) -> None:
    message = {**SAMPLE["messages"][0], "from_name": name, "chat_name": "Mira"}

    assert not is_visible(clean(name))
    assert fields.text(name) is None
    assert [order.customer_name for order in read_webhook({"messages": [message]}, now=NOW).orders] == ["Mira"]


@given(before=invisible, name=visible, behind=invisible)
def test_a_visible_name_is_kept_and_turns_nothing_round(before: str, name: str, behind: str) -> None:
    found = clean(f"{before}{name}{behind}")

    assert name.strip() in found
    assert not set(found) & set(TURNING)
    assert is_visible(found)


@pytest.mark.parametrize("text", ["Mira", "مريم", "मीरा", "👩\u200d🍳", "é", "א\u200fב", "<3", "1", "🇩🇪"])
def test_names_of_all_scripts_are_seen_and_left_as_they_are(text: str) -> None:
    assert fields.text(text) == text


@given(st.characters(categories=["L", "N", "P", "S"]))
def test_every_letter_digit_and_sign_is_seen_but_for_the_blank_ones(character: str) -> None:
    assert is_visible(character) is (character not in "\u115f\u1160\u3164\uffa0\u2800"), unicodedata.name(
        character, "?"
    )


@pytest.mark.parametrize(
    ("order", "name"),
    [
        ({"customer": {"first_name": "Ada", "last_name": "King"}}, "Ada King"),
        ({"first_name": "Ada", "last_name": "King"}, "Ada King"),
        ({"customer": {"first_name": "Ada"}, "billing": {"first_name": "Bo", "last_name": "Li"}}, "Ada"),
        ({"billing": {"first_name": "Bo", "last_name": "Li"}, "shipping": {"first_name": "Cy"}}, "Bo Li"),
        ({"shipping_address": {"name": "Cy Ro"}, "billing_address": {"name": "Bo Li"}}, "Bo Li"),
        ({"name": "#1001", "billing_address": {"name": "Bo Li"}}, "Bo Li"),
        ({"name": "# 1001-B"}, None),
        ({"name": "1"}, None),
        ({"name": "undefined", "from_name": "Ada"}, "Ada"),
        ({"customer": False, "billing": {"first_name": None, "last_name": "Li"}}, "Li"),
        ({"customer": "#fan", "name": "Bo"}, "#fan"),
        ({"name": "#1001.1", "billing": {"first_name": "Bo"}}, "Bo"),
        ({"name": "Order #1001", "billing": {"first_name": "Bo"}}, "Bo"),
        ({"name": "Pedido 1001", "billing": {"first_name": "Bo"}}, "Bo"),
        ({"name": "1001", "order_number": 1001, "billing": {"first_name": "Bo"}}, "Bo"),
        ({"name": "Order of Malta"}, "Order of Malta"),
        ({"customer": {"name": {"first": "Ada", "last": "King"}}}, "Ada King"),
        ({"customer": {"default_address": {"first_name": "Ada"}}}, "Ada"),
        ({"contact": {"profile": {"name": "Ada"}}}, "Ada"),
        ({"buyer": {"name": "Ada"}, "billing": {"name": "Bo"}}, "Ada"),
        ({"client": {"firstName": "Ada"}}, "Ada"),
        ({"customer_first_name": "Ada", "customer_last_name": "King"}, "Ada King"),
        ({"push_name": "Ada", "chat_name": "Group"}, "Ada"),
        ({"customer": "undefined undefined", "billing": {"name": "Bo"}}, "Bo"),
        ({"customer": {"first_name": "null", "last_name": "null"}, "billing": {"name": "Bo"}}, "Bo"),
    ],
)
def test_the_customers_name_is_found_where_shops_have_it(order: dict[str, object], name: str | None) -> None:
    (found,) = read_forwarded({"order_id": "1", "order_token": "t", **order}, now=NOW).orders

    assert found.customer_name == name
