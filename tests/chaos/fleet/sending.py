"""Sends orders to shops at any of the instances, as a load balancer does."""

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.sandbox import Sandbox
from sandbox.shops import SandboxShop
from tests.chaos.fleet.instance import Instance
from tests.chaos.fleet.plan import Delivery
from tests.chaos.straight import StraightSender
from tests.chaos.stream import Sent, Stream

_SENDERS = 12
_TIMEOUT = 5.0
_FINE = (200, 404, 503)
"""An instance that has not seen yet that a shop is there answers 404, which has the sender try another one."""
_KNOWN_WITHIN = 8.0
"""Seconds after which a shop in SHOPS_FILE is known to every instance that works."""


class AtShop:
    """Sends to one shop by HTTP: with the shop's own secret, or with the operator's to an address that names it."""

    def __init__(self, sender: StraightSender, shop: SandboxShop, *, as_operator: bool) -> None:
        self._sender = sender
        self._prefix = f"/shops/{shop.name}" if as_operator else ""
        self._headers = {} if as_operator else {"X-Webhook-Secret": shop.secret}

    def send(self, path: str, body: Any, answered: Callable[[], None], tries: int | None) -> None:
        self._sender.send(self._prefix + path, body, answered, tries, self._headers)

    @property
    def waiting(self) -> int:
        """Of all shops."""
        return self._sender.waiting


class Shops:
    """The shops, and what was sent to each. Some of them come and go."""

    def __init__(
        self, sandbox: Sandbox, file: Path, instances: Sequence[Instance], *, shops: int, accounts: int, seed: int
    ) -> None:
        for number in range(1, accounts + 1):
            # Five accounts of a project have 60 calls each, which is all that Google gives a project.
            sandbox.add_account(f"a{number}", f"project-{(number - 1) // 5 + 1}")
        self.all = [sandbox.add_shop(f"shop{n:03d}", f"a{n % accounts + 1}") for n in range(shops)]
        for shop in self.all[::2]:
            shop.settings["new_rows"] = "top"
        self._sandbox = sandbox
        self._file = file
        draw = random.Random(f"{seed}: balancer")
        self.sender = StraightSender(
            lambda: draw.choice(instances).url, sandbox.secret, senders=_SENDERS, timeout=_TIMEOUT, fine=_FINE
        )
        self._moving = {shop.name for shop in self.all[-max(shops // 8, 1) :]}
        """Those that come and go. What is sent to them goes by the operator's secret, for which a shop that is not
        known is not there; its own would be nobody's."""
        self.streams = {
            shop.name: Stream(
                shop,
                AtShop(self.sender, shop, as_operator=shop.name in self._moving),
                seed=seed + number,
                webhooks=False,
            )
            for number, shop in enumerate(self.all)
        }
        self._out: set[str] = set()
        self._known_at = 0.0
        self._put_off: list[Delivery] = []
        self._lock = threading.RLock()
        self.changes = 0
        sandbox.write_shops(file)

    def deliver(self, delivery: Delivery) -> None:
        """Starts sending; to a shop that is not there just now, once it is."""
        with self._lock:
            name = self.all[delivery.shop].name
            if name in self._moving and (self._out or time.monotonic() < self._known_at):
                self._put_off.append(delivery)
            else:
                self.streams[name].send(delivery.send)

    def catch_up(self) -> None:
        """Sends what was put off, as far as its shops are there."""
        with self._lock:
            waiting, self._put_off = self._put_off, []
            for delivery in waiting:
                self.deliver(delivery)

    def take_out_or_put_back(self) -> None:
        if self._out:
            self.put_back()
        else:
            with self._lock:
                self._out = set(self._moving)
                self._write()

    def put_back(self) -> None:
        with self._lock:
            if self._out:
                self._out = set()
                self._known_at = time.monotonic() + _KNOWN_WITHIN
                self._write()

    @property
    def sent(self) -> Mapping[str, Sent]:
        """All orders of all shops."""
        return {order_id: sent for stream in self.streams.values() for order_id, sent in stream.sent.items()}

    @property
    def waiting(self) -> int:
        """How many sendings have not got their 200 and go on, or have not begun."""
        with self._lock:
            return self.sender.waiting + len(self._put_off)

    def close(self) -> None:
        self.sender.close()

    def _write(self) -> None:
        self._sandbox.write_shops(self._file, self._out)
        self.changes += 1
