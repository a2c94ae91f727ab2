"""What could not be understood, and reading it again."""

from connector.api.openapi.errors import errors
from connector.api.openapi.examples import QUARANTINED, QUARANTINED_WHOLE
from connector.api.openapi.shape import Json, answer, example, parameter, schema

_REPLAYED: Json = {
    "200": answer(
        "What is understood has left the quarantine, and its orders are stored.",
        schema("Replayed"),
        examples={
            "left": example(
                "Still not understood", {"understood": 0, "left": 1, "accepted": 0, "duplicates": 0, "ignored": 0}
            ),
        },
    )
}

PATHS: dict[str, Json] = {
    "/quarantine": {
        "get": {
            "operationId": "list_quarantine",
            "tags": ["Quarantine"],
            "summary": "List what could not be understood",
            "parameters": [parameter("limit"), parameter("before")],
            "responses": {
                "200": answer(
                    "The newest first, without the payloads.",
                    schema("QuarantinePage"),
                    examples={"page": example("All there is", {"quarantined": [QUARANTINED], "next_before": None})},
                ),
                **errors("WrongQuery", "NotStored"),
            },
        }
    },
    "/quarantine/{entry_id}": {
        "parameters": [parameter("entry_id")],
        "get": {
            "operationId": "show_quarantined",
            "tags": ["Quarantine"],
            "summary": "Show a payload that could not be understood",
            "responses": {
                "200": answer(
                    "The payload, whole but for secrets, tokens and pictures.",
                    schema("QuarantinedPayload"),
                    examples={"entry": example("An order whose id stands elsewhere", QUARANTINED_WHOLE)},
                ),
                **errors("InvalidHttp", "NotInQuarantine", "NotStored"),
            },
        },
    },
    "/quarantine/{entry_id}/replay": {
        "parameters": [parameter("entry_id")],
        "post": {
            "operationId": "replay_quarantined",
            "tags": ["Quarantine"],
            "summary": "Read a payload again, after an update",
            "responses": {**_REPLAYED, **errors("InvalidHttp", "NotInQuarantine", "NotStored")},
        },
    },
    "/quarantine/replay": {
        "post": {
            "operationId": "replay_quarantine",
            "tags": ["Quarantine"],
            "summary": "Read all of the quarantine again, after an update",
            "responses": {**_REPLAYED, **errors("InvalidHttp", "NotStored")},
        }
    },
}
