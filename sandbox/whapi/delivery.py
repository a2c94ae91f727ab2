"""Delivers webhooks as Whapi does: at least once, in order for each receiver, again until the answer is 200.

Only 200 counts [HD]. The delay before the next try of a callback grows by `callback_backoff_delay_ms` with
each failure, up to `max_callback_backoff_delay_ms` [SDK Settings]. How often Whapi repeats and how long it
waits for an answer is unknown: here a callback is repeated until it is taken or its webhook is gone from the
settings, or older than the webhook's `webhook_max_age_seconds`; and until then it holds up those behind it,
which is the more hostile reading.
"""

import random
import ssl
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import httpx

from connector.clock import Clock
from sandbox.whapi.events import Event
from sandbox.whapi.request_shape import EventShape, listens, outgoing
from sandbox.whapi.settings import Settings

KEEP = 500


@dataclass
class Delivery:
    """One callback to one receiver, and how it stands."""

    number: int
    url: str
    event: str
    order_ids: list[str]
    created_at: str
    state: str = "waiting"
    """waiting, delivered, or dropped (webhook gone or callback too old)."""
    tries: int = 0
    status: int | None = None
    """The latest answer's status; None: no answer."""
    answer: str = ""
    """The latest answer's body, cut off after 300 characters, or what went wrong."""
    again: bool = False
    """A duplicate: this callback had been delivered before."""


@dataclass
class _Callback:
    webhook: dict[str, Any]
    event: Event
    delivery: Delivery
    once: bool = False
    """A test: sent to where the caller said, tried once, whatever stands in the settings."""
    created: float = field(default_factory=time.monotonic)


class Deliveries:
    """Every callback, each receiver served by a thread of its own, so that a dead one holds up nobody
    else."""

    def __init__(self, settings: Settings, *, clock: Clock, channel_id: str, seed: int = 1) -> None:
        self.settings = settings
        self.clock = clock
        self.channel_id = channel_id
        self.event_shape: EventShape = "help_desk"
        """The help desk's `{"type", "event"}`, or the SDK's `{"type", "method"}`."""
        self.answer_timeout = 10.0
        """Seconds that a receiver has to answer. Whapi's is unknown."""
        self.pace = 1.0
        """Multiplies the delays before another try, so that a test needn't wait 3 seconds for the first."""
        self.duplicate_share = 0.0
        """The share of delivered callbacks that are delivered once more."""
        self.reorder_share = 0.0
        """The share of callbacks that overtake one that was to go before them."""
        self._random = random.Random(seed)  # noqa: S311 - shuffles sample traffic
        self.changed = threading.Condition(threading.RLock())
        """Guards the queues, and tells of each change in them."""
        self._latest: deque[Delivery] = deque(maxlen=KEEP)
        self._waiting = 0
        self._numbers = 0
        self._receivers: dict[tuple[str, str], _Receiver] = {}
        self.closed = False

    def publish(self, event: Event) -> list[Delivery]:
        """Queues an event for every webhook that listens to it; returns at once."""
        kind, method, _ = event
        return [self._queue(webhook, event) for webhook in self.settings.webhooks() if listens(webhook, kind, method)]

    def send_once(self, webhook: dict[str, Any], event: Event) -> Delivery:
        """Queues an event for one receiver, which need not stand in the settings; it is tried once only."""
        return self._queue(webhook, event, once=True)

    def latest(self, limit: int = KEEP) -> list[dict[str, Any]]:
        """The latest callbacks, newest first."""
        with self.changed:
            return [asdict(delivery) for delivery in list(self._latest)[: -limit - 1 : -1]]

    @property
    def waiting(self) -> int:
        """How many callbacks are still to be delivered."""
        with self.changed:
            return self._waiting

    def wait_until_delivered(self, timeout: float, url: str | None = None) -> bool:
        """Waits until nothing is left to deliver (to `url`); False when the time is up first."""
        with self.changed:
            return self.changed.wait_for(
                lambda: all(receiver.idle for (at, _), receiver in self._receivers.items() if url is None or at == url),
                timeout,
            )

    def close(self) -> None:
        """Ends every thread; what wasn't delivered stays undelivered, as when Whapi goes down without
        `callback_persist`."""
        with self.changed:
            self.closed = True
            receivers = list(self._receivers.values())
            for receiver in receivers:
                receiver.closed = True
            self._receivers.clear()
            self._waiting = 0
            self.changed.notify_all()
        for receiver in receivers:
            receiver.thread.join(timeout=1)

    def reopen(self) -> None:
        """Delivers again after `close`."""
        with self.changed:
            self.closed = False

    def finished(self, receiver: "_Receiver", callback: "_Callback") -> None:
        """A receiver is through with a callback; some of those delivered are delivered once more."""
        with self.changed:
            receiver.busy = False
            if not receiver.closed:
                self._waiting -= 1
            more = (
                callback.delivery.state == "delivered"
                and not callback.delivery.again
                and self._random.random() < self.duplicate_share
            )
            if more:
                self._queue(callback.webhook, callback.event, again=True)
            self.changed.notify_all()

    def _queue(self, webhook: dict[str, Any], event: Event, *, again: bool = False, once: bool = False) -> Delivery:
        kind, method, fields = event
        with self.changed:
            self._numbers += 1
            delivery = Delivery(
                number=self._numbers,
                url=webhook["url"],
                event=f"{kind}.{method}",
                order_ids=[m["order"]["order_id"] for m in fields.get("messages", []) if _has_order_id(m)],
                created_at=self.clock.now().isoformat(timespec="milliseconds"),
                again=again,
            )
            self._latest.append(delivery)
            if self.closed:
                delivery.state = "dropped"
                return delivery
            key = webhook["url"], webhook["mode"]
            receiver = self._receivers.get(key)
            if receiver is None:
                receiver = self._receivers[key] = _Receiver(self)
                receiver.thread.start()
            callback = _Callback(webhook, event, delivery, once)
            if receiver.queue and self._random.random() < self.reorder_share:
                receiver.queue.insert(self._random.randrange(len(receiver.queue)), callback)
            else:
                receiver.queue.append(callback)
            self._waiting += 1
            self.changed.notify_all()
            return delivery


