"""`GET /openapi.json`."""

from flask import Blueprint, Response

from connector.api.openapi.document import document_as_json
from connector.api.openapi.shape import JSON


def openapi_blueprint() -> Blueprint:
    blueprint = Blueprint("openapi", __name__)

    @blueprint.get("/openapi.json")
    def show() -> Response:
        return Response(document_as_json(), mimetype=JSON)

    return blueprint
