"""Times, amounts and durations as the page writes them."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from markupsafe import Markup

from connector.language import ENGLISH, counted, number, spoken
from connector.language import gettext as _
from connector.models import Number, Order
from connector.sheets.cells import chat_link, decimals_shown

_RUN_LEFT = ("R", "AL")
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Words:
    """Knows what time it is, and where."""

    now: datetime
    zone: tzinfo

    @property
    def midnight(self) -> datetime:
        """When today began there."""
        return self.now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)

    def when(self, moment: datetime) -> str:
        """The time of day; with its date where that isn't today's."""
        there = moment.astimezone(self.zone)
        if there.date() == self.now.astimezone(self.zone).date():
            return f"{there:%H:%M:%S}"
        is_this_year = there.year == self.now.astimezone(self.zone).year
        return _at(_day(there, is_this_year=is_this_year), f"{there:%H:%M}")

    def full(self, moment: datetime) -> str:
        """With its year and its zone."""
        there = moment.astimezone(self.zone)
        return _at(_day(there, is_this_year=False), f"{there:%H:%M:%S %Z}")

    def hour(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%H:%M}"


def duration(value: timedelta | float) -> str:
    """3 s, 2 min, 4 h, 5 days: one unit, rounded."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if seconds < 9.95:  # noqa: PLR2004 - from 10 on no tenths
        tenths = round(max(float(seconds), 0.0), 1)
        return _("{count} s").format(count=number(int(tenths) if tenths.is_integer() else tenths))
    if seconds < 2 * _MINUTE:
        return _("{count} s").format(count=number(round(seconds)))
    if seconds < 2 * _HOUR:
        return _("{count} min").format(count=number(round(seconds / _MINUTE)))
    if seconds < 2 * _DAY:
        return _("{count} h").format(count=number(round(seconds / _HOUR)))
    return counted("{count} day", "{count} days", round(seconds / _DAY))


def _day(there: datetime, *, is_this_year: bool) -> str:
    """17 Nov, or 17 Nov 2025, as the language writes it."""
    if spoken() is not ENGLISH:
        from babel.dates import format_skeleton  # noqa: PLC0415 - takes memory that English does without

        return format_skeleton("MMMd" if is_this_year else "yMMMd", there, locale=spoken().locale)
    return f"{there.day} {there:%b}" if is_this_year else f"{there.day} {there:%b} {there.year}"


def _at(day: str, time: str) -> str:
    # Translators: the date and the time of something, such as 17 Nov, 14:05.
    return _("{day}, {time}").format(day=day, time=time)


def amount(value: Number | None, currency: str | None) -> str:
    """1,200.50 AUD, with the currency's decimals, or more if the amount has more; nothing where it isn't known."""
    if value is None:
        return ""
    text = number(value, decimals_shown(value, currency))
    return f"{text} {currency}" if currency else text


def sentence(text: str) -> Markup:
    """One of the service's own, apart from what stands around it. In a language that is written from right to left it
    runs so even where it begins with a name such as ALERT_URLS; one that was stored in another language does not."""
    runs_left = spoken().is_right_to_left and any(unicodedata.bidirectional(letter) in _RUN_LEFT for letter in text)
    return Markup('<bdi dir="rtl">{}</bdi>').format(text) if runs_left else Markup("<bdi>{}</bdi>").format(text)


def whatsapp_link(order: Order) -> str | None:
    """Opens the chat with the customer; None where what is known is no phone number, as WhatsApp's own ids of people
    (LIDs) look like one."""
    phone = order.customer_phone or ""
    is_lid = order.chat_id is not None and order.chat_id.endswith("@lid") and order.chat_id.startswith(phone)
    return None if is_lid else chat_link(phone)


def size(value: int) -> str:
    """Bytes as 512 kB, 3.4 MB or 120 GB."""
    amount_, unit = float(value), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount_ < 1000:  # noqa: PLR2004 - of a unit make one of the next
            break
        amount_, unit = amount_ / 1000, larger
    return f"{number(amount_, 1 if amount_ < 10 and unit != 'B' else 0)} {unit}"  # noqa: PLR2004
