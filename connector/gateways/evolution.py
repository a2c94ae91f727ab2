"""Evolution API: Baileys' messages in an envelope of its own."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connector.gateways import baileys
from connector.gateways.gateway import Body, pass_over
from connector.gateways.reading import fields
from connector.gateways.reading.result import Envelope, Reading, join
from connector.gateways.reading.unwrap import opened

NAME = "evolution"
TITLE = "Evolution API"

_EVENTS = frozenset(
    {
        "application.startup", "instance.create", "instance.delete", "qrcode.updated", "connection.update",
        "status.instance", "messages.set", "messages.upsert", "messages.edited", "messages.update", "messages.delete",
        "send.message", "send.message.update", "contacts.set", "contacts.upsert", "contacts.update", "presence.update",
        "chats.set", "chats.upsert", "chats.update", "chats.delete", "groups.upsert", "groups.update", "group.update",
        "group.participants.update", "labels.edit", "labels.association", "call", "typebot.start",
        "typebot.change.status", "logout.instance", "remove.instance", "new.jwt.token",
    }
)  # fmt: skip
_NEW = frozenset({"messages.set", "messages.upsert"})
_DELETE = "messages.delete"


def recognises(body: Body) -> bool:
    return "data" in body and isinstance(body.get("event"), str) and _event(body) in _EVENTS


def read(body: Body, reading: Reading, *, now: datetime, at: str) -> None:
    event, data = _event(body), opened(body["data"])
    where = join(at, "data")
    if event == _DELETE:
        reading.add_deleted(*_deleted(data))
    elif event in _NEW:
        channel_id = fields.text(body.get("instance"))
        envelope = Envelope(lambda parts: {**body, "data": parts if len(parts) > 1 else parts[0]})
        messages = _messages(data, where)
        if not messages:
            reading.ignored += 1
        for place, message in messages:
            known = len(reading.unclear)
            if isinstance(message, dict) and baileys.is_message(message):
                baileys.read_message(message, reading, now=now, at=place, title=TITLE, channel_id=channel_id)
            else:
                pass_over(message, reading, at=place, title=TITLE)
            envelope.put_around(reading.unclear[known:])
            reading.count_the_rest()
    elif event == "send.message":
        reading.ignored += 1
    elif event == "messages.update" and any(baileys.revoked_by(update) for update in _listed(data)):
        reading.add_deleted(*map(baileys.revoked_by, _listed(data)))
    else:
        pass_over(data, reading, at=where, title=TITLE, kept=body)


def _listed(data: Any) -> list[Any]:
    return data if isinstance(data, list) else [data]


def _event(body: Body) -> str:
    """The event's name; a setting has it written as `MESSAGES_UPSERT`."""
    return str(body["event"]).strip().lower().replace("_", ".").replace("-", ".")


def _messages(data: Any, at: str) -> list[tuple[str, Any]]:
    """The messages with their places: one, several, or, in forks, within `messages`."""
    if isinstance(data, dict) and "messages" in data and not baileys.is_message(data):
        data, at = data["messages"], f"{at}.messages"
    if isinstance(data, list):
        return [(f"{at}[{index}]", opened(message)) for index, message in enumerate(data)]
    return [(at, data)]


def _deleted(data: Any) -> Iterator[str | None]:
    found = data.get("keys", data) if isinstance(data, dict) else data
    for deleted in _listed(found):
        entry = fields.mapping(deleted)
        key = fields.mapping(entry.get("key"))
        yield baileys.message_id_of(entry.get("keyId") or key.get("id") or entry.get("id"))
