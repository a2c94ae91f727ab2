"""How a service stops: it waits for nobody who doesn't answer, and does without what others take away."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from connector import signals, streams
from sandbox.sandbox import Sandbox
from sandbox.verify import differences
from tests.made_once import service_account
from tests.process.service_process import ROOT, SLOWEST_START, ServiceProcess
from tests.waiting import wait_until

LONG = 300.0
"""Seconds; whoever waited for it would fail the test."""


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
