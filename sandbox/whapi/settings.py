"""The channel's settings: `GET`, `PATCH` and `DELETE /settings`, with the bounds of Whapi's OpenAPI document.

`PATCH` changes only the keys that are sent; `webhooks` is one array and is replaced as a whole [SDK]. Where
the document is silent, this is the strict reading: unknown keys and deprecated event names are refused.
"""

from copy import deepcopy
from threading import Condition
from typing import Any
from urllib.parse import urlsplit

from sandbox.whapi.errors import WhapiError

EVENT_TYPES = (
    "messages",
    "statuses",
    "chats",
    "contacts",
    "groups",
    "presences",
    "calls",
    "channel",
    "users",
    "labels",
    "service",
)
EVENT_METHODS = ("post", "put", "patch", "delete")
MODES = ("body", "path", "method")
MEDIA_TYPES = ("image", "audio", "voice", "video", "document", "sticker")
MAX_HEADERS = 5

ALLOWED_EVENTS = {
    "messages": ("post", "put", "patch", "delete"),
    "statuses": ("post", "put"),
    "chats": ("post", "put", "patch", "delete"),
    "contacts": ("post", "patch"),
    "groups": ("post", "put", "patch"),
    "presences": ("post",),
    "calls": ("post",),
    "channel": ("post", "patch"),
    "users": ("post", "delete"),
    "labels": ("post", "delete"),
    "service": ("post",),
}
"""From the descriptions of the webhook payload's fields; that of `service` is a guess."""

SOMEBODY_ELSES_WEBHOOK: dict[str, Any] = {
    "url": "http://127.0.0.1:9/crm/whatsapp",
    "mode": "path",
    "events": [{"type": "statuses", "method": "post"}, {"type": "chats", "method": "patch"}],
    "headers": {"Authorization": "Bearer crm-6b1f3c"},
}
"""A merchant's channel may already serve another program; setting up the connector must not touch this."""

DEFAULTS: dict[str, Any] = {
    "callback_backoff_delay_ms": 3000,
    "max_callback_backoff_delay_ms": 900000,
    "callback_persist": True,
    "media": {"auto_download": ["image", "document"], "init_avatars": True},
    "webhooks": [SOMEBODY_ELSES_WEBHOOK],
    "proxy": "",
    "mobile_proxy": "",
    "offline_mode": False,
    "full_history": False,
}


class Settings:
    """The settings, safe to use from several threads. Everything handed out is a copy."""

    def __init__(self, values: dict[str, Any] | None = None) -> None:
        self._lock = Condition()
        self._values = deepcopy(DEFAULTS if values is None else values)
        self.resets = 0
        """How often `DELETE /settings` was called. The connector never may."""
        self.updates = 0

    def read(self) -> dict[str, Any]:
        with self._lock:
            return deepcopy(self._values)

    def update(self, given: Any) -> dict[str, Any]:
        """Applies a `PATCH`; answers `{"before_update", "after_update", "changes"}` [SDK UpdateSettings]."""
        checked = checked_settings(given)
        with self._lock:
            before = deepcopy(self._values)
            self._values.update(deepcopy(checked))
            self.updates += 1
            self._lock.notify_all()
            after = deepcopy(self._values)
        return {
            "before_update": before,
            "after_update": after,
            "changes": [key for key in after if before.get(key) != after[key]],
        }

    def wait_for_update(self, updates: int, timeout: float) -> bool:
        """Waits until there have been so many updates; False when the time is up first."""
        with self._lock:
            return self._lock.wait_for(lambda: self.updates >= updates, timeout)

    def reset(self) -> None:
        """What `DELETE /settings` does: every webhook is gone, the rest is back at its default."""
        with self._lock:
            self._values = {**deepcopy(DEFAULTS), "webhooks": []}
            self.resets += 1

    def webhooks(self) -> list[dict[str, Any]]:
        webhooks: list[dict[str, Any]] = self.read()["webhooks"]
        return webhooks

    def register(self, webhook: dict[str, Any]) -> None:
        """Adds a webhook as the `PATCH` would, in place of an older one with the same URL."""
        others = [other for other in self.webhooks() if other["url"] != webhook["url"]]
        self.update({"webhooks": [*others, webhook]})


