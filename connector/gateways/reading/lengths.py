"""How long a text may be that comes in.

What is longer is cut, and says so; an id that is longer is none, and is left out, since a part of it would be
another's. Either is told in the order's warning.
"""

from collections.abc import Iterator
from dataclasses import replace

from connector import texts
from connector.language import gettext as _
from connector.language import number
from connector.models import NewOrder

LONGEST_ID = 128
"""Characters of any id: the order's, the message's, the channel's, a product's."""
LONGEST_NAME = 1_000
"""Of a name, a title and the like."""
LONGEST_TEXT = 50_000
"""Of anything else: what a cell of the sheet holds."""
LONGEST_TOKEN = 1_000
SIGN = " [cut here]"
"""The end of a text that was cut."""

_LEFT_OUT = {
    "channel_id": ("channel's id", LONGEST_ID),
    "message_id": ("message's id", LONGEST_ID),
    "order_token": ("order's token", LONGEST_TOKEN),
}
_CUT = {
    "customer_name": ("customer's name", LONGEST_NAME),
    "title": ("title", LONGEST_NAME),
    "currency": ("currency", LONGEST_NAME),
    "note": ("note", LONGEST_TEXT),
}
_SHORT_ENOUGH = LONGEST_ID // 2
"""Characters that are within any bound, however they are counted."""


def cut(text: str, longest: int) -> str:
    """The text as far as it may go, with a sign at its end where it was cut."""
    return texts.cut(text, longest, SIGN)


def limited(order: NewOrder) -> NewOrder:
    """The order with each text within its bound, and a warning that names what was not."""
    changes: dict[str, str | None] = {}
    sentences = []
    for field, (name, longest) in _too_long(order, _LEFT_OUT):
        length = len(getattr(order, field))
        if length > longest:
            changes[field] = None
            sentences.append(
                _("The {name} was left out: it has {length} characters, and {longest} are the most.").format(
                    name=name, length=number(length), longest=number(longest)
                )
            )
    for field, (name, longest) in _too_long(order, _CUT):
        text = getattr(order, field)
        if (shorter := cut(text, longest)) != text:
            changes[field] = shorter
            sentences.append(
                _("The {name} was cut: it had {count} characters, and {longest} are the most.").format(
                    name=name, count=number(len(text)), longest=number(longest)
                )
            )
    if not changes:
        return order
    warning = " ".join([*([order.warning] if order.warning else []), *sentences])
    return replace(order, **changes, warning=warning)  # type: ignore[arg-type]


def _too_long(order: NewOrder, bounds: dict[str, tuple[str, int]]) -> Iterator[tuple[str, tuple[str, int]]]:
    """What may be: nearly every text is far from every bound."""
    return ((field, bound) for field, bound in bounds.items() if len(getattr(order, field) or "") > _SHORT_ENOUGH)
