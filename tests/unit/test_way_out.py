"""Both clients go out through the proxy that the environment names, and know others by the certificates it names."""

import base64
import os
import select
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from google.auth.credentials import AnonymousCredentials

from connector.certificates import settle_certificates
from connector.checks.network import check_network
from connector.gateways.whapi.client import Health, WhapiClient
from connector.gateways.whapi.errors import WhapiError
from connector.proxies import proxy_problems, settle_proxies
from connector.settings import load_settings
from connector.sheets.errors import Kind
from connector.sheets.no_answer import no_answer
from connector.sheets.session import google_session

WHAPI, SHEETS = "https://whapi.example", "https://sheets.example"
"""Names that lead nowhere but through the proxy."""


class Outside(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'{"status": {"text": "AUTH"}, "channel_id": "ROVER"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library has it
        pass


class ProxyHandler(BaseHTTPRequestHandler):
    server: "Proxy"

    def do_CONNECT(self) -> None:
        known = f"Basic {base64.b64encode(b'me:pass word').decode()}"
        if self.headers["Proxy-Authorization"] != known:
            self.send_error(407)
            return
        self.server.asked.append(self.path)
        with socket.create_connection(("127.0.0.1", self.server.leads_to)) as outside:
            self.send_response(200)
            self.end_headers()
            other = {self.connection: outside, outside: self.connection}
            while True:
                for ready in select.select(list(other), [], [])[0]:
                    data = ready.recv(65_536)
                    if not data:
                        return
                    other[ready].sendall(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library has it
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that doesn't trust us hangs up, as it should."""


class Proxy(Server):
    """Takes CONNECT to whatever host, and leads it to one port of this machine."""

    def __init__(self, leads_to: int) -> None:
        super().__init__(("127.0.0.1", 0), ProxyHandler)
        self.leads_to = leads_to
        self.asked: list[str] = []

    def url(self, password: str = "pass%20word") -> str:
        return f"http://me:{password}@127.0.0.1:{self.server_address[1]}"


@contextmanager
def served(server: Server) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "company")])
    now = datetime.now(UTC)
    names = [x509.DNSName(url.removeprefix("https://")) for url in (WHAPI, SHEETS)]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "company.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture(scope="module")
def proxy(certificate: Path) -> Iterator[Proxy]:
    outside = Server(("127.0.0.1", 0), Outside)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    outside.socket = context.wrap_socket(outside.socket, server_side=True, do_handshake_on_connect=False)
    proxy = Proxy(outside.server_address[1])
    with served(outside), served(proxy):
        yield proxy


@pytest.fixture(autouse=True)
def environment_as_it_was() -> Iterator[None]:
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def settle(**environment: str) -> None:
    settle_certificates(environment)
    settle_proxies(environment)


def health() -> Health:
    client = WhapiClient(WHAPI, "token")
    try:
        return client.health()
    finally:
        client.close()


def google(url: str = SHEETS) -> requests.Response:
    credentials = AnonymousCredentials()  # type: ignore[no-untyped-call]
    with google_session(credentials) as session:  # type: ignore[arg-type]
        answer: requests.Response = session.get(url, timeout=10)
    return answer


def why_not() -> tuple[str, str]:
    """What each of the two says of its failure."""
    with pytest.raises(WhapiError) as from_whapi:
        health()
    with pytest.raises(requests.exceptions.RequestException) as from_google:
        google()
    error = no_answer(from_google.value, SHEETS)
    assert error.kind is Kind.NOT_SENT
    return str(from_whapi.value), str(error)


def test_whapi_and_google_are_called_through_one_proxy_and_known_by_one_file(proxy: Proxy, certificate: Path) -> None:
    proxy.asked.clear()
    settle(HTTPS_PROXY=f'"{proxy.url()}"', ALL_PROXY="socks5://127.0.0.1:1", CA_BUNDLE=str(certificate))

    assert health() == Health("AUTH", "ROVER")
    assert google().json()["channel_id"] == "ROVER"

    assert proxy.asked == ["whapi.example:443", "sheets.example:443"]
    needed = {"whapi_token": "t" * 20, "spreadsheet_id": "s" * 44, "webhook_secret": "s" * 20}
    settings = load_settings(env_file=None, whapi_base_url=WHAPI, sheets_base_url=SHEETS, **needed)
    where = f"the proxy 127.0.0.1:{proxy.server_address[1]}, which HTTPS_PROXY names"
    assert [finding.sentence for finding in check_network(settings)] == [
        f"Whapi is called through {where}.",
        f"Google is called through {where}.",
        f"Certificates are checked by {certificate}, which CA_BUNDLE names.",
    ]


