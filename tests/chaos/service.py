"""The service as a child process that is killed, and started again whenever it isn't running, as systemd would."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.running import answers, environment, free_port
from sandbox.sandbox import Sandbox
from tests.chaos.clock import ChaosClock
from tests.chaos.launcher import CLOCK_FILE

QUICK = {
    "RESYNC_INTERVAL": "0.5",
    "RETRY_FIRST_DELAY": "0.1",
    "RETRY_MAX_DELAY": "0.5",
    "WHAPI_TIMEOUT": "1.5",
    "GOOGLE_TIMEOUT": "2",
    "ITEMS_GRACE": "0.5",
    "LOG_FORMAT": "json",
}
"""Shorter times than in production; what is done in them is the same."""
RECONCILING = {"RECONCILE_INTERVAL": "2", "RECONCILE_WINDOW": "604800"}
"""Where the message history has to make good what a database has lost: all of it, however far the clock has gone."""
GOOGLE_TIMEOUT = float(QUICK["GOOGLE_TIMEOUT"])
_LOOK_EVERY = 0.05
_ALIVE_WITHIN = 60.0
_STOPPED_WITHIN = 40.0
HUNG = 124
"""In place of an exit code: it did not end."""


@dataclass(frozen=True)
class Start:
    """How a process of the service is started."""

    launcher: Sequence[str]
    """The module, and its arguments."""
    folder: Path
    environment: Mapping[str, str]
    """All but the port."""

    @property
    def log_file(self) -> Path:
        """That of all processes: each line is written in one piece."""
        return self.folder / "service.log"


def how_to_start(
    sandbox: Sandbox,
    folder: Path,
    database_url: str,
    *,
    clock: ChaosClock,
    launcher: Sequence[str],
    settings: Mapping[str, str],
) -> Start:
    """`settings`: beside those that are quicker than usual."""
    given = environment(sandbox, folder, 0, database_url)
    return Start(launcher, folder, {**given, **QUICK, **settings, CLOCK_FILE: str(clock.file)})


class Service:
    """`serve` on one port and one database, from start to start. Safe to use from several threads."""

    def __init__(self, how: "Start") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = how.log_file
        self.on_start: Callable[[int], None] = lambda _pid: None
        """Called with the process id right after each start."""
        self.starts = 0
        self.ended_by_itself: list[str] = []
        """A sentence for each time that nobody had killed it."""
        self.may_end = False
        """Whether it has a good reason to end by itself now, such as a full disk."""
        self._how = how
        self._process: subprocess.Popen[bytes] | None = None
        self._waker: subprocess.Popen[bytes] | None = None
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._keeper = threading.Thread(target=self._keep_running, name="keeper", daemon=True)

    def start(self) -> None:
        """Starts it now, and again whenever it has ended, until `close`."""
        with self._lock:
            self._spawn()
        if not self._keeper.is_alive():
            self._keeper.start()

    def kill(self, *, down: float = 0.0) -> None:
        """`kill -9`; it is started again after so many seconds."""
        with self._lock:
            self._kill()
            self._closed.wait(down)
            if not self._closed.is_set():
                self._spawn()

    def stop(self, *, down: float = 0.0) -> int:
        """SIGTERM; it is started again so many seconds after its end. Its exit code."""
        with self._lock:
            if self._process is None:
                return 0
            self._process.send_signal(signal.SIGTERM)
            try:
                code = self._process.wait(_STOPPED_WITHIN)
            except subprocess.TimeoutExpired:
                code = HUNG
            self.kill(down=down)
            return code

    @contextmanager
    def down(self) -> Iterator[None]:
        """Killed with `kill -9` at the beginning and started at the end."""
        with self._lock:
            self._kill()
            yield
            if not self._closed.is_set():
                self._spawn()

    def stop_still(self) -> None:
        """SIGSTOP. If the run should end before `go_on`, the process is woken, and ends as well."""
        with self._lock:
            if self._process is None or self._waker is not None:
                return
            self._waker = subprocess.Popen(
                ["/bin/sh", "-c", f"cat; kill -CONT {self._process.pid}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT. Does nothing to a process that does not stand still."""
        with self._lock:
            waker, self._waker = self._waker, None
            if waker is not None and waker.stdin is not None:
                waker.stdin.close()
                waker.wait()

    @property
    def pid(self) -> int | None:
        """None while it is not running."""
        return None if self._process is None else self._process.pid

    def is_alive(self) -> bool:
        return answers(self.port)

    def wait_until_alive(self) -> bool:
        """False if it does not answer in good time."""
        pause = threading.Event()
        for _ in range(int(_ALIVE_WITHIN / _LOOK_EVERY)):
            if self.is_alive():
                return True
            pause.wait(_LOOK_EVERY)
        return False

    def close(self) -> None:
        """Kills it for good."""
        self._closed.set()
        with self._lock:
            self._kill()

    def _keep_running(self) -> None:
        while not self._closed.wait(_LOOK_EVERY):
            with self._lock:
                if self._closed.is_set() or self._process is None or self._process.poll() is None:
                    continue
                if not self.may_end:
                    self.ended_by_itself.append(f"The service ended by itself with code {self._process.returncode}.")
                self._closed.wait(0.3)
                if not self._closed.is_set():
                    self._spawn()

    def _spawn(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()  # Of one that ended by itself.
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._how.launcher],
                cwd=self._how.folder,
                env={**self._how.environment, "PORT": str(self.port)},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        self.starts += 1
        self.on_start(self._process.pid)

    def _kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self.go_on()
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process = None
