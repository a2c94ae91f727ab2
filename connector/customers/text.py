"""What a customer is told of an order: of which of its states, in which words, and whether anybody can be told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from connector.customers.template import filled
from connector.language import gettext as _
from connector.models import Order
from connector.products import products_text
from connector.sheets.cells import decimals_shown
from connector.sheets.statuses import MerchantStatus
from connector.store.customer_texts import TextState
from connector.texts import in_one_line

CLOSING = (MerchantStatus.SENT, MerchantStatus.DONE, MerchantStatus.CANCELLED)
"""Once one of these is stored for an order, there is no more to say of it."""
_ORDER = (MerchantStatus.CONFIRMED, MerchantStatus.PACKED, MerchantStatus.SENT, MerchantStatus.DONE)
NOTHING = "-"
"""Stands for a text where nothing is to be said of a state."""
_LONGEST = 200
"""Characters of a name."""
_OF_NUMBERS = frozenset({"s.whatsapp.net", "c.us"})
_NUMBER = re.compile(r"[1-9][0-9]{9,14}", re.ASCII)
"""As Whapi takes it."""
_SIGNS = re.compile(r"[+ ().-]")


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be changed."""

    begins: MerchantStatus | None = None
    """The state that is new, and is decided now."""
    withdrawn: tuple[str, ...] = ()
    """States for which it is as if nothing had been decided: the merchant has taken them back in time."""

    def __bool__(self) -> bool:
        return self.begins is not None or bool(self.withdrawn)


def decide(status: MerchantStatus | None, known: Mapping[str, TextState]) -> Decision:
    """Each state counts once. One that the order has left behind is not told any more: neither when the merchant goes
    back to it, nor when it was passed over. What waits and isn't true any more is withdrawn."""
    withdrawn = {state for state, text in known.items() if text is TextState.WAITING and state != status}
    if status is not MerchantStatus.CANCELLED and MerchantStatus.CANCELLED in known:
        withdrawn.add(MerchantStatus.CANCELLED)
    left = known.keys() - withdrawn
    is_past = status in _ORDER and any(later in left for later in _ORDER[_ORDER.index(status) :])
    begins = None if status is None or status in left or is_past else status
    return Decision(begins, tuple(sorted(withdrawn)))


def default_text(status: MerchantStatus) -> str:
    """What is said where the shop has no text of its own, in the shop's language."""
    return {
        MerchantStatus.CONFIRMED: _("Hello {customer}, your order {number} is confirmed.\n{products}\n{total}"),
        MerchantStatus.PACKED: _("Hello {customer}, your order {number} is packed."),
        MerchantStatus.SENT: _("Hello {customer}, your order {number} is on its way to you."),
    }[status]


def text_for(order: Order, status: MerchantStatus, texts: Mapping[MerchantStatus, str | None]) -> str | None:
    """The whole message; None where the shop says nothing of this state."""
    text = texts.get(status) or default_text(status)
    if text == NOTHING:
        return None
    values = {
        "customer": _words(order.customer_name),
        "number": order.order_id if order.number is None else str(order.number),
        "order_id": order.order_id,
        "products": products_text(order.items) or "",
        "total": _total(order),
        "shop": _words(order.title),
    }
    return filled(text, values)


def recipient(order: Order) -> str | None:
    """The customer's number; None where none is known. A LID is nobody's number, and a group is not the customer."""
    user, at, server = (order.chat_id or "").partition("@")
    if at and server in _OF_NUMBERS and _NUMBER.fullmatch(user):
        return user
    if at and server not in {*_OF_NUMBERS, "lid"}:
        return None
    digits = _SIGNS.sub("", order.customer_phone or ("" if at else user)).removeprefix("00")
    if server == "lid" and digits == user:
        return None
    return digits if _NUMBER.fullmatch(digits) else None


def _total(order: Order) -> str:
    if order.total_price is None:
        return ""
    decimals = decimals_shown(order.total_price, order.currency)
    return f"{order.total_price:,.{decimals}f} {_words(order.currency)}".rstrip()


def _words(text: str | None) -> str:
    words = in_one_line(text or "")
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
