"""What goes wrong between the merchant and Google, each as the one sentence that says how to mend it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.clock import SystemClock
from connector.gateways.webhook import read_webhook
from connector.settings import SHOP
from connector.setup.run import prepare_tabs
from connector.store import intake
from sandbox.faults import Fault
from sandbox.google import sheet_requests
from sandbox.google.quota import PROJECT_NUMBER
from tests.check.place import ACCOUNT, Place, right, wrong
from tests.clock import FakeClock

HOW = "Make a key for the service account in the Google Cloud console (Keys, Add key, JSON)"
NOT_SHARED = f"The spreadsheet is not shared with {ACCOUNT}. Open it, choose Share, and add that address as Editor."


def an_order_was_written(place: Place) -> None:
    """As far as the database knows."""
    order = place.sandbox.orders.make("normal")
    reading = read_webhook({"messages": [order.message()]}, now=SystemClock().now())

    def change(connection: Any) -> None:
        intake.add_orders(connection, SHOP, reading.orders, now=SystemClock().now(), grace=timedelta(0))
        connection.exec_driver_sql("UPDATE orders SET shown = 'complete'")

    place.database.write(change)


def edit(place: Place, change: Any) -> None:
    google = place.sandbox.google
    google.spreadsheets[place.sandbox.spreadsheet_id].commit(None, google.unknowns, change)


def test_all_is_well_before_the_first_order(place: Place) -> None:
    assert right(place.google()) == [
        f"The key belongs to {ACCOUNT}.",
        "Google gives a token, and the spreadsheet can be read. Its time zone is Australia/Sydney.",
        "The spreadsheet can be written, and Google refuses a second marker with the same id.",
        "Not there yet: Orders and Items. setup makes the tabs, or else the first order.",
    ]
    assert place.sandbox.google.titles(place.sandbox.spreadsheet_id) == ["Sheet1"]


def test_all_is_well_with_the_tabs(place: Place) -> None:
    prepare_tabs(place.settings, place.database, shop="default")

    assert right(place.google())[-1] == "The tabs and their columns are found."


# The key


def test_no_key_file(place: Place) -> None:
    place.set(google_credentials="nowhere.json")

    assert wrong(place.google()) == [
        f"There is no key file nowhere.json. {HOW}, save it there, or name its path in GOOGLE_CREDENTIALS."
    ]


def test_a_folder_where_the_key_file_should_be(place: Place, tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    place.set(google_credentials=str(tmp_path / "key"))

    assert wrong(place.google()) == [
        f"{tmp_path / 'key'} is a folder, not a key file. Name the file that lies in it. (A container makes an empty "
        f"folder where the file that it is to mount is missing: see that it is there.) {HOW}, if you have none."
    ]


def test_the_file_of_an_oauth_client(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "client_secret.json"
    path.write_text(json.dumps({"installed": {"client_id": "1.apps.googleusercontent.com", "client_secret": "s"}}))
    place.set(google_credentials=str(path))

    assert wrong(place.google()) == [
        f"GOOGLE_CREDENTIALS is an OAuth client's file, not a service account's key. {HOW} and use that file."
    ]


def test_a_key_that_was_deleted_at_google(place: Place) -> None:
    key = place.sandbox.google.credentials() | {"private_key_id": "0" * 40}
    place.set(google_credentials=json.dumps(key))

    assert wrong(place.google()) == [
        f"Google does not accept the key of {ACCOUNT}: it was deleted, or the account was. "
        "Make a new key in the Google Cloud console and put it into GOOGLE_CREDENTIALS."
    ]


def test_a_clock_that_is_wrong(place: Place) -> None:
    google = place.sandbox.google
    google.clock = google.tokens._clock = FakeClock(SystemClock().now() + timedelta(hours=2))

    assert wrong(place.google()) == [
        "Google refused the service account's login because this machine's clock is wrong. Set the clock."
    ]


# The spreadsheet


def test_the_api_is_switched_off(place: Place) -> None:
    place.sandbox.google.api_enabled = False

    assert wrong(place.google()) == [
        "The Google Sheets API is switched off in the key's project. Switch it on at https://console.developers.google."
        f"com/apis/api/sheets.googleapis.com/overview?project={PROJECT_NUMBER} and wait a few minutes."
    ]


def test_a_spreadsheet_that_is_not_shared(place: Place) -> None:
    place.sandbox.merchant.share("none")

    assert wrong(place.google()) == [NOT_SHARED]


def test_a_spreadsheet_that_is_shared_for_viewing(place: Place) -> None:
    place.sandbox.merchant.share("reader")

    assert wrong(place.google()) == [
        f"The spreadsheet is shared with {ACCOUNT} for viewing only. "
        "Open it, choose Share, and make that address an Editor."
    ]


@pytest.mark.parametrize("how", ["wrong", "deleted"])
def test_an_id_that_leads_nowhere(place: Place, how: str) -> None:
    spreadsheet_id = place.sandbox.spreadsheet_id
    if how == "wrong":
        spreadsheet_id = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
        place.set(spreadsheet_id=spreadsheet_id)
    else:
        del place.sandbox.google.spreadsheets[spreadsheet_id]

    assert wrong(place.google()) == [
        f"There is no spreadsheet with the id {spreadsheet_id}. Copy SPREADSHEET_ID anew from the address of "
        "the open spreadsheet; a deleted one must be restored first."
    ]


def test_an_excel_file(place: Place) -> None:
    place.sandbox.google.spreadsheets[place.sandbox.spreadsheet_id].is_office_file = True

    assert wrong(place.google()) == [
        "SPREADSHEET_ID is an Excel file in Google Drive, which Google's interface can't write to. Open it, choose "
        "File, Save as Google Sheets, share the new spreadsheet, and put its address into SPREADSHEET_ID."
    ]


def test_a_limit_of_requests_that_is_used_up(place: Place) -> None:
    place.sandbox.google.quota.reads.per_user = 0

    assert wrong(place.google()) == [
        "Google's limit of requests a minute is reached. It is over within a minute; if it comes often, other programs "
        "use the same service account: make one for the connector alone."
    ]


def test_a_spreadsheet_that_is_nearly_full(place: Place) -> None:
    grid = {"title": "Archive", "gridProperties": {"rowCount": 9000, "columnCount": 1000}}
    edit(place, lambda draft: sheet_requests.add_sheet(draft, {"properties": grid}))

    assert wrong(place.google()) == [
        "The spreadsheet has 9,026,000 of the 10,000,000 cells that Google allows. Delete tabs, rows or columns that "
        "are not needed, or begin a new spreadsheet and put its address into SPREADSHEET_ID."
    ]


def test_trouble_of_googles_own(place: Place) -> None:
    place.sandbox.faults.add(Fault("google", "html_502"))

    assert wrong(place.google()) == ["Google Sheets gave no usable answer just now. Look again in a few minutes."]


def test_a_second_marker_that_google_takes(place: Place) -> None:
    place.sandbox.google.accept_second_marker = True

    assert wrong(place.google()) == [
        "Google takes two markers with the same id, so the connector guards its rows with named ranges instead. They "
        "begin with wcsync_ and can be seen under Data, Named ranges: leave them alone, they go by themselves."
    ]


@pytest.mark.parametrize("zone", ["GMT-07:00", "GMT+05:30"])
def test_a_fixed_offset_is_a_time_zone_too(place: Place, zone: str) -> None:
    edit(place, lambda draft: setattr(draft.content, "time_zone", zone))

    assert f"Its time zone is {zone}." in right(place.google())[1]


def test_a_time_zone_that_nobody_knows(place: Place) -> None:
    edit(place, lambda draft: setattr(draft.content, "time_zone", "Mars/Olympus"))

    assert wrong(place.google()) == [
        "The connector does not know the spreadsheet's time zone Mars/Olympus, so dates are written in UTC. Choose "
        "another one under File, Settings, or put a name such as Europe/Berlin into TIMEZONE."
    ]
    place.set(timezone="Europe/Berlin")
    assert right(place.google())[-1].startswith("Not there yet")


# The tabs
