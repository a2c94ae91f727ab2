"""The commands as a person runs them: what they print, and how they exit."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import chdir
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from connector.cli import main
from connector.log import set_up_logging
from connector.settings import SHOP
from connector.store.orders import find_order
from sandbox.sandbox import Sandbox
from sandbox.verify import differences
from sandbox.whapi.order import SandboxOrder
from tests.as_it_was import logging_as_it_was, signals_as_they_were
from tests.postgres_proxy import PostgresProxy
from tests.process.child import run_child
from tests.process.here import ServiceHere
from tests.process.service_process import ROOT, ServiceProcess
from tests.waiting import wait_until


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m connector`, in this process: a new one takes a second of a processor's time before it begins."""
    with chdir(cwd), logging_as_it_was():
        set_up_logging()  # A service that runs here writes to standard error from now on, and not among the answers.
        result = CliRunner().invoke(main, arguments, env=_needed() | environment, prog_name="python -m connector")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)


def run_anew(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same as a process of its own: once for each command, and for those that run a service."""
    return run_child("connector", *arguments, cwd=cwd, env=_needed() | environment)


def _needed() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "200"}


def test_serve_without_settings_says_what_is_missing_and_exits_with_2(tmp_path: Path) -> None:
    result = run_anew("serve", cwd=tmp_path)

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f"Nothing is set up yet. This asks for all that is needed: {sys.executable} -m connector setup",
        "WHAPI_TOKEN is not set. Copy the channel's token from Whapi's panel.",
        "SPREADSHEET_ID is not set. Open the spreadsheet and copy its address from the browser.",
        "WEBHOOK_SECRET is not set. Make up a text of at least 16 characters that callers must present.",
    ]


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("GOOGLE_CREDENTIALS", "nowhere.json", "There is no key file nowhere.json."),
        ("GOOGLE_CREDENTIALS", "{broken", "The JSON in GOOGLE_CREDENTIALS is broken."),
        ("GOOGLE_CREDENTIALS", '{"installed": {}}', "GOOGLE_CREDENTIALS is an OAuth client's file"),
        ("GOOGLE_CREDENTIALS", '{"type": "service_account"}', "The service account's key in GOOGLE_CREDENTIALS"),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL is not the address of an SQLite or PostgreSQL database."),
        (
            "DATABASE_URL",
            "postgresql://u:geheim@127.0.0.1:1/x",
            "The database x at 127.0.0.1:1 can't be opened:",
        ),
        ("HOST", "203.0.113.1", "The address 203.0.113.1:"),
    ],
)
def test_a_wrong_setting_stops_serve_with_a_sentence(
    service: ServiceProcess, tmp_path: Path, setting: str, value: str, sentence: str
) -> None:
    result = run("serve", cwd=tmp_path, **{**service.environment, setting: value})

    assert result.returncode == 2
    assert result.stderr.startswith(sentence)
    assert "Traceback" not in result.stderr
    assert "geheim" not in result.stderr


def test_a_database_that_is_lost_while_it_starts_stops_serve_with_a_sentence(
    service: ServiceProcess, tmp_path: Path, postgres_url: str
) -> None:
    with PostgresProxy(postgres_url) as proxy:
        proxy.lost = b"UPDATE pauses"
        result = run("serve", cwd=tmp_path, **{**service.environment, "DATABASE_URL": proxy.url})

    assert result.returncode == 2
    assert result.stderr.startswith("The database was lost while the service started.")
    assert "Traceback" not in result.stderr


def test_a_second_service_on_the_same_port_says_so(here: ServiceHere, tmp_path: Path) -> None:
    here.start_and_wait()

    result = run("serve", cwd=tmp_path, **here.environment)

    assert result.returncode == 2
    assert "can't be listened on" in result.stderr


def test_check_finds_everything_in_order(service: ServiceProcess, sandbox: Sandbox, tmp_path: Path) -> None:
    result = run_anew("check", cwd=tmp_path, **service.environment)

    assert (result.returncode, result.stderr) == (0, "")
    assert [line[:16].split() for line in result.stdout.splitlines()] == [
        ["ok", name]
        for name in [
            "settings",
            "database",
            "database",
            "google",
            "google",
            "google",
            "google",
            "orders",
            "whapi",
            "webhook",
        ]
    ]
    assert sandbox.google.sheet_values(sandbox.spreadsheet_id, "Sheet1") == []


def test_check_names_what_is_wrong_with_its_remedy(service: ServiceProcess, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.google.spreadsheets[sandbox.spreadsheet_id].role = "reader"
    sandbox.whapi.state = "QR"

    result = run("check", "--json", cwd=tmp_path, **service.environment)

    assert result.returncode == 1
    findings = [json.loads(line) for line in result.stdout.splitlines()]
    assert [finding for finding in findings if finding["level"] != "ok"] == [
        {
            "name": "google",
            "level": "problem",
            "sentence": "The spreadsheet is shared with connector@sandbox-project.iam.gserviceaccount.com for viewing "
            "only. Open it, choose Share, and make that address an Editor.",
        },
        {
            "name": "whapi",
            "level": "problem",
            "sentence": "The phone is not linked. "
            "Open the channel in Whapi's panel and scan the QR code with WhatsApp.",
        },
    ]


def test_check_without_settings_exits_with_1(tmp_path: Path) -> None:
    result = run("check", cwd=tmp_path)

    assert result.returncode == 1
    assert result.stdout.startswith("wrong  settings")


def test_orders_lists_where_each_stands(here: ServiceHere, sandbox: Sandbox, tmp_path: Path) -> None:
    here.start_and_wait()
    orders = sandbox.send("normal") + sandbox.send("hostile")
    wait_until(lambda: not differences(sandbox, orders))
    here.stop()

    table = run("orders", cwd=tmp_path, **here.environment)
    lines = run("orders", "--json", "--status", "synced", cwd=tmp_path, **here.environment)

    assert table.returncode == 0
    received = r"Received \(Australia/Sydney\)"
    assert re.match(rf"Order +Number +{received} +Status +Customer +Total +Tries +Last error", table.stdout)
    assert [line.split()[0] for line in table.stdout.splitlines()[1:]] == [order.order_id for order in reversed(orders)]
    assert [line.split()[1] for line in table.stdout.splitlines()[1:]] == ["2", "1"]
    there = datetime.fromisoformat(json.loads(lines.stdout.splitlines()[0])["received_at"]).astimezone(
        ZoneInfo("Australia/Sydney")
    )
    assert f"{there:%Y-%m-%d %H:%M}" in table.stdout
    listed = [json.loads(line) for line in lines.stdout.splitlines()]
    assert [(entry["order_id"], entry["status"]) for entry in listed] == [
        (order.order_id, "synced") for order in reversed(orders)
    ]
    assert run("orders", "--status", "failed", cwd=tmp_path, **here.environment).stdout == "No orders.\n"


@pytest.mark.parametrize("running", [True, False])
def test_resync_tries_again_with_and_without_a_running_service(
    here: ServiceHere, sandbox: Sandbox, tmp_path: Path, running: bool
) -> None:
    # Retries by themselves are far away, and nothing looks for what is due or runs out of time meanwhile: only the
    # command can bring the items.
    here.environment |= {
        "RETRY_FIRST_DELAY": "3000",
        "RETRY_MAX_DELAY": "3600",
        "RESYNC_INTERVAL": "3000",
        "WHAPI_TIMEOUT": "60",
    }
    here.start_and_wait()
    orders = sandbox.send("fails_then_good", 4)
    one_by_name = orders[0]
    # A row can be there before the first fetch was tried, if that takes longer than ITEMS_GRACE.
    wait_until(lambda: [tries(here, order) for order in orders] == [1] * 4, within=60)
    wait_until(lambda: len([row for row in values(sandbox) if "waiting" in str(row[-1])]) == 4)
    if not running:
        here.stop()

    named = run("resync", one_by_name.order_id, cwd=tmp_path, **here.environment)
    assert (named.returncode, named.stdout.splitlines()) == (
        1,
        [
            "0 of 1 orders are complete now.",
            f"{one_by_name.order_id}: Whapi does not know the order yet, or no longer (404). It will be tried again.",
        ],
    )
    named = run("resync", one_by_name.order_id, cwd=tmp_path, **here.environment)
    assert (named.returncode, named.stdout) == (0, "1 of 1 orders are complete now.\n")
    assert run("resync", "--failed", cwd=tmp_path, **here.environment).returncode == 1
    every = run("resync", "--failed", cwd=tmp_path, **here.environment)
    assert (every.returncode, every.stdout) == (0, "3 of 3 orders are complete now.\n")

    assert differences(sandbox, orders) == []
    nothing = run("resync", "--failed", cwd=tmp_path, **here.environment)
    assert nothing.stdout == "There is nothing to try: no such order lacks items that can be fetched.\n"
    already = run("resync", one_by_name.order_id, cwd=tmp_path, **here.environment)
    assert already.stdout.splitlines()[1:] == [f"{one_by_name.order_id}: it is complete in the sheet already."]
    unknown = run("resync", "42", cwd=tmp_path, **here.environment)
    assert (unknown.returncode, unknown.stderr) == (1, "There is no order 42.\n")


def tries(here: ServiceHere, order: SandboxOrder) -> int:
    """How often the order's items were asked for."""
    with here.service.database.read() as connection:
        stored = find_order(connection, SHOP, order.order_id)
    return 0 if stored is None else stored.attempts


def values(sandbox: Sandbox) -> list[list[object]]:
    try:
        return sandbox.google.sheet_values(sandbox.spreadsheet_id, "Orders")
    except KeyError:
        return []


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_demo_verifies_every_row_and_takes_the_first_example_for_integrators_as_it_stands(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "integrators.md").read_text(encoding="utf-8")
    (example, *_) = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    demo = subprocess.Popen(
        [sys.executable, "-m", "connector", "demo", "--port", "0"],
        cwd=tmp_path,
        env=_needed() | {"TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert demo.stdout is not None
        printed = []
        for line in demo.stdout:
            printed.append(line)
            if line.startswith("Ctrl-C"):
                break
        (addresses,) = (line for line in printed if "ADDRESS=" in line)
        sent = subprocess.run(
            ["sh", "-eu"],
            input=f"{addresses}{example}",
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    finally:
        demo.send_signal(signal.SIGINT)
        rest, _ = demo.communicate(timeout=60)

    (order,) = json.loads(sent.stdout)["orders"]
    assert (order["order_id"], order["status"], len(order["items"])) == ("TRY-1", "synced", 1)
    assert any("Verified: 12 orders" in line for line in printed)
    assert (demo.returncode, printed[-1], rest) == (0, "Ctrl-C ends the demo.\n", "")
    assert list(tmp_path.iterdir()) == []


def test_the_demo_with_several_shops_verifies_each_of_their_sheets(tmp_path: Path) -> None:
    with signals_as_they_were():
        result = run("demo", "--once", "--port", "0", "--shops", "2", cwd=tmp_path)

    assert result.returncode == 0, result.stdout + result.stderr
    assert [line.partition(" orders")[0] for line in result.stdout.splitlines()[-2:]] == [
        "bakery: verified: 12",
        "flowers: verified: 12",
    ]
