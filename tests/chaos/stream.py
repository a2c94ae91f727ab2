"""Sends the orders, and keeps account of what was answered with 200."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sandbox.orders import OrderMaker
from sandbox.sandbox import Sandbox
from sandbox.shops import SandboxShop
from sandbox.whapi import events
from sandbox.whapi.delivery import Delivery
from sandbox.whapi.order import SandboxOrder
from tests.chaos.plan import Form, Send, Way
from tests.chaos.straight import FINE

CHANNEL = "MANTIS-M72HC"
"""That of the sandbox's first shop."""


class Straight(Protocol):
    """Sends by HTTP, as `StraightSender` does."""

    def send(self, path: str, body: Any, answered: Callable[[], None], tries: int | None) -> None: ...

    @property
    def waiting(self) -> int: ...


@dataclass
class Sent:
    """An order that was sent, in whatever way and however often."""

    order: SandboxOrder
    form: Form = Form.PAYLOAD
    acknowledged_at: float | None = None
    """When a 200 for it was first seen, by `time.monotonic`; None: never yet."""
    in_history: bool = False
    """Whether it stands in the channel's message history."""

    def acknowledge(self) -> None:
        if self.acknowledged_at is None:
            self.acknowledged_at = time.monotonic()


class Stream:
    """The orders of the run. `send` and `resume` are for one thread; the rest may be called from others."""

    def __init__(self, sandbox: Sandbox | SandboxShop, straight: Straight, *, seed: int, webhooks: bool = True) -> None:
        """`webhooks`: whether Whapi sends any; else what comes again is sent straight as well."""
        self.sent: dict[str, Sent] = {}
        self.counts: Counter[str] = Counter()
        self.odd_answers: set[str] = set()
        """Answers to Whapi's deliveries that are neither 200 nor 503."""
        self._lock = threading.RLock()
        self._sandbox = sandbox
        self._straight = straight
        self._webhooks = webhooks
        # Made here and not by `sandbox.send`, which would put them into the channel's message list as well: a
        # reconciliation that reads the list must not make good what a webhook lost. See `remember`.
        self._maker = sandbox.orders
        self._probes = OrderMaker(clock=sandbox.whapi.clock, seed=seed + 1)
        self._order_ids: list[str] = []
        self._under_way: list[tuple[Delivery, events.Event]] = []

    def send(self, send: Send) -> None:
        """Starts sending; returns at once."""
        if send.way is Way.STRAIGHT:
            for sample in send.samples:
                self._send_straight(self._make(sample, send.form), send.tries)
        elif send.way is Way.WEBHOOK:
            messages = [self._make(sample).order.message() for sample in send.samples]
            messages += [self._maker.text_message() for _ in range(send.noise)]
            # Orders come between other messages, and not always in the order in which they were made.
            self._publish(events.messages(*messages[::-1]))
            self.counts["messages that are no order"] += send.noise
        elif send.way is Way.AGAIN:
            self._send_again(send.back)
        else:
            self._send_noise(send.noise)

    def probe(self) -> Sent:
        """A new order that is known to Whapi and not sent yet."""
        return self._enter(self._probes.make("normal"), Form.PAYLOAD)

    def remember(self) -> None:
        """Everything that was sent so far stands in the channel's message history: the store may have lost it."""
        with self._lock:
            for sent in self.sent.values():
                if not sent.in_history:
                    self._sandbox.whapi.history.add(sent.order.message())
                    sent.in_history = True
            self.counts["in the history"] = sum(sent.in_history for sent in self.sent.values())

    def look(self) -> None:
        """Takes note of the deliveries that have got their 200."""
        with self._lock:
            for delivery, _ in self._under_way:
                if delivery.status is not None and delivery.status not in FINE:
                    self.odd_answers.add(f"A webhook was answered with {delivery.status}: {delivery.answer[:200]}")
                if delivery.state == "delivered":
                    for order_id in delivery.order_ids:
                        self.sent[order_id].acknowledge()
            self._under_way = [entry for entry in self._under_way if entry[0].state != "delivered"]

    def resume(self) -> None:
        """After a stop of the sandbox: sends again what was not delivered, as Whapi does with `callback_persist`."""
        with self._lock:
            self.look()
            dropped, self._under_way = self._under_way, []
            for delivery, event in dropped:
                self._publish(event, noise=not delivery.order_ids)

    @property
    def waiting(self) -> int:
        """How many sendings have not got their 200 and go on."""
        with self._lock:
            self.look()
            return len(self._under_way) + self._straight.waiting

    def acknowledged(self) -> list[Sent]:
        with self._lock:
            self.look()
            return [sent for sent in self.sent.values() if sent.acknowledged_at is not None]

    def _make(self, sample: str, form: Form = Form.PAYLOAD) -> Sent:
        order = self._maker.make(sample)
        if form is Form.BARE and "token" in order.without:
            form = Form.PAYLOAD  # Without a token it would be refused, rightly.
        self._order_ids.append(order.order_id)
        return self._enter(order, form)

    def _enter(self, order: SandboxOrder, form: Form) -> Sent:
        if form is Form.BARE:
            order = replace(order, without=order.without | set(order.message()["order"]) - {"order_id", "token"})
        self._sandbox.whapi.orders[order.order_id] = order
        sent = Sent(order, form)
        with self._lock:
            self.sent[order.order_id] = sent
        return sent

    def _send_straight(self, sent: Sent, tries: int | None) -> None:
        self.counts["orders sent straight"] += 1
        self._straight.send(*self._body_of(sent), sent.acknowledge, tries)

    def _send_again(self, back: int) -> None:
        if not self._order_ids:
            return
        sent = self.sent[self._order_ids[-min(back, len(self._order_ids))]]
        self.counts["duplicates sent"] += 1
        if sent.form is Form.BARE or not self._webhooks:
            self._straight.send(*self._body_of(sent), sent.acknowledge, 5)
        else:
            self._publish(events.messages(sent.order.message()))

    def _body_of(self, sent: Sent) -> tuple[str, Any]:
        return body_of(sent.order, sent.form, self._sandbox.whapi.channel_id)

    def _send_noise(self, count: int) -> None:
        message = self._maker.text_message()
        order = self.sent[self._order_ids[-1]].order.message() if self._order_ids else message
        kinds = (
            events.messages(*(self._maker.text_message() for _ in range(count))),
            events.edit(order),
            events.chat(order),
            events.messages({**order, "from_me": True}, message),
        )
        self._publish(kinds[len(self._order_ids) % len(kinds)], noise=True)
        self.counts["messages that are no order"] += count

    def _publish(self, event: events.Event, *, noise: bool = False) -> None:
        with self._lock:
            for delivery in self._sandbox.whapi.publish(event):
                if noise:
                    delivery.order_ids.clear()  # What is in it is no new order.
                self._under_way.append((delivery, event))
        self.counts["webhooks"] += 1


def body_of(order: SandboxOrder, form: Form, channel_id: str = CHANNEL) -> tuple[str, Any]:
    """Path and body of an order that is sent straight."""
    payload = {"messages": [order.message()], "channel_id": channel_id}
    if form is Form.PAYLOAD:
        return "/webhooks/whapi", payload
    if form is Form.LIST:
        return "/webhooks/whapi/messages/post", [payload, {"statuses": []}]
    if form is Form.MESSAGE:
        return "/orders", order.message()
    return "/orders", {"order_id": order.order_id, "order_token": order.token}
