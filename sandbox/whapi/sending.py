"""`POST /messages/text`: the shop's channel writes to somebody [SDK SenderText, SentMessage].

The connector does for alerts, to its owner; a workflow does that confirms orders. Both are tried against this.
"""

import re
from typing import Any

from sandbox.whapi.errors import WhapiError

_RECIPIENT = re.compile(r"[\d-]{10,31}(@[\w.]+)?", re.ASCII)
_OPTIONAL = {"quoted", "ephemeral", "edit", "mentions", "view_once", "typing_time", "no_link_preview"}


def checked_text(given: Any) -> tuple[str, str]:
    """The recipient, a phone number or a chat id, and the text; a 400 that names the field otherwise.

    What Whapi says to an empty text is not documented; a refusal is the harder reading.
    """
    if not isinstance(given, dict):
        raise _wrong("the body must be a JSON object")
    for key in given:
        if key not in {"to", "body"} | _OPTIONAL:
            raise _wrong(f"unknown field {key}")
    to, body = given.get("to"), given.get("body")
    if not isinstance(to, str) or not _RECIPIENT.fullmatch(to):
        raise _wrong("to must be a phone number, with digits only, or a chat id")
    if not isinstance(body, str) or not body:
        raise _wrong("body must be a text")
    return to, body


def sent_text(message_id: str, to: str, body: str, timestamp: int) -> dict[str, Any]:
    """The message as the answer and the list of messages show it [SDK Message]."""
    return {
        "id": message_id,
        "from_me": True,
        "type": "text",
        "chat_id": to if "@" in to else f"{to}@s.whatsapp.net",
        "timestamp": timestamp,
        "source": "api",
        "status": "pending",
        "text": {"body": body},
    }


def _wrong(details: str) -> WhapiError:
    return WhapiError(400, "Wrong parameters", details)
