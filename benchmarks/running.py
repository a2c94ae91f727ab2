"""Starts `serve` as a process of its own against a sandbox, as its users start it."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Self

from sandbox.sandbox import Sandbox

ROOT = Path(__file__).parents[1]
_ALIVE_WITHIN = 60.0
_STOPPED_WITHIN = 30.0


class BenchmarkError(Exception):
    """Something did not do what it was started for, so there is nothing to report but this. The text says what."""


class Serve:
    """`python -m connector serve` with its default settings, but for those that are handed in.

    A context manager: the service answers inside, and is stopped, or killed, at the end.
    """

    def __init__(self, sandbox: Sandbox, folder: Path, database_url: str | None = None, **settings: str) -> None:
        folder = folder.resolve()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.secret = sandbox.secret
        self.database_url = database_url or f"sqlite:///{folder / 'connector.db'}"
        self.log_file = folder / "service.log"
        self._folder = folder
        self._environment = environment(sandbox, folder, self.port, self.database_url) | settings
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            return self.start().wait_until_alive()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "connector", "serve"],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    def wait_until_alive(self) -> Self:
        """Looks every few milliseconds, over a bare socket, so that looking takes nothing from the start."""
        assert self._process is not None
        deadline = time.monotonic() + _ALIVE_WITHIN
        while not answers(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise BenchmarkError(
                    f"The service did not start. Its log:\n{self.log_file.read_text(encoding='utf-8')}"
                )
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Ends it as systemd would."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=_STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def environment(sandbox: Sandbox, folder: Path, port: int, database_url: str) -> dict[str, str]:
    """All that `serve` needs to run against a sandbox; writes the key file into the folder."""
    key_file = folder / "credentials.json"
    sandbox.write_credentials(key_file)
    return {
        **{name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ},
        "PYTHONPATH": str(ROOT),
        **sandbox.environment(key_file),
        "DATABASE_URL": database_url,
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }


def answers(port: int) -> bool:
    """Whether `/healthz` is answered with 200. Costs less than a millisecond where nobody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def free_port() -> int:
    """A port that is free and below those that the system hands out to clients.

    The service and the sandbox leave their ports for seconds and take them again; meanwhile no client may get them.
    """
    # From anywhere, so that two runs at the same time don't meet while one has left its port.
    for port in range(15_000 + secrets.randbelow(15_000), 32_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("No port between 15000 and 32000 is free.")


@contextmanager
def stoppable() -> Iterator[None]:
    """Has SIGTERM unwind the stack, so that what was started is stopped; and says what went wrong in a sentence."""

    def stop(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except BenchmarkError as error:
        sys.exit(str(error))
    finally:
        signal.signal(signal.SIGTERM, before)
