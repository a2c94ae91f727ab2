"""`GET /openapi.json`: the description of the HTTP interface, which stands beside this module as data.

It is written by hand: what the service takes is more than models could say of it, and what it answers is small. The
tests hold it to the truth: each answer that the service gives in any test is compared with it, each example is really
sent or answered, and each limit in it is compared with the one that the code has.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from connector import __version__
from connector.api.current import own_path

_FILE = Path(__file__).with_name("openapi.json")
_FEW = 64
"""Descriptions that are kept: one for each shop that asks."""


@lru_cache(_FEW)
def document(server: str | None = None) -> dict[str, Any]:
    """The description, of this version and with the server's address or path if that is known. Not to be changed."""
    described: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    described["info"]["version"] = __version__
    if server is not None:
        described["servers"][0]["url"] = server
    return described


@lru_cache(_FEW)
def _as_json(server: str | None) -> bytes:
    return json.dumps(document(server), ensure_ascii=False, separators=(",", ":")).encode()


def openapi_blueprint(public_url: str | None) -> Blueprint:
    blueprint = Blueprint("openapi", __name__)

    @blueprint.get("/openapi.json")
    def show() -> Response:
        below = request.script_root
        server = below if public_url is None else public_url + below.removeprefix(own_path())
        return Response(_as_json(server or None), mimetype="application/json")

    return blueprint
