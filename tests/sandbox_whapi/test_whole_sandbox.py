"""The assembled sandbox: what a service gets from it, its own routes, and who is kept out of them."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.service_account import Credentials

from sandbox.sandbox import Sandbox
from tests.made_once import service_account
from tests.sandbox_whapi.conftest import Receiver, plain_client

SECRET = "a-secret-of-the-tests"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(account=service_account()) as made:
        yield made


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with plain_client(sandbox.url) as client:
        yield client


def spreadsheet(sandbox: Sandbox, key_file: Path) -> Any:
    credentials = Credentials.from_service_account_file(  # type: ignore[no-untyped-call]
        str(key_file), scopes=["https://www.googleapis.com/auth/spreadsheets"]
    )
    with AuthorizedSession(credentials) as session:  # type: ignore[no-untyped-call]
        answer = session.get(f"{sandbox.url}/v4/spreadsheets/{sandbox.spreadsheet_id}", timeout=15)
        return answer.status_code, answer.json().get("properties", {}).get("title")


def test_it_gives_everything_that_a_service_needs(sandbox: Sandbox, tmp_path: Path) -> None:
    key_file = tmp_path / "credentials.json"

    sandbox.write_credentials(key_file)

    assert sandbox.environment(key_file) == {
        "WHAPI_TOKEN": sandbox.whapi.token,
        "WHAPI_BASE_URL": sandbox.url,
        "SHEETS_BASE_URL": sandbox.url,
        "SPREADSHEET_ID": sandbox.spreadsheet_id,
        "GOOGLE_CREDENTIALS": str(key_file),
        "WEBHOOK_SECRET": sandbox.secret,
    }
    assert re.fullmatch(r"1[\w-]{43}", sandbox.spreadsheet_id)
    assert len(sandbox.secret) >= 16
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert spreadsheet(sandbox, key_file) == (200, "Orders of my shop")


def test_a_key_file_stays_valid_when_the_sandbox_starts_anew_in_the_same_folder(tmp_path: Path) -> None:
    key_file = tmp_path / "credentials.json"
    with Sandbox(data_dir=tmp_path) as first:
        first.write_credentials(key_file)
        environment = first.environment(key_file)

    with Sandbox(first.port, data_dir=tmp_path) as second:
        assert second.environment(key_file) == environment
        assert spreadsheet(second, key_file) == (200, "Orders of my shop")
    assert (tmp_path / "sandbox.json").stat().st_mode & 0o777 == 0o600


def test_after_an_outage_it_goes_on_at_the_same_address(receiver: Receiver) -> None:
    sandbox = Sandbox(account=service_account())
    with sandbox:
        url = sandbox.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)

    with sandbox:
        sandbox.send_to(f"{receiver.url}/hook", SECRET)
        [order] = sandbox.send()
        assert sandbox.whapi.deliveries.wait_until_delivered(15, f"{receiver.url}/hook")
        assert httpx.get(url, trust_env=False).status_code == 200
    assert receiver.order_ids() == [order.order_id]


def test_a_registered_webhook_carries_the_secret_and_leaves_other_webhooks_alone(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    before = sandbox.whapi.settings.webhooks()

    sandbox.send_to(f"{receiver.url}/hook", SECRET)
    sandbox.send("hostile", 2)

    assert sandbox.whapi.deliveries.wait_until_delivered(15, f"{receiver.url}/hook")
    assert [headers["X-Webhook-Secret"] for _, _, headers, _ in receiver.got] == [SECRET, SECRET]
    assert sandbox.whapi.settings.webhooks()[:1] == before


def test_orders_are_sent_over_http_one_by_one_or_together(
    sandbox: Sandbox, http: httpx.Client, receiver: Receiver
) -> None:
    sandbox.send_to(f"{receiver.url}/hook", SECRET)

    single = http.post("/sandbox/orders", json={"sample": "fails_then_good"})
    together = http.post("/sandbox/orders", json={"count": 3, "together": True})

    assert sandbox.whapi.deliveries.wait_until_delivered(15, f"{receiver.url}/hook")
    assert (single.status_code, together.status_code) == (201, 201)
    assert [len(body["messages"]) for body in receiver.bodies()] == [1, 3]
    assert receiver.order_ids() == single.json()["order_ids"] + together.json()["order_ids"]
    listed = http.get("/sandbox/orders").json()
    assert listed["total"] == 4
    assert [order["sample"] for order in listed["orders"]] == ["normal"] * 3 + ["fails_then_good"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"sample": "nonsense"}, "sample must be one of normal, "),
        ({"count": 0}, "count must be from 1 to 1000."),
        ({"count": True}, "count is of the wrong type."),
        ({"colour": "red"}, "There is no field 'colour' here; there are sample, count, together."),
        ([], "Send a JSON object."),
    ],
)
def test_a_wrong_request_for_orders_is_refused_with_a_sentence(http: httpx.Client, body: Any, sentence: str) -> None:
    answer = http.post("/sandbox/orders", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(sentence)


def test_the_channels_state_and_switches_are_set_over_http(sandbox: Sandbox, http: httpx.Client) -> None:
    answer = http.post("/sandbox/whapi", json={"state": "QR", "latency": 0.001, "retry_after": "5"})

    assert answer.status_code == 200
    assert (sandbox.whapi.state, sandbox.whapi.latency, sandbox.whapi.retry_after) == ("QR", 0.001, "5")
    assert http.get("/sandbox/whapi").json()["state"] == "QR"


def test_how_webhooks_are_delivered_is_set_over_http(sandbox: Sandbox, http: httpx.Client) -> None:
    http.post("/sandbox/whapi", json={"duplicate_share": 0.5, "event_shape": "sdk", "pace": 0})

    deliveries = sandbox.whapi.deliveries
    assert (deliveries.duplicate_share, deliveries.event_shape, deliveries.pace) == (0.5, "sdk", 0)


@pytest.mark.parametrize("body", [{"state": "HAPPY"}, {"event_shape": "xml"}, {"latency": -1}, {"paid": 1}])
def test_a_wrong_switch_is_refused_and_none_is_changed(
    sandbox: Sandbox, http: httpx.Client, body: dict[str, Any]
) -> None:
    answer = http.post("/sandbox/whapi", json={"hang_seconds": 1, **body})

    assert answer.status_code == 400
    assert sandbox.whapi.hang_seconds == 60.0


def test_deliveries_are_listed_newest_first(sandbox: Sandbox, http: httpx.Client, receiver: Receiver) -> None:
    sandbox.whapi.settings.update({"webhooks": []})
    sandbox.send_to(f"{receiver.url}/hook", SECRET)
    orders = sandbox.send(count=3)
    assert sandbox.whapi.deliveries.wait_until_delivered(15)

    answer = http.get("/sandbox/deliveries", params={"limit": 2}).json()

    assert answer["waiting"] == 0
    assert [delivery["order_ids"] for delivery in answer["deliveries"]] == [
        [orders[2].order_id],
        [orders[1].order_id],
    ]


FOREIGN = [
    {"Origin": "http://attacker.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/sandbox/orders", "/sandbox/whapi", "/sandbox/faults"])
def test_another_web_site_can_change_nothing(
    sandbox: Sandbox, http: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    answer = http.post(path, json={"sample": "normal"}, headers=headers)

    assert (answer.status_code, answer.json()) == (403, {"error": "This request comes from another web site."})
    assert sandbox.whapi.orders == {}


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_web_site_cannot_clear_the_faults(http: httpx.Client, headers: dict[str, str]) -> None:
    assert http.delete("/sandbox/faults", headers=headers).status_code == 403


def test_a_body_that_does_not_say_it_is_json_is_refused(sandbox: Sandbox, http: httpx.Client) -> None:
    answer = http.post("/sandbox/orders", content=b'{"sample": "normal"}', headers={"Content-Type": "text/plain"})

    assert answer.status_code == 415
    assert sandbox.whapi.orders == {}


def test_the_pages_own_requests_pass(sandbox: Sandbox, http: httpx.Client) -> None:
    headers = {"Origin": sandbox.url, "Sec-Fetch-Site": "same-origin"}

    assert http.post("/sandbox/orders", json={}, headers=headers).status_code == 201


def test_the_page_takes_nothing_from_other_hosts_and_runs_no_inline_script(http: httpx.Client) -> None:
    page = http.get("/")

    addresses = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert addresses == ["data:,", "/sandbox/static/page.css", "/sandbox/static/page.js"]
    assert [http.get(address).status_code for address in addresses[1:]] == [200, 200]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=", page.text)


def test_every_fault_button_switches_on_a_fault_that_exists(http: httpx.Client) -> None:
    page = http.get("/").text
    found = re.findall(r'data-fault="([^"]*)"', page)

    for text in found:
        fault = json.loads(text.replace("&#34;", '"'))
        assert http.post("/sandbox/faults", json=fault).status_code == 201
    assert len(http.get("/sandbox/faults").json()["faults"]) == len(found) > 5


def test_the_command_writes_the_settings_for_serve_and_stops_on_sigterm(tmp_path: Path, receiver: Receiver) -> None:
    script = (
        "from pathlib import Path; from sandbox.command import run_sandbox;"
        f"run_sandbox(0, webhook_url={receiver.url + '/hook'!r}, secret={SECRET!r}, data_dir=Path({str(tmp_path)!r}))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"}
    )
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line.strip())
            if line.startswith("Ctrl-C"):
                break
        values = dict(
            line.split("=", 1) for text in [(tmp_path / "sandbox.env").read_text()] for line in shlex.split(text)
        )
        answer = httpx.post(f"{values['WHAPI_BASE_URL']}/sandbox/orders", json={}, trust_env=False)
    finally:
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=10)

    assert process.returncode == 0, rest
    assert answer.status_code == 201
    assert lines[0] == f"The sheet, as a merchant sees it: {values['WHAPI_BASE_URL']}"
    assert lines[-3:-1] == [f"{sys.executable} -m connector serve", ""]
    assert values["WEBHOOK_SECRET"] == SECRET
    assert json.loads(Path(values["GOOGLE_CREDENTIALS"]).read_text())["type"] == "service_account"
    assert (tmp_path / "sandbox.env").stat().st_mode & 0o777 == 0o600
