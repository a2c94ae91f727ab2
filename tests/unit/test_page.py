"""What the status page says, from given figures: the one sentence, the plots, the words; and what it remembers."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector.dashboard import data
from connector.dashboard.charts import orders_plot, times_plot
from connector.dashboard.data import Snapshot, TooSlowError, TTLCache
from connector.dashboard.formatting import Words, amount, duration, size
from connector.dashboard.health import Level, judge
from connector.findings import Finding
from connector.models import Status
from connector.problems import NamedProblem
from connector.store.breakers import CircuitBreaker, Part
from connector.store.hours import HOUR, Hour
from connector.store.quarantine import ToLookAt
from connector.store.refusals import SetAside
from connector.store.standing import Standing

NOW = datetime(2026, 11, 23, 23, 40, tzinfo=UTC)
WORDS = Words(NOW, ZoneInfo("Asia/Kolkata"))  # half an hour beside the others; there it is the 24th
FAILS = CircuitBreaker(failures=3, reason="The spreadsheet is not shared.", since=NOW)


def snapshot(
    *,
    sheet: CircuitBreaker | None = None,
    channel: CircuitBreaker | None = None,
    oldest: datetime | None = None,
    refused: SetAside | None = None,
    named: Sequence[NamedProblem] = (),
    to_look_at: int | None = None,
    given_up: int | None = None,
    **counts: int,
) -> Snapshot:
    quarantined = counts.pop("quarantined", 0)
    return Snapshot(
        words=WORDS,
        counts={status: counts.get(status, 0) for status in Status},
        today=0,
        hours=[],
        standing=Standing(
            {Part.SHEET: sheet or CircuitBreaker(), Part.CHANNEL: channel or CircuitBreaker()},
            oldest_unwritten=oldest,
            waits_since=oldest,
            rows_refused=refused or SetAside(),
        ),
        named=named,
        quarantined=quarantined,
        quarantine=[],
        to_look_at=ToLookAt(quarantined if to_look_at is None else to_look_at),
        given_up=counts.get("failed", 0) if given_up is None else given_up,
    )


@pytest.mark.parametrize(
    ("figures", "level", "sentence"),
    [
        ({}, Level.GOOD, "All is well. No order has come in yet."),
        ({"synced": 5}, Level.GOOD, "All is well: every order is in the sheet with its items."),
        ({"synced": 5, "received": 1}, Level.GOOD, "All is well. 1 order is on the way to the sheet."),
        (
            {"waiting": 2},
            Level.GOOD,
            "All is well. Every order is in the sheet; 2 orders still wait for their items.",
        ),
        ({"synced": 5, "failed": 1}, Level.LOOK, "Orders reach the sheet; something is worth a look."),
        ({"quarantined": 1}, Level.LOOK, "Orders reach the sheet; something is worth a look."),
        (
            {"synced": 5, "failed": 1, "given_up": 0, "quarantined": 1, "to_look_at": 0},
            Level.GOOD,
            "All is well. Every order is in the sheet; 1 without its items is dealt with.",
        ),
        (
            {"sheet": CircuitBreaker(failures=1, reason="x")},
            Level.LOOK,
            "Orders reach the sheet; something is worth a look.",
        ),
        ({"sheet": FAILS}, Level.BAD, "The sheet can't be written at present. New orders are kept until it can."),
        (
            {"sheet": FAILS, "channel": FAILS, "received": 1200},
            Level.BAD,
            "Orders don't reach the sheet at present. Nothing is lost: 1,200 orders wait here and will be written.",
        ),
        (
            {"received": 1, "oldest": NOW - timedelta(minutes=6)},
            Level.BAD,
            "Orders don't reach the sheet at present. Nothing is lost: 1 order waits here and will be written.",
        ),
        ({"channel": FAILS}, Level.BAD, "Orders reach the sheet, but Whapi doesn't give their items at present."),
    ],
)
def test_one_sentence_says_whether_all_is_well(figures: dict[str, Any], level: Level, sentence: str) -> None:
    verdict = judge(snapshot(**figures))

    assert (verdict.level, verdict.sentence) == (level, sentence)
    assert bool(verdict.problems) is (level is not Level.GOOD)


def test_whatever_is_wrong_is_said_with_its_remedy_and_since_when() -> None:
    shown = snapshot(
        sheet=FAILS,
        channel=CircuitBreaker(failures=1, reason="The phone is not linked.", since=NOW),
        failed=1,
        quarantined=2,
    )

    findings = [
        Finding.ok("disk", "There is room."),
        Finding.problem("webhook", "No webhook at Whapi leads here. Run `setup`."),
        Finding.warning("google", "The spreadsheet is not shared."),
        Finding.warning("disk", "The disk is nearly full."),
    ]

    problems = judge(shown, findings, checked_at=NOW).problems

    assert [(problem.level, problem.sentence.partition(".")[0], problem.since) for problem in problems] == [
        (Level.BAD, "The spreadsheet is not shared", NOW),
        (Level.LOOK, "The phone is not linked", NOW),
        (Level.LOOK, "The items of one order could not be had", None),
        (Level.LOOK, "2 messages could not be understood", None),
        (Level.BAD, "No webhook at Whapi leads here", None),
        (Level.LOOK, "The disk is nearly full", None),
    ]
    assert [problem.checked_at for problem in problems] == [None] * 4 + [NOW] * 2
    late = judge(snapshot(received=1, oldest=NOW - timedelta(hours=1)))
    assert [problem.since for problem in late.problems] == [NOW - timedelta(hours=1)]


def test_what_the_checks_found_counts_by_its_level() -> None:
    for make, level, sentence in (
        (Finding.problem, Level.BAD, "Something in the set-up needs mending."),
        (Finding.warning, Level.LOOK, "Orders reach the sheet; something is worth a look."),
        (Finding.ok, Level.GOOD, "All is well: every order is in the sheet with its items."),
    ):
        verdict = judge(snapshot(synced=1), [make("disk", "The disk is nearly full.")])
        assert (verdict.level, verdict.sentence) == (level, sentence)


def hours(*orders: int, **values: Any) -> list[Hour]:
    first = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    return [Hour(first + n * HOUR, number, **values) for n, number in enumerate(orders)]


def test_the_bars_are_as_high_as_the_hours_had_orders() -> None:
    plot = orders_plot(hours(0, 10, 40, *[0] * 21), WORDS)

    assert plot.says == "50 orders in the last 24 hours; the busiest hour, 08:00 to 09:00, had 40."
    assert [(round(bar.bottom - bar.top), bar.says) for bar in plot.bars] == [
        (30, "07:00 to 08:00: 10 orders"),
        (120, "08:00 to 09:00: 40 orders"),
    ]
    assert [tick.label for tick in plot.rows] == ["0", "20", "40"]
    assert [tick.label for tick in plot.columns] == ["06:00", "12:00", "18:00", "00:00"]


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1), (1, 1), (3, 4), (5, 10), (11, 20), (41, 100), (100, 100), (7001, 10_000)]
)
def test_the_scale_ends_at_a_round_number(most: int, top: int) -> None:
    assert orders_plot(hours(most, *[0] * 23), WORDS).rows[-1].label == f"{top:,}"


def test_times_of_seconds_and_of_hours_are_both_seen() -> None:
    shown = hours(1, 1, *[0] * 22)
    shown[0].bands, shown[0].slowest = {2: 1}, 3.0
    shown[1].bands, shown[1].slowest = {21: 1}, 10_000.0

    plot = times_plot(shown, WORDS)

    assert plot.says.endswith("all within 3 h.")
    assert [bar.says for bar in plot.bars] == [
        "06:00 to 07:00: half within 2.5 s, all within 3 s",
        "07:00 to 08:00: half within 2 h, all within 3 h",
    ]
    assert plot.bars[0].top > plot.bars[1].top
    assert plot.rows[0].label == "1 s"
    assert plot.rows[-1].label == "6 h"
    assert len(plot.rows) <= 5


def test_a_day_without_orders_is_an_empty_plot() -> None:
    assert (orders_plot(hours(*[0] * 24), WORDS).bars, times_plot(hours(*[0] * 24), WORDS).bars) == ([], [])


def test_times_are_those_of_the_shop_with_the_date_where_it_is_not_today() -> None:
    assert WORDS.midnight == datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert WORDS.when(NOW) == "05:10:00"
    assert WORDS.when(datetime(2026, 11, 23, 18, 29, tzinfo=UTC)) == "23 Nov, 23:59"
    assert WORDS.when(datetime(2025, 1, 2, tzinfo=UTC)) == "2 Jan 2025, 05:30"
    assert WORDS.full(NOW) == "24 Nov 2026, 05:10:00 IST"


def test_numbers_are_written_as_people_write_them() -> None:
    seconds = (0, 0.04, 2.25, 9.96, 119, 121, 7199, 7201, 172_801)
    assert [duration(value) for value in seconds] == [
        "0 s", "0 s", "2.2 s", "10 s", "119 s", "2 min", "120 min", "2 h", "2 days"
    ]  # fmt: skip
    assert [amount(1200.5, "AUD"), amount(7, None), amount(None, "AUD")] == ["1,200.50 AUD", "7", ""]
    assert [size(value) for value in (0, 999, 3_400_000, 120_000_000_000)] == ["0 B", "999 B", "3.4 MB", "120 GB"]


class Seconds:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Slow:
    """Something whose reading takes a while."""

    def __init__(self, seconds: Seconds, takes: float) -> None:
        self.keys: list[str] = []
        self._seconds = seconds
        self._takes = takes

    def __call__(self, key: str) -> int:
        self.keys.append(key)
        self._seconds.now += self._takes
        return len(self.keys)


@pytest.mark.parametrize(("takes", "rests"), [(0.0, 1.0), (0.1, 10.0), (5.0, 60.0)])
def test_what_is_read_is_remembered_as_long_as_it_is_dear(takes: float, rests: float) -> None:
    seconds = Seconds()
    source = Slow(seconds, takes)
    kept = TTLCache(source, seconds=seconds)

    assert [kept.get("a"), kept.get("a"), kept.get("b")] == [1, 1, 2]
    seconds.now = takes + rests - 0.01
    assert kept.get("a") == 1
    seconds.now = takes + rests + 0.01
    assert kept.get("a") == 3
    kept.forget()
    assert kept.get("a") == 4


def test_no_more_is_remembered_than_the_latest_need() -> None:
    source = Slow(Seconds(), 0.0)
    kept = TTLCache(source)

    for n in range(1000):
        kept.get(str(n))

    assert len(kept._entries) == data._MOST


def test_a_failure_is_not_remembered() -> None:
    failures = [ValueError("once")]

    def read(_: str) -> str:
        if failures:
            raise failures.pop()
        return "read"

    kept = TTLCache(read)

    with pytest.raises(ValueError, match="once"):
        kept.get("a")
    assert kept.get("a") == "read"


def test_who_comes_while_something_hangs_is_sent_away_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "_PATIENCE", 0.01)
    let_go, begun = threading.Event(), threading.Event()

    def read(key: str) -> str:
        if key == "hangs":
            begun.set()
            let_go.wait(60)
        return key

    kept = TTLCache(read)
    thread = threading.Thread(target=kept.get, args=("hangs",))
    thread.start()
    begun.wait(60)

    with pytest.raises(TooSlowError):
        kept.get("hangs")
    assert kept.get("other") == "other"
    let_go.set()
    thread.join()
    assert kept.get("hangs") == "hangs"
