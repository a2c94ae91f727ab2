"""Prints what a benchmark found, as a table that can go into benchmarks/README.md as it is."""

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import machine


def print_head(title: str, command: str, *lines: str) -> None:
    print(f"{title}\n")
    print(f"`{command}` on {machine.describe()}; {machine.busy()}.")
    for line in lines:
        print(line)
    print()


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Markdown; the first column stands left, the others right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [head, *cells]) for column in range(len(head))]
    print(_line(head, widths))
    print(
        "| " + " | ".join("-" * width if n == 0 else "-" * (width - 1) + ":" for n, width in enumerate(widths)) + " |"
    )
    for row in cells:
        print(_line(row, widths))
    print(flush=True)


def disk_line(folder: Path) -> str:
    """Where the database lies, and what a flush costs there."""
    kind = machine.file_system(folder)
    times = machine.flush_times(folder)
    line = (
        f"The database lies on {kind}; an append of 4 KiB with fsync takes {1e3 * statistics.median(times):.2f} ms "
        f"(p99 {1e3 * quantile(times, 0.99):.2f} ms)."
    )
    if kind in machine.MEMORY_FILE_SYSTEMS:
        line += " That is memory, so commits cost nothing: use --folder to name a folder on a disk."
    return line


def quantile(values: Iterable[float], share: float) -> float:
    """The smallest of the values that at least this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.ljust(width) if n == 0 else cell.rjust(width)
        for n, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "| " + " | ".join(cells) + " |"
