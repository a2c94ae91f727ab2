"""What an alert says: plain sentences from the bodies of events, however many have gathered.

The parts that come from a customer are cut to letters, digits and a few marks: no link, no mention and no formatting of
any messenger can be made of what is left.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any

from connector.events.payload import EventType
from connector.language import counted, number
from connector.language import gettext as _
from connector.store.outbox import Event

_MOST_SHOWN = 10
_LONGEST_SENTENCE = 700
_LONGEST_WORDS = 60
_HARMLESS = frozenset(" .,'()&+-")
_MENTION = re.compile(r"(?<!\w)@")
"""An address of e-mail, which a remedy may name, has a word before it."""
_LINK = re.compile(r"\.(?=\w)")


class Kind(StrEnum):
    """What the alert is for."""

    PROBLEM = "problem"
    OVER = "over"
    NEWS = "news"


@dataclass(frozen=True, slots=True)
class Alert:
    """A message as it is sent."""

    kind: Kind
    title: str
    body: str

    @property
    def text(self) -> str:
        """For where there is no title apart."""
        return f"{self.title}\n{self.body}"


def alert_of(events: Sequence[Event], *, shop: str | None, zone: tzinfo) -> Alert:
    """One message for all of these. `shop`: its name, where there are several."""
    whose = f" ({shop})" if shop else ""
    told = [_Told(event.type, json.loads(event.payload)["data"], event.occurred_at) for event in events]
    if len(told) == 1:
        (one,) = told
        return Alert(one.kind, f"{one.title}{whose}", "\n".join(one.lines(zone)))
    kind = next((kind for kind in (Kind.PROBLEM, Kind.OVER) if any(one.kind is kind for one in told)), Kind.NEWS)
    lines = [line for one in _worst_first(told)[:_MOST_SHOWN] for line in (f"• {one.title}", *one.lines(zone))]
    if len(told) > _MOST_SHOWN:
        lines.append(_("And {count} more. The status page shows all.").format(count=number(len(told) - _MOST_SHOWN)))
    return Alert(kind, _("Orders: {count} messages").format(count=number(len(told))) + whose, "\n".join(lines))


def test_alert(*, shop: str | None) -> Alert:
    """What the button and `check --alert` send."""
    whose = f" ({shop})" if shop else ""
    body = _("Alerts of the order connector arrive here. Nothing is wrong, and nothing is to be done.")
    return Alert(Kind.NEWS, _("Test of alerts") + whose, body)


@dataclass(frozen=True, slots=True)
class _Told:
    type: str
    data: dict[str, Any]
    at: datetime

    @property
    def kind(self) -> Kind:
        if self.type == EventType.PROBLEM:
            return Kind.PROBLEM
        return Kind.OVER if self.type == EventType.RECOVERED else Kind.NEWS

    @property
    def title(self) -> str:
        if self.kind is Kind.NEWS:
            number, order_id = self.data.get("number"), _words(self.data.get("order_id"))
            named = order_id if number is None else f"#{number} ({order_id})"
            return _("New order {number}").format(number=named)
        return _("Orders: something must be mended") if self.kind is Kind.PROBLEM else _("Orders: mended")

    def lines(self, zone: tzinfo) -> list[str]:
        if self.kind is Kind.NEWS:
            return [_order(self.data)]
        reason = _sentence(self.data.get("reason"))
        if self.kind is Kind.PROBLEM:
            return [reason, _("Since {when}.").format(when=_when(self.data.get("since") or self.at, zone))]
        since = self.data.get("since")
        over = _("This is over since {when}, and nothing is left to do: {reason}").format(
            when=_when(self.at, zone), reason=reason
        )
        if since:
            over += " " + _("It had begun {when}.").format(when=_when(since, zone))
        return [over]


def _worst_first(told: Sequence[_Told]) -> list[_Told]:
    """What began and ended stays in its order; orders come last."""
    return sorted(told, key=lambda one: one.kind is Kind.NEWS)


def _order(data: dict[str, Any]) -> str:
    customer = _words(data.get("customer_name")) or _("a customer without a name")
    count, total, currency = data.get("item_count"), data.get("total_price"), _words(data.get("currency"))
    known = [customer]
    if count is not None:
        known.append(counted("{count} item", "{count} items", count))
    if total is not None:
        known.append(f"{number(total)} {currency}".rstrip())
    return _("From {what}.").format(what=", ".join(known))


def _when(moment: datetime | str, zone: tzinfo) -> str:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _sentence(value: object) -> str:
    """A sentence of ours, in one line; what it may quote, such as a tab's name, can't address anybody."""
    text = " ".join("".join(" " if _is_unseen(character) else character for character in str(value or "")).split())
    text = _MENTION.sub("@ ", text.replace("<", "(").replace(">", ")"))
    return text if len(text) <= _LONGEST_SENTENCE else f"{text[: _LONGEST_SENTENCE - 1]}…"


def _words(value: object) -> str:
    """What somebody else wrote, so that it is nothing but words."""
    text = "" if value is None else str(value)[: 4 * _LONGEST_WORDS]
    kept = "".join(character if _is_harmless(character) else " " for character in text)
    short = " ".join(_LINK.sub(". ", kept).split())
    return short if len(short) <= _LONGEST_WORDS else f"{short[: _LONGEST_WORDS - 1]}…"


def _is_harmless(character: str) -> bool:
    return character in _HARMLESS or unicodedata.category(character)[0] in "LMN"


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character)[0] in "CZ"
