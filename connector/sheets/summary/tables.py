"""The figures and tables of the summary that plain counting and summing gives."""

from collections.abc import Iterator

from connector.language import gettext as _
from connector.language import pgettext
from connector.sheets.areas import TabColumns, cell, quoted
from connector.sheets.summary.layout import (
    ALL_TO_PREPARE,
    CANCELLED,
    CURRENCIES,
    CUSTOMER,
    DAYS,
    FIGURES,
    FIRST,
    FOURTH,
    LABELS,
    MAIN_CURRENCY,
    NAME,
    ORDER,
    PER_DAY,
    PRODUCT,
    RECEIVED,
    SECOND,
    SHIPPED,
    STATES,
    THIRD,
    TOTAL,
    TURNOVER,
    Content,
)
from connector.sheets.words import Words

_NOT_CANCELLED = f'"<>"&{CANCELLED}'


def figures(orders: TabColumns) -> Iterator[Content]:
    """The title, and the row of figures below it."""
    received, status = orders.whole("received"), orders.whole("status")
    closed = "".join(f'-COUNTIFS({received};">0";{status};{word})' for word in SHIPPED)
    today = _("Turnover today")
    yield Content(0, 0, _("Summary"), "title")
    yield Content(
        1,
        0,
        _(
            "Calculated from the tabs of the orders and their items. Cancelled orders count neither as orders nor as "
            "turnover. Change this tab as you like: it is never written again."
        ),
        "hint",
    )
    for column, label, formula, look in (
        (PRODUCT, _("Pieces to prepare"), f"={ALL_TO_PREPARE}", "figure"),
        (RECEIVED, _("Open orders"), f"=COUNT({received}){closed}", "figure"),
        (CUSTOMER, _("Orders today"), f"={_orders(orders, 'TODAY()')}", "figure"),
        (ORDER, _("Orders, last 7 days"), f"={_orders(orders, 'TODAY()-6')}", "figure"),
        (TOTAL, _("Last {days} days").format(days=DAYS), f"={_orders(orders, f'TODAY()-{DAYS - 1}')}", "figure"),
        (
            NAME,
            f'=IF({MAIN_CURRENCY}="";{quoted(today)};{quoted(f"{today}, ")}&{MAIN_CURRENCY})',
            f"={cell(TURNOVER + 1, FIRST)}",
            "figure_money",
        ),
    ):
        yield Content(LABELS, column, label, "label")
        yield Content(FIGURES, column, formula, look)


def states(orders: TabColumns, words: Words) -> Iterator[Content]:
    """How many orders have which status. All formulas go by the words in this list, not by words of their own: who uses
    another word for a status writes it here."""
    received, status = orders.whole("received"), orders.whole("status")
    yield Content(STATES - 1, NAME, _("Orders by status"), "section")
    yield Content(STATES, NAME, _("Status"), "header")
    yield Content(STATES, FIRST, _("Orders"), "header_right")
    yield Content(STATES, SECOND, _("If you use other words, write them here."), "hint")
    for line, word in enumerate(words.statuses, STATES + 1):
        yield Content(line, NAME, word, "text")
        yield Content(line, FIRST, f'=COUNTIFS({received};">0";{status};{cell(line, NAME)})', "count")
    below = STATES + 1 + len(words.statuses)
    yield Content(below, NAME, pgettext("orders by status", "Other"), "text")
    known = f"SUM({cell(STATES + 1, FIRST)}:{cell(below - 1, FIRST)})"
    yield Content(below, FIRST, f"=COUNT({received})-{known}", "count")


def turnover(orders: TabColumns) -> Iterator[Content]:
    """What was ordered in each of the currencies (see `lists.currencies`)."""
    yield Content(TURNOVER - 1, NAME, _("Turnover"), "section")
    yield Content(TURNOVER, NAME, _("Currency"), "header")
    since = (
        (FIRST, _("Today"), "TODAY()"),
        (SECOND, _("7 days"), "TODAY()-6"),
        (THIRD, _("{days} days").format(days=DAYS), f"TODAY()-{DAYS - 1}"),
    )
    for column, title, day in (*since, (FOURTH, pgettext("turnover", "All"), "1")):
        yield Content(TURNOVER, column, title, "header_right")
        for line in range(TURNOVER + 1, TURNOVER + 1 + CURRENCIES):
            currency = cell(line, NAME)
            yield Content(line, column, f'=IF({currency}="";"";{_sum(orders, currency, day)})', "money")


def per_day(orders: TabColumns) -> Iterator[Content]:
    """A line for each of the last days, today's at the end, as the charts need them."""
    received = orders.whole("received")
    yield Content(PER_DAY - 1, NAME, _("Per day"), "section")
    yield Content(PER_DAY, NAME, _("Day"), "header")
    yield Content(PER_DAY, FIRST, _("Orders"), "header_right")
    money = {SECOND: TURNOVER + 1, THIRD: TURNOVER + 2, FOURTH: TURNOVER + 3}
    for column, line in money.items():
        yield Content(PER_DAY, column, f"={cell(line, NAME)}", "header_right")
    for line in range(PER_DAY + 1, PER_DAY + 1 + DAYS):
        day = cell(line, NAME)
        yield Content(line, NAME, f"=TODAY()-{PER_DAY + DAYS - line}", "day")
        end = f'{received};"<"&{day}+1'
        yield Content(line, FIRST, f"={_orders(orders, day, end)}", "count")
        for column in money:
            currency = cell(PER_DAY, column)
            amount = _sum(orders, currency, day, end)
            yield Content(line, column, f'=IF({currency}="";"";{amount})', "money")


def _orders(orders: TabColumns, since: str, *also: str) -> str:
    conditions = (f'{orders.whole("received")};">="&{since}', *also, f"{orders.whole('status')};{_NOT_CANCELLED}")
    return f"COUNTIFS({';'.join(conditions)})"


def _sum(orders: TabColumns, currency: str, since: str, *also: str) -> str:
    conditions = (
        f'{orders.whole("received")};">="&{since}',
        *also,
        f"{orders.whole('currency')};{currency}",
        f"{orders.whole('status')};{_NOT_CANCELLED}",
    )
    return f"SUMIFS({orders.whole('total')};{';'.join(conditions)})"
