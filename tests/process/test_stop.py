"""How a service stops: it waits for nobody who doesn't answer, and does without what others take away."""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NoReturn

import httpx
import pytest

from connector import signals, streams
from sandbox.faults import Fault
from sandbox.sandbox import Sandbox
from sandbox.verify import differences
from sandbox.whapi.order import SandboxOrder
from tests.made_once import service_account
from tests.process.service_process import ROOT, SLOWEST_START, ServiceProcess
from tests.waiting import wait_until

LONG = 300.0
"""Seconds; whoever waited for it would fail the test."""


SAMPLES = ("normal", "gateway_500_once", "times_out_once", "fails_then_good")
GUESSED = "guessed-secret-1"


def test_a_stop_by_signal_is_clean_loses_nothing_and_answers_who_waits(
    service: ServiceProcess, sandbox: Sandbox
) -> None:
    """And the log, which tells all that it can, holds no token and no secret."""
    service.environment |= {"LOG_LEVEL": "DEBUG"}
    service.start_and_wait()
    orders = [order for sample in SAMPLES for order in sandbox.send(sample)]
    httpx.post(f"{service.url}/webhooks/whapi", headers={"X-Webhook-Secret": GUESSED}, json={})
    for number in (signal.SIGTERM, signal.SIGINT):
        with ThreadPoolExecutor(1) as pool:
            waiting, answer = send_and_wait(sandbox, service, pool)
            orders += [waiting, *sandbox.send("normal", 5)]

            assert service.signal(number) == 0

        assert answer.result().status_code == 202
        assert answer.result().json()["orders"][0]["order_id"] == waiting.order_id
        sandbox.faults.clear()
        service.start_and_wait()
        wait_until(partial(all_there, sandbox, orders), within=30)

    assert "Traceback" not in service.log
    events = [json.loads(line)["event"] for line in service.log.splitlines()]
    assert events.count("service.stopped") == 2
    assert {"order.received", "order.items_fetched", "order.fetch_failed", "order.written"} <= set(events)
    private_key = json.loads((service.folder / "credentials.json").read_text())["private_key"]
    secrets = [sandbox.whapi.token, service.secret, GUESSED, private_key.splitlines()[3]]
    assert [secret for secret in (*secrets, *(order.token for order in orders)) if secret in service.log] == []


def send_and_wait(
    sandbox: Sandbox, service: ServiceProcess, pool: ThreadPoolExecutor
) -> tuple[SandboxOrder, Future[httpx.Response]]:
    """An order that Whapi doesn't give away as yet, by a caller who waits for its rows and has begun to."""
    order = sandbox.orders.make()
    sandbox.whapi.add(order)
    sandbox.faults.add(Fault("whapi", "status", times=None, status=404, path_contains=order.order_id))
    answer = pool.submit(
        httpx.post,
        f"{service.url}/orders?wait=30",
        json=order.message(),
        headers={"X-Webhook-Secret": service.secret},
        timeout=40,
    )
    wait_until(
        lambda: any("order.fetch_failed" in line and order.order_id in line for line in service.log.splitlines())
    )
    return order, answer


def all_there(sandbox: Sandbox, orders: Sequence[SandboxOrder]) -> bool:
    """Whether these orders are right, whatever others are in the sheet."""
    return not [sentence for sentence in differences(sandbox, orders) if not sentence.startswith("Nobody")]


def test_a_service_that_is_stopped_ends_though_a_fetch_hangs(tmp_path: Path) -> None:
    with Sandbox(account=service_account()) as sandbox:
        sandbox.whapi.hang_seconds = LONG
        service = ServiceProcess(sandbox, tmp_path, WHAPI_TIMEOUT=f"{LONG:g}").start_and_wait()
        [order] = sandbox.send("times_out_once")
        wait_until(lambda: sandbox.whapi.fetches(order.order_id) == 1, what="the fetch that hangs")
        assert service.process is not None

        service.process.terminate()
        try:
            assert service.process.wait(timeout=LONG / 5) == 0
        except subprocess.TimeoutExpired:
            service.process.kill()
            raise


def test_a_service_without_standard_streams_works_and_ends_with_its_terminal(tmp_path: Path) -> None:
    # As from a terminal, also where the tests run below nohup; a shell can't take back that a signal is ignored.
    closed = (
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_DFL); "
        "[os.close(stream) for stream in range(3)]; os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    with Sandbox(account=service_account()) as sandbox:
        service = ServiceProcess(sandbox, tmp_path)
        service.process = subprocess.Popen(
            [sys.executable, "-c", closed, "-m", "connector", "serve"],
            cwd=tmp_path,
            env=service.environment,
        )
        wait_until(service.is_alive_or_ended, within=SLOWEST_START, what="the service to answer")
        [order] = sandbox.send("normal")
        wait_until(lambda: differences(sandbox, [order]) == [], what="the order's rows")

        assert service.signal(signal.SIGHUP) == 0


def test_output_that_nobody_reads_or_that_has_no_such_letters_leaves_the_exit_code_as_it_is() -> None:
    run = "import sys; from connector.streams import make_usable as m; m(); sys.stdin.read(); print('☕'); sys.exit(3)"
    pipe = subprocess.PIPE
    child = subprocess.Popen(
        [sys.executable, "-c", run], cwd=ROOT, env={"PYTHONIOENCODING": "latin-1"}, stdin=pipe, stdout=pipe
    )
    assert child.stdout is not None
    assert child.stdin is not None
    child.stdout.close()
    child.stdin.close()

    assert child.wait(timeout=60) == 3


def test_a_user_without_a_home_folder_gets_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_number: int) -> NoReturn:
        raise KeyError("uid not found")

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", nobody)
    with pytest.raises(RuntimeError):
        Path.home()

    streams._name_home()

    assert Path.home() == Path("/")


def test_a_terminal_that_closes_stops_a_command_but_not_below_nohup(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = dict.fromkeys(signal.Signals, signal.SIG_DFL)
    monkeypatch.setattr(signal, "getsignal", kinds.__getitem__)
    assert signals.that_stop() == [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]

    kinds[signal.SIGHUP] = signal.SIG_IGN
    assert signals.that_stop() == [signal.SIGTERM, signal.SIGINT]
