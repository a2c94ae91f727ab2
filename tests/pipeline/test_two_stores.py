"""Two installations with a database each, on one spreadsheet, with the same orders: each order is there once.

The second database is a new one, or a copy of the first. Whoever writes hangs wherever the test wants it to, while the
other one starts, takes over, or is told to.
"""

import copy
import shutil
from datetime import timedelta

import pytest
import sqlalchemy as sa

from connector.jobs.ownership import Ownership
from connector.sheets.workbook import Workbook
from connector.store import spreadsheets
from connector.store.backup import back_up
from connector.store.database import parse_url
from connector.store.restore import ready_to_restore
from connector.store.tables import spreadsheets as ownership_table
from sandbox.google.spreadsheet import Spreadsheet
from tests.pipeline.direct import SPREADSHEET_ID, DirectApi, Fate, ProcessDied
from tests.pipeline.hanging import Point
from tests.pipeline.installations import Two
from tests.pipeline.test_states import TITLES


@pytest.mark.parametrize("second", ["stranger", "copy"])
@pytest.mark.parametrize("point", list(Point))
@pytest.mark.parametrize("second_marker", [False, True])
def test_an_installation_that_is_taken_over_from_while_it_hangs_doubles_nothing(
    second: str, point: Point, second_marker: bool
) -> None:
    two = Two(second=second, second_marker=second_marker)
    try:
        two.first.run(3)
        two.receive(1, 2)
        assert two.first.writer is not None
        two.first.writer.run(point)
        two.second.take_over()
        two.second.run(6)
        two.assert_nothing_is_there_twice()
        two.first.writer.go_on()
        two.assert_nothing_is_there_twice()
        two.receive(3)
        two.settle()
        two.assert_all_is_there_once()
        assert "has taken over this spreadsheet" in two.first.says()
        assert two.second.says() == ""
    finally:
        two.close()


def test_a_new_installation_waits_and_says_so_until_the_other_one_has_left() -> None:
    two = Two(second="stranger")
    try:
        two.receive(1)
        two.first.run(3)
        two.second.run(3)
        assert "Another installation writes into this spreadsheet" in two.second.says()
        assert "setup --take-over" in two.second.says()

        assert two.first.process is not None
        two.first.process.stage.leave()
        two.receive(2)
        two.clock.advance(61)
        two.second.run(6)

        two.assert_all_is_there_once()
        assert two.second.says() == ""
        two.clock.advance(61)
        two.first.run(3)
        two.assert_all_is_there_once()
    finally:
        two.close()


def test_a_new_installation_takes_over_from_one_that_was_silent_for_hours_and_not_before() -> None:
    two = Two(second="stranger")
    try:
        two.receive(1)
        two.first.run(3)
        two.receive(2)
        two.clock.advance(2 * 3600 - 60)
        two.second.run(3)
        assert "Another installation" in two.second.says()
        two.clock.advance(120)
        two.second.run(6)
        two.assert_all_is_there_once()
    finally:
        two.close()


def test_what_comes_before_a_batch_is_expected_until_this_process_has_the_spreadsheet() -> None:
    two = Two(second="stranger")
    try:
        assert two.first.process is not None
        assert two.second.process is not None
        assert two.second.process.stage.ownership.calls_before() == (11, 11)
        two.receive(1)
        two.first.run(3)
        assert two.first.process.stage.ownership.calls_before() == (0, 0)
    finally:
        two.close()


def test_an_owner_with_many_shops_renews_its_nameplates_less_often_and_counts_as_gone_only_later() -> None:
    two = Two(second="stranger")
    try:
        two.receive(1)
        two.first.run(3)
        ownership = two.first.take_over(silent_after=timedelta(hours=16))
        two.receive(2)
        seen = two.google.calls.by_kind["batchUpdate"]
        two.clock.advance(8 * 3600 - 60)
        ownership.renew()
        assert two.google.calls.by_kind["batchUpdate"] == seen
        two.clock.advance(120)
        ownership.renew()
        assert two.google.calls.by_kind["batchUpdate"] == seen + 1

        two.clock.advance(16 * 3600 - 60)
        two.second.run(3)
        assert "Another installation" in two.second.says()
        two.clock.advance(120)
        two.second.run(6)
        two.assert_all_is_there_once()
    finally:
        two.close()


def test_a_copied_database_that_starts_takes_over_and_the_original_says_why_it_waits() -> None:
    two = Two(second="copy")
    try:
        two.receive(1)
        two.first.run(3)
        two.receive(2)
        two.second.run(6)
        two.receive(3)
        two.settle()
        two.assert_all_is_there_once()
        says = {installation.says() for installation in two.both}
        assert "" in says
        assert any("has taken over" in sentence or "Another installation" in sentence for sentence in says)
    finally:
        two.close()


def test_what_was_taken_over_can_be_taken_back_and_neither_loses_an_order() -> None:
    two = Two(second="stranger")
    try:
        two.receive(1)
        two.first.run(3)
        two.second.take_over()
        two.receive(2)
        two.second.run(6)
        two.clock.advance(61)
        two.first.run(2)
        assert "has taken over" in two.first.says()

        two.first.take_over()
        two.receive(3)
        two.clock.advance(61)
        two.first.run(6)
        two.second.run(3)

        two.assert_all_is_there_once()
        assert two.first.says() == ""
        assert "has taken over" in two.second.says()
    finally:
        two.close()


