"""What may stand in an address."""

from connector.api.openapi.examples import ORDER_ID
from connector.api.openapi.shape import Json
from connector.api.orders import LONGEST_WAIT, MOST_WAITING
from connector.api.quarantine import LARGEST_ID
from connector.api.request import LARGEST_NUMBER, MOST_LISTED
from connector.models import Status


def _query(name: str, description: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _path(name: str, description: str, schema: Json, value: str | int) -> Json:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
        "example": value,
    }


PARAMETERS: dict[str, Json] = {
    "event": _path(
        "event",
        "What Whapi adds in its modes `path` and `method`. It may hold slashes, and is not looked at.",
        {"type": "string", "minLength": 1},
        "messages/post",
    ),
    "order_id": _path(
        "order_id",
        "The order's id. Slashes in it may be written as they are, or as `%2F`.",
        {"type": "string", "minLength": 1},
        ORDER_ID,
    ),
    "entry_id": _path(
        "entry_id", "The `id` that the list gives.", {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}, 1
    ),
    "wait": _query(
        "wait",
        f"Seconds to wait for the rows to be in the sheet. At most {MOST_WAITING} callers wait at once; "
        "others get the 202 at once.",
        {"type": "number", "minimum": 0, "maximum": LONGEST_WAIT, "default": 0},
    ),
    "hub_mode": {**_query("hub.mode", "Always `subscribe`.", {"const": "subscribe"}), "required": True},
    "hub_challenge": {
        **_query("hub.challenge", "What the answer is to be.", {"type": "string", "minLength": 1, "maxLength": 200}),
        "required": True,
    },
    "status": _query(
        "status",
        "Only orders that stand so; empty: all.",
        {"type": "string", "enum": [*map(str, Status), ""]},
    ),
    "limit": _query(
        "limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": MOST_LISTED, "default": 50}
    ),
    "before": _query(
        "before",
        "Only what came before this one: the `next_before` of the page before.",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_NUMBER},
    ),
}
