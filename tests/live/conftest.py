"""Where the assumptions are tried: in the sandbox, there with its switches the other way as well, and at Google."""

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from connector.sheets.client import GOOGLE
from connector.sheets.credentials import load_credentials
from connector.sheets.session import google_session
from sandbox.google import GoogleStandIn, Unknowns, google_blueprint
from sandbox.server import SandboxServer
from tests.live.place import Place, Tab
from tests.live.report import HOLDS, Result, sentence, table

SPREADSHEET = os.environ.get("LIVE_SPREADSHEET_ID", "")
CREDENTIALS = os.environ.get("LIVE_GOOGLE_CREDENTIALS", "")
BASE_URL = os.environ.get("SHEETS_BASE_URL", GOOGLE)
OTHER_WAY = "sandbox, the other way"
PLACES = ["sandbox", OTHER_WAY, *(["live"] if SPREADSHEET and CREDENTIALS else [])]
PAUSE = 1.1
"""Google allows 60 reads and 60 writes a minute; a call a second keeps within both."""
ROWS, COLUMNS = 20, 8

SWITCHED = Unknowns(
    duplicate_copies_metadata=False,
    refuse_unmatched_metadata=False,
    inserted_rows_inherit_hidden=True,
    filters_answered_as_asked=True,
    tables_take_rows_below=True,
    typed_columns_refuse_rules_in_cells=False,
)
"""Every answer that the connector has to cope with: an assumption holds whichever it is."""
SWITCHES = {"sandbox": Unknowns(), OTHER_WAY: SWITCHED}


@pytest.fixture(scope="session", params=PLACES)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A spreadsheet with nothing in it that the connector made. Afterwards it must be as it was."""
    opened = _live() if request.param == "live" else sandbox(request.param, SWITCHES[request.param])
    with opened as place:
        before = _state(place)
        if before["developerMetadata"]:
            pytest.exit("The spreadsheet in LIVE_SPREADSHEET_ID holds developer metadata. Use a throw-away one.")
        yield place
        assert _state(place) == before, "The tests have left something behind in the spreadsheet."


@contextmanager
def sandbox(name: str, unknowns: Unknowns) -> Iterator[Place]:
    """A spreadsheet of the sandbox in which no quota is kept."""
    google = GoogleStandIn(unknowns=unknowns)
    google.quota.enabled = False
    google.create("assumptions", "Assumptions", "Europe/Berlin")
    app = Flask("sandbox-assumptions")
    app.register_blueprint(google_blueprint(google))
    with SandboxServer(app) as server:
        google.url = server.url
        credentials = load_credentials(json.dumps(google.credentials()))
        with google_session(credentials) as session:
            yield Place(name, credentials, session, server.url, "assumptions")


@contextmanager
def _live() -> Iterator[Place]:
    if "PYTEST_XDIST_WORKER" in os.environ:
        pytest.exit("Several workers at once would go beyond Google's quota. Run tests/live with -n 0.")
    spreadsheet_id = SPREADSHEET.partition("/d/")[2].partition("/")[0] or SPREADSHEET
    credentials = load_credentials(CREDENTIALS)
    with google_session(credentials) as session:
        yield Place("live", credentials, session, BASE_URL, spreadsheet_id, PAUSE)


def _state(place: Place) -> dict[str, Any]:
    """Everything that the tests could leave behind."""
    fields = "developerMetadata,namedRanges,sheets(properties(sheetId,title),developerMetadata,protectedRanges)"
    found = place.get(fields)
    return {**found, "developerMetadata": found.get("developerMetadata", [])}


@pytest.fixture
def tab(place: Place) -> Iterator[Tab]:
    """A tab of the test's own, which goes with all that the test put there."""
    with a_tab(place) as made:
        yield made


@contextmanager
def a_tab(place: Place) -> Iterator[Tab]:
    sheet_id = secrets.randbelow(2**31 - 1) + 1
    title = f"Assumption {sheet_id}"
    grid = {"rowCount": ROWS, "columnCount": COLUMNS}
    place.batch({"addSheet": {"properties": {"sheetId": sheet_id, "title": title, "gridProperties": grid}}})
    yield Tab(place, sheet_id, title)
    place.batch({"deleteSheet": {"sheetId": sheet_id}})


@pytest.fixture
def fresh_id(place: Place) -> Iterator[int]:
    """An id for metadata on the spreadsheet; what has it afterwards goes."""
    metadata_id = secrets.randbelow(2**31 - 1) + 1
    yield metadata_id
    if place.find(metadataId=metadata_id):
        lookup = {"developerMetadataLookup": {"metadataId": metadata_id}}
        place.batch({"deleteDeveloperMetadata": {"dataFilter": lookup}})


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Says in the table what the answer to an open question was."""

    def note(word: str) -> None:
        request.node.user_properties.append(("seen", word))

    return note


@pytest.fixture(autouse=True)
def _noted(request: pytest.FixtureRequest) -> None:
    if "place" in request.fixturenames:
        request.node.user_properties.append(("place", request.getfixturevalue("place").name))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table, where nothing but the assumptions was tried."""
    reports = [r for word in ("passed", "failed", "error") for r in terminalreporter.stats.get(word, [])]
    noted = [report for report in reports if "tests/live/" in getattr(report, "nodeid", "")]
    if not noted or len(noted) < len(reports):
        return
    terminalreporter.section("What the connector relies on at Google")
    for line in table(result for report in noted if (result := _result(report)) is not None):
        terminalreporter.write_line(line)


def _result(report: Any) -> Result | None:
    properties = dict(report.user_properties)
    if properties.get("place") not in ("sandbox", "live"):
        return None
    word = properties.get("seen", HOLDS)
    if report.failed:
        reason = getattr(getattr(report.longrepr, "reprcrash", None), "message", "an error")
        word = f"DOES NOT HOLD: {reason.splitlines()[0]}"
    return Result(sentence(report.nodeid.rpartition("::")[2]), properties["place"], word)