@pytest.mark.parametrize("fate", [Fate.UNHEARD, Fate.LOST, Fate.LATE, Fate.DIES_AFTER, Fate.DIES_BEFORE])
def test_a_start_that_dies_or_hears_nothing_while_it_takes_its_number_does_not_lock_itself_out(fate: Fate) -> None:
    two = Two(second="stranger")
    try:
        two.receive(1)
        assert two.first.writer is not None
        two.first.writer.api.writes.append(fate)
        try:
            two.first.run()
        except ProcessDied:
            two.first.start()
        two.settle()
        two.assert_all_is_there_once()
        assert two.first.says() == ""
    finally:
        two.close()


def test_a_database_restored_from_before_the_last_batches_writes_nothing_again() -> None:
    two = Two(second="stranger")
    try:
        assert two.first.process is not None
        two.first.run(2)
        two.first.process.database.close()
        backup = shutil.copy(two.first.path, two.folder / "backup.db")
        two.first.start()
        two.receive(1, 2)
        two.first.run(4)
        two.first.process.database.close()
        shutil.copy(backup, two.first.path)
        two.first.start()
        two.first.receive([1, 2, 3])
        two.answered.add(3)

        two.first.run(6)

        two.assert_all_is_there_once()
        assert two.first.says() == ""
    finally:
        two.close()


@pytest.mark.parametrize("point", [Point.LOOKED, Point.ON_THE_WAY, Point.ANSWERED])
def test_a_backup_restored_on_another_machine_goes_on_at_once_whatever_the_former_one_had_under_way(
    point: Point,
) -> None:
    two = Two(second="stranger")
    try:
        assert two.first.process is not None
        two.first.run(2)
        two.first.receive([1])
        back_up(two.first.path, two.folder / "backup.db")
        two.first.run(4)
        two.first.start()  # With a number that the backup doesn't know.
        two.first.receive([2])
        two.first.run(4)
        two.first.receive([3])
        assert two.first.writer is not None
        two.first.writer.run(point)
        two.second.end()
        with ready_to_restore(
            two.folder / "backup.db", two.second.path, parse_url(f"sqlite:///{two.second.path}")
        ) as restored:
            restored.put_in_place(now=two.clock.now())
        two.second.start()
        two.second.receive([1, 2, 3, 4])
        two.second.run(6)
        two.assert_nothing_is_there_twice()
        two.first.writer.go_on()
        two.answered.update({1, 2, 3, 4})

        two.settle()

        two.assert_all_is_there_once()
        assert two.second.says() == ""
        two.first.receive([5])
        two.first.run(2)
        assert "has taken over this spreadsheet" in two.first.says()
    finally:
        two.close()


def test_a_backup_found_after_a_new_database_was_begun_in_its_place_goes_on_by_itself() -> None:
    two = Two(second="stranger")
    try:
        first = two.first
        assert first.process is not None
        two.receive(1)
        first.run(3)
        first.process.database.close()
        backup = shutil.move(first.path, two.folder / "backup.db")
        first.start()
        two.receive(2)
        two.clock.advance(61)
        first.run(6)
        first.process.database.close()
        shutil.copy(backup, first.path)
        first.start()
        first.receive([1, 2, 3])
        two.answered.add(3)

        first.run(6)

        two.assert_all_is_there_once()
        assert first.says() == ""
    finally:
        two.close()


def test_a_copy_of_the_spreadsheet_belongs_to_nobody_yet() -> None:
    two = Two(second="stranger")
    try:
        two.first.run(2)
        content = copy.deepcopy(two.google.spreadsheets[SPREADSHEET_ID].content)
        two.google.spreadsheets["1a-copy-of-it"] = Spreadsheet("1a-copy-of-it", content, "writer")
        assert two.second.process is not None
        api = DirectApi(two.google, two.clock)
        workbook = Workbook(
            api, "1a-copy-of-it", titles=TITLES, is_ours=two.second.process.known, clock=two.clock, time_zone=None
        )

        owned = workbook.layout()

        assert (owned.owner, owned.last_batch) == (None, None)
        assert Ownership(two.second.process.database, api, "1a-copy-of-it", clock=two.clock).other_owner(owned) is None
    finally:
        two.close()


def test_a_version_of_the_spreadsheet_without_the_owner_is_taken_anew_by_the_one_that_runs() -> None:
    two = Two(second="stranger")
    try:
        two.receive(1)
        two.first.run(3)
        content = two.google.spreadsheets[SPREADSHEET_ID].content
        for key, entry in list(content.metadata.items()):
            if entry.key in {"wcsync.owner", "wcsync.written"} or str(entry.value).startswith("owner_"):
                del content.metadata[key]
        two.receive(2)

        two.first.run(6)

        two.assert_all_is_there_once()
        assert two.first.says() == ""
        two.clock.advance(61)
        two.second.run(3)
        assert "Another installation" in two.second.says()
    finally:
        two.close()


def test_the_store_remembers_what_it_was_about_to_take_before_google_is_asked() -> None:
    two = Two(second="stranger")
    try:
        two.receive(1)
        assert two.first.writer is not None
        assert two.first.process is not None
        two.first.writer.api.writes.append(Fate.DIES_BEFORE)
        with pytest.raises(ProcessDied):
            two.first.run()
        with two.first.process.database.read() as connection:
            hold = spreadsheets.get_hold(connection, SPREADSHEET_ID)
            rows = connection.execute(sa.select(sa.func.count()).select_from(ownership_table)).scalar_one()
        assert (hold.next_number, hold.next_word is not None, rows) == ((hold.number or 0) + 1, True, 1)
    finally:
        two.close()
