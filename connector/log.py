"""Logging: one line an event, for people or machines, with every secret taken out.

Two fences keep secrets out. The loggers of libraries that would log whole URLs or headers (Whapi wants its tokens
in the query) are quiet below WARNING, whatever LOG_LEVEL says. And everything that is logged, by any library, goes
through `Redactor` last.
"""

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping, Sequence
from contextlib import nullcontext, suppress
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus, unquote

import structlog

_TALKATIVE = (
    "httpx", "httpcore", "urllib3", "requests", "google", "gspread", "werkzeug", "waitress", "sqlalchemy",
    "alembic", "apscheduler", "tzlocal", "asyncio", "filelock",
)  # fmt: skip
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Control characters but for tab and line feed, direction marks, and what has no width."""
_REPLACEMENT = "[secret]"
SHORTEST_HIDDEN = 6
"""Characters. What is shorter is likely to be a part of ordinary words, which a log would then lack."""
_IN_TEXT = re.compile(
    r"""(?ix)
    (?P<name>\b(?:order_token|token|access_token|assertion|password|secret)\\*["']?\s*[=:]\s*\\*["']?)(?!\[secret\])[^&\s"',}]+
    | (?P<bearer>\bBearer\s+)[A-Za-z0-9._~+/=-]+
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----.*?(?:-----END[ ][A-Z ]*PRIVATE[ ]KEY-----|\Z)
    # A line of a key in base64. A long path has no such mixture.
    | (?<![A-Za-z0-9+/])(?=[a-z0-9+/]*[A-Z])(?=[A-Za-z+/]*[0-9])[A-Za-z0-9+/]{60,}={0,2}
    """,
    re.DOTALL,
)
_SECRET_KEYS = frozenset({"token", "order_token", "access_token", "password", "secret", "authorization", "private_key"})

_IN_A_LINE = 100
"""Orders that one line names at the most."""

EventDict = MutableMapping[str, Any]


class Redactor:
    """A structlog processor that replaces secrets in every value, at any depth."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = tuple(secrets)

    def __call__(self, _logger: Any, _method: str, event: EventDict) -> EventDict:
        return {key: self._value(key, value) for key, value in event.items()}

    def text(self, text: str) -> str:
        """The text without secrets: those known by value, and whatever looks like one."""
        if (known := self._known) is not None:
            text = known.sub(_REPLACEMENT, text)
        return _IN_TEXT.sub(_replace, text)

    @cached_property
    def _known(self) -> re.Pattern[str] | None:
        """Made when it is first needed: of a thousand shops most have nothing to say."""
        forms = {form for secret in self._secrets if secret for form in _forms(secret)}
        longest_first = sorted(forms, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def line(self, text: str) -> str:
        """The same for a line of the log, in which nobody's words may turn what is read around."""
        return visible(self.text(text))

    def _value(self, key: Any, value: Any) -> Any:
        if isinstance(key, str) and key.lower() in _SECRET_KEYS:
            return _REPLACEMENT
        if isinstance(value, str):
            return self.line(value)
        if isinstance(value, dict):
            return {inner: self._value(inner, item) for inner, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(None, item) for item in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self.line(str(value))


def _forms(secret: str) -> tuple[str, ...]:
    """As it is, as it stands in an address, and as a message shows it that quotes it."""
    return (secret, quote(secret, safe="", errors="replace"), quote_plus(secret, errors="replace"), repr(secret)[1:-1])


def _replace(match: re.Match[str]) -> str:
    return (match["name"] or match["bearer"] or "") + _REPLACEMENT


def database_secrets(url: str) -> list[str]:
    """The password in a database's address, wherever it stands and however wrongly it is written."""
    rest = url.partition("://")[2]
    passwords = [part.rpartition("@")[0].partition(":")[2] for part in (rest, rest.partition("?")[0])]
    for pair in rest.partition("?")[2].split("&"):
        name, _, value = pair.partition("=")
        if "pass" in name.lower():
            passwords.append(value)
    pieces = [piece for password in passwords for piece in (password, *re.split(r"[@:/?#&]", password))]
    plain = [unquote(piece) for piece in pieces]
    return list(dict.fromkeys(piece for piece in (*pieces, *plain) if len(piece) >= SHORTEST_HIDDEN))


def visible(text: str) -> str:
    """The text with each such character as its code, so that nobody's words can turn a line around or hide a part."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class _Lines(logging.StreamHandler[Any]):
    """Writes what libraries log. The connector's own events take a shorter way to the same stream: a record of the
    standard library for each would cost more than all the rest, and an order's lines are written while webhooks wait.
    """

    def __init__(self, processors: list[Any]) -> None:
        super().__init__()
        self._processors = processors

    def write_event(self, logger: Any, method: str, event: Any) -> None:
        """Never raises: a full disk or a closed pipe under the log must not end a stage or a request."""
        with suppress(Exception), self.lock or nullcontext():
            for processor in self._processors:
                event = processor(logger, method, event)
            self.stream.write(event + self.terminator)
            self.flush()


def _write_line(logger: Any, method: str, event: EventDict) -> EventDict:
    """The last processor: writes the event with the handlers that are set up now."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _Lines):
            handler.write_event(logger, method, event)
    raise structlog.DropEvent


def set_up_logging(*, log_format: str = "console", level: str = "INFO", secrets: Iterable[str] = ()) -> None:
    """Sends all logging of this process to standard error, in one format, without secrets."""
    redact = Redactor(secrets)
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = structlog.processors.JSONRenderer()
    if log_format == "console":
        # With a plain traceback: the rich one would show local variables, and tokens stand in those.
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    last: list[Any] = [structlog.processors.format_exc_info, redact, renderer]
    handler = _Lines(last)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            _write_line,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def log_orders(logger: Any, event: str, order_ids: Sequence[str], **values: Any) -> None:
    """Tells what happened to orders: `order.written order_id=…`, or `orders.written order_ids=[…]` for several at once.

    They share a line, because a line costs as much as most of what is done for an order.
    """
    of_one, of_several = f"order.{event}", f"orders.{event}"
    for begin in range(0, len(order_ids), _IN_A_LINE):
        some = order_ids[begin : begin + _IN_A_LINE]
        if len(some) == 1:
            logger.info(of_one, order_id=some[0], **values)
        else:
            logger.info(of_several, order_ids=list(some), **values)


def get_logger(name: str) -> Any:
    """A logger whose calls take an event name and values: `log.info("order.received", order_id=…)`."""
    return structlog.get_logger(name)
