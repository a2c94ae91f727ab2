"""The service as a process of its own, whose memory is looked at while it is attacked."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.attack.raw import connect
from tests.process.service_process import ServiceProcess

MEBIBYTE = 2**20
MOST_MORE = 100
"""MiB over those at rest that any of these attacks may cost."""


def resident(pid: int) -> float:
    """MiB of memory."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("The process has no memory.")


class Peak:
    """The most memory that was seen since the beginning, and what there was at first."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.at_rest = self.most = resident(pid)

    def look(self) -> None:
        self.most = max(self.most, resident(self._pid))

    @property
    def more(self) -> float:
        return self.most - self.at_rest


@contextmanager
def memory_of(service: ServiceProcess) -> Iterator[Peak]:
    """Looks at it some hundred times a second, inside."""
    assert service.process is not None
    peak = Peak(service.process.pid)
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.005):
            peak.look()

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peak
    finally:
        ended.set()
        watching.join()


def push(connection: socket.socket, data: bytes, *, until: threading.Event | None = None) -> None:
    """Sends as much as is taken within a second at a stretch, and reads nothing."""
    connection.settimeout(1.0)
    view = memoryview(data)
    try:
        while view and not (until is not None and until.is_set()):
            view = view[connection.send(view[:65536]) :]
    except OSError:
        pass  # Nobody takes it any more: that is one of the right answers.


@contextmanager
def pushing(service: ServiceProcess, each: Sequence[bytes]) -> Iterator[None]:
    """Sends each over a connection of its own, and keeps all of them open; inside, all that is taken was sent."""
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(service.url)) for _ in each]
        threads = [threading.Thread(target=push, args=pair) for pair in zip(connections, each, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        yield
