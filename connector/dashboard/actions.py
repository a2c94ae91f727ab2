"""The buttons of a shop's page, which change something."""

from typing import TypeVar

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from connector.api.current import current_shop, named_shop
from connector.api.errors import ApiError
from connector.api.secrets import OPERATOR
from connector.dashboard.listing import Query, store_number
from connector.dashboard.views import ALERTS, ALL, Views, ViewsOfShops
from connector.jobs.asking import NO_ANSWER
from connector.jobs.replay import replay
from connector.jobs.resync import ask_for_resync
from connector.jobs.rewrite import NotRewrittenError
from connector.language import counted, marked
from connector.language import gettext as _
from connector.log import get_logger
from connector.models import Order
from connector.runtime.asking import rewrite_order, start_comparison
from connector.runtime.shop import Shop
from connector.sheets.errors import SheetsError
from connector.store import quarantine
from connector.store.dealt_with import By, deal_with_entry, deal_with_order
from connector.store.orders import find_by_number
from connector.store.quarantine import Entry

log = get_logger(__name__)

NOTES = {
    "retried": marked("The order is being tried again."),
    "all-retried": marked("Every order that lacks something is being tried again."),
    "nothing-to-try": marked(
        "There is nothing to try: the order came without its token. Its items come if it is sent again."
    ),
    "rewritten": marked("What is gone from the sheet is being written again."),
    "not-rewritten": marked("Nothing is written again: the rows stand in the sheet, or are on their way to it."),
    "sheet-not-read": marked("The sheet can't be read at present, so nothing was done. The problems above say why."),
    "audit": marked("The sheet is being compared with what was received. The result stands below."),
    "audit-writes": marked("The sheet is being compared with what was received, and what is missing is written again."),
    "audit-runs": marked("A comparison is under way. Its result will stand below."),
    "nobody-answers": NO_ANSWER,
    "dealt-with": marked("It is marked as dealt with."),
    "tested-alerts": marked("A test was sent. What came of it stands below."),
    "understood": marked("It was understood now and has been taken in."),
    "not-understood": marked("It is still not understood, and stays here."),
}
"""What the page says after a change, by the name that stands in the address."""
_NO_ORDER = marked("This order is no longer in the database.")
_NO_ENTRY = marked("This is no longer in quarantine.")
T = TypeVar("T")


def add_actions(blueprint: Blueprint, views: ViewsOfShops) -> None:
    @blueprint.post("/status/retry")
    def retry() -> AnyResponse:
        """The order with this number, or else all that lack something."""
        shop = current_shop()
        chosen = _find_order(shop, request.form["number"]) if "number" in request.form else None
        ids = None if chosen is None else [chosen.order_id]
        tried = ask_for_resync(shop.database, shop.name, now=shop.clock.now(), order_ids=ids)
        shop.wake()
        log.info("page.retry", order_id=None if chosen is None else chosen.order_id, orders=len(tried))
        if chosen is None:
            return _changed(views.current(), "all-retried")
        return _changed(views.current(), "retried" if tried or chosen.write_due_at is not None else "nothing-to-try")

    @blueprint.post("/status/rewrite")
    def rewrite_rows() -> AnyResponse:
        """Writes the rows of the order with this number again, if they are gone from the sheet."""
        shop = current_shop()
        order = _find_order(shop, request.form["number"])
        note = _rewrite(shop, order)
        log.info("page.rewrite", order_id=order.order_id, outcome=note)
        return _changed(views.current(), note)

    @blueprint.post("/status/audit")
    def compare() -> AnyResponse:
        """Compares the sheet with what was received, and with `write` has written what is missing."""
        shop = current_shop()
        writes = "write" in request.form
        try:
            is_new = start_comparison(shop, write_missing=writes)
        except SheetsError:
            return _changed(views.current(), "nobody-answers")
        if not is_new:
            return _changed(views.current(), "audit-runs")
        return _changed(views.current(), "audit-writes" if writes else "audit")

    _add_actions_on_quarantine(blueprint, views)

    @blueprint.post("/status/alert")
    def test_alerts() -> AnyResponse:
        """Sends a test to each address in ALERT_URLS, and says what came of it beside the button."""
        tested = current_shop().alerts.test()
        failed = [each for each in tested if each.reason]
        log.info("page.test_alerts", sent=len(tested) - len(failed), failed=len(failed))
        went_out = _("a test went out.")
        said = [f"{each.name}: {each.reason or went_out}" for each in tested]
        views.current().say(ALERTS, " ".join(said) or _("There is no address to send it to."))
        return _changed(views.current(), "tested-alerts", beside="alerts")

    @blueprint.post("/status/dealt-with")
    def deal_with() -> AnyResponse:
        """Nothing is left to do for the order with this number."""
        shop = current_shop()
        order, by, now = _find_order(shop, request.form["number"]), _who(), shop.clock.now()
        shop.database.write(lambda connection: deal_with_order(connection, shop.name, order.order_id, by, now=now))
        log.info("page.dealt_with", order_id=order.order_id)
        return _changed(views.current(), "dealt-with")


