"""Why orders are not in the sheet, in sentences: for `GET /readyz`, the status page, `check` and the events.

The rule that all of them rest on: rows that have waited for more than a few minutes have a reason, or that there is
none is itself what is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from connector.language import counted, marked, number
from connector.language import gettext as _
from connector.problems import NamedProblem, Severity
from connector.store.all_shops import Unwritten
from connector.store.breakers import Part
from connector.store.refusals import SetAside
from connector.store.standing import Standing

LONGEST_DELAY = timedelta(minutes=5)
"""How long an order's rows may wait before that is a problem."""
FAILURES_THAT_COUNT = 3
"""In a row. One or two mend themselves with the next try."""
SET_ASIDE, ITEMS, LATE = "set_aside", "items", "late"
"""Keys of problems that the store tells of; the others are the names of the parts."""
UNEXPLAINED = marked(
    "Orders wait for their rows, and nothing says why. See that the service runs, and look into its log."
)


def is_late(standing: Standing, now: datetime) -> bool:
    """Whether rows wait too long that are not set aside."""
    return standing.waits_since is not None and now - standing.waits_since > LONGEST_DELAY


def late_shops(unwritten: Mapping[str, Unwritten], now: datetime) -> list[str]:
    """The shops in which rows wait too long that are not set aside, those that have waited longest first."""
    since = {name: found.waits_since for name, found in unwritten.items() if found.waits_since is not None}
    late = ((waits, name) for name, waits in since.items() if now - waits > LONGEST_DELAY)
    return [name for _unused, name in sorted(late)]


def reasons(standing: Standing, named: Sequence[NamedProblem], now: datetime) -> list[NamedProblem]:
    """All that keeps orders, or their items, out of the sheet. `named`: what the parts of the service say of
    themselves."""
    found = [*_of_parts(standing, now), *_of_orders(standing), *named]
    if standing.waits_since is not None and is_late(standing, now) and not _explain(standing, named):
        found.append(NamedProblem(LATE, Severity.PROBLEM, _(UNEXPLAINED), standing.waits_since))
    return found


def _of_parts(standing: Standing, now: datetime) -> Iterator[NamedProblem]:
    for part in (Part.SHEET, Part.CHANNEL):
        breaker = standing.breakers[part]
        if breaker.failures and breaker.reason:
            severity = Severity.PROBLEM if breaker.failures >= FAILURES_THAT_COUNT else Severity.WARNING
            yield NamedProblem(part, severity, breaker.reason, breaker.since or now)


def _of_orders(standing: Standing) -> Iterator[NamedProblem]:
    if standing.rows_refused.first:
        oldest = standing.rows_refused.first[0]
        sentence = (
            _("{set_aside}, because their rows can't be written. Of {order_id}: ").format(
                set_aside=_set_aside(standing.rows_refused), order_id=oldest.order_id
            )
            if standing.rows_refused.number > 1
            else _("{set_aside}, because its rows can't be written. ").format(
                set_aside=_set_aside(standing.rows_refused)
            )
        ) + _("{sentence} It is tried again by itself; a resync of the order tries it at once.").format(
            sentence=oldest.sentence
        )
        yield NamedProblem(SET_ASIDE, Severity.PROBLEM, sentence, oldest.since)
    if standing.items_refused.first:
        oldest = standing.items_refused.first[0]
        whose = (
            _("order {names}").format(names=names(standing.items_refused))
            if standing.items_refused.number == 1
            else _many(standing)
        )
        sentence = _("Whapi doesn't give the items of {whose}, though the channel works. {sentence}").format(
            whose=whose, sentence=oldest.sentence
        )
        yield NamedProblem(ITEMS, Severity.WARNING, sentence, oldest.since)


def _explain(standing: Standing, named: Sequence[NamedProblem]) -> bool:
    sheet = standing.breakers[Part.SHEET]
    return bool(sheet.failures and sheet.reason) or any(one.severity is Severity.PROBLEM for one in named)


def _set_aside(aside: SetAside) -> str:
    if aside.number == 1:
        return _("Order {names} is set aside").format(names=names(aside))
    return _("{number} orders are set aside ({names})").format(number=number(aside.number), names=names(aside))


def _many(standing: Standing) -> str:
    return (
        counted("{count} order", "{count} orders", standing.items_refused.number)
        + f" ({names(standing.items_refused)})"
    )


def names(aside: SetAside) -> str:
    """The orders' ids, as many as are named."""
    named = ", ".join(order.order_id for order in aside.first)
    more = aside.number - len(aside.first)
    return _("{named} and {count} more").format(named=named, count=number(more)) if more > 0 else named
