"""A phone leads to its chat only if it is one; nothing but digits gets into the address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sheets.cells import chat_link, linked_cell, picture_link


@pytest.mark.parametrize(
    ("phone", "digits"),
    [
        ("919984351847", "919984351847"),
        ("+49 151 2345678", "491512345678"),
        ("+1 (202) 555-0123", "12025550123"),
        ("61412345678", "61412345678"),
    ],
)
def test_a_phone_leads_to_its_chat(phone: str, digits: str) -> None:
    assert chat_link(phone) == f"https://wa.me/{digits}"


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "0151 2345678",
        "+0012025550123",
        "123456",
        "1234567890123456",
        "12025550123@s.whatsapp.net",
        "12025550123\n",
        "12025550123/../x",
        "javascript:alert(12025550123)",
        "+49 151 2345678 ext. 9",
        "=1202555012+3",
        "٤٩١٥١٢٣٤٥٦٧٨",
        "１２０２５５５０１２３",  # noqa: RUF001 - digits that are not ASCII are the point
        "++12025550123",
        "1" + " " * 30 + "2025550123",
    ],
)
def test_what_is_no_phone_with_its_country_s_code_leads_nowhere(text: str | None) -> None:
    assert chat_link(text) is None


@given(st.text(alphabet="+0123456789 ().-/\\:#?&=%@x\n", max_size=40))
def test_an_address_never_holds_more_than_digits(text: str) -> None:
    link = chat_link(text)

    assert link is None or (link.isascii() and link.removeprefix("https://wa.me/").isdigit())


def test_a_linked_cell_is_a_text_with_a_format_and_no_formula() -> None:
    assert linked_cell("=1+2", "https://wa.me/1234567") == {
        "userEnteredValue": {"stringValue": "=1+2"},
        "userEnteredFormat": {
            "numberFormat": {"type": "TEXT"},
            "textFormat": {"link": {"uri": "https://wa.me/1234567"}},
        },
    }
    assert linked_cell(None, "https://wa.me/1234567") == {}


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("https://media.example/a.jpg?ccb=1-7&oh=0f", True),
        ("https://media.example", True),
        ("http://media.example/a.jpg", False),
        ("javascript:alert(1)", False),
        ("https://user@evil.example/a", False),
        ("https://media.example/a b", False),
        ("https://media.example/a\n", False),
        ("https://media.example/" + "a" * 3000, False),
        (None, False),
    ],
)
def test_a_picture_leads_to_a_plain_address_of_the_web(address: str | None, leads: bool) -> None:
    assert picture_link(address) == (address if leads else None)
