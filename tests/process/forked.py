"""`python -m MODULE` as a process of its own, that begins with all modules loaded.

Loading them takes a second of a processor's time, and tests that kill the service start it again and again. So it is
done once, in a process that then forks: what runs is the same, with a memory, files and signals of its own.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_LOADED = (
    "alembic.command",
    "benchmarks.calls",
    "connector.cli.audit",
    "connector.cli.orders",
    "connector.cli.recover",
    "connector.cli.resync",
    "connector.cli.serve",
    "connector.cli.setup",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "tests.chaos.run",
    "tests.chaos.verdict",
)
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(list(_LOADED))


class Forked:
    """What `subprocess.Popen` is for a new interpreter. `arguments`: the module, and what stands behind it."""

    stdin = None
    """There is nothing to read for it."""

    def __init__(
        self, arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdout: Path, stderr: Path | None = None
    ) -> None:
        """What it says is added to the file `stdout`, and its errors to `stderr`, or to the same."""
        self._process: ForkServerProcess = _forks.Process(
            target=_run, args=(list(arguments), cwd, dict(env), stdout, stderr or stdout)
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        """A signal's number stands there below zero."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float = 120) -> int:
        """Its exit code. Raises TimeoutExpired."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def run_forked(*arguments: str, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """As `subprocess.run` with all that was printed."""
    with tempfile.TemporaryDirectory() as folder:
        printed, errors = Path(folder, "stdout"), Path(folder, "stderr")
        process = Forked(arguments, cwd=cwd, env=env, stdout=printed, stderr=errors)
        try:
            code = process.wait()
        finally:
            process.send_signal(signal.SIGKILL)
        texts = [file.read_text(encoding="utf-8") for file in (printed, errors)]
    return subprocess.CompletedProcess(arguments, code, *texts)


def _run(arguments: list[str], cwd: Path, env: dict[str, str], stdout: Path, stderr: Path) -> None:
    """In the new process: makes everything as an interpreter finds it that is started there."""
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    for number, file in ((1, stdout), (2, stderr)):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = list(arguments)
    sys.modules.pop(arguments[0], None)  # Loaded by another name, it would be run a second time.
    try:
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    except Exception:  # noqa: BLE001 - as an interpreter ends
        sys.excepthook(*sys.exc_info())
        sys.exit(1)
