"""What Whapi's webhooks bring beside orders: other messages, statuses, edits, calls, the channel's own state.

Each function returns `(type, method, fields)`: the event, and what the payload carries beside `event` and
`channel_id` [SDK WebhookPayload]. A receiver has to take all of it and find no order in any.
"""

from typing import Any

Event = tuple[str, str, dict[str, Any]]


def messages(*several: dict[str, Any]) -> Event:
    """Several messages in one payload, of any types."""
    return "messages", "post", {"messages": list(several)}


def text_message(
    text: str, *, message_id: str, phone: str, name: str, timestamp: int, from_me: bool = False
) -> dict[str, Any]:
    """A plain message, as it stands among the orders."""
    return {
        "id": message_id,
        "from_me": from_me,
        "type": "text",
        "chat_id": f"{phone}@s.whatsapp.net",
        "timestamp": timestamp,
        "source": "mobile",
        "text": {"body": text},
        "from": phone,
        "from_name": name,
    }


def status(message: dict[str, Any], word: str = "read", code: int = 4) -> Event:
    """A receipt for a message."""
    return (
        "statuses",
        "post",
        {
            "statuses": [
                {
                    "id": message["id"],
                    "code": code,
                    "status": word,
                    "recipient_id": message["chat_id"],
                    "timestamp": str(message["timestamp"] + 2),
                }
            ]
        },
    )


def edit(message: dict[str, Any]) -> Event:
    """An edit: `messages.patch`, with the whole message before and after in it, even when it is an order."""
    after = {**message, "labels": [{"id": "1", "name": "New order", "color": "green"}]}
    update = {"id": message["id"], "before_update": message, "after_update": after, "changes": ["labels"]}
    return "messages", "patch", {"messages_updates": [update]}


def removal(message: dict[str, Any]) -> Event:
    """The customer deleted a message."""
    return "messages", "delete", {"messages_removed": [message["id"]]}


def chat(message: dict[str, Any]) -> Event:
    """A chat came up, with the order as its last message."""
    return (
        "chats",
        "post",
        {
            "chats": [
                {
                    "id": message["chat_id"],
                    "name": message.get("from_name", ""),
                    "type": "contact",
                    "timestamp": message["timestamp"],
                    "unread": 1,
                    "last_message": message,
                }
            ]
        },
    )


def call(phone: str, timestamp: int) -> Event:
    """A customer rang."""
    return (
        "calls",
        "post",
        {
            "calls": [
                {
                    "id": f"call-{timestamp}",
                    "chat_id": f"{phone}@s.whatsapp.net",
                    "status": "missed",
                    "from": phone,
                    "timestamp": timestamp,
                    "video_call": False,
                }
            ]
        },
    )


def channel_state(health: dict[str, Any]) -> Event:
    """The channel's state changed."""
    return "channel", "post", {"health": health}
