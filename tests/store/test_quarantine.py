import json
from typing import Any

import pytest

from connector.store import quarantine
from connector.store.database import Database
from connector.store.quarantine import LARGEST_PAYLOAD, Quarantined, quarantined
from tests.clock import FakeClock
from tests.store.helpers import SHOP, quarantined_entries


def keep(database: Database, clock: FakeClock, *parts: Quarantined) -> None:
    database.write(lambda connection: quarantine.keep(connection, SHOP, parts, now=clock.now()))


def test_a_payload_is_kept_whole_but_for_its_picture(database: Database, clock: FakeClock) -> None:
    payload = {
        "messages": {"0": {"type": "order", "order": {"order_id": "1", "token": "t", "preview": "data:image/jpeg"}}},
        "text": "Grüße 🎈 \ud800\x00",
        "number": 12345678901234567890,
        "channel_id": "MANTIS-M72HC",
    }

    keep(database, clock, quarantined("messages", "Odd.", payload))

    (entry,) = quarantined_entries(database)
    del payload["messages"]["0"]["order"]["preview"]  # type: ignore[index]
    assert (entry.field, entry.reason, entry.received_at) == ("messages", "Odd.", clock.now())
    assert json.loads(entry.payload) == payload


def test_a_repeated_payload_is_kept_once(database: Database, clock: FakeClock) -> None:
    for _ in range(3):
        keep(database, clock, quarantined("body", "Odd.", {"a": 1}), quarantined("body", "Odd.", {"a": 1}))

    assert len(quarantined_entries(database)) == 1


def test_of_a_very_large_payload_only_long_texts_are_cut(database: Database, clock: FakeClock) -> None:
    order = {"order_id": "1", "token": "t" * 48, "text": "Please read this. " * 20_000}

    keep(database, clock, quarantined("messages[0]", "Odd.", {"type": "order", "order": order}))

    (entry,) = quarantined_entries(database)
    kept = json.loads(entry.payload)["order"]
    assert len(entry.payload) <= LARGEST_PAYLOAD
    assert (kept["order_id"], kept["token"]) == ("1", "t" * 48)
    assert kept["text"].startswith("Please read this.")
    assert kept["text"].endswith(" [cut: 360000 characters]")
    assert entry.reason == "Odd. It was too large to be kept whole: long texts in it are cut."


@pytest.mark.parametrize("part", [list(range(300_000)), {str(n): '"' * 10 for n in range(30_000)}])
def test_of_one_that_is_large_all_over_the_beginning_is_kept_as_text(
    database: Database, clock: FakeClock, part: Any
) -> None:
    keep(database, clock, quarantined("body", "Odd.", part))

    (entry,) = quarantined_entries(database)
    beginning = json.loads(entry.payload)
    assert len(entry.payload) <= LARGEST_PAYLOAD
    assert json.dumps(part, separators=(",", ":")).startswith(beginning)
    assert entry.reason == "Odd. It was too large to be kept whole: only its beginning is there."


def test_a_deep_payload_is_kept_down_to_a_depth_that_can_be_written_out() -> None:
    deep: Any = []
    for _ in range(900):
        deep = [deep]

    part = quarantined("body", "Odd.", {"messages": [], "x": deep})

    assert part.payload.count("[") == 101
    assert '"[deeper]"' in part.payload


def test_only_the_newest_are_kept(database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "MOST_KEPT", 5)
    parts = [quarantined("body", "Odd.", {"number": number}) for number in range(12)]

    keep(database, clock, *parts[:4])
    keep(database, clock, *parts[4:])

    assert [json.loads(entry.payload)["number"] for entry in quarantined_entries(database)] == [11, 10, 9, 8, 7]


def test_entries_are_listed_newest_first_or_oldest_first_page_by_page(database: Database, clock: FakeClock) -> None:
    keep(database, clock, *(quarantined("body", "Odd.", number) for number in range(5)))

    newest = quarantined_entries(database, limit=2)
    older = quarantined_entries(database, limit=2, before=newest[-1].id)
    oldest = quarantined_entries(database, limit=2, after=0)

    assert [[entry.payload for entry in page] for page in (newest, older, oldest)] == [
        ["4", "3"],
        ["2", "1"],
        ["0", "1"],
    ]


def test_of_several_parts_it_is_known_which_are_kept(database: Database, clock: FakeClock) -> None:
    parts = [quarantined("body", "Odd.", number) for number in range(3)]
    keep(database, clock, parts[1])

    with database.read() as connection:
        assert quarantine.are_kept(connection, SHOP, parts) == [False, True, False]
        assert quarantine.are_kept(connection, "another", parts) == [False] * 3
