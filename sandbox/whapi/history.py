"""The channel's message list: `GET /messages/list` and `/messages/list/{ChatID}` [SDK MessagesApi].

Newest first unless `sort=asc`; `count` from 1 to 500, 100 by default. There is no filter by type. Whether
orders in the list always carry their token is unknown: `with_tokens` plays both.
"""

import re
from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sandbox.whapi.errors import WhapiError

MAX_COUNT = 500
_CHAT_ID = re.compile(r"[\d-]{10,31}@[\w.]+")
_AUTHOR = re.compile(r"(\d{7,15})?")
_PARAMETERS = {
    "count",
    "offset",
    "time_from",
    "time_to",
    "normal_types",
    "author",
    "from_me",
    "sort",
    "token",
}


@dataclass(frozen=True)
class Query:
    """What a caller asked of the list."""

    count: int = 100
    offset: int = 0
    time_from: float | None = None
    time_to: float | None = None
    system_too: bool = False
    author: str | None = None
    from_me: bool | None = None
    ascending: bool = False
    chat_id: str | None = None

    def wants(self, message: Mapping[str, Any]) -> bool:
        """Both ends of the time range belong to it; the documents don't say."""
        at = message["timestamp"]
        return (
            (self.time_from is None or at >= self.time_from)
            and (self.time_to is None or at <= self.time_to)
            and (self.system_too or message["type"] != "system")
            and (self.author is None or message.get("from") == self.author)
            and (self.from_me is None or message["from_me"] is self.from_me)
            and (self.chat_id is None or message["chat_id"] == self.chat_id)
        )


def query_of(args: Mapping[str, str], chat_id: str | None = None) -> Query:
    """The query in these URL parameters; a 400 that names the first wrong one."""
    for name in args:
        if name not in _PARAMETERS:
            raise _wrong(f"unknown parameter {name}")
    if chat_id is not None and not _CHAT_ID.fullmatch(chat_id):
        raise _wrong("ChatID doesn't match its pattern")
    count = _whole("count", args.get("count", "100"))
    if not 1 <= count <= MAX_COUNT:
        raise _wrong(f"count must be from 1 to {MAX_COUNT}")
    sort = args.get("sort", "desc")
    if sort not in ("asc", "desc"):
        raise _wrong("sort must be asc or desc")
    author = args.get("author")
    if author is not None and not _AUTHOR.fullmatch(author):
        raise _wrong("author must be a contact id")
    return Query(
        count=count,
        offset=_whole("offset", args.get("offset", "0")),
        time_from=_time("time_from", args),
        time_to=_time("time_to", args),
        system_too=_flag("normal_types", args) is False,
        author=author or None,
        from_me=_flag("from_me", args),
        ascending=sort == "asc",
        chat_id=chat_id,
    )


class History:
    """Every message of the channel, in order of time. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._messages: list[tuple[float, int, dict[str, Any]]] = []
        self.with_tokens = True
        """False: orders in the list come without their token."""

    def add(self, message: dict[str, Any]) -> None:
        with self._lock:
            insort(self._messages, (message["timestamp"], len(self._messages), message))

    def __len__(self) -> int:
        with self._lock:
            return len(self._messages)

    def page(self, query: Query) -> dict[str, Any]:
        """A page in the shape of `MessagesList` [SDK]. `total` counts everything that matches, on whatever
        page."""
        with self._lock:
            found = [message for _, _, message in self._messages if query.wants(message)]
        if not query.ascending:
            found.reverse()
        shown = found[query.offset : query.offset + query.count]
        return {
            "messages": [message if self.with_tokens else without_token(message) for message in shown],
            "count": len(shown),
            "total": len(found),
            "offset": query.offset,
            "first": query.offset if shown else 0,
            "last": query.offset + len(shown) - 1 if shown else 0,
        }


def without_token(message: dict[str, Any]) -> dict[str, Any]:
    if "order" not in message:
        return message
    return {**message, "order": {key: value for key, value in message["order"].items() if key != "token"}}


def _whole(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise _wrong(f"{name} must be a whole number")
    return int(text)


def _time(name: str, args: Mapping[str, str]) -> float | None:
    if name not in args:
        return None
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", args[name]):
        raise _wrong(f"{name} must be a time in seconds")
    return float(args[name])


def _flag(name: str, args: Mapping[str, str]) -> bool | None:
    if name not in args:
        return None
    if args[name] not in ("true", "false"):
        raise _wrong(f"{name} must be true or false")
    return args[name] == "true"


def _wrong(details: str) -> WhapiError:
    return WhapiError(400, "Wrong parameters", details)
