"""What a process and its children use of memory and processor, as /proc has it."""

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Usage:
    """One look at a process with all its descendants."""

    rss: int = 0
    """Bytes of memory; what several processes share counts for each."""
    cpu: float = 0.0
    """Seconds of processor since the start, those of children that have ended among them."""
    switches: int = 0
    """How often one of the threads went to sleep by itself: wake-ups, in other words."""
    processes: int = 0


def usage(pid: int) -> Usage:
    """Of a process and its descendants; all zero when it is gone."""
    rss, cpu, switches, processes = 0, 0.0, 0, 0
    for member in _family(pid):
        try:
            fields = _stat(member)
            rss += int(Path(f"/proc/{member}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
            switches += sum(_voluntary(task) for task in Path(f"/proc/{member}/task").iterdir())
        except OSError:
            continue
        # utime, stime, cutime and cstime; see proc(5).
        cpu += sum(int(field) for field in fields[11:15]) / _TICKS
        processes += 1
    return Usage(rss, cpu, switches, processes)


def own_memory(pid: int) -> int:
    """Bytes of a process's memory that nobody shares with it: what would be free if it ended."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:")))


def threads(pid: int) -> int:
    """How many threads a process has now."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


class Sampler:
    """Looks at the memory several times a second, from `start` to `stop`."""

    def __init__(self, pid: int, every: float = 0.2) -> None:
        self.peak = 0
        self._pid = pid
        self._every = every
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self.peak = max(self.peak, usage(self._pid).rss)
            if self._stopped.wait(self._every):
                return


def _family(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            children.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
        except OSError:
            continue
    found = [pid]
    for member in found:
        found += children.get(member, [])
    return found


def _stat(pid: int) -> list[str]:
    """The fields behind the name, which may itself hold anything: state, parent, …"""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def _voluntary(task: Path) -> int:
    for line in (task / "status").read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("voluntary_ctxt_switches"):
            return int(line.split()[1])
    return 0
