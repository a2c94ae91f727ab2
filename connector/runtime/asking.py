"""What people ask for that calls Google: done by the instance that works for the shop, wherever it is asked for.

That one alone knows what is left of the account's calls. Another one puts what is asked into the store, and waits for
the answer.
"""

import json
import time
import uuid
from enum import StrEnum
from typing import Any

from connector.jobs.rewrite import NotRewrittenError, rewrite
from connector.log import get_logger
from connector.runtime.condition import is_among_others
from connector.runtime.shop import Shop
from connector.sheets.errors import Kind, SheetsError
from connector.store import asks
from connector.store.asks import Ask
from connector.store.rewrite import Gone

log = get_logger(__name__)

PATIENCE = 15.0
"""Seconds for the answer."""
_LOOK_EVERY = 0.2
NO_ANSWER = (
    "The instance of the service that works for this spreadsheet did not answer in time. Look in a minute whether it "
    "was done, and try again if not; if that stays, see that the instances run."
)


class What(StrEnum):
    """What can be asked for."""

    REWRITE = "rewrite"
    COMPARE = "compare"


def rewrite_order(shop: Shop, order_id: str) -> Gone | None:
    """Has an order's rows written anew, as `jobs.rewrite.rewrite` has it. Raises NotRewrittenError and SheetsError."""
    if _is_done_here(shop):
        return _rewrite_here(shop, order_id)
    answer = _ask(shop, What.REWRITE, {"order_id": order_id})
    if "refused" in answer:
        raise NotRewrittenError(answer["refused"])
    return None if answer["gone"] is None else Gone(answer["gone"])


def start_comparison(shop: Shop, *, write_missing: bool) -> bool:
    """Begins a comparison, as `Audits.start` has it. Raises SheetsError where nobody answers."""
    if _is_done_here(shop):
        return shop.audits.start(write_missing=write_missing)
    return bool(_ask(shop, What.COMPARE, {"write_missing": write_missing})["started"])


def answer(shop: Shop, ask: Ask) -> None:
    """Does what another instance asks for, and stores the answer."""
    argument = json.loads(ask.argument)
    found: dict[str, Any]
    with shop.work.faults.at_work():
        try:
            if ask.what == What.REWRITE:
                found = {"gone": _rewrite_here(shop, argument["order_id"])}
            else:
                found = {"started": shop.audits.start(write_missing=argument["write_missing"])}
        except NotRewrittenError as error:
            found = {"refused": str(error)}
        except SheetsError as error:
            found = {"sheet": error.message}
        text = json.dumps(found)
        shop.database.write(lambda connection: asks.put_answer(connection, ask.id, text))
        log.info("ask.answered", what=ask.what)


def _is_done_here(shop: Shop) -> bool:
    return shop.dispatcher.works_for(shop.name) or not is_among_others(shop)


def _rewrite_here(shop: Shop, order_id: str) -> Gone | None:
    gone = rewrite(shop.database, shop.lookup, shop=shop.name, order_id=order_id, clock=shop.clock)
    shop.wake()
    return gone


def _ask(shop: Shop, what: What, argument: dict[str, Any]) -> dict[str, Any]:
    """The answer. Raises SheetsError where the sheet can't be read, or nobody answers."""
    ask = Ask(uuid.uuid4().hex, shop.name, what, json.dumps(argument))
    shop.database.write(lambda connection: asks.put_ask(connection, ask))
    try:
        text = _wait_for_answer(shop, ask)
    finally:
        shop.database.write(lambda connection: asks.take_back(connection, ask.id))
    if text is None:
        raise SheetsError(NO_ANSWER, kind=Kind.NOT_SENT)
    found: dict[str, Any] = json.loads(text)
    if "sheet" in found:
        raise SheetsError(found["sheet"], kind=Kind.NOT_SENT)
    return found


def _wait_for_answer(shop: Shop, ask: Ask) -> str | None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not shop.dispatcher.is_stopping:
        with shop.database.read() as connection:
            text = asks.get_answer(connection, ask.id)
        if text is not None:
            return text
        time.sleep(_LOOK_EVERY)
    return None
