"""What a benchmark ran on: the machine, the file system of a folder, and how long its disk takes to flush."""

import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path

MEMORY_FILE_SYSTEMS = frozenset({"tmpfs", "ramfs", "devtmpfs"})


def describe() -> str:
    """Processor, cores, memory, system, Python, date: one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB of memory, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
    )


def busy() -> str:
    """How many processes wanted to run just now: figures from a busy machine say little."""
    return f"load {os.getloadavg()[0]:.1f} at the start"


def file_system(folder: Path) -> str:
    """The kind of the file system that a folder lies on, such as ext4."""
    path, found = folder.resolve(), ("", "unknown")
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _device, mount, kind, *_ = line.split()
        # Of mounts on the same point, the last one is seen.
        if path.is_relative_to(mount) and len(mount) >= len(found[0]):
            found = (mount, kind)
    return found[1]


def flush_times(folder: Path, times: int = 200) -> list[float]:
    """Seconds that each of so many appends of 4 KiB with fsync took, shortest first."""
    found = []
    file = folder / "flush"
    with file.open("wb", buffering=0) as stream:
        for _ in range(times):
            begun = time.perf_counter()
            stream.write(bytes(4096))
            os.fsync(stream.fileno())
            found.append(time.perf_counter() - begun)
    file.unlink()
    return sorted(found)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
