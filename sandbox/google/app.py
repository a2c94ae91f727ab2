"""The stand-in over HTTP: the API, the token endpoint, and the sandbox's own routes for page and edits."""

from flask import Blueprint, Response, request

from sandbox.google.auth import TokenError
from sandbox.google.calls import Call
from sandbox.google.play import json_response, play, wait
from sandbox.google.sandbox_routes import add_sandbox_routes
from sandbox.google.standin import GoogleStandIn


def google_blueprint(google: GoogleStandIn) -> Blueprint:
    """`/v4/spreadsheets…` and `/token`, as at sheets.googleapis.com
    and oauth2.googleapis.com; `/sandbox/google…`."""
    blueprint = Blueprint("google", __name__)

    @blueprint.route("/v4/<path:_>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def api(_: str) -> Response:
        call = _call()
        wait(google.latency)
        fault = google.faults.take("google", call.method, call.path, call.body)
        if fault is not None and fault.kind == "expire_tokens":
            google.tokens.revoke_all()
            fault = None
        if fault is None:
            return _answered(google, call)
        if fault.kind != "latency":
            google.note(call, google.kind_of(call), fault.kind)
        return play(
            fault,
            lambda: _answered(google, call),
            lambda seconds: google.answer_later(call, seconds),
        )

    @blueprint.post("/token")
    def token() -> Response:
        call = _call()
        fault = google.faults.take("token", call.method, call.path)
        if fault is None or fault.kind == "expire_tokens":
            return _token(google, call, dict(request.form))
        google.note(call, "token", fault.kind)
        form = dict(request.form)
        return play(fault, lambda: _token(google, call, form), lambda _: None)

    add_sandbox_routes(blueprint, google)
    return blueprint


def _call() -> Call:
    return Call(
        request.method,
        request.path,
        request.args.to_dict(flat=False),
        request.get_data() if request.path != "/token" else b"",
        request.headers.get("Authorization"),
        request.headers.get("Accept-Language", ""),
    )


def _answered(google: GoogleStandIn, call: Call) -> Response:
    answer = google.answer(call)
    return json_response(answer.status, answer.body)


def _token(google: GoogleStandIn, call: Call, form: dict[str, str]) -> Response:
    try:
        status, body = 200, google.tokens.issue(form, google.token_uri)
    except TokenError as refused:
        status, body = 400, refused.body
    google.note(call, "token", str(status))
    return json_response(status, body)
