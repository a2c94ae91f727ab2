"""A stop waits for nobody who doesn't answer."""

import subprocess
from pathlib import Path

from sandbox.sandbox import Sandbox
from tests.made_once import service_account
from tests.process.service_process import ServiceProcess
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