def test_a_certificate_that_is_not_trusted_is_named_with_the_file_that_it_was_checked_by(proxy: Proxy) -> None:
    other = os.environ["SSL_CERT_FILE"]
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        os.environ.pop(name, None)
    settle(HTTPS_PROXY=proxy.url(), SSL_CERT_FILE=other)

    for who, sentence in zip(("Whapi", "Google Sheets"), why_not(), strict=True):
        assert sentence == (
            f"{who} can't be reached safely: its certificate is not trusted (self-signed certificate). It was checked "
            f"by the file {other}, which SSL_CERT_FILE names. See that the authority behind the certificate is in it, "
            "and that this machine's clock is right."
        )


def test_a_proxy_that_refuses_is_named_without_its_password(proxy: Proxy, certificate: Path) -> None:
    settle(HTTPS_PROXY=proxy.url("geheim"), CA_BUNDLE=str(certificate))

    for (who, host), sentence in zip(
        (("Whapi", "whapi.example"), ("Google Sheets", "sheets.example")), why_not(), strict=True
    ):
        assert sentence == (
            f"{who} can't be reached through the proxy 127.0.0.1:{proxy.server_address[1]}, which HTTPS_PROXY names "
            "(407 Proxy Authentication Required). See that the proxy runs, lets this machine through to "
            f"{host}, and wants no other user or password."
        )


@pytest.mark.parametrize(
    ("named", "seen"),
    [
        ({"SSL_CERT_FILE": "A"}, {"SSL_CERT_FILE": "A", "REQUESTS_CA_BUNDLE": "A"}),
        ({"CURL_CA_BUNDLE": "A"}, {"SSL_CERT_FILE": "A", "CURL_CA_BUNDLE": "A"}),
        ({"SSL_CERT_FILE": "A", "REQUESTS_CA_BUNDLE": "B"}, {"SSL_CERT_FILE": "A", "REQUESTS_CA_BUNDLE": "B"}),
        ({"CA_BUNDLE": "A", "REQUESTS_CA_BUNDLE": "B"}, {"SSL_CERT_FILE": "A", "REQUESTS_CA_BUNDLE": "A"}),
        ({"REQUESTS_CA_BUNDLE": "FOLDER"}, {"SSL_CERT_DIR": "FOLDER", "REQUESTS_CA_BUNDLE": "FOLDER"}),
        ({"SSL_CERT_DIR": "A:B"}, {"SSL_CERT_DIR": "A:B"}),
    ],
)
def test_a_file_of_certificates_holds_for_both_clients(
    named: Mapping[str, str], seen: Mapping[str, str], tmp_path: Path
) -> None:
    def path(name: str) -> str:
        return ":".join(str(tmp_path / part) for part in name.split(":"))

    for name in ("A", "B"):
        (tmp_path / name).touch()
    (tmp_path / "FOLDER").mkdir()
    process = {name: path(value) for name, value in named.items()}

    settle_certificates(dict(process), process)

    process.pop("CA_BUNDLE", None)
    assert process == {name: path(value) for name, value in seen.items()}


NOT_A_PROXY = " is not the address of a proxy. Write it as http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT."
SOCKS = (
    "ALL_PROXY names a proxy of the kind socks5, which the service can't use. Name an HTTP proxy in HTTPS_PROXY; or, "
    "if these hosts can be reached without one, set NO_PROXY=gate.whapi.cloud."
)


@pytest.mark.parametrize(
    ("environment", "problems"),
    [
        ({"HTTPS_PROXY": "proxy.example:3128"}, []),
        ({"HTTPS_PROXY": "'http://proxy.example:3128'"}, []),
        ({"HTTPS_PROXY": "http://a b:geheim@x"}, [f"HTTPS_PROXY{NOT_A_PROXY}"]),
        ({"HTTP_PROXY": "http://proxy.example:port"}, [f"HTTP_PROXY{NOT_A_PROXY}"]),
        ({"ALL_PROXY": "socks5://proxy.example:1080", "NO_PROXY": "googleapis.com"}, [SOCKS]),
        ({"ALL_PROXY": "socks5://proxy.example:1080", "NO_PROXY": "googleapis.com, .whapi.cloud"}, []),
        ({"ALL_PROXY": "socks5://proxy.example:1080", "HTTPS_PROXY": "http://proxy.example:3128"}, []),
    ],
)
def test_a_proxy_that_cannot_be_used_is_said_and_no_password_of_it(
    environment: Mapping[str, str], problems: list[str]
) -> None:
    urls = ["https://gate.whapi.cloud", "https://sheets.googleapis.com", "http://127.0.0.1:9090"]

    assert list(proxy_problems(environment, urls)) == problems
