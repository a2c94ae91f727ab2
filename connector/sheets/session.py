"""The HTTP session for Google: with its token, and with one set of certificates for all connections."""

import ssl
from functools import cache
from typing import Any

import requests
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2.service_account import Credentials
from requests.adapters import DEFAULT_CA_BUNDLE_PATH, HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

from connector.sheets.deadline import PunctualAdapter

_TOKEN_RETRIES = 3
"""As google-auth has it: asking for a token once more does no harm."""


def google_session(credentials: Credentials) -> AuthorizedSession:
    """A session that gets a token when it needs one. It repeats nothing but the request for that."""
    for_tokens = requests.Session()
    for_tokens.mount("https://", _SharedCertificates(max_retries=_TOKEN_RETRIES))
    session = AuthorizedSession(credentials, auth_request=Request(for_tokens))  # type: ignore[no-untyped-call]
    # Otherwise Google says why it refuses a request in the language of the account.
    session.headers["Accept-Language"] = "en"
    session.mount("https://", _PunctualSharedCertificates())
    session.mount("http://", PunctualAdapter())  # the sandbox
    return session


class _SharedCertificates(HTTPAdapter):
    """Checks servers by the certificates that requests brings, read once.

    requests would read them again for each connection, which takes 20 ms of the processor, and an order that comes
    alone after a while would wait for that. Where REQUESTS_CA_BUNDLE names other certificates, `verify` is their path,
    and requests does as ever.
    """

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        return (host, {**pool, "ssl_context": _context()}) if verify is True else (host, pool)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        if verify is True:
            conn.ca_certs = None  # They are in the context.


class _PunctualSharedCertificates(PunctualAdapter, _SharedCertificates):
    """Both of what an adapter for Google's Sheets needs."""


@cache
def _context() -> ssl.SSLContext:
    context = create_urllib3_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context
