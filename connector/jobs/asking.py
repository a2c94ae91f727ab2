"""Asks the instance that works for a shop to call Google, for somebody who asks for it at another one.

The one that works alone knows what is left of the account's calls. What is asked goes through the store (`asks`).
"""

import json
import time
import uuid
from enum import StrEnum
from typing import Any

from connector.jobs.dispatcher import Dispatcher
from connector.language import gettext as _
from connector.language import marked
from connector.sheets.errors import Kind, SheetsError
from connector.store import asks
from connector.store.asks import Ask
from connector.store.database import Database

PATIENCE = 15.0
"""Seconds for the answer."""
_LOOK_EVERY = 0.2
NO_ANSWER = marked(
    "The instance of the service that works for this spreadsheet did not answer in time. Look in a minute whether it "
    "was done, and try again if not; if that stays, see that the instances run."
)
SHEET = "sheet"
"""The answer where the sheet can't be read: a sentence."""


class What(StrEnum):
    """What can be asked for."""

    REWRITE = "rewrite"
    COMPARE = "compare"
    ROW = "row"


class Asker:
    """Asks for one shop. Safe to use from several threads."""

    def __init__(self, database: Database, dispatcher: Dispatcher, shop: str) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._shop = shop

    @property
    def has_to_ask(self) -> bool:
        """Whether another instance may work for the shop; else what is to be done is done here."""
        return self._dispatcher.leases.among_others.is_set() and not self._dispatcher.works_for(self._shop)

    def ask(self, what: What, **argument: object) -> dict[str, Any]:
        """The answer. Raises SheetsError where the sheet can't be read, or nobody answers."""
        ask = Ask(uuid.uuid4().hex, self._shop, what, json.dumps(argument))
        self._database.write(lambda connection: asks.put_ask(connection, ask))
        try:
            text = self._wait_for_answer(ask)
        finally:
            self._database.write(lambda connection: asks.take_back(connection, ask.id))
        if text is None:
            raise SheetsError(_(NO_ANSWER), kind=Kind.NOT_SENT)
        found: dict[str, Any] = json.loads(text)
        if SHEET in found:
            raise SheetsError(found[SHEET], kind=Kind.NOT_SENT)
        return found

    def _wait_for_answer(self, ask: Ask) -> str | None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not self._dispatcher.is_stopping:
            with self._database.read() as connection:
                text = asks.get_answer(connection, ask.id)
            if text is not None:
                return text
            time.sleep(_LOOK_EVERY)
        return None
