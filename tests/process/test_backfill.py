"""Missed webhooks: `backfill` by hand, and the service's own reconciliation after it was down."""

import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from connector.jobs.message_history import MESSAGES_AT_ONCE
from sandbox.faults import Fault
from sandbox.sandbox import Sandbox
from sandbox.verify import differences
from sandbox.whapi.order import SandboxOrder
from tests.process.child import run_child
from tests.process.here import ServiceHere
from tests.process.service_process import ServiceProcess
from tests.process.test_commands import run
from tests.waiting import wait_until

SINCE = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%d")
MORE_THAN_A_PAGE = MESSAGES_AT_ONCE // 4 + 1
"""So many missed orders, with what is between them."""


def missed(sandbox: Sandbox, count: int, *, minutes: int = 60) -> list[SandboxOrder]:
    """Orders of which no webhook tells, among three texts each."""
    orders = []
    for number in range(count):
        order = sandbox.orders.make()
        orders.append(replace(order, timestamp=order.timestamp - minutes * 60 + number))
        sandbox.whapi.add(orders[-1])
        for _ in range(3):
            sandbox.whapi.history.add({**sandbox.orders.text_message(), "timestamp": orders[-1].timestamp})
    return orders


def test_backfill_without_a_running_service_takes_in_and_writes_what_was_missed(
    service: ServiceProcess, sandbox: Sandbox, tmp_path: Path
) -> None:
    """At a terminal, which shows the progress, and then again without one."""
    orders = missed(sandbox, 70)

    first, screen = run_at_a_terminal("backfill", "--since", SINCE, cwd=tmp_path, env=service.environment)
    assert differences(sandbox, orders) == []
    again = run("backfill", "--since", SINCE, cwd=tmp_path, **service.environment)

    read = f"280 messages read since {SINCE} 00:00 (Australia/Sydney): 70 orders"
    assert (first.returncode, first.stdout.splitlines()) == (
        0,
        [f"{read}, 70 of them new.", "70 of 70 new orders are complete in the sheet now."],
    )
    assert b"Reading messages" in screen
    assert b"280/280" in screen
    assert (again.returncode, again.stdout.splitlines()) == (0, [f"{read}, 0 of them new."])
    assert again.stderr == ""
    assert differences(sandbox, orders) == []


