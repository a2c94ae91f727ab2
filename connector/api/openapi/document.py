"""The description as a whole."""

import json
from functools import cache

from connector import __version__
from connector.api.openapi import (
    answers,
    bodies,
    forms,
    gateway_paths,
    order_paths,
    quarantine_paths,
    service_paths,
    webhook_paths,
)
from connector.api.openapi.errors import RESPONSES
from connector.api.openapi.parameters import PARAMETERS
from connector.api.openapi.shape import Json

_DESCRIPTION = """\
Takes orders from WhatsApp, through Whapi.Cloud's webhooks or from Make, n8n and the like, and writes each once into \
a Google Sheet.

Every address but `/healthz` wants the service's `WEBHOOK_SECRET`. Answers are JSON, but for `/metrics`, and \
errors are sentences. Fields may be added to answers; none is renamed or dropped. Besides what is described with each \
address: an unknown one is answered with 404 and a method that an address doesn't take with 405, both in the form \
`Error`. Addresses that take GET take HEAD as well.
"""
_TAGS = {
    "Webhooks": "What Whapi and other gateways call.",
    "Orders": "Sending orders, and asking where they stand.",
    "Quarantine": "What came in and could not be understood. It is kept until a later version understands it.",
    "Service": "Whether it works.",
}
_PATHS = (webhook_paths.PATHS, gateway_paths.PATHS, order_paths.PATHS, quarantine_paths.PATHS, service_paths.PATHS)


def document() -> Json:
    """The description. Its parts are shared with every other call."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "WhatsApp order connector",
            "version": __version__,
            "summary": "WhatsApp orders as rows in a Google Sheet.",
            "description": _DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "The service that gave this description."}],
        "security": [{"bearer": []}, {"webhook_secret": []}],
        "tags": [{"name": name, "description": description} for name, description in _TAGS.items()],
        "paths": {address: _by_status(path) for part in _PATHS for address, path in part.items()},
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "The service's `WEBHOOK_SECRET`."},
                "webhook_secret": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Webhook-Secret",
                    "description": "The service's `WEBHOOK_SECRET`.",
                },
                **gateway_paths.SECURITY_SCHEMES,
            },
            "parameters": PARAMETERS,
            "responses": RESPONSES,
            "schemas": {**answers.SCHEMAS, **bodies.SCHEMAS, **forms.SCHEMAS},
        },
    }


def _by_status(path: Json) -> Json:
    """The address with the answers of each method in the order of their statuses."""
    return {
        name: {**part, "responses": dict(sorted(part["responses"].items()))} if name != "parameters" else part
        for name, part in path.items()
    }


@cache
def document_as_json() -> bytes:
    """Made at the first request and kept: it does not change while the service runs."""
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()
