"""What keeps orders out of the sheet, or may, as the parts of the running service name it.

A part names a problem by a key of its own when it begins, and clears the key when it has ended. `GET /readyz`, the
status page and the events show the sentences. What must outlive a restart stands in the store instead.
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem matters: the levels of findings, but for OK, in the same words."""

    WARNING = "warning"
    """Orders reach the sheet, but something is to be done, or to be looked at."""
    PROBLEM = "problem"
    """Orders don't come in, or don't reach the sheet."""


@dataclass(frozen=True, slots=True)
class NamedProblem:
    """Something that is wrong at present."""

    key: str
    severity: Severity
    sentence: str
    """What is wrong, and how to mend it. Holds no secret."""
    since: datetime


class Problems:
    """The problems of the running service. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_key: dict[str, NamedProblem] = {}

    def put(self, key: str, sentence: str, *, at: datetime, severity: Severity = Severity.PROBLEM) -> bool:
        """Names a problem; True if it is new, or says something else than before. What goes on keeps its beginning."""
        with self._lock:
            known = self._by_key.get(key)
            since = at if known is None else known.since
            self._by_key[key] = NamedProblem(key, severity, sentence, since)
            return known is None or known.sentence != sentence

    def clear(self, key: str) -> bool:
        """The problem has ended; True if it was there."""
        with self._lock:
            return self._by_key.pop(key, None) is not None

    def current(self) -> list[NamedProblem]:
        """All problems, the oldest first."""
        with self._lock:
            return sorted(self._by_key.values(), key=lambda problem: (problem.since, problem.key))
