"""What a check found, and where the latest findings of a running service are kept."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    WARNING = "warning"
    """Orders reach the sheet, but something is to be done, or to be looked at again."""
    PROBLEM = "problem"
    """Orders don't come in or don't reach the sheet, or would not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    name: str
    """The group, such as `google`."""
    level: Level
    sentence: str
    """What holds; or what is wrong, and how to mend it."""

    @property
    def holds(self) -> bool:
        return self.level is Level.OK

    @classmethod
    def ok(cls, name: str, sentence: str) -> "Finding":
        return cls(name, Level.OK, sentence)

    @classmethod
    def warning(cls, name: str, sentence: str) -> "Finding":
        return cls(name, Level.WARNING, sentence)

    @classmethod
    def problem(cls, name: str, sentence: str) -> "Finding":
        return cls(name, Level.PROBLEM, sentence)


class LatestFindings:
    """The latest findings of the running service. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._findings: tuple[Finding, ...] = ()
        self._found_at: datetime | None = None

    def replace(self, findings: Sequence[Finding], *, at: datetime) -> None:
        with self._lock:
            self._findings, self._found_at = tuple(findings), at

    def get(self) -> tuple[tuple[Finding, ...], datetime | None]:
        """All findings of the last look, and when it was; nothing and None before the first."""
        with self._lock:
            return self._findings, self._found_at

    @property
    def problems(self) -> list[str]:
        """The sentences of what doesn't hold, warnings among them."""
        findings, _ = self.get()
        return [finding.sentence for finding in findings if not finding.holds]
