"""Logging: one line an event, for people or machines, with every secret taken out.

Two fences keep secrets out. The loggers of libraries that would log whole URLs or headers (Whapi wants its tokens
in the query) are quiet below WARNING, whatever LOG_LEVEL says. And everything that is logged, by any library, goes
through a `Redactor` last.

A line that is logged while a shop is worked for goes through that shop's secrets and the operator's, so that another
shop's words are hidden in no line but its own. Where nobody has said for which shop, it goes through all there are.
"""

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
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
_SHORTEST_KEY_LINE = 60
"""Characters, as the expression has it."""
_ITS_WORDS = ("token", "bearer", "password", "secret", "assertion", "-----begin")
_SECRET_KEYS = frozenset({"token", "order_token", "access_token", "password", "secret", "authorization", "private_key"})
_HEAD = 6
"""Characters of a secret by which it is looked for first."""
_FEW = 32
"""Texts that are sooner looked for one after the other."""

_IN_A_LINE = 100
"""Orders that one line names at the most."""

EventDict = MutableMapping[str, Any]


class _Forms:
    """Many texts that are looked for at once, at a cost that hardly depends on how many they are: a place in a text is
    looked at closer only where one of them begins with the same few characters."""

    def __init__(self, forms: Iterable[str]) -> None:
        self._forms = frozenset(forms)
        lengths: dict[str, set[int]] = {}
        for form in self._forms:
            lengths.setdefault(form[:_HEAD], set()).add(len(form))
        self._lengths = {head: sorted(those, reverse=True) for head, those in lengths.items()}
        self._heads = sorted({len(head) for head in lengths}, reverse=True)

    def replaced_in(self, text: str) -> str:
        """The text with each of them replaced: from left to right, and the longest of those that begin at a place."""
        lengths = self._lengths
        places = [at for size in self._heads for at in range(len(text) - size + 1) if text[at : at + size] in lengths]
        if not places:
            return text
        pieces, end = [], 0
        for at in sorted(places):
            if at >= end and (length := self._length_at(text, at)):
                pieces += [text[end:at], _REPLACEMENT]
                end = at + length
        return "".join([*pieces, text[end:]])

    def _length_at(self, text: str, at: int) -> int:
        """Of the longest that begins there; 0 if none does."""
        lengths = (length for size in self._heads for length in self._lengths.get(text[at : at + size], ()))
        return next((length for length in lengths if text[at : at + length] in self._forms), 0)


class Redactor:
    """Takes secrets out of texts. One with few secrets holds nothing but their texts, so each shop may have its own."""

    __slots__ = ("_index", "forms")

    def __init__(self, secrets: Iterable[str] = (), *others: "Redactor") -> None:
        """`others`: whose secrets it knows as well."""
        own = (form for secret in secrets if secret for form in _forms(secret))
        self.forms: tuple[str, ...] = tuple(dict.fromkeys((*own, *(form for other in others for form in other.forms))))
        self._index = _Forms(self.forms) if len(self.forms) > _FEW else None

    def text(self, text: str) -> str:
        """The text without secrets: those known by value, and whatever looks like one."""
        text = self._without_known(text)
        return _IN_TEXT.sub(_replace, text) if _may_hold_a_secret(text) else text

    def line(self, text: str) -> str:
        """The same for a line of the log, in which nobody's words may turn what is read around."""
        return visible(self.text(text))

    def _without_known(self, text: str) -> str:
        if self._index is not None:
            return self._index.replaced_in(text)
        for form in self.forms:
            if form in text:
                return _Forms(self.forms).replaced_in(text)
        return text


class _Secrets:
    """The operator's secrets and those of all shops. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._operators = Redactor()
        self._shops: dict[int, Redactor] = {}
        self._all: Redactor | None = None

    def set_operators(self, secrets: Iterable[str]) -> None:
        with self._lock:
            self._operators, self._all = Redactor(secrets), None

    def add(self, shops: Redactor) -> None:
        with self._lock:
            self._shops[id(shops)], self._all = shops, None

    def drop(self, shops: Redactor) -> None:
        with self._lock:
            self._shops.pop(id(shops), None)
            self._all = None

    def for_this_line(self) -> Redactor:
        shops = _WORKED_FOR.get()
        if shops is not None:
            return Redactor((), self._operators, shops)
        with self._lock:
            if self._all is None:  # Put together only when it is needed: shops come and go many at a time.
                self._all = Redactor((), self._operators, *self._shops.values())
            return self._all


_WORKED_FOR: ContextVar[Redactor | None] = ContextVar("worked_for", default=None)
_secrets = _Secrets()


def add_secrets(shops: Redactor) -> None:
    """From now on a shop's secrets stay out of lines of which nobody has said for which shop they are."""
    _secrets.add(shops)


def drop_secrets(shops: Redactor) -> None:
    """The shop is served no more."""
    _secrets.drop(shops)


@contextmanager
def working_for(shops: Redactor | None) -> Iterator[None]:
    """To be held where a thread works for one shop, from where that begins: what is logged within goes through the
    shop's secrets and the operator's. With None for work that concerns several: it goes through all."""
    token = _WORKED_FOR.set(shops)
    try:
        yield
    finally:
        _WORKED_FOR.reset(token)


def _redact(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The processor that replaces secrets in every value, at any depth."""
    line = _secrets.for_this_line().line
    return {key: _redacted(key, value, line) for key, value in event.items()}


def _redacted(key: Any, value: Any, line: Callable[[str], str]) -> Any:
    if isinstance(key, str) and key.lower() in _SECRET_KEYS:
        return _REPLACEMENT
    if isinstance(value, str):
        return line(value)
    if isinstance(value, dict):
        return {inner: _redacted(inner, item, line) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(None, item, line) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return line(str(value))


def _may_hold_a_secret(text: str) -> bool:
    """False where `_IN_TEXT` can't match: to look for its words costs a tenth of running it, and few texts have one."""
    if not text.isascii():
        return True  # In other alphabets, too, there are letters that it takes for Latin ones.
    if len(text) >= _SHORTEST_KEY_LINE and any(len(piece) >= _SHORTEST_KEY_LINE for piece in text.split()):
        return True
    lower = text.lower()
    return any(word in lower for word in _ITS_WORDS)


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
    if text.isascii() and text.isprintable():
        return text
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
    """Sends all logging of this process to standard error, in one format, without secrets: the operator's, or the one
    shop's, and those that `add_secrets` brings later."""
    _secrets.set_operators(secrets)
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
    last: list[Any] = [structlog.processors.format_exc_info, _redact, renderer]
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
