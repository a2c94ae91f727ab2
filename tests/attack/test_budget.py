"""No single request of up to 1 MiB, whatever its shape, costs more than a fixed budget, with the secret or without.

    BUDGET_EXAMPLES=2000 python -m pytest -n 0 -s tests/attack/test_budget.py

tries many more shapes than the ordinary run, and prints the dearest. The seconds are those of a processor, not of a
clock: they don't depend on what else the machine does.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connector.api.request import LARGEST_BODY
from sandbox.sandbox import Sandbox
from tests.attack import hostile
from tests.attack.hostile import as_json
from tests.attack.raw import request
from tests.attack.receiving import Cost, Receiving
from tests.made_once import service_account

EXAMPLES = int(os.environ.get("BUDGET_EXAMPLES", "8"))
BUDGET = Cost(megabytes=100, seconds=12, disk=32, log=4096)
"""For a request with the secret; of the log, or as many bytes as the request has."""
OF_STRANGERS = Cost(megabytes=8, seconds=0.5, disk=0, log=1024)
PASSWORD = "a password of the shop"
HERE = "@@"
"""Stands in a unit for a number that is another each time it is repeated."""


@pytest.fixture
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiving]:
    """One for all examples of a test."""
    with Sandbox(account=service_account()) as sandbox:
        service = Receiving(sandbox, tmp_path_factory.mktemp("budget"), ADMIN_PASSWORD=PASSWORD)
        service.start_and_wait()
        # What is loaded and made at the first request of a kind is no request's cost.
        for path in ("/orders", "/webhooks/whapi", "/webhooks/meta"):
            service.rest()
            service.cost_of(
                whole(
                    path,
                    replace(shape_of({"type": "order", "order": {"order_id": "first"}}, "messages"), size=2**12).body(),
                    "application/json",
                    **{"X-Webhook-Secret": service.secret},
                )
            )
        service.rest()
        yield service
        service.stop()
        for name, (spent, shape) in dearest.items():
            sys.stdout.write(f"\nthe most {name}: {spent:g}, by {shape}\n")
        dearest.clear()


@dataclass(frozen=True)
class Shape:
    """A request's body: something small, repeated, nested, and put somewhere."""

    unit: str
    """JSON."""
    repeated_in: str
    """What holds the repetitions: `list` or `object`; or `form`, and then there is nothing around them."""
    under: tuple[str, ...]
    """The keys that lead there, from outside."""
    beside: dict[str, str]
    """Long texts beside the outermost of them."""
    depth: int
    """Lists around all of it."""
    in_text: bool
    """Whether it comes as JSON in a text."""
    size: int
    """About, in bytes."""

    def body(self) -> bytes:
        room = self.size // (2 if self.in_text else 1) - 2 * self.depth
        room -= sum(len(key) + len(text) + 6 for key, text in self.beside.items()) + 8 * len(self.under)
        inner = self._repeated(room)
        if self.repeated_in == "form":
            return inner.encode("utf-8", "surrogatepass")
        for place, key in enumerate(reversed(self.under)):
            is_outermost = place == len(self.under) - 1
            beside = "".join(f"{json.dumps(name)}:{json.dumps(text)}," for name, text in self.beside.items())
            inner = f"{{{beside if is_outermost else ''}{json.dumps(key)}:{inner}}}"
        inner = "[" * self.depth + inner + "]" * self.depth
        return (json.dumps(inner) if self.in_text else inner).encode("utf-8", "surrogatepass")

    def _repeated(self, room: int) -> str:
        parts: list[str] = []
        for number in count():
            part = self.unit.replace(HERE, str(number))
            if self.repeated_in == "object":
                part = f'"{number}":{part}'
            room -= len(part.encode("utf-8", "surrogatepass")) + 1
            if room < 0 and parts:
                break
            parts.append(part)
            if room < 0:
                break
        if self.repeated_in == "form":
            return "&".join(parts)
        return f"[{','.join(parts)}]" if self.repeated_in == "list" else f"{{{','.join(parts)}}}"


