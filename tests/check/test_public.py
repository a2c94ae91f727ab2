"""What goes wrong with PUBLIC_URL, each as the one sentence that says how to mend it."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificate import self_signed
from tests.check.place import Place, right, wrong
from tests.process.service_process import free_port
from tests.service.shop import Shop

HOW = (
    "See that the name leads to this machine, and that the web server or tunnel there passes requests on to {}. "
    "(Some routers don't let a machine reach its own public address; then open it from a phone.)"
)


@pytest.fixture
def running(place: Place, tmp_path: Path) -> Iterator[tuple[Place, str]]:
    """A service that runs at HOST and PORT, and its address."""
    shop = Shop(tmp_path).start()
    place.set(host="0.0.0.0", port=int(shop.url.rpartition(":")[2]))
    yield place, shop.url
    shop.close()


def test_nothing_is_said_without_a_public_address(place: Place) -> None:
    assert place.public() == []


@pytest.mark.parametrize("path", ["", "/", "/webhooks/whapi"])
def test_an_address_that_leads_to_the_service(running: tuple[Place, str], path: str) -> None:
    place, url = running
    place.set(public_url=f"{url}{path}")

    assert right(place.public()) == [f"The service can be reached at {url}."]


def test_an_address_that_is_not_https(place: Place) -> None:
    place.set(public_url="http://orders.example.com")

    assert wrong(place.public()) == [
        "PUBLIC_URL is wrong: it does not begin with https://, so orders and the secret would cross the internet for "
        "all to read. Put a web server with a certificate or a tunnel in front of the service."
    ]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "192.168.1.7", "10.0.0.2", "[::1]", "shop.local"])
def test_an_address_that_the_internet_can_not_reach(place: Place, host: str) -> None:
    place.set(public_url=f"https://{host}:8080", whapi_base_url="https://gate.whapi.cloud")

    assert wrong(place.public()) == [
        "PUBLIC_URL is wrong: the internet can't reach it. "
        "It must be the https address under which Whapi finds the service."
    ]


def test_a_service_that_does_not_run(place: Place) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    place.set(public_url=url, port=free_port())

    assert right(place.public()) == [f"The service is not running, so {url} was not tried. Start it with serve."]


def test_an_address_at_which_nothing_answers(running: tuple[Place, str]) -> None:
    place, local = running
    url = f"http://127.0.0.1:{free_port()}"
    place.set(public_url=url)

    assert wrong(place.public()) == [
        f"The service can't be reached at {url}: nothing answers there. {HOW.format(local)}"
    ]


def test_an_address_at_which_something_else_answers(running: tuple[Place, str]) -> None:
    place, local = running
    place.set(public_url=place.sandbox.url)

    assert wrong(place.public()) == [
        f"The service can't be reached at {place.sandbox.url}: the answer was 404. {HOW.format(local)}"
    ]


def test_a_name_that_nobody_knows(running: tuple[Place, str]) -> None:
    place, local = running
    place.set(public_url="https://orders.shop.invalid")

    assert wrong(place.public()) == [
        f"The service can't be reached at https://orders.shop.invalid: its name is not known. {HOW.format(local)}"
    ]


def test_a_certificate_that_is_not_valid(running: tuple[Place, str], tmp_path: Path) -> None:
    place, local = running
    with TlsPort(tmp_path / "self-signed.pem") as url:
        place.set(public_url=url)

        assert wrong(place.public()) == [
            f"The service can't be reached at {url}: its certificate is not valid. {HOW.format(local)}"
        ]


class TlsPort:
    """A port that shows a certificate which nobody vouches for."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(self_signed())
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(path)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            try:
                self._context.wrap_socket(connection, server_side=True).close()
            except (OSError, ssl.SSLError):
                connection.close()

    def __enter__(self) -> str:
        self._thread.start()
        return f"https://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)
