"""What one delivery looks like on the wire, in each of the three modes [HD]."""

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

EventShape = Literal["help_desk", "sdk"]


@dataclass(frozen=True)
class Outgoing:
    """A request to a webhook's receiver."""

    method: str
    url: str
    headers: dict[str, str]
    body: dict[str, Any]


def outgoing(
    webhook: dict[str, Any],
    event: tuple[str, str, dict[str, Any]],
    *,
    channel_id: str,
    shape: EventShape,
) -> Outgoing:
    """`body`: POST to the URL. `path`: POST to URL/type/method. `method`: the event's method to URL/type.

    The event stands in the body in every mode. That `path` and `method` extend the path before a query string
    is a guess; the help desk's examples have none.
    """
    kind, method, fields = event
    url, verb = webhook["url"], "POST"
    if webhook["mode"] == "path":
        url = _extended(url, f"{kind}/{method}")
    elif webhook["mode"] == "method":
        url, verb = _extended(url, kind), method.upper()
    named = {"type": kind, "event" if shape == "help_desk" else "method": method}
    body = {**fields, "event": named, "channel_id": channel_id}
    return Outgoing(verb, url, dict(webhook["headers"]), body)


def listens(webhook: dict[str, Any], kind: str, method: str) -> bool:
    """Whether the webhook's events name this one. Left out, they stand at the deprecated `message.put`
    [SDK]: nothing."""
    return {"type": kind, "method": method} in webhook.get("events", [])


def _extended(url: str, more: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{more}"))
