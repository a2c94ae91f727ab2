"""The web side of the service as a process of its own: it takes in whatever comes, and nothing is fetched or written
meanwhile. So what is measured of the process is what one request costs.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from connector.app import create_app
from connector.cli.start import database_or_exit, settings_or_exit
from connector.runtime.service import build_service
from connector.server import WebServer
from tests.attack.raw import Answer, exchange
from tests.attack.service_memory import resident
from tests.process.service_process import ServiceProcess

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What one request took."""

    megabytes: float
    """Of memory at the most, beyond those at rest."""
    seconds: float
    """Of a processor's time, whoever else was using it."""
    disk: float
    """MiB by which the database and the files beside it have grown."""
    log: int
    """Bytes."""


class Receiving(ServiceProcess):
    """Starts and stops it."""

    def start(self, *_wounded: str) -> "Receiving":
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.attack.receiving"],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        return self

    def rest(self) -> None:
        """Remembers how much memory it takes when nothing is to do."""
        self._at_rest = resident(self._pid)

    def cost_of(self, data: bytes) -> tuple[list[Answer], Cost]:
        """Sends the bytes, and takes the answers."""
        # From now on the process' peak is counted anew.
        Path(f"/proc/{self._pid}/clear_refs").write_text("5", encoding="ascii")
        seconds, disk, log = self._seconds(), self._disk(), self.log_file.stat().st_size
        answers = exchange(self.url, data)
        return answers, Cost(
            megabytes=self._peak() - self._at_rest,
            seconds=self._seconds() - seconds,
            disk=self._disk() - disk,
            log=self.log_file.stat().st_size - log,
        )

    @property
    def _pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def _peak(self) -> float:
        for line in Path(f"/proc/{self._pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise AssertionError("The process has no memory.")

    def _seconds(self) -> float:
        fields = Path(f"/proc/{self._pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def _disk(self) -> float:
        return sum(path.stat().st_size for path in self.folder.glob("connector.db*")) / 2**20


def main() -> None:
    settings = settings_or_exit()
    service = build_service(settings, database_or_exit(settings))
    WebServer(create_app(service), settings.host, settings.port).run()


if __name__ == "__main__":
    main()
