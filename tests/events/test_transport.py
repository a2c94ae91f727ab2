"""Where events go and where they don't, and what a receiver can do to the sender: nothing but fail."""

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connector.events.delivery import Delivery, Outcome
from connector.events.target import Signer, parse_targets
from connector.events.transport import Resolve, addresses_for, is_public, resolve
from connector.store.outbox import Event
from tests.events.receiver import SECRET, Receiver, endless, hangs, status, trickles

NOW = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
EVENT = Event(1, "msg_1", "order.synced", "1", NOW, 0, '{"type":"order.synced"}')
PRIVATE = (
    "The name in EVENTS_URL leads to a private address. "
    "If that is meant, because the receiver is in the own network, set EVENTS_ALLOW_PRIVATE=true."
)
TOO_SLOW = Outcome(delivered=False, reason="The receiver did not answer within 0.5 seconds.")


class Names:
    """A DNS whose answers the test sets; counts what it was asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0)


def unknown(_host: str, _port: int) -> list[str]:
    raise socket.gaierror


class Open(Protocol):
    def __call__(
        self, url: str, *, names: Resolve = ..., allow_private: bool = ..., deadline: float = ...
    ) -> Delivery: ...


@pytest.fixture
def delivery() -> Iterator[Open]:
    """Makes deliveries that are closed in the end."""
    made: list[Delivery] = []

    def make(url: str, *, names: Resolve = resolve, allow_private: bool = True, deadline: float = 15.0) -> Delivery:
        (target,) = parse_targets(url)
        made.append(Delivery(target, Signer([SECRET]), allow_private=allow_private, deadline=deadline, resolve=names))
        return made[-1]

    yield make
    for one in made:
        one.rest()


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1", "192.0.0.8",
        "192.0.2.1", "192.168.1.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
        "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1",
        "64:ff9b:1::8.8.8.8", "100::1", "2001:db8::1", "2001::1", "2002:7f00:1::", "2002:a00:1::1", "fc00::1",
        "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "5f00::1",
    ],
)  # fmt: skip
def test_addresses_of_the_own_machine_and_network_and_of_nobody_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "64:ff9b::8.8.8.8"])
def test_addresses_of_the_world_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nothing_is_sent_to_a_private_address_unless_that_is_allowed(
    delivery: Open, receiver: Receiver, scheme: str, host: str
) -> None:
    outcome = delivery(f"{scheme}://{host}:{receiver.port}/", allow_private=False).send(EVENT, now=NOW)

    assert outcome == Outcome(delivered=False, reason=PRIVATE)
    assert receiver.connections == 0


def test_with_the_setting_it_is_sent_there(delivery: Open, receiver: Receiver) -> None:
    assert delivery(receiver.url).send(EVENT, now=NOW) == Outcome(delivered=True)
    assert delivery(f"http://localhost:{receiver.port}/x?y=z").send(EVENT, now=NOW) == Outcome(delivered=True)

    assert [(delivery.path, delivery.headers["host"]) for delivery in receiver.came] == [
        ("/events", f"127.0.0.1:{receiver.port}"),
        ("/x?y=z", f"localhost:{receiver.port}"),
    ]


def test_plain_http_is_never_sent_over_the_internet(delivery: Open) -> None:
    sender = delivery("http://hooks.example/", names=Names(["93.184.215.14"]))

    assert sender.send(EVENT, now=NOW).reason == (
        "Events hold customers' names and numbers, so they are not sent over the internet with plain http. "
        "Put an address that begins with https:// into EVENTS_URL."
    )


def test_a_name_that_means_another_address_a_moment_later_leads_nowhere_else(
    delivery: Open, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: a second look-up, for the connection, would lead to what the first one hid."""
    # As if it were in the internet; nobody answers there.
    monkeypatch.setattr(
        "connector.events.transport.is_public", lambda address: address == ipaddress.ip_address("127.0.0.2")
    )
    names = Names(["127.0.0.2"], ["127.0.0.1"])
    sender = delivery(f"https://rebind.example:{receiver.port}/", names=names, allow_private=False)

    assert sender.send(EVENT, now=NOW).reason == "The receiver could not be reached (ConnectError)."
    assert names.asked == ["rebind.example"]
    assert sender.send(EVENT, now=NOW).reason == PRIVATE
    assert receiver.connections == 0


def test_the_connection_goes_to_the_very_address_that_was_checked(delivery: Open, receiver: Receiver) -> None:
    """The name exists for nobody but the resolver that was handed in, which is asked once."""
    names = Names(["127.0.0.1"])
    sender = delivery(f"http://only-here.invalid:{receiver.port}/", names=names)

    assert sender.send(EVENT, now=NOW) == Outcome(delivered=True)
    assert names.asked == ["only-here.invalid"]


