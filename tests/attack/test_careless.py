"""What a careless sender with the secret can have the service do: as much as he sends, and not a multiple of it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import structlog

from connector.gateways.reading.result import MOST_UNCLEAR
from connector.gateways.reading.unwrap import DEEPEST, TooDeepError, parse_json
from connector.gateways.webhook import read_webhook
from sandbox.sandbox import Sandbox
from tests.attack.service_memory import MEBIBYTE, memory_of
from tests.clock import FakeClock
from tests.made_once import service_account
from tests.process.service_process import ServiceProcess
from tests.service.shop import Shop

NOW = FakeClock().now()
MOST_IN_WORK = 120
"""MiB more than at rest: two large bodies are in work at once, and each takes up to fifty times its size."""
NONSENSE = {
    "zeros": b'{"messages":[' + b"0," * (MEBIBYTE // 2 - 20) + b"0]}",
    "objects": b'{"messages":[' + b"{}," * (MEBIBYTE // 3 - 20) + b"{}]}",
    "lists of lists": b"[" + b"[[]]," * (MEBIBYTE // 5 - 20) + b"[]]",
    "orders that are none": b'{"messages":[' + b'{"type":"order"},' * (MEBIBYTE // 17 - 20) + b"0]}",
}
DEAREST = "lists of lists"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with Sandbox(account=service_account()) as sandbox:
        service = ServiceProcess(sandbox, tmp_path_factory.mktemp("careless")).start_and_wait()
        yield service
        service.stop()


def send(service: ServiceProcess, body: bytes) -> httpx.Response:
    headers = {"X-Webhook-Secret": service.secret}
    return httpx.post(f"{service.url}/webhooks/whapi", content=body, headers=headers, timeout=120)


def test_a_mebibyte_of_nonsense_costs_a_small_multiple_of_it_also_many_at_once(service: ServiceProcess) -> None:
    for what, body in NONSENSE.items():
        with memory_of(service) as alone:
            assert send(service, body).status_code == 200
        assert alone.more < MOST_IN_WORK / 2, what

    with memory_of(service) as peak, ThreadPoolExecutor(4) as pool:
        several = [pool.submit(send, service, NONSENSE[DEAREST]) for _ in range(4)]
        alive = httpx.get(f"{service.url}/healthz", timeout=10)
        statuses = {answer.result().status_code for answer in several}

    assert (statuses, alive.status_code) == ({200}, 200)
    assert peak.more < MOST_IN_WORK


def test_unclear_parts_beyond_the_bound_are_only_counted() -> None:
    body = {"messages": [0] * (MOST_UNCLEAR * 3)}

    reading = read_webhook(body, now=NOW)

    sentence = "3000 parts were not understood; the first is messages[0]: A message is a JSON object; a number came."
    assert [(part.field, part.reason, part.part) for part in reading.unclear] == [("body", sentence, body)]


def unclear_parts(shop: Shop) -> bytes:
    """28 KiB of what is kept part by part."""
    return json.dumps({"messages": [{"type": "order", "of": f"{shop.url} {n}"} for n in range(500)]}).encode()


def test_what_is_put_aside_is_one_line_of_the_log_a_request_and_none_where_it_is_there_already(shop: Shop) -> None:
    body = unclear_parts(shop)

    with structlog.testing.capture_logs() as lines:
        answers = [shop.http.post("/webhooks/whapi", content=body).json() for _ in range(5)]

    assert [answer["quarantined"] for answer in answers] == [500] * 5
    assert [line for line in lines if line["event"] == "payload.quarantined"] == [
        {
            "event": "payload.quarantined",
            "log_level": "warning",
            "count": 500,
            "field": "messages[0].order",
            "reason": "An order message has an object `order`; nothing came.",
        }
    ]


def test_the_log_grows_by_less_than_what_comes_in(service: ServiceProcess) -> None:
    before = service.log_file.stat().st_size
    bodies = [
        json.dumps({"messages": [{"type": "order", f"of {n}": "x" * length} for n in range(100)]}).encode()
        for length in (1, 100, 5000)
    ]

    for body in bodies:
        for _ in range(2):
            assert send(service, body).status_code == 200

    assert service.log_file.stat().st_size - before < sum(map(len, bodies))


def nested(depth: int, kind: str = "list") -> str:
    return "[" * depth + "]" * depth if kind == "list" else '{"a":' * depth + "1" + "}" * depth


@pytest.mark.parametrize("kind", ["list", "object"])
@pytest.mark.parametrize("depth", [DEEPEST + 1, 900])
def test_an_order_with_fields_nested_without_end_is_refused_with_a_sentence(shop: Shop, depth: int, kind: str) -> None:
    content = f'{{"order_id": {nested(depth, kind)}, "orderId": {nested(depth - 1, kind)}, "order_token": "t"}}'

    answer = shop.http.post("/orders", content=content)

    assert (answer.status_code, answer.json()) == (
        422,
        {
            "error": "Nothing was stored, because these fields are wrong.",
            "fields": [{"field": "body", "message": "Expected at most 64 objects and lists within each other."}],
        },
    )


@pytest.mark.parametrize("depth", [DEEPEST + 1, 900])
def test_a_webhook_with_them_is_kept_and_its_order_beside_them_taken(shop: Shop, depth: int) -> None:
    order = {"type": "order", "order": {"order_id": f"beside {depth}"}}
    content = f'{{"messages": [{json.dumps(order)}, {{"type": "order", "order": {nested(depth)}}}]}}'

    answer = shop.http.post("/webhooks/whapi", content=content)

    assert (answer.status_code, answer.json()["accepted"], answer.json()["quarantined"]) == (200, 1, 1)


def depth_of(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth_of, inner), default=0) if isinstance(value, dict | list) else 0


@pytest.mark.parametrize("depth", [1, DEEPEST, DEEPEST + 1, 300])
def test_json_is_read_whole_down_to_the_bound_and_no_further(depth: int) -> None:
    text = f'[{nested(depth - 1)}, {{"b": 1}}]' if depth > 1 else "[]"

    read = parse_json(text)

    assert depth_of(read) == min(depth, DEEPEST)
    assert (read == json.loads(text)) is (depth <= DEEPEST)
    if depth > DEEPEST:
        with pytest.raises(TooDeepError):
            parse_json(text, cut=False)
