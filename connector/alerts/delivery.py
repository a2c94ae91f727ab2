"""One try to send alerts: by the shop's own WhatsApp channel, or by the library apprise."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import Protocol

from connector.alerts.target import AlertTarget
from connector.alerts.text import Alert, alert_of
from connector.events.delivery import Outcome
from connector.gateways.whapi.client import WhapiClient
from connector.gateways.whapi.errors import WhapiError
from connector.store.outbox import Event

PAUSES = (0.0, 30.0, 60.0, 120.0, 240.0, 480.0, 600.0)
"""Seconds to the next message after the first, second, … within an hour. A beginning and its end come at once; whatever
flaps, or a flash sale, makes about ten messages an hour, in which the rest is gathered."""
MOST_TOGETHER = 100


class Way(Protocol):
    """How messages get to one address."""

    def send(self, alert: Alert) -> Outcome:
        """Tries once; never raises."""


class ByWhapi:
    """Through the shop's own channel. It can't tell that this very channel is down until it works again."""

    def __init__(self, client: WhapiClient, recipient: str) -> None:
        self._client = client
        self._recipient = recipient

    def send(self, alert: Alert) -> Outcome:
        try:
            self._client.send_text(self._recipient, alert.text)
        except WhapiError as error:
            return Outcome(delivered=False, reason=error.message, retry_after=error.retry_after)
        return Outcome(delivered=True)


class AlertDelivery:
    """Makes one message of the events and sends it. For one thread."""

    most = MOST_TOGETHER
    pauses: Sequence[float] = PAUSES

    def __init__(self, way: Callable[[], Way], *, shop: str | None, zone: Callable[[], tzinfo]) -> None:
        """`way` is asked for when there is something to send. `shop`: its name, where there are several. `zone`: of the
        times that are told."""
        self._make_way = way
        self._way: Way | None = None
        self._shop = shop
        self._zone = zone

    def send_together(
        self,
        events: Sequence[Event],
        *,
        now: datetime,  # noqa: ARG002 - the events have their own times
    ) -> Outcome:
        if self._way is None:
            self._way = self._make_way()
        return self._way.send(alert_of(events, shop=self._shop, zone=self._zone()))

    def rest(self) -> None:
        """Nothing is kept open."""

    def stop(self) -> None:
        """Each way has a deadline of its own."""


def way_to(target: AlertTarget, client: WhapiClient, *, allow_private: bool, redact: Callable[[str], str]) -> Way:
    """The way to this address. apprise is loaded only where an address needs it."""
    if target.recipient is not None:
        return ByWhapi(client, target.recipient)
    from connector.alerts.by_apprise import ByApprise  # noqa: PLC0415 - it takes 13 MB and most of a second

    return ByApprise(target, allow_private=allow_private, redact=redact)
