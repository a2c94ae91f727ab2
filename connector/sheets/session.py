"""The HTTP session for Google: with its token, and without following where an answer would send it."""

import requests
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2.service_account import Credentials
from requests.adapters import HTTPAdapter

from connector.sheets.deadline import PunctualAdapter

_TOKEN_RETRIES = 3
"""As google-auth has it: asking for a token once more does no harm."""


def google_session(credentials: Credentials) -> AuthorizedSession:
    """A session that gets a token when it needs one. It repeats nothing but the request for that.

    A redirection raises TooManyRedirects: followed, a 307 would take rows and token to whatever host it names.
    """
    for_tokens = requests.Session()
    for_tokens.max_redirects = 0
    for_tokens.mount("https://", HTTPAdapter(max_retries=_TOKEN_RETRIES))
    session = AuthorizedSession(credentials, auth_request=Request(for_tokens))  # type: ignore[no-untyped-call]
    session.max_redirects = 0
    # Otherwise Google says why it refuses a request in the language of the account.
    session.headers["Accept-Language"] = "en"
    for scheme in ("https://", "http://"):  # The sandbox has no certificate.
        session.mount(scheme, PunctualAdapter())
    return session
