"""The condition of a shop, for whoever asks at any instance: as the one that works for the shop finds it.

Where this instance is the only one, or the one that works for the shop, that is what it has in memory. Else it stands
in the store, where that one reports it every second in which something has changed (`exchange.py`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from connector.findings import Finding, Level
from connector.jobs.audits import NEVER_COMPARED, Progress
from connector.jobs.shop_work import LOCK
from connector.problems import NamedProblem, Severity
from connector.runtime.shop import LEAVING, OUT, Shop
from connector.store.database import Database
from connector.store.reports import About, Report, all_reports, reports_of

_OF_EACH = frozenset({LEAVING, OUT, LOCK})
"""Problems that each instance has for itself; the others are the business of the one that works."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How a shop is doing, beside what its rows in the store tell."""

    problems: Sequence[NamedProblem] = ()
    findings: tuple[Finding, ...] = ()
    checked_at: datetime | None = None
    """When the findings were found."""
    latest_webhook: datetime | None = None
    test_webhook: str | None = None
    progress: Progress = NEVER_COMPARED
    """Of the latest comparison."""

    @property
    def warnings(self) -> list[str]:
        """The sentences of findings that don't hold."""
        return [finding.sentence for finding in self.findings if not finding.holds]


UNKNOWN = Condition()


def is_among_others(shop: Shop) -> bool:
    """Whether there are other instances, one of which may work for the shop."""
    return shop.dispatcher.leases.among_others.is_set()


def condition_of(shop: Shop) -> Condition:
    """One look into the store, where there are other instances. Raises what the database raises."""
    if not is_among_others(shop):
        return _own(shop)
    with shop.database.read() as connection:
        reports = reports_of(connection, shop.name)
    return _reported(shop, reports)


def conditions(database: Database, shops: Iterable[Shop]) -> dict[str, Condition]:
    """The same of many, in one look. Of webhooks only what came in here."""
    among = list(shops)
    if not any(is_among_others(shop) for shop in among):
        return {shop.name: _own(shop) for shop in among}
    with database.read() as connection:
        reports = all_reports(connection, About.WORK)
    return {
        shop.name: _reported(shop, {About.WORK: reports[shop.name]} if shop.name in reports else {}) for shop in among
    }


def report_of(shop: Shop, *, at: datetime) -> Report:
    """What this instance, which works for the shop, has to say of it."""
    findings, checked_at = shop.findings.get()
    content = {
        "problems": [{**asdict(problem), "since": problem.since.isoformat()} for problem in shop.problems.current()],
        "findings": [asdict(finding) for finding in findings],
        "checked_at": None if checked_at is None else checked_at.isoformat(),
        "progress": shop.audits.progress(),
    }
    return Report(shop.name, About.WORK, at, json.dumps(content))


def take_over_findings(shop: Shop, report: Report, *, since: datetime) -> None:
    """What was found by the instance that worked for the shop before stands until the next look, if it is no older."""
    findings, checked_at = _findings(json.loads(report.content))
    own = shop.findings.get()[1]
    if checked_at is not None and checked_at >= since and (own is None or own < checked_at):
        shop.findings.replace(findings, at=checked_at)


def _own(shop: Shop) -> Condition:
    findings, checked_at = shop.findings.get()
    arrivals = shop.arrivals
    return Condition(
        shop.problems.current(), findings, checked_at, arrivals.latest, arrivals.test, shop.audits.progress()
    )


def _reported(shop: Shop, reports: Mapping[About, Report]) -> Condition:
    own = _own(shop)
    webhooks = [own.latest_webhook, reports[About.WEBHOOK].at if About.WEBHOOK in reports else None]
    latest_webhook = max((at for at in webhooks if at is not None), default=None)
    test_webhook = reports[About.TEST].content if About.TEST in reports else own.test_webhook
    problems, findings, checked_at, progress = own.problems, own.findings, own.checked_at, own.progress
    if not shop.dispatcher.works_for(shop.name):
        content = json.loads(reports[About.WORK].content) if About.WORK in reports else {}
        here = [problem for problem in problems if problem.key in _OF_EACH]
        there = [_problem(values) for values in content.get("problems", ())]
        known = {problem.key for problem in here}
        problems = [*here, *(problem for problem in there if problem.key not in known)]
        findings, checked_at = _findings(content)
        progress = Progress(*content.get("progress", ()))
    return Condition(problems, findings, checked_at, latest_webhook, test_webhook, progress)


def _problem(values: Mapping[str, Any]) -> NamedProblem:
    return NamedProblem(
        values["key"], Severity(values["severity"]), values["sentence"], datetime.fromisoformat(values["since"])
    )


def _findings(content: Mapping[str, Any]) -> tuple[tuple[Finding, ...], datetime | None]:
    found = tuple(
        Finding(values["name"], Level(values["level"]), values["sentence"]) for values in content.get("findings", ())
    )
    checked_at = content.get("checked_at")
    return found, None if checked_at is None else datetime.fromisoformat(checked_at)