def _add_actions_on_quarantine(blueprint: Blueprint, views: ViewsOfShops) -> None:
    """What they say stands beside their buttons."""

    @blueprint.post("/status/replay")
    def replay_quarantine() -> AnyResponse:
        """The entry with this number, or else all."""
        shop = current_shop()
        entry = find_entry(shop, request.form["number"]) if "number" in request.form else None
        replayed = replay(shop.database, shop.receive, shop.name, ids=None if entry is None else [entry.id])
        log.info("page.replay", understood=replayed.understood, left=replayed.left)
        note = "understood" if replayed.understood else "not-understood"
        if entry is None and replayed.understood:
            said = counted(
                "{count} message was understood now and taken in.",
                "{count} messages were understood now and taken in.",
                replayed.understood,
            )
            if replayed.left:
                said += " " + counted("{count} stays here.", "{count} stay here.", replayed.left)
            views.current().say(ALL, said)
        else:
            views.current().say(ALL if entry is None or replayed.understood else entry.id, _(NOTES[note]))
        return _changed(views.current(), note, beside="quarantine")

    @blueprint.post("/status/quarantine/dealt-with")
    def deal_with_quarantined() -> AnyResponse:
        shop = current_shop()
        entry, by, now = find_entry(shop, request.form["number"]), _who(), shop.clock.now()
        shop.database.write(lambda connection: deal_with_entry(connection, shop.name, entry.id, by, now=now))
        log.info("page.dealt_with", entry=entry.id)
        return _changed(views.current(), "dealt-with", beside="quarantine")


def _who() -> By:
    return By.OPERATOR if g.opened_by == OPERATOR and named_shop() is not None else By.PAGE


def _changed(views: Views, note: str, *, beside: str | None = None) -> AnyResponse:
    """The parts of the page as they are now; or, for a browser without scripts, where they are. `beside`: what came of
    it is said in this section, and not above the orders."""
    views.forget()
    query = Query.read(request.form)
    if "HX-Request" in request.headers:
        sentence = "" if beside else _(NOTES[note])
        return Response(render_template("status/_changed.html", **views.everything(query), note=sentence))
    if beside:
        return redirect(url_for("page.home", **query.fields, _anchor=beside), 303)
    return redirect(url_for("page.home", **query.fields, note=note), 303)


def _rewrite(shop: Shop, order: Order) -> str:
    """Which note says what came of it."""
    try:
        rewrite_order(shop, order.order_id)
    except NotRewrittenError:
        return "not-rewritten"
    except SheetsError as error:
        return "nobody-answers" if error.message == _(NO_ANSWER) else "sheet-not-read"
    return "rewritten"


def _find_order(shop: Shop, text: str) -> Order:
    number, order = store_number(text), None
    if number is not None:
        with shop.database.read() as connection:
            order = find_by_number(connection, shop.name, number)
    return _there(order, _(_NO_ORDER))


def find_entry(shop: Shop, text: str) -> Entry:
    number, entry = store_number(text), None
    if number is not None:
        with shop.database.read() as connection:
            entry = quarantine.find_entry(connection, shop.name, number)
    return _there(entry, _(_NO_ENTRY))


def _there(found: T | None, sentence: str) -> T:
    if found is None:
        raise ApiError(404, sentence)
    return found
