"""Is everything all right? One sentence, and what is wrong, each with its remedy; and how each dependency is doing."""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from connector import __version__
from connector.dashboard.data import Snapshot
from connector.dashboard.formatting import Words, size
from connector.findings import Finding
from connector.findings import Level as FindingLevel
from connector.jobs.reasons import FAILURES_THAT_COUNT, is_late, names, reasons
from connector.language import counted, marked, number
from connector.language import gettext as _
from connector.models import Status
from connector.problems import Severity
from connector.runtime.addresses import spreadsheets_site
from connector.runtime.shop import Shop
from connector.serializers import spreadsheet_url
from connector.sheets.quota import LIMIT, Quota
from connector.store.breakers import CircuitBreaker, Part
from connector.store.refusals import SetAside

ODD_WORDS = marked("worth a look")
"""What the page calls orders that somebody should look at."""
_MEND = marked("Something in the set-up needs mending.")
_LOOK = marked("Orders reach the sheet; something is worth a look.")
_END = re.compile(r"(?<=[.!?])\s")
"""Of a sentence."""
_NEARLY = 0.8
_QUOTA = {Quota.READ: marked("Reads"), Quota.WRITE: marked("Writes")}


class Level(StrEnum):
    """How much somebody has to do."""

    GOOD = "good"
    """Nothing."""
    LOOK = "look"
    """Something is worth a look."""
    BAD = "bad"
    """Orders don't arrive as they should."""


_LEVELS = {FindingLevel.OK: Level.GOOD, FindingLevel.WARNING: Level.LOOK, FindingLevel.PROBLEM: Level.BAD}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong."""

    level: Level
    sentence: str
    """What is wrong, and how to mend it."""
    since: datetime | None = None
    checked_at: datetime | None = None
    """When it was last looked whether this is so, where that is not done all the time."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer."""

    level: Level
    sentence: str
    problems: Sequence[Problem]


def judge(snapshot: Snapshot, findings: Sequence[Finding] = (), *, checked_at: datetime | None = None) -> Verdict:
    """`findings`: what the checks of the set-up found, and when."""
    problems = list(_problems(snapshot))
    known = {problem.sentence for problem in problems}
    problems += [
        Problem(_LEVELS[finding.level], finding.sentence, checked_at=checked_at)
        for finding in findings
        if not finding.holds and finding.sentence not in known
    ]
    level, sentence = _answer(snapshot, problems)
    return Verdict(level, sentence, problems)


def in_short(verdict: Verdict) -> str:
    """One sentence alone: the verdict's first; where that says no more than that something is wrong, what is."""
    sentence = verdict.sentence
    if sentence in {_(_MEND), _(_LOOK)}:
        sentence = next((problem.sentence for problem in verdict.problems if problem.level is verdict.level), sentence)
    return _END.split(sentence, 1)[0]


def _problems(snapshot: Snapshot) -> Iterator[Problem]:
    for reason in reasons(snapshot.standing, snapshot.named, snapshot.at):
        yield Problem(_LEVELS[FindingLevel(reason.severity)], reason.sentence, reason.since)
    if given_up := snapshot.given_up:
        items = counted(
            "The items of one order could not be had.", "The items of {count} orders could not be had.", given_up
        )
        yield Problem(
            Level.LOOK,
            _(
                "{items} The row in the sheet says so. Each order below shows what "
                "went wrong: ask the customer, and mark it as dealt with."
            ).format(items=items),
        )
    if snapshot.odd:
        yield Problem(
            Level.LOOK,
            counted("One order looks odd:", "{count} orders look odd:", snapshot.odd)
            + " "
            + _(
                "a total that does not add up, something that could not be read, or a change by the customer. See what "
                "under the status “{odd_words}”, ask the customer before it is packed, and mark it as dealt with."
            ).format(odd_words=_(ODD_WORDS)),
        )
    if snapshot.to_look_at.other_orders:
        came = counted(
            "{count} delivery has the id of a known order, but another customer, total or items.",
            "{count} deliveries have the id of a known order, but another customer, total or items.",
            snapshot.to_look_at.other_orders,
        )
        yield Problem(
            Level.LOOK,
            _(
                "{came} This is not in the sheet: look at Quarantine below, send it again with an id of its own if it "
                "is an order of its own, and mark it as dealt with."
            ).format(came=came),
        )
    if unclear := snapshot.to_look_at.number - snapshot.to_look_at.other_orders:
        came = counted("{count} message could not be understood.", "{count} messages could not be understood.", unclear)
        yield Problem(
            Level.LOOK,
            _(
                "{came} Nothing is lost: look at Quarantine below. Have it "
                "read again after an update, or mark it as dealt with."
            ).format(came=came),
        )


def _answer(snapshot: Snapshot, problems: Sequence[Problem]) -> tuple[Level, str]:
    worst = next(_keeps_orders_out(snapshot), None)
    if worst is not None:
        return Level.BAD, worst
    if any(problem.level is Level.BAD for problem in problems):
        return Level.BAD, _(_MEND)
    if problems:
        return Level.LOOK, _(_LOOK)
    return Level.GOOD, _all_is_well(snapshot)


