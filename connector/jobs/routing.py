"""Routing: which shop gets what of a request, by the channels that its payloads name.

What is nobody's here, or another shop's, is put aside whole, so that it can be read again later.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from connector.gateways.forwarded import MOST_NAMED, forwarded_parts
from connector.gateways.reading.parts import Part
from connector.gateways.reading.result import MOST_UNCLEAR, Reading, Unclear, join
from connector.gateways.webhook import summed_up, webhook_parts
from connector.gateways.whapi.payload import read_payload
from connector.language import gettext as _
from connector.language import marked
from connector.models import NewOrder

Owner = Callable[[str | None], str | None]
"""The shop that gets what comes from a channel (None: the payload names none); None: no shop does."""
Sentence = Callable[[str | None], str]
CHANNEL = "channel_id"
_NO_CHANNEL = marked(
    "The payload names no channel, so nobody knows which shop's it is. Send it with the shop's own secret, or to "
    "/shops/NAME with the rest of this address behind it."
)


def of_no_shop(channel_id: str | None) -> str:
    """Why a payload that came with the operator's secret went to no shop, and what to do."""
    if channel_id is None:
        return _(_NO_CHANNEL)
    return _(
        "No shop here is known to have the channel {channel_id}. Add the shop, or see in "
        "`check` why Whapi doesn't name its channel, and then read this again; or send it "
        "with the shop's own secret, or to /shops/NAME with the rest of this address behind "
        "it."
    ).format(channel_id=channel_id)


def of_another_shop(channel_id: str | None) -> str:
    """Why a shop doesn't take what came with its own secret, or to its address."""
    return _(
        "The channel {channel_id} is another shop's. Put that shop's own secret into the "
        "channel's webhook; the orders that came here meanwhile are taken in there by "
        "`backfill`."
    ).format(channel_id=channel_id)


def not_known(channel_id: str | None) -> str:
    """The same for whoever can send it again."""
    if channel_id is None:
        return _("This field is needed, so that the order reaches its shop. {no_channel}").format(
            no_channel=_(_NO_CHANNEL)
        )
    return _(
        "No shop here is known to have the channel {channel_id}. Send the order with the "
        "shop's own secret, or to /shops/NAME/orders."
    ).format(channel_id=channel_id)


def not_this_shops(channel_id: str | None) -> str:
    """The same as `of_another_shop` for whoever can send it again."""
    return _("The channel {channel_id} is another shop's. Send the order with that shop's own secret.").format(
        channel_id=channel_id
    )


def route_parts(parts: Iterable[Part], owner: Owner, *, rest: str, sentence: Sentence) -> dict[str, Reading]:
    """What each shop gets, by its name. What no shop gets is unclear for `rest`, and `sentence` says why."""
    readings: dict[str, Reading] = {}
    for part in parts:
        _route(part, owner, readings, rest, sentence)
    return readings


def route_webhook(body: Any, owner: Owner, *, rest: str, sentence: Sentence, now: datetime) -> dict[str, Reading]:
    """The same for all that a webhook's body holds."""
    parts = (part for whole in webhook_parts(body, now=now) for part in _singly(whole, owner, now))
    readings = route_parts(parts, owner, rest=rest, sentence=sentence)
    if any(reading.unclear_beyond for reading in readings.values()):
        # The body may be of several shops, so none of them gets it.
        readings.setdefault(rest, Reading()).unclear = [summed_up(readings.values(), body)]
    for reading in readings.values():
        reading.close_envelopes()
    return readings


def route_forwarded(body: Any, owner: Owner, *, rest: str, sentence: Sentence, now: datetime) -> dict[str, Reading]:
    """The same for a body of `POST /orders`. Where anything is unclear, the rest of it need not be read."""
    readings: dict[str, Reading] = {}
    for part in forwarded_parts(body, now=now):
        _route(part, owner, readings, rest, sentence)
        if sum(len(reading.unclear) for reading in readings.values()) >= MOST_NAMED:
            break
    return readings


def _route(part: Part, owner: Owner, readings: dict[str, Reading], rest: str, sentence: Sentence) -> None:
    orders, lost = _by_shop(part.reading.orders, owner)
    home = _home(part, owner, list(orders), is_whole=not lost)
    for shop, own in orders.items():
        readings.setdefault(shop, Reading()).orders += own
    told = Reading(
        ignored=part.reading.ignored,
        unclear=part.reading.unclear,
        changes=part.reading.changes,
        unclear_beyond=part.reading.unclear_beyond,
    )
    if home is None and (told.unclear or told.changes):
        lost.setdefault(part.channel_id)
    if home is None:
        told = Reading(ignored=part.reading.ignored)
    if told != Reading():
        readings.setdefault(home or rest, Reading()).add(told)
    if lost:
        aside = Unclear(join(part.at, CHANNEL), sentence(next(iter(lost))), part.payload)
        readings.setdefault(rest, Reading()).add(Reading(unclear=[aside]))


def _by_shop(orders: Iterable[NewOrder], owner: Owner) -> tuple[dict[str, list[NewOrder]], dict[str | None, None]]:
    """The orders by the shops that get them, and the channels of those that no shop gets."""
    found: dict[str, list[NewOrder]] = {}
    lost: dict[str | None, None] = {}
    for order in orders:
        shop = owner(order.channel_id)
        if shop is None:
            lost[order.channel_id] = None
        else:
            found.setdefault(shop, []).append(order)
    return found, lost


def _home(part: Part, owner: Owner, shops: list[str], *, is_whole: bool) -> str | None:
    """The shop that gets what in the part is no order: the owner of the channel that stands around it, or else the only
    one that its orders go to."""
    if part.channel_id is None and is_whole and len(shops) == 1:
        return shops[0]
    return owner(part.channel_id)


def _singly(part: Part, owner: Owner, now: datetime) -> Iterator[Part]:
    """The part; or, where no shop gets some of it, each of its messages as a part, so that each goes where it belongs
    and is kept whole."""
    messages = part.payload.get("messages") if isinstance(part.payload, dict) else None
    is_lost = any(owner(order.channel_id) is None for order in part.reading.orders) or owner(part.channel_id) is None
    if not (is_lost and isinstance(messages, list) and 1 < len(messages) <= MOST_UNCLEAR and part.channel_id):
        yield part
        return
    around = {name: value for name, value in part.payload.items() if name != "messages"}
    for index, message in enumerate(messages):
        one = {**around, "messages": [message]} if index == 0 else {CHANNEL: part.channel_id, "messages": [message]}
        yield Part(join(part.at, f"messages[{index}]"), one, read_payload(one, now=now, at=part.at))
