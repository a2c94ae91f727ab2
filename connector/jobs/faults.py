"""Faults of our own code or of what surrounds it: told in the log, and named as a problem while they last."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy.exc import SQLAlchemyError

from connector.clock import Clock
from connector.language import ENGLISH, ShopLanguage, marked, speaking
from connector.language import gettext as _
from connector.log import Redactor, get_logger, working_for
from connector.problems import Problems, Severity
from connector.store.loss import is_loss

log = get_logger(__name__)

_LONGEST_REASON = 200

_WHAT = {
    "fetching": marked("The items of orders can't be fetched"),
    "writing": marked("Rows can't be written into the sheet"),
    "housekeeping": marked("Old entries of the database and old markers can't be deleted"),
    "events": marked("Events can't be sent"),
    "checks": marked("The spreadsheet, the channel and the addresses can't be looked at"),
    "channels": marked("The channel can't be asked who it is"),
    "reconcile": marked("The message history can't be read for orders that no webhook brought"),
}
_MERELY_WARNED_OF = frozenset({"housekeeping", "events", "reconcile", "checks", "channels"})
"""Orders reach the sheet all the same."""


class Faults:
    """Names what goes wrong in each of the workers and jobs, and clears it when that part works again."""

    def __init__(
        self,
        problems: Problems,
        *,
        clock: Clock,
        redact: Callable[[str], str] = str,
        secrets: Redactor | None = None,
        language: ShopLanguage | None = None,
    ) -> None:
        """`secrets`: the shop's own, where there are several shops. `language`: the shop's; None for English."""
        self._problems = problems
        self._clock = clock
        self._redact = redact
        self._secrets = secrets
        self._language = language or ShopLanguage(ENGLISH)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """To be held around work for the shop, so that what is logged meanwhile goes through the shop's secrets, and
        what is said of it is in the shop's language."""
        with working_for(self._secrets), self.speaking():
            yield

    def speaking(self) -> AbstractContextManager[None]:
        """To be held where something is said of the shop outside of work for it."""
        return speaking(self._language.current)

    def happened(self, part: str, error: Exception, *, key: str | None = None, order_id: str | None = None) -> None:
        """Tells of a fault while it is being handled. Each but the first of the same kind in a row is told briefly."""
        severity = Severity.WARNING if part in _MERELY_WARNED_OF else Severity.PROBLEM
        with self.speaking():
            sentence = self._redact(sentence_of(part, error, order_id=order_id))
        is_new = self._problems.put(key or part, sentence, at=self._clock.now(), severity=severity)
        about = {"part": part} if order_id is None else {"part": part, "order_id": order_id}
        if is_loss(error):
            # That the database is lost is told once, by the store, and not by each part of each shop.
            log.debug("stage.fault", **about, reason=sentence)
        elif is_new:
            log.error("stage.fault", **about, reason=sentence, exc_info=error)
        else:
            log.error("stage.fault", **about, reason=sentence)

    def name(self, key: str, sentence: str) -> None:
        """Names something that needs no traceback, because its sentence says it all."""
        if self._problems.put(key, self._redact(sentence), at=self._clock.now()):
            log.error("stage.fault", part=key, reason=sentence)

    def ended(self, key: str) -> None:
        """The part works."""
        if self._problems.clear(key):
            log.info("stage.works_again", part=key)

    @contextmanager
    def caught(self, part: str, *, key: str | None = None) -> Iterator[None]:
        """What is done within may fail without anybody's harm: that is told, and forgotten once it goes well."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the thread
            self.happened(part, error, key=key)
        else:
            self.ended(key or part)


def sentence_of(part: str, error: Exception, *, order_id: str | None = None) -> str:
    """What doesn't work, why, and how to mend it."""
    other = _("The part {part} of the service does not work").format(part=part)
    what = _(_WHAT[part]) if part in _WHAT else other
    if order_id is not None:
        what = _("The items of order {order_id} can't be fetched").format(order_id=order_id)
    if isinstance(error, SQLAlchemyError):
        cause = first_line(getattr(error, "orig", None) or error)
        return _("{what}, because the database failed: {cause}. See that it runs and that its disk has room.").format(
            what=what, cause=cause
        )
    if isinstance(error, OSError) and error.strerror:
        at = f" ({error.filename})" if isinstance(error.filename, str) else ""
        return _(
            "{what}: {strerror}{at}. See that this is there, that the service may use it, and "
            "that the disk has room. It is tried again by itself."
        ).format(what=what, strerror=error.strerror, at=at)
    return _(
        "{what} because of a fault ({name}: {first_line}). It is tried again by itself; if "
        "it stays, report it with the traceback in the log."
    ).format(what=what, name=type(error).__name__, first_line=first_line(error))


def first_line(error: BaseException) -> str:
    """What the error says first, without the stop at its end; it may say more, such as the statement that failed."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".")[:_LONGEST_REASON] if lines else _("no reason given")
