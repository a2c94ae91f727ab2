"""When many shops' periodic jobs come: spread out, and after a restart as if there had been none."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connector.checks.monitor import EVERY, monitor_health
from connector.store.shops import Next, known_shops, put_next
from tests.service.many import Many
from tests.waiting import wait_until


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Many]:
    many = Many(tmp_path, "rye", "oat").start(work=False)
    yield many
    many.close()


def next_check(many: Many, name: str) -> float | None:
    """Seconds until the shop's next look, as the store has it."""
    with many.service.database.read() as connection:
        at = known_shops(connection)[name].next_at[Next.CHECK]
    return None if at is None else (at - many.service.clock.now()).total_seconds()


def first_after(many: Many, name: str) -> float:
    with many.service.database.read() as connection:
        known = known_shops(connection)[name]
    return many.service.plans.first_after(known, Next.CHECK, 0.0, EVERY)


def test_a_look_that_was_planned_comes_when_it_was_to_and_others_are_spread_out(many: Many) -> None:
    at = many.service.clock.now() + timedelta(seconds=1000)
    many.service.database.write(lambda connection: put_next(connection, "rye", Next.CHECK, at))

    assert 0 < first_after(many, "rye") <= 1000
    assert {0 <= first_after(many, "oat") <= EVERY for _ in range(50)} == {True}
    assert len({first_after(many, "oat") for _ in range(50)}) > 1


def test_looks_that_are_overdue_come_soon_and_not_together(many: Many) -> None:
    at = many.service.clock.now() - timedelta(days=1)
    many.service.database.write(lambda connection: put_next(connection, "rye", Next.CHECK, at))

    assert {0 <= first_after(many, "rye") <= EVERY / 10 for _ in range(50)} == {True}
    assert len({first_after(many, "rye") for _ in range(50)}) > 1


def test_each_look_stores_when_the_next_one_is_to_be(many: Many, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.runtime.plans.spread", lambda _: 0.0)
    monitor_health(many.service)
    many.service.serve(["rye"])

    wait_until(lambda: (next_check(many, "rye") or 0) > EVERY - 60, what="the next look")
    assert next_check(many, "oat") is None
