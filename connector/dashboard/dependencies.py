"""How the channel, the spreadsheet, Google's quota and the database are doing."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connector import __version__
from connector.dashboard.formatting import Words, size
from connector.dashboard.health import Level
from connector.dashboard.snapshot import Snapshot
from connector.jobs.reasons import FAILURES_THAT_COUNT
from connector.metrics.quota import LIMIT, Quota
from connector.runtime import Service
from connector.serializers import spreadsheet_url
from connector.store.breakers import CircuitBreaker, Part

_NEARLY = 0.8
_QUOTA = {Quota.READ: "Reads", Quota.WRITE: "Writes"}


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of something is used."""

    label: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class PartState:
    """One part of the whole."""

    id: str
    title: str
    level: Level
    state: str
    details: Sequence[str] = ()
    meters: Sequence[Meter] = ()
    link: str | None = None


def part_states(service: Service, snapshot: Snapshot) -> Iterator[PartState]:
    words = snapshot.words
    latest = service.arrivals.latest
    yield _paused(
        "channel",
        "WhatsApp channel",
        snapshot.breakers[Part.CHANNEL],
        words,
        worked="Last answer of Whapi",
        more=[f"Last webhook: {words.when(latest)}"] if latest is not None else [],
    )
    yield _paused(
        "sheet",
        "Spreadsheet",
        snapshot.breakers[Part.SHEET],
        words,
        worked="Last rows written",
        link=spreadsheet_url(service.workbook.spreadsheet_id),
    )
    yield _quota(service)
    yield _database(service, snapshot)


def _paused(
    id_: str,
    title: str,
    breaker: CircuitBreaker,
    words: Words,
    *,
    worked: str,
    more: Sequence[str] = (),
    link: str | None = None,
) -> PartState:
    details = [f"{worked}: {words.when(breaker.worked_at)}" if breaker.worked_at else f"{worked}: none yet", *more]
    if not breaker.failures:
        return PartState(id_, title, Level.GOOD, "works" if breaker.worked_at else "not asked yet", details, link=link)
    if breaker.since is not None:
        details.append(f"Failing since {words.when(breaker.since)}")
    if breaker.until is not None and breaker.is_open(words.now):
        details.append(f"Next try: {words.when(breaker.until)}")
    level = Level.BAD if breaker.failures >= FAILURES_THAT_COUNT else Level.LOOK
    return PartState(id_, title, level, "fails" if level is Level.BAD else "failed just now", details, link=link)


def _quota(service: Service) -> PartState:
    used = {quota: service.instruments.quota.used(quota) for quota in Quota}
    meters = [Meter(_QUOTA[quota], used[quota], LIMIT) for quota in Quota]
    is_near = max(used.values()) > LIMIT * _NEARLY
    state = "nearly used up" if is_near else "enough left"
    details = ["Calls to Google in the last minute, of those that it allows"]
    return PartState("quota", "Google's quota", Level.LOOK if is_near else Level.GOOD, state, details, meters)


def _database(service: Service, snapshot: Snapshot) -> PartState:
    path = service.database.path
    details = [f"{snapshot.total:,} orders"]
    if path is None:
        details.insert(0, "PostgreSQL")
    else:
        details.insert(0, f"SQLite, {size(_size(path))}")
        details.append(f"{size(shutil.disk_usage(path.parent).free)} free on the disk")
    who = "This process fetches and writes" if service.workers.holds_lock else "Another process fetches and writes"
    return PartState("database", "Database", Level.GOOD, "works", [*details, f"{who} (version {__version__})"])


def _size(path: Path) -> int:
    """With what stands in the log beside it."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