class _Receiver:
    """The queue of one URL and the thread that works it off."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries
        self._changed = deliveries.changed
        self.queue: deque[_Callback] = deque()
        self.busy = False
        self.closed = False
        self.thread = threading.Thread(target=self._run, name="whapi-webhook", daemon=True)

    @property
    def idle(self) -> bool:
        return not self.queue and not self.busy

    def _run(self) -> None:
        with httpx.Client(verify=_certificates(), trust_env=False) as client:
            while (callback := self._next()) is not None:
                self._deliver(client, callback)
                self._deliveries.finished(self, callback)

    def _next(self) -> _Callback | None:
        with self._changed:
            self._changed.wait_for(lambda: self.closed or bool(self.queue))
            if self.closed:
                return None
            self.busy = True
            return self.queue.popleft()

    def _deliver(self, client: httpx.Client, callback: _Callback) -> None:
        """Tries until the callback is taken, or there is no reason left to try."""
        delivery = callback.delivery
        while not self.closed and (webhook := self._wanted(callback)) is not None:
            self._try(client, webhook, callback)
            if delivery.status == httpx.codes.OK:
                delivery.state = "delivered"
                return
            if callback.once:
                break
            with self._changed:
                self._changed.wait_for(lambda: self.closed, self._delay(delivery.tries))
        delivery.state = "dropped"

    def _wanted(self, callback: _Callback) -> dict[str, Any] | None:
        """The webhook as it stands in the settings now; None when it is gone or the callback too old for
        it."""
        if callback.once:
            return callback.webhook
        key = callback.webhook["url"], callback.webhook["mode"]
        registered = self._deliveries.settings.webhooks()
        webhook = next((w for w in registered if (w["url"], w["mode"]) == key), None)
        limit = None if webhook is None else webhook.get("webhook_max_age_seconds")
        if limit is not None and time.monotonic() - callback.created > limit:
            return None
        return webhook

    def _try(self, client: httpx.Client, webhook: dict[str, Any], callback: _Callback) -> None:
        delivery, deliveries = callback.delivery, self._deliveries
        request = outgoing(webhook, callback.event, channel_id=deliveries.channel_id, shape=deliveries.event_shape)
        delivery.tries += 1
        try:
            answer = client.request(
                request.method,
                request.url,
                headers=request.headers,
                json=request.body,
                timeout=deliveries.answer_timeout,
            )
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            delivery.status, delivery.answer = None, f"{type(problem).__name__}: {problem}"[:300]
        else:
            delivery.status, delivery.answer = answer.status_code, answer.text[:300]

    def _delay(self, failures: int) -> float:
        settings = self._deliveries.settings.read()
        grown = failures * settings["callback_backoff_delay_ms"]
        return float(min(grown, settings["max_callback_backoff_delay_ms"])) / 1000 * self._deliveries.pace


@cache
def _certificates() -> ssl.SSLContext:
    """Reading the certificates takes longer than a delivery, so it is done once."""
    return httpx.create_ssl_context(trust_env=False)


def _has_order_id(message: dict[str, Any]) -> bool:
    return "order_id" in message.get("order", {})
