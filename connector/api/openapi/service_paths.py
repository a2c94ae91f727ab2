"""Whether the service lives and works, and what it can do."""

from connector.api.openapi.errors import errors, errors_without_secret
from connector.api.openapi.shape import JSON, Json, answer, example, schema
from connector.jobs.reasons import UNEXPLAINED

_READY: Json = {
    "status": "ready",
    "database": "ok",
    "last_sheet_write": "2024-04-16T10:49:05Z",
    "oldest_unwritten_order": None,
    "orders_set_aside": [],
    "last_webhook": None,
    "last_test_webhook": None,
    "google_requests": {"read": 5, "write": 6},
    "problems": [],
}
_NOT_READY = answer(
    "The database can't be reached, or rows wait for longer than five minutes that are not set aside.",
    {"anyOf": [schema("Readiness"), schema("DatabaseUnavailable"), schema("Error")]},
    examples={
        "late": example(
            "Orders don't reach the sheet",
            {
                **_READY,
                "status": "not ready",
                "last_sheet_write": None,
                "oldest_unwritten_order": "2024-04-16T10:49:03Z",
                "problems": [UNEXPLAINED],
            },
        ),
        "database": example("No database", {"status": "not ready", "database": "unavailable"}),
    },
)

PATHS: dict[str, Json] = {
    "/healthz": {
        "get": {
            "operationId": "show_health",
            "tags": ["Service"],
            "summary": "Whether the process answers",
            "description": "No dependency is asked. The only address that needs no secret.",
            "security": [],
            "responses": {
                "200": answer("It does.", schema("Alive"), examples={"alive": example("Alive", {"status": "ok"})}),
                **errors_without_secret(),
            },
        }
    },
    "/readyz": {
        "get": {
            "operationId": "show_readiness",
            "tags": ["Service"],
            "summary": "Whether orders reach the sheet",
            "responses": {
                "200": answer("They do.", schema("Readiness"), examples={"ready": example("All is well", _READY)}),
                "503": _NOT_READY,
                **errors("InvalidHttp"),
            },
        }
    },
    "/metrics": {
        "get": {
            "operationId": "show_metrics",
            "tags": ["Service"],
            "summary": "Figures for Prometheus",
            "description": "Also where the database can't be read, without what it knows.",
            "responses": {
                "200": {
                    "description": "In Prometheus's text format.",
                    "content": {"text/plain": {"schema": {"type": "string"}}},
                },
                **errors("InvalidHttp"),
            },
        }
    },
    "/openapi.json": {
        "get": {
            "operationId": "show_openapi",
            "tags": ["Service"],
            "summary": "This description",
            "responses": {
                "200": {
                    "description": "OpenAPI 3.1.",
                    "content": {
                        JSON: {"schema": {"type": "object", "required": ["openapi", "info", "paths", "components"]}}
                    },
                },
                **errors("InvalidHttp"),
            },
        }
    },
}
