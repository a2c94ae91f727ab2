"""Lets in only callers that present the shared secret."""

import hmac

from flask import request

from connector.web.errors import ApiError

_BEARER = "bearer "


def require_secret(secret: bytes) -> None:
    """Raises a 401 unless the request carries the secret in one of the two accepted headers.

    The comparison takes the same time wherever the two differ.
    """
    authorization = request.headers.get("Authorization", "")
    presented = [request.headers.get("X-Webhook-Secret", "")]
    if authorization.lower().startswith(_BEARER):
        presented.append(authorization[len(_BEARER) :].strip())
    # Headers arrive as Latin-1 text; a secret beyond ASCII was sent as the bytes of its UTF-8 form.
    matches = [hmac.compare_digest(value.encode("latin-1", "replace"), secret) for value in presented]
    if not any(matches):
        raise ApiError(
            401,
            "The secret is missing or wrong. Send the WEBHOOK_SECRET of the service in the header "
            "Authorization: Bearer SECRET, or in X-Webhook-Secret.",
        )
