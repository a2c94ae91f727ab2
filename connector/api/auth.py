"""Lets in only callers that present the shared secret."""

import hmac
import math

from flask import request

from connector.api.errors import ApiError
from connector.api.throttle import Throttle

UNAUTHORISED = (
    "The secret is missing or wrong. Send the WEBHOOK_SECRET of the service in the header "
    "Authorization: Bearer SECRET, or in X-Webhook-Secret."
)
SLOWED = (
    "Too many wrong secrets came from this address. Wait before the next try; "
    "a request with the right secret is answered at any time."
)
_BEARER = "bearer "


class Authenticator:
    """Knows the shared secret. The comparison takes the same time wherever the two differ."""

    def __init__(self, secret: str, throttle: Throttle | None = None) -> None:
        self._secret = secret.encode()
        self._throttle = throttle or Throttle()

    def require_secret(self, *others: str) -> None:
        """Raises a 401 unless the request carries the secret, and a 429 where wrong ones come too often.

        `others`: what the request presents elsewhere than in the two headers.

        The right secret is never refused, whatever came before it from the same address.
        """
        sent = request.environ
        presented = _presented(sent.get("HTTP_AUTHORIZATION", ""), sent.get("HTTP_X_WEBHOOK_SECRET", ""))
        presented += others
        if self._is_among(presented):
            return
        # Without any secret nothing is guessed, so there is nothing to slow down.
        wait = self._throttle.wrong_secret(request.remote_addr or "unknown") if any(presented) else None
        if wait is not None:
            raise ApiError(429, SLOWED, retry_after=max(math.ceil(wait), 1))
        raise ApiError(401, UNAUTHORISED)

    def admits(self, authorization: str, webhook_secret: str) -> bool:
        """Whether one of the two headers holds the secret."""
        return self._is_among(_presented(authorization, webhook_secret))

    def _is_among(self, presented: list[str]) -> bool:
        # Headers arrive as Latin-1 text; a secret beyond ASCII was sent as the bytes of its UTF-8 form.
        return any(hmac.compare_digest(value.encode("latin-1", "replace"), self._secret) for value in presented)


def _presented(authorization: str, webhook_secret: str) -> list[str]:
    presented = [webhook_secret]
    if authorization[: len(_BEARER)].lower() == _BEARER:
        presented.append(authorization[len(_BEARER) :].strip())
    return presented