def test_of_a_name_with_both_kinds_of_addresses_only_the_public_ones_are_tried() -> None:
    found = addresses_for(
        "both.example",
        443,
        is_secure=True,
        allow_private=False,
        resolve=Names(["127.0.0.1", "93.184.215.14", "::1", "2606:4700::1111"]),
    )

    assert found == ["93.184.215.14", "2606:4700::1111"]


def test_a_second_address_is_tried_where_the_first_does_not_answer(delivery: Open, receiver: Receiver) -> None:
    names = Names(["127.0.0.2", "127.0.0.1"])

    assert delivery(f"http://two.example:{receiver.port}/", names=names).send(EVENT, now=NOW).delivered


def test_no_proxy_of_the_environment_is_used(
    delivery: Open, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    assert delivery(receiver.url).send(EVENT, now=NOW).delivered


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirection_is_a_failure_and_is_not_followed(
    delivery: Open, receiver: Receiver, second: Receiver, code: int
) -> None:
    receiver.always = status(code, Location=second.url)

    outcome = delivery(receiver.url).send(EVENT, now=NOW)

    assert outcome.reason.startswith(f"The receiver answered with a redirection ({code}), which is not followed.")
    assert second.connections == 0


@pytest.mark.parametrize("answer", [hangs, trickles])
def test_a_receiver_that_takes_its_time_is_left_at_the_deadline(
    delivery: Open, receiver: Receiver, answer: object
) -> None:
    receiver.always = answer  # type: ignore[assignment]

    assert delivery(receiver.url, deadline=0.5).send(EVENT, now=NOW) == TOO_SLOW


def test_a_receiver_that_never_finishes_the_tls_handshake_is_left_at_the_deadline(
    delivery: Open, receiver: Receiver
) -> None:
    # It waits for a request in plain text, and TLS for its answer.
    assert delivery(receiver.url.replace("http:", "https:"), deadline=0.5).send(EVENT, now=NOW).delivered is False


def test_an_answer_without_end_is_not_read(delivery: Open, receiver: Receiver) -> None:
    receiver.always = endless

    assert delivery(receiver.url).send(EVENT, now=NOW) == Outcome(delivered=True)


def test_nobody_there_is_a_failure_with_a_sentence(delivery: Open, receiver: Receiver) -> None:
    receiver.stop()

    assert delivery(receiver.url).send(EVENT, now=NOW).reason == "The receiver could not be reached (ConnectError)."
    assert delivery("https://nowhere.invalid/", names=unknown).send(EVENT, now=NOW).reason == (
        "The receiver's name leads nowhere. Compare EVENTS_URL."
    )


def test_events_in_a_row_go_over_one_connection_and_the_next_row_over_another(
    delivery: Open, receiver: Receiver
) -> None:
    sender = delivery(receiver.url)

    for _ in range(3):
        assert sender.send(EVENT, now=NOW).delivered
    assert receiver.connections == 1
    sender.rest()
    assert sender.send(EVENT, now=NOW).delivered
    assert receiver.connections == 2


def test_a_login_in_the_address_is_sent_as_a_header(delivery: Open, receiver: Receiver) -> None:
    url = receiver.url.replace("//", "//ada:geheim@")

    assert delivery(url).send(EVENT, now=NOW).delivered

    assert receiver.came[0].headers["authorization"] == "Basic YWRhOmdlaGVpbQ=="
    assert "geheim" not in parse_targets(url)[0].name


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate, with its key, for hooks.example."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "hooks.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Receiver]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    receiver = Receiver(tls=tls)
    yield receiver
    receiver.stop()


def test_tls_asks_for_a_certificate_of_the_name_though_the_connection_goes_to_a_number(
    delivery: Open, secure: Receiver, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusts_it_alone = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr("connector.events.delivery._certificates", lambda: trusts_it_alone)

    right = delivery(f"https://hooks.example:{secure.port}/", names=Names(["127.0.0.1"])).send(EVENT, now=NOW)
    wrong = delivery(f"https://other.example:{secure.port}/", names=Names(["127.0.0.1"])).send(EVENT, now=NOW)

    assert right == Outcome(delivered=True)
    assert wrong.reason == (
        "The receiver's certificate is not valid for its name: Hostname mismatch, certificate is not valid for "
        "'other.example'."
    )


def test_a_certificate_that_nobody_vouches_for_is_refused(delivery: Open, secure: Receiver) -> None:
    outcome = delivery(f"https://hooks.example:{secure.port}/", names=Names(["127.0.0.1"])).send(EVENT, now=NOW)

    assert outcome.reason.startswith("The receiver's certificate is not valid for its name: self-signed certificate")
    assert secure.came == []
