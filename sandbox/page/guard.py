"""Keeps other web sites out of the sandbox.

The sandbox has no login, and a browser that shows it may show a hostile page in another tab. So a request that changes
something under `/sandbox` must not come from another site, and its body must say that it is JSON, which a form of
another site cannot do.
"""

from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request

CHANGING = ("POST", "PUT", "PATCH", "DELETE")
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def guard(app: Flask) -> None:
    """Puts the rule before every route under `/sandbox`, whichever blueprint it is from."""

    @app.before_request
    def refuse() -> Response | None:
        if request.method not in CHANGING or not request.path.startswith("/sandbox/"):
            return None
        if _from_another_site():
            return _refusal(403, "This request comes from another web site.")
        if request.method != "DELETE" and not request.is_json:
            return _refusal(415, "Send JSON, with the header Content-Type: application/json.")
        return None


def _from_another_site() -> bool:
    """What browsers say of where a request comes from; other programs say nothing and may pass."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return True
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def _refusal(status: int, sentence: str) -> Response:
    answer = jsonify(error=sentence)
    answer.status_code = status
    return answer