KEYS = ("messages", "orders", "data", "body", "entry", "value", "items", "contacts", "statuses", "order", "payload")
SEVERAL = ("messages_removed", "messages_updates", "order_id", "orderId", "line_items", "preview", "x")
IDS = st.sampled_from([HERE, "same", "undefined", "9" * 129])
orders = st.fixed_dictionaries(
    {"order_id": IDS},
    optional={
        "order_token": st.just("t"),
        "token": st.just("t"),
        "note": st.sampled_from([HERE, "n" * 1500]),
        "customer_name": st.sampled_from([HERE, "n" * 1500]),
        "items": st.just([{"name": HERE, "quantity": 1}]),
        "product_items": st.just([{"product_retailer_id": HERE}]),
    },
)
order_messages = st.fixed_dictionaries(
    {"type": st.just("order"), "order": orders},
    optional={"id": IDS, "from": st.sampled_from([HERE, "491511234567"]), "channel_id": IDS},
)
units = st.one_of(
    hostile.bodies,
    orders,
    order_messages,
    order_messages,
    st.fixed_dictionaries({"key": st.just({"id": HERE}), "message": st.fixed_dictionaries({"orderMessage": orders})}),
    st.sampled_from([0, "", [], {}, [[]], {"type": "order"}, {"order": {}}, HERE, {HERE: {}}, {"wa_id": HERE}]),
)
shapes = st.builds(
    Shape,
    unit=units.map(as_json),
    repeated_in=st.sampled_from(["list", "list", "list", "object", "form"]),
    under=st.lists(st.sampled_from(KEYS + SEVERAL), max_size=4).map(tuple),
    beside=st.dictionaries(
        st.sampled_from(["channel_id", "messaging_product", "instance", "event", "session", "object", "x"]),
        st.sampled_from(["whatsapp", "messages.upsert", "message", "whatsapp_business_account", "c" * 300_000]),
        max_size=3,
    ),
    depth=st.sampled_from([0, 0, 0, 1, 12, 60, 900]),
    in_text=st.booleans(),
    size=st.sampled_from([2**10, 2**16, LARGEST_BODY - 8, LARGEST_BODY - 8]),
)
addresses = st.sampled_from(
    ["/webhooks/whapi", "/webhooks/whapi/messages/post", "/webhooks/meta", "/webhooks/evolution", "/orders"]
)
kinds = st.sampled_from(["application/json", "text/plain", "application/x-www-form-urlencoded"])


def whole(path: str, body: bytes, kind: str, **headers: str) -> bytes:
    return request("POST", path, {"Content-Type": kind, **headers}, body)


dearest: dict[str, tuple[float, Shape]] = {}


def check(cost: Cost, budget: Cost, *, log: int, shape: Shape) -> None:
    for name in ("megabytes", "seconds", "disk", "log"):
        spent = getattr(cost, name)
        dearest[name] = max(dearest.get(name, (0, shape)), (spent, shape), key=lambda found: found[0])
        allowed = max(log, budget.log) if name == "log" else getattr(budget, name)
        assert spent <= allowed, f"{name}: {spent} where {allowed} are allowed"


def shape_of(unit: object, *under: str, beside: dict[str, str] | None = None) -> Shape:
    return Shape(as_json(unit), "list", under, beside or {}, 0, in_text=False, size=LARGEST_BODY - 8)


FORM = Shape("a=", "form", (), {}, 0, in_text=False, size=LARGEST_BODY - 8)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
@given(shape=shapes, path=addresses, kind=kinds)
@example(shape_of(0, "messages"), "/webhooks/whapi", "application/json")
@example(shape_of({"type": "order", "order": {"order_id": HERE}}, "messages"), "/webhooks/whapi", "application/json")
@example(
    shape_of({"type": "order", "of": HERE}, "messages", beside={"channel_id": "c" * 300_000}),
    "/webhooks/whapi",
    "application/json",
)
@example(shape_of(HERE, "messages_removed"), "/webhooks/whapi", "application/json")
@example(shape_of({"order_id": "same", "items": [{"name": HERE}]}), "/orders", "application/json")
@example(FORM, "/orders", "application/x-www-form-urlencoded")
def test_with_the_secret(service: Receiving, shape: Shape, path: str, kind: str) -> None:
    body = shape.body()

    answers, cost = service.cost_of(whole(path, body, kind, **{"X-Webhook-Secret": service.secret}))

    assert [answer.status in {200, 400, 413, 422} for answer in answers] == [True]
    check(cost, BUDGET, log=len(body), shape=shape)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
@given(shape=shapes, path=addresses | st.sampled_from(["/", "/status/login", "/healthz", "/no/such"]), kind=kinds)
@example(FORM, "/orders", "application/x-www-form-urlencoded")
@example(FORM, "/status/login", "application/x-www-form-urlencoded")
@example(replace(FORM, size=500_000), "/status/login", "application/x-www-form-urlencoded")
def test_without_the_secret(service: Receiving, shape: Shape, path: str, kind: str) -> None:
    body = shape.body()

    answers, cost = service.cost_of(whole(path, body, kind, **{"X-Webhook-Secret": "no" + service.secret}))

    assert [answer.status in {400, 401, 403, 404, 405, 413, 429} for answer in answers] == [True]
    check(cost, OF_STRANGERS, log=len(body), shape=shape)