def run_at_a_terminal(
    *arguments: str, cwd: Path, env: Mapping[str, str]
) -> tuple[subprocess.CompletedProcess[str], bytes]:
    """`python -m connector` as a process of its own; what it printed, and what it showed on its terminal."""
    terminal, end = pty.openpty()
    shown: list[bytes] = []
    reader = threading.Thread(target=_read_all, args=(terminal, shown))
    reader.start()
    done = subprocess.run(
        [sys.executable, "-m", "connector", *arguments],
        cwd=cwd,
        env={**env, "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=end,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(end)
    reader.join(10)
    return done, b"".join(shown)


def _read_all(terminal: int, shown: list[bytes]) -> None:
    try:
        while data := os.read(terminal, 4096):
            shown.append(data)
    except OSError:  # That is how a terminal whose other end is closed says so.
        os.close(terminal)


def test_backfill_leaves_the_writing_to_a_running_service(here: ServiceHere, sandbox: Sandbox, tmp_path: Path) -> None:
    here.start_and_wait()
    known = sandbox.send("normal", 3)
    wait_until(lambda: not differences(sandbox, known))
    orders = missed(sandbox, 5)

    result = run("backfill", "--since", SINCE, cwd=tmp_path, **here.environment)

    assert (result.returncode, result.stdout.splitlines()[1:]) == (
        0,
        ["The running service fetches and writes them, beginning within 0.5 seconds."],
    )
    assert "5 orders, 5 of them new." in result.stdout
    wait_until(lambda: not differences(sandbox, known + orders), within=30)


@pytest.mark.parametrize(
    ("step", "when"),
    [
        ("connector.jobs.message_history:HistoryReader.read", "after"),
        ("connector.jobs.receive:ReceiveStage.receive", "after"),
        ("connector.jobs.write:WriteStage._applied", "before"),
    ],
)
def test_a_backfill_that_is_killed_is_made_good_by_another_run(
    here: ServiceHere, sandbox: Sandbox, tmp_path: Path, step: str, when: str
) -> None:
    orders = missed(sandbox, MORE_THAN_A_PAGE)
    command = ["tests.process.wounded", step, when, "1" if "write" in step else "2", "backfill", "--since", SINCE]
    killed = run_child(*command, cwd=tmp_path, env=here.environment)
    assert killed.returncode == -signal.SIGKILL

    result = run("backfill", "--since", SINCE, cwd=tmp_path, **here.environment)
    here.start_and_wait()

    assert (result.returncode, f": {MORE_THAN_A_PAGE} orders" in result.stdout) == (0, True)
    wait_until(lambda: not differences(sandbox, orders), within=30)


def test_backfill_waits_where_whapi_asks_for_a_pause_and_goes_on(
    service: ServiceProcess, sandbox: Sandbox, tmp_path: Path
) -> None:
    orders = missed(sandbox, MORE_THAN_A_PAGE)
    sandbox.faults.add(Fault("whapi", "status", status=429, retry_after="3", skip=1, path_contains="/messages/list"))

    result = run("backfill", "--since", SINCE, cwd=tmp_path, **service.environment)

    assert result.returncode == 0, result.stderr
    sentence = "Whapi asks for a pause: too many requests (429). It goes on by itself. Going on in "
    assert re.search(re.escape(sentence) + "[1-3] seconds.", result.stderr), result.stderr
    assert differences(sandbox, orders) == []


def test_backfill_says_why_it_could_not_read_to_the_end_and_keeps_what_it_has(
    service: ServiceProcess, sandbox: Sandbox, tmp_path: Path
) -> None:
    sentences = {
        402: "Whapi asks for payment (402)",
        404: "Whapi has no message history for this channel (404).",
        500: "Whapi has trouble of its own (500).",
    }
    missed(sandbox, MORE_THAN_A_PAGE)
    for status, sentence in sentences.items():
        sandbox.faults.add(Fault("whapi", "status", status=status, times=None, skip=1, path_contains="/messages/list"))

        result = run("backfill", "--since", SINCE, cwd=tmp_path, **service.environment)

        assert result.returncode == 1, status
        assert result.stderr.splitlines()[-1].startswith(f"The history was not read to its end: {sentence}")
        assert result.stdout.startswith("200 messages read")
        sandbox.faults.clear()

    assert run("backfill", "--since", SINCE, cwd=tmp_path, **service.environment).returncode == 0


@pytest.mark.parametrize(
    ("since", "sentence"),
    [
        ("yesterday", "'yesterday' is no date. Write it as 2026-11-20, or as 2026-11-20T18:30."),
        ("2026-13-01", "'2026-13-01' is no date. Write it as 2026-11-20, or as 2026-11-20T18:30."),
        ("0001-01-01T00:00+12:00", "'0001-01-01T00:00+12:00' is no date."),
        ("2999-01-01", "2999-01-01 is in the future. Give the day from which on orders may be missing."),
    ],
)
def test_a_date_that_makes_no_sense_is_refused_with_a_sentence(
    service: ServiceProcess, sandbox: Sandbox, tmp_path: Path, since: str, sentence: str
) -> None:
    result = run("backfill", "--since", since, cwd=tmp_path, **service.environment)

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(sentence)
    assert sandbox.whapi.calls.count("GET /messages/list") == 0


def test_a_date_is_one_of_the_shops_own_zone(service: ServiceProcess, tmp_path: Path) -> None:
    environment = {**service.environment, "TIMEZONE": "Asia/Kolkata"}

    day = run("backfill", "--since", "2026-01-02", cwd=tmp_path, **environment)
    time = run("backfill", "--since", "2026-01-02T12:00:00Z", cwd=tmp_path, **environment)

    assert day.stdout == "0 messages read since 2026-01-02 00:00 (Asia/Kolkata): 0 orders, 0 of them new.\n"
    assert time.stdout == "0 messages read since 2026-01-02 17:30 (Asia/Kolkata): 0 orders, 0 of them new.\n"


def test_the_service_finds_by_itself_what_was_sent_while_it_was_down(
    here: ServiceHere, service: ServiceProcess, sandbox: Sandbox
) -> None:
    here.start_and_wait()
    known = sandbox.send("normal", 2)
    wait_until(lambda: not differences(sandbox, known))
    here.stop()
    orders = missed(sandbox, 20)

    service.environment |= {"RECONCILE_INTERVAL": "1"}
    service.start_and_wait()

    wait_until(lambda: not differences(sandbox, known + orders), within=30)
    calls = partial(sandbox.whapi.calls.count, "GET /messages/list")
    before = calls()
    wait_until(lambda: calls() >= before + 2)
    assert service.signal() == 0
    assert service.log.count('"event": "reconcile.found"') == 1
    assert differences(sandbox, known + orders) == []
    assert "Traceback" not in service.log
    assert not [order for order in orders if order.token in service.log]


def test_a_service_without_the_shops_lock_does_not_read_the_history(
    here: ServiceHere, sandbox: Sandbox, tmp_path: Path
) -> None:
    here.start_and_wait()
    (folder := tmp_path / "second").mkdir()
    second = ServiceHere(sandbox, folder, DATABASE_URL=here.environment["DATABASE_URL"], RECONCILE_INTERVAL="0.2")
    second.start_and_wait()
    known = sandbox.send("normal", 2)
    wait_until(lambda: not differences(sandbox, known))
    assert sandbox.whapi.calls.count("GET /messages/list") == 0

    # It takes over when the first is gone.
    orders = missed(sandbox, 3)
    here.stop()
    wait_until(lambda: not differences(sandbox, known + orders), within=30)
    second.stop()