def checked_settings(given: Any) -> dict[str, Any]:
    """The settings of a `PATCH`, each within its documented bounds; a 400 that names the field otherwise."""
    if not isinstance(given, dict):
        raise _wrong("the body must be a JSON object")
    for key, value in given.items():
        check = _CHECKS.get(key)
        if check is None:
            raise _wrong(f"unknown field {key}")
        check(key, value)
    return {
        **given,
        **({"webhooks": [checked_webhook(w) for w in given["webhooks"]]} if "webhooks" in given else {}),
    }


def checked_webhook(given: Any, name: str = "webhooks") -> dict[str, Any]:
    """A webhook with the default mode filled in. `events` left out stays out: then nothing useful is
    delivered."""
    if not isinstance(given, dict):
        raise _wrong(f"{name}: each must be an object")
    known = {"url", "mode", "events", "headers", "webhook_max_age_seconds", "send_undecrypted_ad"}
    for key in given:
        if key not in known:
            raise _wrong(f"{name}: unknown field {key}")
    url = given.get("url")
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise _wrong(f"{name}: url must be an http or https address")
    if given.get("mode", "body") not in MODES:
        raise _wrong(f"{name}: mode must be one of {', '.join(MODES)}")
    check_headers(given.get("headers", {}), name)
    for event in _list(f"{name}.events", given.get("events", [])):
        _check_event(event, name)
    age = given.get("webhook_max_age_seconds")
    if age is not None:
        _number(f"{name}.webhook_max_age_seconds", age, 15, 172800)
    return {**given, "mode": given.get("mode", "body"), "headers": given.get("headers", {})}


def check_headers(given: Any, name: str) -> None:
    """At most five, texts on both sides."""
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise _wrong(f"{name}: headers must be an object of texts")
    if len(given) > MAX_HEADERS:
        raise _wrong(f"{name}: at most {MAX_HEADERS} headers")


def _check_event(event: Any, name: str) -> None:
    if not isinstance(event, dict) or set(event) != {"type", "method"}:
        raise _wrong(f"{name}: an event is an object with type and method")
    if event["type"] not in EVENT_TYPES or event["method"] not in EVENT_METHODS:
        raise _wrong(f"{name}: no such event {event['type']}.{event['method']}")


def _number(key: str, value: Any, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise _wrong(f"{key} must be a number from {low} to {high}")


def _list(key: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(f"{key} must be an array")
    return value


def _boolean(key: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise _wrong(f"{key} must be a boolean")


def _text(key: str, value: Any) -> None:
    if not isinstance(value, str):
        raise _wrong(f"{key} must be a string")


def _media(key: str, value: Any) -> None:
    if not isinstance(value, dict) or set(value) - {"auto_download", "init_avatars"}:
        raise _wrong(f"{key} must be an object with auto_download and init_avatars")
    if any(kind not in MEDIA_TYPES for kind in _list(f"{key}.auto_download", value.get("auto_download", []))):
        raise _wrong(f"{key}.auto_download: each must be one of {', '.join(MEDIA_TYPES)}")
    _boolean(f"{key}.init_avatars", value.get("init_avatars", False))


def _wrong(details: str) -> WhapiError:
    return WhapiError(400, "Wrong settings format", details)


_CHECKS = {
    "callback_backoff_delay_ms": lambda key, value: _number(key, value, 3000, 15000),
    "max_callback_backoff_delay_ms": lambda key, value: _number(key, value, 600000, 3600000),
    "callback_persist": _boolean,
    "media": _media,
    "webhooks": _list,
    "proxy": _text,
    "mobile_proxy": _text,
    "offline_mode": _boolean,
    "full_history": _boolean,
    "pdo_sync": _boolean,
    "ignored_presences": _list,
}
