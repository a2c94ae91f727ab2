"""What people ask for that calls Google: done by the instance that works for the shop, wherever it is asked for."""

import json
from dataclasses import astuple
from typing import Any

from connector.jobs.asking import SHEET, What
from connector.jobs.find_row import NotInSheetError, NotLookedUpError
from connector.jobs.rewrite import NotRewrittenError, rewrite
from connector.log import get_logger
from connector.runtime.shop import Shop
from connector.sheets.errors import SheetsError
from connector.store import asks
from connector.store.asks import Ask
from connector.store.rewrite import Gone

log = get_logger(__name__)


def rewrite_order(shop: Shop, order_id: str) -> Gone | None:
    """Has an order's rows written anew, as `jobs.rewrite.rewrite` has it. Raises NotRewrittenError and SheetsError."""
    if not shop.asker.has_to_ask:
        return _rewrite_here(shop, order_id)
    answer = shop.asker.ask(What.REWRITE, order_id=order_id)
    if "refused" in answer:
        raise NotRewrittenError(answer["refused"])
    return None if answer["gone"] is None else Gone(answer["gone"])


def start_comparison(shop: Shop, *, write_missing: bool) -> bool:
    """Begins a comparison, as `Audits.start` has it. Raises SheetsError where nobody answers."""
    if not shop.asker.has_to_ask:
        return shop.audits.start(write_missing=write_missing)
    return bool(shop.asker.ask(What.COMPARE, write_missing=write_missing)["started"])


def answer(shop: Shop, ask: Ask) -> None:
    """Does what another instance asks for, and stores the answer."""
    with shop.work.faults.at_work():
        text = json.dumps(_answer(shop, What(ask.what), json.loads(ask.argument)))
        shop.database.write(lambda connection: asks.put_answer(connection, ask.id, text))
        log.info("ask.answered", what=ask.what)


def _answer(shop: Shop, what: What, argument: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any]
    try:
        match what:
            case What.REWRITE:
                found = {"gone": _rewrite_here(shop, argument["order_id"])}
            case What.COMPARE:
                found = {"started": shop.audits.start(write_missing=argument["write_missing"])}
            case What.ROW:
                found = {"place": astuple(shop.rows.find(argument["order_id"]))}
    except NotRewrittenError as error:
        return {"refused": str(error)}
    except NotInSheetError as error:
        return {"place": None} if error.is_gone else {"later": str(error), "seconds": 1}
    except NotLookedUpError as error:
        return {"later": str(error), "seconds": error.seconds}
    except SheetsError as error:
        return {SHEET: error.message}
    return found


def _rewrite_here(shop: Shop, order_id: str) -> Gone | None:
    gone = rewrite(shop.database, shop.lookup, shop=shop.name, order_id=order_id, clock=shop.clock)
    shop.wake()
    return gone
