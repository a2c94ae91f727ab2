"""What the run found, as data and as text."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOST_SHOWN = 20
"""Of the differences of one kind."""
KINDS = ("Lost", "Doubled", "Misplaced", "Wrong", "Strange", "Another's", "Quota", "Hung")
"""What a sentence about a difference, or about a promise of several instances, begins with."""


@dataclass
class Report:
    """The figures of a run, and what was wrong."""

    head: str
    conditions: Sequence[str] = ()
    figures: Mapping[str, object] = field(default_factory=dict)
    faults: Mapping[tuple[str, str], int] = field(default_factory=dict)
    differences: Sequence[str] = ()
    verdict: str = ""

    def lines(self) -> Iterator[str]:
        yield self.head
        yield from self.conditions
        yield ""
        for name, value in self.figures.items():
            yield f"{name:<46} {value}"
        for service in ("google", "token", "whapi"):
            struck = [f"{kind} {count}" for (at, kind), count in sorted(self.faults.items()) if at == service]
            yield f"{'faults struck at ' + service:<46} {', '.join(struck) or 'none'}"
        yield ""
        if self.differences:
            yield from self._different()
        else:
            yield self.verdict

    def _different(self) -> Iterator[str]:
        """How many there are of each kind, and the first of each."""
        kinds: dict[str, list[str]] = {}
        for sentence in self.differences:
            word = sentence.partition(":")[0]
            kinds.setdefault(word if word in KINDS else "Other", []).append(sentence)
        counts = ", ".join(f"{kind} {len(sentences)}" for kind, sentences in sorted(kinds.items()))
        yield f"{len(self.differences)} differences ({counts}):"
        for _, sentences in sorted(kinds.items()):
            yield from (f"  {sentence}" for sentence in sentences[:MOST_SHOWN])
            if len(sentences) > MOST_SHOWN:
                yield f"  ... and {len(sentences) - MOST_SHOWN} more of this kind."


@dataclass(frozen=True)
class Logged:
    """What the service's log says of the whole run."""

    events: Counter[str]
    unclear: int
    """Calls to Google without a usable answer."""
    fenced: int
    """Batches that were settled as void with a fence."""
    found: int
    """Batches that were found in the sheet after an unclear answer or a kill."""


def read_log(*files: Path) -> Logged:
    """Lines that a kill cut off are left out."""
    events: Counter[str] = Counter()
    unclear = fenced = found = 0
    for entry in _entries(files):
        event = entry.get("event", "")
        events[event] += 1
        unclear += event == "sheet.failed" and entry.get("kind") == "unclear"
        fenced += event == "batch.void" and entry.get("reason") == "It did not reach the sheet."
        found += event == "batch.written" and entry.get("found_afterwards") is True
    return Logged(events, unclear, fenced, found)


def late_commits(outcomes: Mapping[tuple[str, str], int], status: str) -> int:
    """How many writes that Google carried out late ended with a status."""
    return outcomes.get(("batchUpdate", f"late {status}"), 0)


def table(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} times {name}" for name, count in sorted(counts.items())) or "none"


def _entries(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as lines:
            yield from map(_entry, lines)


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
