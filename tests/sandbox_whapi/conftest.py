"""A gateway and a receiver of webhooks, both behind real sockets."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from flask import Flask, Response, request

from connector.clock import SystemClock
from sandbox.faults import Faults
from sandbox.orders import OrderMaker
from sandbox.server import SandboxServer
from sandbox.whapi.app import whapi_blueprint
from sandbox.whapi.standin import WhapiStandIn

EVENTS = [{"type": "messages", "method": "post"}]


@dataclass
class Gateway:
    """The stand-in and a client that talks to it."""

    whapi: WhapiStandIn
    http: httpx.Client

    def items(self, order_id: str, order_token: str, **more: Any) -> httpx.Response:
        params = {"order_token": order_token, "token": self.whapi.token}
        return self.http.get(f"/business/orders/{order_id}", params=params, **more)

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.http.get(path, params=params, headers=self.bearer)

    def patch(self, body: Any) -> httpx.Response:
        return self.http.patch("/settings", json=body, headers=self.bearer)

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.whapi.token}"}


@dataclass
class Receiver:
    """Somebody who gets webhooks: keeps what came, and answers by a script."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    """The next statuses, in turn; 200 when there are none."""
    hold: threading.Event | None = None
    """While it isn't set, nobody gets an answer."""
    got: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    """Method, path, headers, body of each call."""
    arrival: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, calls: int) -> None:
        """Returns when so many calls have arrived, answered or not."""
        with self.arrival:
            assert self.arrival.wait_for(lambda: len(self.got) >= calls, 10)

    def bodies(self) -> list[Any]:
        return [body for _, _, _, body in self.got]

    def order_ids(self) -> list[str]:
        return [message["order"]["order_id"] for body in self.bodies() for message in body["messages"]]


def plain_client(url: str) -> httpx.Client:
    """For http alone: reading certificates would take longer than most tests."""
    return httpx.Client(base_url=url, timeout=15, trust_env=False, verify=False)


def serve(receiver: Receiver) -> SandboxServer:
    app = Flask("receiver")

    @app.route("/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def take(path: str) -> Response:
        with receiver.arrival:
            full = f"/{path}?{request.query_string.decode()}" if request.query_string else f"/{path}"
            receiver.got.append((request.method, full, dict(request.headers), request.get_json()))
            status = receiver.answers.pop(0) if receiver.answers else 200
            receiver.arrival.notify_all()
        if receiver.hold is not None:
            receiver.hold.wait(10)
        return Response(f"answer {status}", status=status)

    server = SandboxServer(app)
    receiver.url = server.url
    return server


@pytest.fixture
def maker() -> OrderMaker:
    return OrderMaker(clock=SystemClock(), seed=7)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    whapi = WhapiStandIn(clock=SystemClock(), faults=Faults(), settings={**PLAIN_SETTINGS, "webhooks": []})
    whapi.deliveries.pace = 0.005
    app = Flask("gateway")
    app.register_blueprint(whapi_blueprint(whapi))
    with SandboxServer(app) as server, plain_client(server.url) as http:
        yield Gateway(whapi, http)
        whapi.deliveries.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    with serve(made):
        yield made


@pytest.fixture
def other_receiver() -> Iterator[Receiver]:
    made = Receiver()
    with serve(made):
        yield made


PLAIN_SETTINGS = {"callback_backoff_delay_ms": 3000, "max_callback_backoff_delay_ms": 600000}
