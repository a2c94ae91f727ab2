"""The service as a process of its own, against a sandbox in this one."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from sandbox.sandbox import Sandbox
from tests.made_once import sqlite_url
from tests.waiting import wait_until

QUICK = {
    "RESYNC_INTERVAL": "0.5",
    "RETRY_FIRST_DELAY": "0.2",
    "RETRY_MAX_DELAY": "2",
    "WHAPI_TIMEOUT": "2",
    "GOOGLE_TIMEOUT": "5",
    "ITEMS_GRACE": "0.5",
    "RECONCILE_INTERVAL": "0",
    "LOG_FORMAT": "json",
}
ROOT = Path(__file__).parents[2]
SLOWEST_START = 60.0
"""Seconds. On a machine with much else to do, loading the modules alone may take a quarter of that."""


class ServiceProcess:
    """Starts and stops `serve`; its settings and its database stay the same from start to start."""

    def __init__(self, sandbox: Sandbox, folder: Path, **settings: str) -> None:
        key_file = folder / "credentials.json"
        sandbox.write_credentials(key_file)
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = folder / "service.log"
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SSL_CERT_FILE": os.environ["SSL_CERT_FILE"],
            **sandbox.environment(key_file),
            **QUICK,
            "DATABASE_URL": sqlite_url(folder),
            "PORT": str(self.port),
            **settings,
        }
        self.secret = self.environment["WEBHOOK_SECRET"]
        sandbox.send_to(f"{self.url}/webhooks/whapi", self.secret)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *wounded: str) -> "ServiceProcess":
        """Starts it; with arguments for `tests.process.wounded`, so that it will kill itself."""
        self.process = self._begin("tests.process.wounded", *wounded) if wounded else self._begin("connector", "serve")
        return self

    def _begin(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log_file.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )

    def start_and_wait(self) -> "ServiceProcess":
        self.start()
        wait_until(self.is_alive_or_ended, within=SLOWEST_START, what="the service to answer")
        assert self.is_alive(), f"The service has ended: {self.log[-2000:]}"
        return self

    def is_alive_or_ended(self) -> bool:
        return self.is_alive() or self.process is None or self.process.poll() is not None

    def is_alive(self) -> bool:
        # Not by a client of httpx: making one reads all certificates, and this is asked fifty times a second.
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def wait_for_death(self, *, within: float = 120.0) -> int:
        assert self.process is not None
        return self.process.wait(timeout=within)

    def signal(self, number: int = signal.SIGTERM) -> int:
        """Sends the signal, waits for the end, and returns the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(timeout=120)
        self.process = None
        return code

    def stop(self) -> None:
        if self.process is not None:
            self.signal(signal.SIGKILL)

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
