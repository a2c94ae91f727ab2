"""A phone number comes from what is one, and from nothing that only looks like one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.gateways.forwarded import read_forwarded
from connector.gateways.reading import ids
from connector.gateways.webhook import read_webhook
from connector.sheets.cells import chat_link
from tests.unit.test_payload import NOW, SAMPLE

numbers = st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True)
servers = st.sampled_from(["s.whatsapp.net", "c.us"])
others = st.sampled_from(["lid", "g.us", "newsletter", "broadcast", "hosted.lid", "bot", "call", "s.whatsapp.com"])


@given(number=numbers, server=servers, device=st.just("") | st.integers(0, 99).map(":{}".format))
def test_a_number_is_found_in_a_contacts_id_without_its_device(number: str, server: str, device: str) -> None:
    assert ids.phone(f"{number}{device}@{server}") == number
    assert ids.chat_id(f"{number}{device}@{server}") == f"{number}@{server}"
    assert ids.phone(f"{number}{device}") == number


@given(number=numbers, server=others)
def test_no_other_id_is_a_number(number: str, server: str) -> None:
    assert ids.phone(f"{number}@{server}") is None


@given(lid=numbers, number=numbers)
def test_a_lids_digits_are_no_number_and_a_number_beside_it_is(lid: str, number: str) -> None:
    assert ids.phone(lid, f"{lid}@lid") is None
    assert ids.phone(f"{lid}@lid", lid) is None
    assert ids.phone(f"{lid}@lid", f"{number}@s.whatsapp.net") == (number if number != lid else None)


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("+91 99843 51847", "919984351847"), ("0049 151 2345678", "491512345678"), ("(151) 234-5678", "1512345678"),
        ("\u202a+49\u00a0151\u20112345678\u202c", "491512345678"), (919984351847, "919984351847"),
        (919984351847.0, "919984351847"), ("123456", None), ("1234567890123456", None), ("at the counter", None),
        ("DE.1349000111222", None), ("120363021112223334", None), ("0@s.whatsapp.net", None), ("", None), (None, None),
        (True, None), (["491512345678"], None), ("49151234567a@c.us", None), ("٤٩١٥١٢٣٤٥٦٧٨", None),
        ("919984351847.0", "919984351847"), ("919984351847.00", "919984351847"), ("tel:+919984351847", "919984351847"),
        ("whatsapp:+919984351847", "919984351847"), ("https://wa.me/919984351847", "919984351847"),
        ("'919984351847", "919984351847"), ("=+919984351847", "919984351847"), ("9.19984E+11", None),
        ("\u200e+91\u202f99843\u200b51847", "919984351847"), ("919984351847@S.WhatsApp.net", "919984351847"),
        ("919984351847.0:12@s.whatsapp.net", "919984351847"), ("919984351847_1:2@s.whatsapp.net", "919984351847"),
        ("148752000000366@LID", None), ("120363021112223334-1600000000", None), ("DE.134@c.us", None),
    ],
)  # fmt: skip
def test_a_number_is_read_however_it_is_written(written: Any, digits: str | None) -> None:
    assert ids.phone(written) == digits


@pytest.mark.parametrize(
    ("candidates", "chat"),
    [
        (["status@broadcast", "4915550001111@s.whatsapp.net"], "4915550001111@s.whatsapp.net"),
        (["status@broadcast"], None), (["148752000000366@LID"], "148752000000366@lid"),
        (["4915550001111.0:12@s.whatsapp.net"], "4915550001111@s.whatsapp.net"),
        (["DE.134@s.whatsapp.net"], "DE.134@s.whatsapp.net"), (["120363021112223334@newsletter"],
        "120363021112223334@newsletter"), ([None, False, "+49 1555 0001111"], "4915550001111"), (["N/A"], None),
    ],
)  # fmt: skip
def test_the_chat_is_one_that_can_be_answered_to(candidates: list[Any], chat: str | None) -> None:
    assert ids.chat_id(*candidates) == chat


@pytest.mark.parametrize("name", ["lid", "sender_lid", "participant", "user"])
def test_digits_that_stand_as_a_lid_in_any_field_are_no_number(name: str) -> None:
    lid = {name: "148752000000366@lid"}
    message = {**SAMPLE["messages"][0], "from": "148752000000366", "chat_id": "148752000000366", **lid}
    bare = {"order_id": "1", "order_token": "t", "phone": "148752000000366", **lid}
    about = {"order_id": "1", "order_token": "t", "customer": {"phone": "148752000000366", **lid}}

    found = [
        *read_webhook({"messages": [message]}, now=NOW).orders,
        *read_forwarded([bare, about], now=NOW).orders,
    ]

    assert [order.customer_phone for order in found] == [None, None, None]


anything = st.one_of(
    st.text(max_size=40),
    st.tuples(numbers, others | servers).map("@".join),
    numbers,
    st.none(),
    st.booleans(),
    st.integers(),
)


@given(sender=anything, chat=anything)
def test_a_link_leads_only_to_a_number_that_came_as_one(sender: Any, chat: Any) -> None:
    message = {**SAMPLE["messages"][0], "from": sender, "chat_id": chat}

    (order,) = read_webhook({"messages": [message]}, now=NOW).orders

    if order.customer_phone is not None:
        assert order.customer_phone.isascii()
        assert order.customer_phone.isdigit()
        assert 7 <= len(order.customer_phone) <= 15
        assert f"{order.customer_phone}@lid" not in {sender, chat}
    assert chat_link(order.customer_phone) in {None, f"https://wa.me/{order.customer_phone}"}
