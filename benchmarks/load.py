"""Drives `wrk`, the load generator, with webhooks that each bring an order of their own."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.running import BenchmarkError
from benchmarks.stock import webhook_body
from sandbox.whapi.order import SandboxOrder

SCRIPT = Path(__file__).with_name("webhook.lua")
PLACEHOLDER = "ORDER_ID_HERE__"
MISSING = "This benchmark needs the load generator wrk. Install it: `apt install wrk`, or `brew install wrk`."


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw. Times in milliseconds."""

    requests: int
    """Answers that came back whole."""
    bad: int
    """Those of them with a status of 400 or more."""
    broken: int
    """Connections that failed, and requests without an answer in time."""
    seconds: float
    p50: float
    p99: float
    max: float

    @property
    def good(self) -> int:
        return self.requests - self.bad

    @property
    def rate(self) -> float:
        return self.good / self.seconds


class Wrk:
    """Each run's order ids are others than those of all runs before."""

    def __init__(self, folder: Path, template: SandboxOrder, secret: str, *, connections: int, threads: int) -> None:
        """Raises BenchmarkError if wrk is not installed. `template`: what the webhooks bring but for the id."""
        if shutil.which("wrk") is None:
            raise BenchmarkError(MISSING)
        message = webhook_body(template).replace(template.order_id.encode(), PLACEHOLDER.encode())
        self.size = len(message)
        self.connections = connections
        self._body = folder / "body.json"
        self._body.write_bytes(message)
        self._secret = secret
        self._threads = threads
        self._first = 1000

    def run(self, port: int, seconds: int) -> Load:
        self._first += 1
        result = subprocess.run(
            [
                "wrk",
                f"-c{self.connections}",
                f"-t{self._threads}",
                f"-d{seconds}s",
                "--timeout=30s",
                f"-s{SCRIPT}",
                f"http://127.0.0.1:{port}/webhooks/whapi",
                "--",
                str(self._body),
                self._secret,
                str(self._first),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds + 60,
        )
        for line in result.stdout.splitlines():
            if line.startswith("RESULT "):
                return Load(**json.loads(line.removeprefix("RESULT ")))
        raise BenchmarkError(f"wrk ended with code {result.returncode}:\n{result.stdout}{result.stderr}")
