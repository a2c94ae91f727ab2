"""Who sent a request: what a trusted proxy says of it, and of what it passes on only what another trusted one said."""

import re
from typing import Any

import pytest
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

from connector.api.reverse_proxy import TrustedProxies
from connector.converters import networks, public_address


@Request.application
def told(request: Request) -> Response:
    return Response(f"{request.remote_addr} {request.url_root}")


def asked(trusted: str, peer: str, **headers: str) -> str:
    """Whom the application takes for the sender, and for which address."""
    names = {f"HTTP_X_FORWARDED_{name.upper()}": value for name, value in headers.items()}
    environ: dict[str, Any] = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "own:8080", **names}
    parts, _, _ = run_wsgi_app(TrustedProxies(told, networks(trusted)), {"REQUEST_METHOD": "GET", **environ})
    return b"".join(parts).decode()


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded_for", "sender"),
    [
        ("127.0.0.1", "127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "127.0.0.1", "made-up, 198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1, 198.51.100.0/24", "127.0.0.1", "192.0.2.1, 203.0.113.9, 198.51.100.1", "203.0.113.9"),
        ("private_ranges", "10.9.8.7", "203.0.113.9:4711, 172.16.0.3", "203.0.113.9"),
        ("private_ranges", "::1", '"[2001:db8::9]:4711"', "2001:db8::9"),
        ("127.0.0.1", "127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("private_ranges", "100.64.0.2", "203.0.113.9, unknown, 10.0.0.1", "10.0.0.1"),
        ("127.0.0.1", "127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("", "127.0.0.1", "203.0.113.9", "127.0.0.1"),
    ],
)
def test_the_last_address_that_is_no_trusted_proxys_is_the_senders(
    trusted: str, peer: str, forwarded_for: str, sender: str
) -> None:
    assert asked(trusted, peer, **{"for": forwarded_for}) == f"{sender} http://own:8080/"


def test_scheme_and_host_are_what_the_outermost_trusted_proxy_says_and_nonsense_counts_for_nothing() -> None:
    through_two = {"for": "198.51.100.1, 10.0.0.2", "proto": "http, https, http", "host": "evil, example.com, inner"}
    nonsense = {"for": "198.51.100.1", "proto": "javascript", "host": "a b<c>"}

    assert asked("10.0.0.0/8", "10.0.0.1", **through_two) == "198.51.100.1 https://example.com/"
    assert asked("10.0.0.0/8", "10.0.0.1", **nonsense) == "198.51.100.1 http://own:8080/"


@pytest.mark.parametrize(
    ("convert", "value", "sentence"),
    [
        (networks, "127.0.0.1, caddy", "it is not a list of addresses and networks. Write them with commas between"),
        (networks, "0.0.0.0/0", "it holds all addresses (/0), so everybody could say who he is."),
        (networks, "10.0.0.0/8, ::/0", "it holds all addresses (/0), so everybody could say who he is."),
        (public_address, "https://example.com/my%20shop", "its path holds something else than letters, digits and"),
    ],
)
def test_what_trusts_everybody_or_is_nowhere_is_refused(convert: Any, value: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        convert(value)
