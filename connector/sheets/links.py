"""Where the cells of a row lead to when they are clicked: the customer's chat, and a product's picture."""

import re

_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,28}")
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
"""Of a number in the international form (E.164 allows fifteen)."""
_PICTURE = re.compile(r"https://[A-Za-z0-9.-]+(/[!-~]{0,2000})?")


def chat_link(phone: str | None) -> str | None:
    """Opens the WhatsApp chat with a phone number; None for what does not look like one with its country's code.

    Only the digits get into the address, whatever else the text says.
    """
    if phone is None or not _PHONE.fullmatch(phone):
        return None
    digits = "".join(sign for sign in phone if sign.isdigit())
    if digits.startswith("0") or not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
        return None
    return f"https://wa.me/{digits}"


def picture_link(address: str | None) -> str | None:
    """The address itself, if it is a plain one of the web."""
    return address if address is not None and _PICTURE.fullmatch(address) else None