def _keeps_orders_out(snapshot: Snapshot) -> Iterator[str]:
    """Sentences on orders that don't arrive as they should, the worst first."""
    received = snapshot.counts[Status.RECEIVED]
    fails = {part for part, breaker in snapshot.breakers.items() if breaker.failures >= FAILURES_THAT_COUNT}
    if is_late(snapshot.standing, snapshot.at) or (received and Part.SHEET in fails):
        waits = counted("{count} order waits here", "{count} orders wait here", received)
        yield _("Orders don't reach the sheet at present. Nothing is lost: {waits} and will be written.").format(
            waits=waits
        )
    if Part.SHEET in fails:
        yield _("The sheet can't be written at present. New orders are kept until it can.")
    if snapshot.standing.rows_refused.first:
        yield _all_but(snapshot.standing.rows_refused)
    if any(named.severity is Severity.PROBLEM for named in snapshot.named):
        yield _("Something keeps orders from coming in or from reaching the sheet.")
    if Part.CHANNEL in fails:
        yield _("Orders reach the sheet, but Whapi doesn't give their items at present.")


def _all_but(aside: SetAside) -> str:
    if aside.number == 1:
        return _("Order {names} can't be written into the sheet and is set aside. All others reach it.").format(
            names=names(aside)
        )
    return _("{number} orders can't be written into the sheet and are set aside: {names}.").format(
        number=number(aside.number), names=names(aside)
    )


def _all_is_well(snapshot: Snapshot) -> str:
    received, waiting = snapshot.counts[Status.RECEIVED], snapshot.counts[Status.WAITING]
    if received:
        return counted(
            "All is well. {count} order is on the way to the sheet.",
            "All is well. {count} orders are on the way to the sheet.",
            received,
        )
    if waiting:
        return counted(
            "All is well. Every order is in the sheet; {count} order still waits for its items.",
            "All is well. Every order is in the sheet; {count} orders still wait for their items.",
            waiting,
        )
    if dealt_with := snapshot.counts[Status.FAILED] - snapshot.given_up:
        return counted(
            "All is well. Every order is in the sheet; {count} without its items is dealt with.",
            "All is well. Every order is in the sheet; {count} without their items are dealt with.",
            dealt_with,
        )
    if not snapshot.total:
        return _("All is well. No order has come in yet.")
    return _("All is well: every order is in the sheet with its items.")


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
    is_shared: bool = False
    """Whether it is all shops', and so the operator's business alone."""


def part_states(shop: Shop, snapshot: Snapshot) -> Iterator[PartState]:
    words = snapshot.words
    latest = snapshot.condition.latest_webhook
    yield _paused(
        "channel",
        _("WhatsApp channel"),
        snapshot.breakers[Part.CHANNEL],
        words,
        worked=_("Last answer of Whapi"),
        more=[_("Last webhook: {time}").format(time=words.when(latest))] if latest is not None else [],
    )
    yield _paused(
        "sheet",
        _("Spreadsheet"),
        snapshot.breakers[Part.SHEET],
        words,
        worked=_("Last rows written"),
        link=spreadsheet_url(shop.workbook.spreadsheet_id, site=spreadsheets_site(shop.settings)),
    )
    if shop.dispatcher.works_for(shop.name) or not snapshot.instances:
        yield _quota(shop)  # Whoever works for the account counts its calls.
    yield _database(shop, snapshot)


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
    when = words.when(breaker.worked_at) if breaker.worked_at else _("none yet")
    details = [f"{worked}: {when}", *more]
    if not breaker.failures:
        return PartState(
            id_, title, Level.GOOD, _("works") if breaker.worked_at else _("not asked yet"), details, link=link
        )
    if breaker.since is not None:
        details.append(_("Failing since {time}").format(time=words.when(breaker.since)))
    if breaker.until is not None and breaker.is_open(words.now):
        details.append(_("Next try: {time}").format(time=words.when(breaker.until)))
    level = Level.BAD if breaker.failures >= FAILURES_THAT_COUNT else Level.LOOK
    return PartState(id_, title, level, _("fails") if level is Level.BAD else _("failed just now"), details, link=link)


def _quota(shop: Shop) -> PartState:
    used = {quota: shop.account.budget.used(quota) for quota in Quota}
    meters = [Meter(_(_QUOTA[quota]), used[quota], LIMIT) for quota in Quota]
    is_near = max(used.values()) > LIMIT * _NEARLY
    state = _("nearly used up") if is_near else _("enough left")
    details = [_("Calls to Google in the last minute, of those that it allows")]
    return PartState(
        "quota", _("Google's quota"), Level.LOOK if is_near else Level.GOOD, state, details, meters, is_shared=True
    )


def _database(shop: Shop, snapshot: Snapshot) -> PartState:
    path = shop.database.path
    details = [counted("{count} order", "{count} orders", snapshot.total)]
    if path is None:
        details.insert(0, "PostgreSQL")
    else:
        details.insert(0, f"SQLite, {size(_size(path))}")
        details.append(_("{size} free on the disk").format(size=size(shutil.disk_usage(path.parent).free)))
    details.append(_who(shop, snapshot))
    return PartState("database", _("Database"), Level.GOOD, _("works"), details, is_shared=True)


def _who(shop: Shop, snapshot: Snapshot) -> str:
    """Who works for the shop."""
    if shop.dispatcher.works_for(shop.name):
        return _("This process fetches and writes (version {version})").format(version=__version__)
    for instance in snapshot.instances:
        if shop.account.email in instance.accounts:
            return _("{address} fetches and writes (version {version})").format(
                address=instance.address, version=instance.version
            )
    return _("Another process fetches and writes (version {version})").format(version=__version__)


def _size(path: Path) -> int:
    """With what stands in the log beside it."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
