"""The stand-in for Whapi's gateway: one channel with its orders, message list, settings and webhooks.

It holds the state and knows nothing of HTTP; `app.py` speaks HTTP for it. Where Whapi's documents are silent,
an attribute here switches between the readings, and stands at the one that is harder on the connector.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from connector.clock import Clock
from sandbox.faults import Faults
from sandbox.whapi import events
from sandbox.whapi.calls import Calls
from sandbox.whapi.delivery import Deliveries, Delivery
from sandbox.whapi.errors import WhapiError
from sandbox.whapi.history import History
from sandbox.whapi.order import SandboxOrder, Step
from sandbox.whapi.sending import sent_text
from sandbox.whapi.settings import Settings

STATES = {"NOT_INIT": 0, "INIT": 1, "LAUNCH": 2, "QR": 3, "AUTH": 4, "ERROR": 5, "SYNC_ERROR": 6, "STOP": 7}
"""`status.text` and `status.code` of the channel. The help desk shows the codes 1, 2, 3 and 5; the rest
are guesses. STOP is in the help desk alone."""

PLAN = {"messages": 100000, "chats": [], "checks": 100000, "requests": 100000}


class WhapiStandIn:
    """One channel. Safe to use from several threads."""

    def __init__(
        self,
        *,
        clock: Clock,
        faults: Faults,
        token: str = "sandbox-channel-token-4kQz",  # noqa: S107 - of the sandbox only
        channel_id: str = "MANTIS-M72HC",
        settings: dict[str, Any] | None = None,
        seed: int = 1,
    ) -> None:
        self.clock = clock
        self.faults = faults
        self.token = token
        self.channel_id = channel_id
        self.settings = Settings(settings)
        self.history = History()
        self.calls = Calls()
        self.deliveries = Deliveries(self.settings, clock=clock, channel_id=channel_id, seed=seed)
        self.orders: dict[str, SandboxOrder] = {}
        self.limits: dict[str, Any] | None = deepcopy(PLAN)
        """What `GET /limits` says. None: the plan has none, and the answer is 204 without a body [OpenAPI
        document]."""
        self.latency = 0.0
        """Seconds that every call to the gateway takes longer."""
        self.hang_seconds = 60.0
        """How long a fetch with the step `timeout` is held before the gateway's 504."""
        self.retry_after: str | None = None
        """The Retry-After header of a 429. Whapi documents none, so there is none."""
        self.paid = True
        """False: the subscription has ended, and every call is answered with 402."""
        self.wrong_order_token_status = 404
        """What a wrong order token gets. 403 and 404 are both documented for the route, not when which comes;
        404 is the harder one, since it looks like items that are not there yet."""
        self.takes_header_for_items = False
        """True: a Bearer header is enough to fetch items, as Whapi's own MCP server has it. The help desk
        says it isn't."""
        self.test_payload: dict[str, Any] = {"messages": []}
        """What the test webhook carries beside its event. The real one's body is not documented."""
        self.launches = 0
        """How often a call to `/health` without `wakeup=false` launched a stopped channel."""
        self._sent: list[dict[str, Any]] = []
        self._started = clock.now()
        self._state = "AUTH"
        self._fetches: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def state(self) -> str:
        """The channel's state: AUTH works, everything else refuses orders and messages."""
        return self._state

    @state.setter
    def state(self, state: str) -> None:
        if state not in STATES:
            raise ValueError(f"state must be one of {', '.join(STATES)}.")
        if state != self._state:
            self._state = state
            self.deliveries.publish(events.channel_state(self.health()))

    def add(self, order: SandboxOrder) -> None:
        """The order is there, in the list and to be fetched, but no webhook tells of it."""
        with self._lock:
            self.orders[order.order_id] = order
        self.history.add(order.message())

    def send(self, order: SandboxOrder) -> list[Delivery]:
        """A customer sends the order: every registered webhook is told.

        It is so in every state of the channel, so that an order can be there whose items can't be fetched.
        """
        return self.send_batch([order])

    def send_batch(self, orders: Iterable[SandboxOrder], others: Iterable[dict[str, Any]] = ()) -> list[Delivery]:
        """Several orders, and other messages behind them, in one payload."""
        orders, others = list(orders), list(others)
        for order in orders:
            self.add(order)
        for message in others:
            self.history.add(message)
        return self.publish(events.messages(*(order.message() for order in orders), *others))

    def send_message(self, message: dict[str, Any]) -> list[Delivery]:
        """Any message that isn't an order."""
        return self.send_batch([], [message])

    def send_again(self, order: SandboxOrder) -> list[Delivery]:
        """The webhook of an order that is known already, once more."""
        return self.publish(events.messages(order.message()))

    def publish(self, event: events.Event) -> list[Delivery]:
        """Any event, such as those of `events.py`."""
        return self.deliveries.publish(event)

    def fetch(self, order_id: str, order_token: str) -> tuple[SandboxOrder, Step]:
        """The order, and how this fetch of its items goes. Each fetch with the right token is one step
        further."""
        with self._lock:
            order = self.orders.get(order_id)
            if order is None:
                raise WhapiError(404, "Not Found", "Specified order not found")
            if order_token != order.token:
                raise WhapiError(self.wrong_order_token_status, "Order not available", "Wrong order token")
            step = order.step(self._fetches[order_id])
            self._fetches[order_id] += 1
        return order, step

    def fetches(self, order_id: str) -> int:
        """How often an order's items were asked for, with the right token."""
        with self._lock:
            return self._fetches[order_id]

    def send_text(self, to: str, body: str) -> dict[str, Any]:
        """The shop writes to a customer. The webhooks are told of the shop's own messages too."""
        with self._lock:
            number = len(self._sent) + 1
            message = sent_text(f"Sandbox{number:08d}-gSent", to, body, int(self.clock.now().timestamp()))
            self._sent.append(message)
        self.send_message(message)
        return message

    def sent(self) -> list[dict[str, Any]]:
        """What the shop wrote to its customers, oldest first."""
        with self._lock:
            return list(self._sent)

    def launch(self) -> None:
        """What `/health` does to a stopped channel unless `wakeup=false` is said."""
        if self._state in ("NOT_INIT", "STOP"):
            self.launches += 1
            self.state = "LAUNCH"

    def health(self) -> dict[str, Any]:
        """The shape of `Health` [SDK]; `user` only while a phone is linked."""
        answer: dict[str, Any] = {
            "channel_id": self.channel_id,
            "start_at": int(self._started.timestamp()),
            "uptime": max(0, int((self.clock.now() - self._started).total_seconds())),
            "version": "1.8.7-0-gsandbox",
            "core_version": "1.8.7",
            "api_version": "1.8.7",
            "device_id": 1,
            "ip": "192.0.2.10",
            "status": {"code": STATES[self._state], "text": self._state},
        }
        if self._state in ("AUTH", "SYNC_ERROR"):
            answer["user"] = {"id": "61371989950", "name": "Jonathan", "is_business": True}
        return answer
