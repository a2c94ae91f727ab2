"""The headers of every answer of the status page: nothing from elsewhere, nothing inline, nothing kept."""

from flask import Response, request

_SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def harden(response: Response) -> Response:
    """Adds them. Scripts and styles may be kept, but are asked for anew; they hold no data."""
    response.headers.update(_SECURITY)
    if request.endpoint == "page.static":
        # The largest answers that a stranger can have. One without a length ends its connection, so that nobody piles
        # them up there untaken; and the file is read here, not kept open for as long as somebody takes.
        response.direct_passthrough = False
        response.headers.pop("Content-Length", None)
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


def is_https() -> bool:
    """Whether the browser came by https, as far as anybody says. Whoever lies about it harms only his own cookie."""
    return (
        request.is_secure
        or request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"
        or request.headers.get("Origin", "").startswith("https://")
    )
