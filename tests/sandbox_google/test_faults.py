"""What goes wrong on the way to Google, over real sockets."""

import time
from collections.abc import Callable
from typing import Any

import gspread
import pytest
import requests

from sandbox.faults import Fault
from sandbox.google import GoogleStandIn
from sandbox.server import SandboxServer
from tests.sandbox_google.conftest import Shop, local_client
from tests.sandbox_google.test_batch import marker, row


def eventually(holds: Callable[[], bool], seconds: float = 5) -> bool:
    """Whether it comes true before the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
    return holds()


def strike(shop: Shop, kind: str, **rest: Any) -> None:
    shop.batch(row("warm-up"))
    shop.google.faults.add(Fault("google", kind, **rest))


@pytest.mark.parametrize(
    ("kind", "status", "happened"),
    [
        ("status", 503, False),
        ("html_502", 502, False),
        ("commit_then_503", 503, True),
        ("late_commit_503", 503, False),
    ],
)
def test_an_error_is_answered_before_or_after_the_commit(shop: Shop, kind: str, status: int, happened: bool) -> None:
    strike(shop, kind, seconds=60)

    with pytest.raises(gspread.exceptions.APIError) as caught:
        shop.batch(row("order"))

    assert caught.value.response.status_code == status
    assert shop.values() == [["warm-up"], ["order"]][: 1 + happened]


@pytest.mark.parametrize(
    ("kind", "happened"),
    [
        ("drop", False),
        ("hang", False),
        ("commit_then_drop", True),
        ("commit_then_hang", True),
        ("truncated", True),
        ("late_commit", False),
    ],
)
def test_a_connection_breaks_before_or_after_the_commit(shop: Shop, kind: str, happened: bool) -> None:
    strike(shop, kind, seconds=0.2 if "hang" in kind else 60)

    with pytest.raises((requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        shop.batch(row("order"))

    assert shop.values() == [["warm-up"], ["order"]][: 1 + happened]


def test_a_late_commit_happens_when_its_caller_has_given_up(shop: Shop) -> None:
    strike(shop, "late_commit", seconds=0.1)

    with pytest.raises(requests.exceptions.ConnectionError):
        shop.batch(marker(7), row("order"))

    assert shop.google.late_commits() == 1
    assert eventually(lambda: shop.google.late_commits() == 0)
    assert shop.values() == [["warm-up"], ["order"]]


def test_a_late_commit_is_refused_when_its_marker_exists_by_then(shop: Shop) -> None:
    strike(shop, "late_commit", seconds=0.2)
    with pytest.raises(requests.exceptions.ConnectionError):
        shop.batch(marker(7), row("order"))

    shop.batch(marker(7), row("order"))

    assert eventually(lambda: shop.google.calls.by_outcome["batchUpdate", "late 400"] == 1)
    assert shop.values() == [["warm-up"], ["order"]]


def test_a_client_that_gives_up_first_gets_a_read_time_out(shop: Shop) -> None:
    strike(shop, "commit_then_hang", seconds=60)
    shop.client.set_timeout(0.2)

    with pytest.raises(requests.exceptions.ReadTimeout):
        shop.batch(row("order"))

    assert shop.values() == [["warm-up"], ["order"]]


def test_expired_tokens_are_renewed_and_the_call_is_repeated_by_google_auth(shop: Shop) -> None:
    strike(shop, "expire_tokens")

    shop.batch(row("order"))

    assert shop.values() == [["warm-up"], ["order"]]
    assert shop.google.calls.by_outcome["batchUpdate", "401"] == 1
    assert shop.google.calls.by_kind["token"] == 2


def test_a_fault_lets_calls_pass_and_strikes_as_often_as_it_says(shop: Shop) -> None:
    strike(shop, "status", skip=1, times=2, status=500, method="POST", path_contains=":batchUpdate")

    statuses = []
    for number in range(4):
        try:
            shop.batch(row(f"order {number}"))
            statuses.append(200)
        except gspread.exceptions.APIError as error:
            statuses.append(error.code)

    assert statuses == [200, 500, 500, 200]


def test_the_error_carries_what_the_fault_says(shop: Shop) -> None:
    strike(shop, "status", status=429, retry_after="7", headers={"X-Test": "1"})

    with pytest.raises(gspread.exceptions.APIError) as caught:
        shop.batch(row("order"))

    headers = caught.value.response.headers
    assert (headers["Retry-After"], headers["X-Test"]) == ("7", "1")
    assert caught.value.error["status"] == "RESOURCE_EXHAUSTED"


def test_faults_are_added_listed_and_cleared_over_http(shop: Shop) -> None:
    address = f"{shop.google.url}/sandbox/faults"

    added = requests.post(address, json={"service": "google", "kind": "drop", "times": None}, timeout=5)
    listed = requests.get(address, timeout=5).json()["faults"]
    left = requests.delete(address, timeout=5).json()["faults"]

    assert (added.status_code, [(f["kind"], f["times"]) for f in listed], left) == (201, [("drop", None)], [])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "Send a JSON object with the fields of a fault."),
        ({"service": "google"}, "A fault needs the field 'kind'."),
        ({"service": "mail", "kind": "drop"}, "service must be one of google, token, whapi."),
        ({"service": "google", "kind": "drop", "times": "2"}, "times must be a whole number or null."),
        ({"service": "google", "kind": "drop", "skip": True}, "skip must be a whole number."),
        ({"service": "google", "kind": "drop", "seconds": -1}, "seconds must not be negative."),
    ],
)
def test_a_wrong_fault_is_refused_with_a_sentence(shop: Shop, given: Any, sentence: str) -> None:
    answer = requests.post(f"{shop.google.url}/sandbox/faults", json=given, timeout=5)

    assert (answer.status_code, answer.json()) == (400, {"error": sentence})


def test_a_stopped_server_closes_the_connections_that_clients_keep(
    google: GoogleStandIn, server: SandboxServer
) -> None:
    google.create("shop-1")
    client = local_client(google)
    client.open_by_key("shop-1")

    server.stop()

    with pytest.raises(requests.exceptions.ConnectionError):
        client.open_by_key("shop-1")


def test_a_server_can_be_started_again_on_its_port(google: GoogleStandIn, server: SandboxServer) -> None:
    server.stop()

    with SandboxServer(lambda _environ, _start: [], port=server.port) as again:
        assert again.url == google.url
