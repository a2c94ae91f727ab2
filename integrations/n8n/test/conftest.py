"""One n8n, one service and one sandbox for all tests: a start of n8n takes long."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from integrations.n8n.test.n8n_process import N8n
from sandbox.orders import OrderMaker
from sandbox.sandbox import Sandbox
from sandbox.verify import differences, rows_there
from sandbox.whapi.order import SandboxOrder
from tests.process.service_process import ServiceProcess
from tests.waiting import wait_until

EVENTS_KEY = "0123456789-of-letters-and-digits-only"
EVENTS_SECRET = "whsec_" + base64.b64encode(EVENTS_KEY.encode()).decode()


@dataclass
class Shop:
    """Everything between a customer and the sheet, with n8n in the middle, and on the way back."""

    sandbox: Sandbox
    service: ServiceProcess
    n8n: N8n
    orders: list[SandboxOrder] = field(default_factory=list)

    @property
    def maker(self) -> OrderMaker:
        return self.sandbox.orders

    def receive(self, *orders: SandboxOrder) -> None:
        """Customers send orders; Whapi tells n8n."""
        self.orders += orders
        for order in orders:
            self.sandbox.whapi.send(order)

    def wait_for_rows(self) -> None:
        """Until each order so far is in the sheet with its items."""
        want = len(self.orders)
        wait_until(lambda: rows_there(self.sandbox, self.orders).complete == want, within=120, what="the rows")
        assert differences(self.sandbox, self.orders) == []

    def order(self, order_id: str) -> Any:
        """The order as the connector knows it."""
        headers = {"X-Webhook-Secret": self.service.secret}
        return httpx.get(f"{self.service.url}/orders/{order_id}", headers=headers, timeout=10).json()

    def texts(self, order: SandboxOrder) -> list[tuple[str, str]]:
        """What Whapi was asked to send about the order: to whom, and the text."""
        sent = [(message["chat_id"], message["text"]["body"]) for message in self.sandbox.whapi.sent()]
        return [(to, text) for to, text in sent if order.order_id in text]

    def wait_for_text(self, order: SandboxOrder) -> None:
        wait_until(lambda: self.texts(order), within=120, what="the confirmation")


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    n8n = N8n(tmp_path_factory.mktemp("n8n"))
    with Sandbox() as sandbox:
        sandbox.whapi.deliveries.pace = 0.05
        sandbox.whapi.deliveries.answer_timeout = 60
        service = ServiceProcess(
            sandbox,
            tmp_path_factory.mktemp("service"),
            EVENTS_URL=n8n.address("order-events"),
            EVENTS_SECRET=EVENTS_SECRET,
            EVENTS_ALLOW_PRIVATE="true",
        )
        sandbox.whapi.settings.update({"webhooks": []})
        sandbox.send_to(n8n.address("whatsapp-orders"), service.secret)
        n8n.take_credentials(
            {
                "orderConnectorSecret": ("Order connector secret", "X-Webhook-Secret", service.secret),
                "whapiToken": ("Whapi token", "Authorization", f"Bearer {sandbox.whapi.token}"),
            }
        )
        n8n.take_workflows({"https://orders.example.com": service.url, "https://gate.whapi.cloud": sandbox.url})
        try:
            n8n.start(EVENTS_KEY=EVENTS_KEY)
            service.start_and_wait()
            yield Shop(sandbox, service, n8n)
        finally:
            service.stop()
            n8n.stop()
