"""Two services with a database each, on one spreadsheet and with the same orders: each order is there once, and one of
the two says why it waits. One that is killed or stands still is a process of its own."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.sandbox import Sandbox
from sandbox.verify import differences
from sandbox.whapi.order import SandboxOrder
from tests.process.here import ServiceHere
from tests.process.service_process import ServiceProcess
from tests.process.test_commands import run
from tests.waiting import wait_until


class Both:
    """The two, and what reaches them."""

    def __init__(self, sandbox: Sandbox, folder: Path, kind: type[ServiceProcess]) -> None:
        """`kind`: what the first one is."""
        self.sandbox = sandbox
        self.sent: list[SandboxOrder] = []
        (folder / "second").mkdir()
        self.second = ServiceHere(sandbox, folder / "second")
        (folder / "first").mkdir()
        self.first = kind(sandbox, folder / "first")  # Whapi's webhooks go to the one that was made last.

    def send(self, count: int = 2) -> list[SandboxOrder]:
        """Orders that both are told of."""
        orders: list[SandboxOrder] = self.sandbox.send("normal", count)
        self.sent += orders
        for order in orders:
            for service in (self.first, self.second):
                if service.is_alive():
                    payload = {"messages": [order.message()], "event": {"type": "messages", "event": "post"}}
                    httpx.post(
                        f"{service.url}/webhooks/whapi",
                        json=payload,
                        headers={"X-Webhook-Secret": service.secret},
                        timeout=30,
                    ).raise_for_status()
        return orders

    def wait_until_right(self) -> None:
        wait_until(
            lambda: not differences(self.sandbox, self.sent),
            within=60,
            what=f"the rows: {differences(self.sandbox, self.sent)}",
        )

    def problems(self, service: ServiceProcess) -> str:
        answer = httpx.get(f"{service.url}/readyz", headers={"X-Webhook-Secret": service.secret}, timeout=30)
        return " ".join(answer.json().get("problems", []))

    def stop(self) -> None:
        self.first.stop()
        self.second.stop()

    def take_over(self, service: ServiceProcess) -> str:
        done = run("setup", "--take-over", cwd=service.folder, **service.environment)
        done.check_returncode()
        return done.stdout


@pytest.fixture
def both(sandbox: Sandbox, tmp_path: Path) -> Iterator[Both]:
    """Both in this process."""
    both = Both(sandbox, tmp_path, ServiceHere)
    yield both
    both.stop()


@pytest.fixture
def mortal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Both]:
    """The first one in a process of its own."""
    mortal = Both(sandbox, tmp_path, ServiceProcess)
    yield mortal
    mortal.stop()


def test_a_second_installation_waits_says_why_and_goes_on_when_the_first_has_stopped(both: Both) -> None:
    both.first.start_and_wait()
    both.send()
    both.wait_until_right()
    both.second.start_and_wait()
    both.send()
    wait_until(lambda: "Another installation writes" in both.problems(both.second), within=30)
    both.wait_until_right()

    both.first.stop()
    both.send()

    both.wait_until_right()
    # Its rows are there a moment before it knows that they are.
    wait_until(lambda: both.problems(both.second) == "", within=30)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_after_a_take_over_whatever_the_other_one_still_does_doubles_nothing(
    mortal: Both, number: signal.Signals
) -> None:
    mortal.first.start_and_wait()
    mortal.send()
    mortal.wait_until_right()
    mortal.second.start_and_wait()
    if number is signal.SIGSTOP:
        mortal.send()
        assert mortal.first.process is not None
        mortal.first.process.send_signal(number)
    else:
        mortal.first.signal(number)

    assert "Stop the other one" in mortal.take_over(mortal.second)
    mortal.wait_until_right()
    if number is signal.SIGSTOP:
        assert mortal.first.process is not None
        mortal.first.process.send_signal(signal.SIGCONT)
    else:
        mortal.first = ServiceHere(mortal.sandbox, mortal.first.folder).start_and_wait()
    mortal.send()

    mortal.wait_until_right()
    wait_until(lambda: "has taken over this spreadsheet" in mortal.problems(mortal.first), within=30)
    # Its rows are there a moment before it knows that they are.
    wait_until(lambda: mortal.problems(mortal.second) == "", within=30)


def test_a_copied_database_on_another_machine_takes_over_and_the_original_says_so(both: Both) -> None:
    both.first.start_and_wait()
    both.send()
    both.wait_until_right()
    both.first.stop()
    shutil.copy(both.first.folder / "connector.db", both.second.folder / "connector.db")
    both.first.start_and_wait()
    both.send()
    both.wait_until_right()

    both.second.start_and_wait()
    both.send()
    both.take_over(both.second)
    both.send()

    both.wait_until_right()
    wait_until(lambda: "has taken over this spreadsheet" in both.problems(both.first), within=30)
