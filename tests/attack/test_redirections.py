"""No client follows a redirection: it would take tokens, names and numbers to whatever host it names."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from google.oauth2.credentials import Credentials

from connector.checks.failure import sentence_of
from connector.gateways.whapi.client import WhapiClient
from connector.gateways.whapi.errors import Scope, WhapiError
from connector.sheets.client import SheetsApi
from connector.sheets.errors import Kind, SheetsError

TO_GOOGLE = (
    "Google Sheets answered with a redirection, which is not followed. See that SHEETS_BASE_URL is right, and that "
    "nothing on the way to it redirects."
)


class Elsewhere:
    """A server that sends everybody on to another path of its own, and keeps what it was asked."""

    def __init__(self, status: int) -> None:
        asked: list[str] = []
        self.asked = asked

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked.append(self.path)
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                self.send_header("Location", "/followed")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                self.do_POST()

            def do_PATCH(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(params=[301, 302, 303, 307, 308])
def elsewhere(request: pytest.FixtureRequest) -> Iterator[Elsewhere]:
    server = Elsewhere(request.param)
    yield server
    server.close()


class Account(Credentials):
    service_account_email = "connector@shop.iam.gserviceaccount.com"


@pytest.fixture
def sheets(elsewhere: Elsewhere) -> SheetsApi:
    return SheetsApi(Account(token="access-token"), base_url=elsewhere.url, timeout=10)  # type: ignore[arg-type, no-untyped-call]


def test_a_write_that_is_sent_elsewhere_is_unclear_and_goes_nowhere(elsewhere: Elsewhere, sheets: SheetsApi) -> None:
    with pytest.raises(SheetsError) as caught:
        sheets.batch_update("spreadsheet", [{"addSheet": {}}])

    assert (caught.value.kind, caught.value.message) == (Kind.UNCLEAR, TO_GOOGLE)
    assert sentence_of(caught.value) == TO_GOOGLE
    assert elsewhere.asked == ["/v4/spreadsheets/spreadsheet:batchUpdate"]


def test_a_read_that_is_sent_elsewhere_goes_nowhere(elsewhere: Elsewhere, sheets: SheetsApi) -> None:
    with pytest.raises(SheetsError, match="SHEETS_BASE_URL"):
        sheets.get("spreadsheet", "properties")

    assert len(elsewhere.asked) == 1


def test_whapis_token_is_not_taken_elsewhere(elsewhere: Elsewhere) -> None:
    client = WhapiClient(elsewhere.url, "channel-token")
    with pytest.raises(WhapiError) as items:
        client.fetch_items("1", "token")
    with pytest.raises(WhapiError):
        client.change_settings({})
    client.close()

    assert items.value.scope is Scope.CHANNEL
    assert "which is not followed. See that WHAPI_BASE_URL is right." in items.value.message
    assert [path.partition("?")[0] for path in elsewhere.asked] == ["/business/orders/1", "/settings"]
