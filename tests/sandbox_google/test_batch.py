"""A batch: all of it, in its order, or nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor

from gspread.exceptions import APIError

from sandbox.google.merchant import Merchant
from tests.sandbox_google.conftest import Shop, cell


def marker(metadata_id: int, value: str = "batch-1") -> dict[str, object]:
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataId": metadata_id,
                "metadataKey": "m",
                "metadataValue": value,
                "visibility": "DOCUMENT",
                "location": {"spreadsheet": True},
            }
        }
    }


def row(*values: object) -> dict[str, object]:
    return {
        "appendCells": {
            "sheetId": 0,
            "fields": "userEnteredValue",
            "rows": [{"values": [cell(v) for v in values]}],
        }
    }


def test_a_second_marker_with_the_same_id_takes_the_whole_batch_with_it(shop: Shop) -> None:
    shop.batch(marker(7), row("order 1"))

    refused = shop.refusal(marker(7), row("order 2"))

    assert refused == (
        400,
        "Invalid requests[0].createDeveloperMetadata: Cannot add developer metadata with ID [7] "
        "because developer metadata with that ID already exists.",
    )
    assert shop.values() == [["order 1"]]


def test_a_refused_request_undoes_those_before_it(shop: Shop) -> None:
    refused = shop.refusal(marker(7), row("order 1"), {"deleteSheet": {"sheetId": 99}})

    assert refused == (400, "Invalid requests[2].deleteSheet: No sheet with id: 99")
    assert shop.values() == []
    assert shop.tags() == []


def test_replies_mirror_the_requests(shop: Shop) -> None:
    replies = shop.batch(row("order 1"), marker(7))

    assert replies == [
        {},
        {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataId": 7,
                    "metadataKey": "m",
                    "metadataValue": "batch-1",
                    "visibility": "DOCUMENT",
                    "location": {"locationType": "SPREADSHEET", "spreadsheet": True},
                }
            }
        },
    ]


def test_with_the_switch_a_second_marker_is_accepted(shop: Shop) -> None:
    shop.google.accept_second_marker = True

    shop.batch(marker(7, "one"))
    shop.batch(marker(7, "two"))

    assert sorted(tag["metadataValue"] for tag in shop.tags(metadataId=7)) == ["one", "two"]


def test_of_many_batches_with_the_same_marker_at_once_exactly_one_gets_through(shop: Shop) -> None:
    def send(number: int) -> int:
        try:
            shop.batch(marker(7), row(f"try {number}"))
        except APIError as error:
            return error.code
        return 200

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(send, range(8)))

    assert statuses == [200] + [400] * 7
    assert len(shop.values()) == 1


def test_a_merchant_who_sorts_all_the_time_never_sees_half_a_batch(shop: Shop) -> None:
    merchant = Merchant(shop.google, shop.id)
    shop.put(["Order"])
    done = threading.Event()
    lengths = set()

    def sort_and_look() -> None:
        while not done.is_set():
            merchant.sort("Sheet1", "A", descending=True)
            lengths.add(len(shop.values()))

    busy = threading.Thread(target=sort_and_look)
    busy.start()
    for number in range(10):
        shop.batch(row(f"order {number}"), row(f"item {number}"))
    done.set()
    busy.join()

    assert len(shop.values()) == 21
    assert all(length % 2 == 1 for length in lengths)
